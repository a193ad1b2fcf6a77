// From scores of one detector on one series to surprises, which share a scale with all others.
import { checkInteger, checkNumber, checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, learnOf, type StreamingDetector } from '../../core/streaming-detector.ts';
import { AllScores, FEW_ABOVE, type PastScores, type Tail } from './past-scores.ts';
import { ReservoirScores } from './reservoir-scores.ts';
import { ScoreSketch } from './score-sketch.ts';

/** Scores that must be known before any surprises. */
const FEWEST = 10;

/** The surprise above the tail's start when no score is above it, before it is bounded: e⁻²⁰ is no chance at all. */
const BEYOND_ALL = 20;

const KIND = 'Calibrator';
/** Of states that keep a reservoir; they are read, go on by their own rule, and are written again. */
const RESERVOIR_FORMAT = 1;
const FORMAT = 2;

/** What `Calibrator` may be told. */
export interface CalibratorOptions {
  /** Scores that are passed over at the start, at least 0; default 100. */
  warmup?: number;
  /** The share of the scores that is the tail, above 0 and at most 0.5; default 0.02. */
  tail?: number;
  /** A score is learned as at most the tail's start plus this many times its mean excess; above 1, default 20. */
  cap?: number;
  /**
   * Relative accuracy of what is remembered of past scores, from 0.001 to 0.2; default 0.05. With 0, all of them are kept,
   * about 10 bytes each, and surprises are exact.
   */
  accuracy?: number;
}

/**
 * The surprise of a score among the scores before it: −ln p (the surprisal), where p estimates how often a score this high
 * or higher comes by chance. 4.6 is once in 100 values, 6.9 once in 1000, for every detector and every series.
 *
 * With m past scores a₀ ≤ … ≤ aₘ₋₁, q = min(⌊(1 − tail)·m⌋, m − 1), u = a_q, c = m − q, e = mean(a_q … aₘ₋₁) − u and r
 * the number of them below s:
 *
 *     s ≤ u:   −ln((m − r + 1)/(m + 1))        by rank: never too surprised where scores are exchangeable
 *     s > u:   −ln(c/(m + 1)) + (s − u)/e      an exponential tail
 *
 * - It claims no more than was seen. With fewer than 5 scores above u, c is their number and one, e the mean excess of
 *   these alone, and the surprise is at most ln(m + 1), "not seen in m values"; it is that if there is none.
 * - One extreme score does not blind it: a score is learned as at most u + cap·e.
 * - Memory is bounded: a histogram with logarithmic bins, 2 KB, in the place of the scores. How near u, e and r are then to
 *   the exact ones: `ScoreSketch` in score-sketch.ts.
 *
 * The first `warmup` scores give 0 and are not learned: taken against almost no history, they are not comparable with later
 * ones. So do the next ten, which are. Missing scores give NaN. O(bins of the tail) per score, about 0.1 µs.
 *
 * @example
 * const calibrator = new Calibrator({ warmup: 0 });
 * calibrator.learn([3, 1, 4, 1, 5, 9, 2, 6, 5, 3]).every((surprise) => surprise === 0); // => true
 * calibrator.update(5).toFixed(2); // => '0.79'
 * calibrator.update(50) === Math.log(12); // => true
 */
export class Calibrator implements StreamingDetector {
  readonly warmup: number;
  readonly #tail: number;
  readonly #cap: number;
  #past: PastScores;
  #seen = 0;
  /** The tail of `#past`; undefined when it has to be asked anew. */
  #known: Tail | undefined;

  /** @throws TypeError for an argument of the wrong kind, RangeError for a wrong value */
  constructor(options: CalibratorOptions = {}) {
    checkOptions(options, ['warmup', 'tail', 'cap', 'accuracy']);
    const { warmup = 100, tail = 0.02, cap = 20, accuracy = 0.05 } = options;
    checkInteger(warmup, 'warmup', 0);
    checkNumber(tail, 'tail', 'a number above 0 and at most 0.5', (value) => value > 0 && value <= 0.5);
    checkNumber(cap, 'cap', 'a number above 1', (value) => value > 1);
    const isAccuracy = (value: number): boolean => value === 0 || (value >= 0.001 && value <= 0.2);
    checkNumber(accuracy, 'accuracy', 'a number of 0, or from 0.001 to 0.2', isAccuracy);
    this.warmup = warmup;
    this.#tail = tail;
    this.#cap = cap;
    this.#past = accuracy === 0 ? new AllScores() : new ScoreSketch(accuracy);
    this.#known = undefined;
  }

  /** How many scores were learned: what a surprise can be founded on. */
  get numScores(): number {
    return this.#past.count;
  }

  update(score: Value, options?: { learn?: boolean }): number {
    const value = toNumber(score);
    const learn = learnOf(options);
    const surprise = this.#surprise(value);
    this.take(value, learn);
    return surprise;
  }

  /** @internal `update` without the surprise, of a score that is NaN if it is missing. */
  take(score: number, learn: boolean): void {
    if (!learn || Number.isNaN(score)) return;
    if (this.#seen < this.warmup) this.#seen++;
    else {
      this.#past.add(this.#capped(score));
      this.#known = undefined;
    }
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    const past = this.#past;
    return this.#tail + (past instanceof ScoreSketch ? past.touch() : 0);
  }

  peek(score: Value): number {
    return this.#surprise(toNumber(score));
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  /**
   * Learns all scores that another calibrator has learned: as one that has met the scores of both, but for the caps, which
   * each has set for itself. In bins, sketches with the same offset merge exactly, others within one bin more.
   *
   * @throws RangeError for a calibrator with another accuracy, or one that version 0.1 saved
   *
   * @example
   * const [a, b] = [new Calibrator({ warmup: 0 }), new Calibrator({ warmup: 0 })];
   * a.learn([1, 2, 3, 4, 5]);
   * b.learn([6, 7, 8, 9, 10, 11]);
   * a.merge(b);
   * a.numScores; // => 11
   */
  merge(other: Calibrator): void {
    const [own, others] = [this.#past, other.#past];
    if (own instanceof ScoreSketch && others instanceof ScoreSketch) own.merge(others);
    else if (own instanceof AllScores && others instanceof AllScores)
      for (const score of others.toArray()) own.add(score);
    else throw new RangeError('calibrators must have the same accuracy and no sample of version 0.1 to be merged');
    this.#known = undefined;
  }

  reset(): void {
    this.#past.clear();
    this.#seen = 0;
    this.#known = undefined;
  }

  save(): Uint8Array {
    const isReservoir = this.#past instanceof ReservoirScores;
    const state = isReservoir ? new StateWriter(KIND, RESERVOIR_FORMAT) : new StateWriter(KIND, FORMAT);
    state.u32(this.warmup);
    state.u32(this.#seen);
    if (!isReservoir) {
      state.f64(this.#tail);
      state.f64(this.#cap);
      state.u8(this.#past instanceof AllScores ? 0 : 1);
    }
    this.#past.write(state);
    return state.finish();
  }

  /**
   * What `save` wrote. A calibrator saved by version 0.1 goes on with the random sample that it was saved with, and by the
   * rule of that version: without cap, and with surprises as large as its tail extrapolates.
   *
   * @throws RangeError for damaged or newer bytes
   */
  static load(bytes: Uint8Array): Calibrator {
    const state = new StateReader(bytes, KIND, FORMAT);
    const [warmup, seen] = [state.u32(), state.u32()];
    const isReservoir = state.format === RESERVOIR_FORMAT;
    const settings = isReservoir ? { cap: Infinity } : { tail: state.f64(), cap: state.f64() };
    const calibrator = new Calibrator({ warmup, ...settings });
    calibrator.#seen = seen;
    if (isReservoir) calibrator.#past = ReservoirScores.read(state);
    else calibrator.#past = state.u8() === 0 ? AllScores.read(state) : ScoreSketch.read(state);
    state.end();
    return calibrator;
  }

  #surprise(score: number): number {
    if (Number.isNaN(score)) return NaN;
    const past = this.#past;
    const m = past.count;
    if (this.#seen < this.warmup || m < FEWEST) return 0;
    const { start, excess, count } = this.#tailOfPast();
    if (score <= start) return 0 - Math.log((m - past.rank(score) + 1) / (m + 1));
    const surprise = -Math.log(count / (m + 1)) + (excess > 0 ? (score - start) / excess : BEYOND_ALL);
    const isFounded = (count > FEW_ABOVE && excess > 0) || past instanceof ReservoirScores;
    return isFounded ? surprise : Math.min(surprise, Math.log(m + 1));
  }

  #tailOfPast(): Tail {
    return (this.#known ??= this.#past.tail(this.#tail));
  }

  /** What is learned of a score. */
  #capped(score: number): number {
    if (this.#cap === Infinity || this.#past.count < FEWEST) return score;
    const { start, excess } = this.#tailOfPast();
    return excess > 0 ? Math.min(score, start + this.#cap * excess) : score;
  }
}
