// Turns the scores of one detector on one series into surprises. Surprises of all detectors and series share one scale.
import { checkInteger, checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';
import { Reservoir } from './reservoir.ts';

/** Number of learned scores below which every surprise is 0. */
const MIN_SCORES = 10;

/** The tail starts at this quantile of the learned scores. */
const TAIL_START = 0.98;

/** The surprise added for a score above a tail of equal scores, whose scale e is 0. e⁻²⁰ is practically no chance. */
const TIED_TAIL_SURPRISE = 20;

const KIND = 'Calibrator';
const FORMAT = 1;

/**
 * Calibrates scores: `update(score)` returns the surprise of the score among the scores before it.
 *
 * The surprise (surprisal, in nats) is −ln p, where p estimates the probability that a score this high or higher comes by
 * chance. 4.6 is once in 100 values, 6.9 once in 1000, for every detector and every series.
 *
 * With m learned scores a₀ ≤ … ≤ aₘ₋₁, q = min(⌊0.98 m⌋, m − 1), u = a_q, e = mean(a_q … aₘ₋₁) − u and r the number of
 * learned scores below s, the surprise of s is
 *
 *     s ≤ u:   −ln((m − r + 1)/(m + 1))            by rank: where scores are exchangeable, P(p ≤ α) ≤ α
 *     s > u:   −ln((m − q)/(m + 1)) + (s − u)/e    by an exponential tail; the last term is 20 if e = 0
 *
 * The first `warmup` scores have surprise 0 and are not learned: they were compared with almost no past, so later scores
 * cannot be compared with them. The next ten scores have surprise 0 and are learned. Missing scores give NaN.
 *
 * Memory is bounded: beyond `maxScores`, a uniform sample of all learned scores is kept. The last scores alone would not do:
 * a score that was usual long ago would be surprising again.
 *
 * O(log m) per score; O(m/50) for a score above u, one in 50.
 *
 * @example
 * const calibrator = new Calibrator({ warmup: 0 });
 * calibrator.learn([3, 1, 4, 1, 5, 9, 2, 6, 5, 3]).every((surprise) => surprise === 0); // => true
 * calibrator.update(5).toFixed(2); // => '0.79'
 * calibrator.update(50) > 20; // => true
 */
export class Calibrator implements StreamingDetector {
  readonly warmup: number;
  /** The learned scores. */
  #past: Reservoir;
  /** Number of scores that were skipped so far, up to `warmup`. */
  #numSkipped: number;

  /**
   * @param options.warmup number of scores to skip at the start, at least 0; default 100
   * @param options.maxScores largest number of scores to keep, at least 1; default 100 000
   * @param options.seed an integer that decides which scores are kept; default 1
   */
  constructor(options: { warmup?: number; maxScores?: number; seed?: number } = {}) {
    checkOptions(options, ['warmup', 'maxScores', 'seed']);
    const { warmup = 100, maxScores = 100_000, seed = 1 } = options;
    checkInteger(warmup, 'warmup', 0);
    checkInteger(maxScores, 'maxScores', 1);
    this.warmup = warmup;
    this.#past = new Reservoir(maxScores, seed);
    this.#numSkipped = 0;
  }

  update(score: Value, { learn = true }: { learn?: boolean } = {}): number {
    const value = toNumber(score);
    const surprise = this.#surprise(value);
    if (!learn || Number.isNaN(value)) return surprise;
    if (this.#numSkipped < this.warmup) this.#numSkipped++;
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
    this.#numSkipped = 0;
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    state.u32(this.warmup);
    state.u32(this.#numSkipped);
    this.#past.write(state);
    return state.finish();
  }

  /** The calibrator that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Calibrator {
    const state = new StateReader(bytes, KIND, FORMAT);
    const calibrator = new Calibrator({ warmup: state.u32() });
    calibrator.#numSkipped = state.u32();
    calibrator.#past = Reservoir.read(state);
    state.end();
    return calibrator;
  }

  #surprise(score: number): number {
    if (Number.isNaN(score)) return NaN;
    const { sorted } = this.#past;
    const m = sorted.size;
    if (this.#numSkipped < this.warmup || m < MIN_SCORES) return 0;
    const q = Math.min(Math.floor(TAIL_START * m), m - 1);
    const u = sorted.at(q);
    if (score <= u) return 0 - Math.log((m - sorted.rank(score) + 1) / (m + 1));
    const excess = sorted.sumFrom(q) / (m - q) - u;
    return -Math.log((m - q) / (m + 1)) + (excess > 0 ? (score - u) / excess : TIED_TAIL_SURPRISE);
  }
}
