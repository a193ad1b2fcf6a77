// From scores of one detector on one series to surprises, which share a scale with all others.
import { checkInteger, checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';
import { Reservoir } from './reservoir.ts';

/** Scores that must be known before any surprises. */
const FEWEST = 10;

/** The tail begins at this share of the scores. */
const TAIL = 0.98;

/** The surprise above the tail's beginning when all scores of the tail are equal: e⁻²⁰ is no chance at all. */
const BEYOND_TIES = 20;

const KIND = 'Calibrator';
const FORMAT = 1;

/**
 * The surprise of a score among the scores before it: −ln p, where p estimates how often a score this high or higher comes
 * by chance. 4.6 is once in 100 values, 6.9 once in 1000, for every detector and every series.
 *
 * With m past scores a₀ ≤ … ≤ aₘ₋₁, q = min(⌊0.98 m⌋, m − 1), u = a_q, e = mean(a_q … aₘ₋₁) − u and r the number of them
 * below s:
 *
 *     s ≤ u:   −ln((m − r + 1)/(m + 1))                  by rank: never too surprised where scores are exchangeable
 *     s > u:   −ln((m − q)/(m + 1)) + (s − u)/e          an exponential tail; 20 in the place of the last term if e = 0
 *
 * The first `warmup` scores give 0 and are not learned: taken against almost no history, they are not comparable with later
 * ones. So do the next ten, which are. Missing scores give NaN. Memory is bounded: beyond `maxScores` the past is a
 * uniform sample of all of it, not its last part, so that what was usual long ago still is.
 *
 * O(log m) per score; O(m/50) for those beyond u, one in 50.
 *
 * @example
 * const calibrator = new Calibrator({ warmup: 0 });
 * calibrator.learn([3, 1, 4, 1, 5, 9, 2, 6, 5, 3]).every((surprise) => surprise === 0); // => true
 * calibrator.update(5).toFixed(2); // => '0.79'
 * calibrator.update(50) > 20; // => true
 */
export class Calibrator implements StreamingDetector {
  readonly warmup: number;
  #past: Reservoir;
  #seen: number;

  /**
   * @param options.warmup scores that are passed over at the start, at least 0; default 100
   * @param options.maxScores scores that are kept at most, at least 1; default 100 000
   * @param options.seed an integer that decides which are kept; default 1
   */
  constructor(options: { warmup?: number; maxScores?: number; seed?: number } = {}) {
    checkOptions(options, ['warmup', 'maxScores', 'seed']);
    const { warmup = 100, maxScores = 100_000, seed = 1 } = options;
    checkInteger(warmup, 'warmup', 0);
    checkInteger(maxScores, 'maxScores', 1);
    this.warmup = warmup;
    this.#past = new Reservoir(maxScores, seed);
    this.#seen = 0;
  }

  update(score: Value, { learn = true }: { learn?: boolean } = {}): number {
    const value = toNumber(score);
    const surprise = this.#surprise(value);
    if (!learn || Number.isNaN(value)) return surprise;
    if (this.#seen < this.warmup) this.#seen++;
    else this.#past.offer(value);
    return surprise;
  }

  peek(score: Value): number {
    return this.#surprise(toNumber(score));
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#past.clear();
    this.#seen = 0;
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    state.u32(this.warmup);
    state.u32(this.#seen);
    this.#past.write(state);
    return state.finish();
  }

  /** What `save` wrote. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Calibrator {
    const state = new StateReader(bytes, KIND, FORMAT);
    const calibrator = new Calibrator({ warmup: state.u32() });
    calibrator.#seen = state.u32();
    calibrator.#past = Reservoir.read(state);
    state.end();
    return calibrator;
  }

  #surprise(score: number): number {
    if (Number.isNaN(score)) return NaN;
    const { sorted } = this.#past;
    const m = sorted.size;
    if (this.#seen < this.warmup || m < FEWEST) return 0;
    const q = Math.min(Math.floor(TAIL * m), m - 1);
    const u = sorted.at(q);
    if (score <= u) return 0 - Math.log((m - sorted.rank(score) + 1) / (m + 1));
    const excess = sorted.sumFrom(q) / (m - q) - u;
    return -Math.log((m - q) / (m + 1)) + (excess > 0 ? (score - u) / excess : BEYOND_TIES);
  }
}
