// SPOT: a threshold that a Pareto tail, fitted to the scores before, exceeds with a given probability.
import { checkInteger, checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { fitTail, type Tail, tailQuantile } from './pareto-tail.ts';
import { checkShare, type Threshold } from './threshold.ts';

/** The format of the saved fields: raised by one whenever they change. */
const FORMAT = 1;

/** A learned alarm counts at most as the excess that the tail exceeds with this share of the risk. */
const LEARNED_RISK = 0.1;

/** The tail is fitted again when the number of peaks has grown by this share. */
const REFIT = 0.05;

/** What a threshold has learned from the scores so far. */
interface Learned {
  /** The scores of the warm-up; later the excesses, a ring buffer once there are `maxPeaks`. */
  values: number[];
  /** The start of the tail: t. Infinity during the warm-up. */
  start: number;
  /** Number of scores: n. Those that are not learned do not count. */
  numScores: number;
  /** Number of peaks: N. */
  numPeaks: number;
  /** Number of alarms that were learned. */
  numAlarms: number;
  /** The tail is fitted again when `numPeaks` reaches this number. */
  refitAt: number;
  /** `undefined` without a single excess. */
  tail: Tail | undefined;
  /** The threshold; Infinity during the warm-up. */
  value: number;
}

function nothingLearned(): Learned {
  const counts = { numScores: 0, numPeaks: 0, numAlarms: 0, refitAt: 0 };
  return { values: [], start: Infinity, ...counts, tail: undefined, value: Infinity };
}

/**
 * An alarm is a score that the tail of the scores before it exceeds only with probability `risk`: peaks over threshold, SPOT
 * (Siffer, Fouque, Termier & Largouët 2017, algorithm 1). A quantile cannot exceed the largest score seen; this threshold can.
 * So a risk of 10⁻⁴ does not need 10⁴ scores to begin with.
 *
 * The first `warmup` scores set the start of the tail t, which is their `level` quantile. A peak is a score above t. The
 * excesses of the peaks above t follow a generalized Pareto distribution with shape γ and scale σ, fitted by maximum
 * likelihood (Grimshaw 1993). With n scores and N peaks,
 *
 *     value = t + σ/γ·((risk·n/N)^(−γ) − 1)           t − σ·ln(risk·n/N) where γ = 0
 *
 * Alarms are learned while they are no more than the risk explains: while their number is at most two standard deviations
 * above risk·n. A learned alarm counts at most as the excess that the tail exceeds with risk/10. Further alarms are
 * not learned, so an incident is not. The paper learns no alarm; that cuts off the tail that it measures, and doubles the
 * alarms at a risk of 1 %.
 *
 * The tail is fitted again when the number of peaks has grown by a twentieth. A fit costs O(maxPeaks); a score costs O(1) on
 * average.
 *
 * @example
 * const threshold = new SpotThreshold(0.001, { warmup: 500 });
 * for (let t = 0; t < 2000; t++) threshold.update((t * 7919) % 1000);
 * threshold.update(1500); // => true
 */
export class SpotThreshold implements Threshold {
  readonly risk: number;
  readonly level: number;
  readonly warmup: number;
  readonly maxPeaks: number;
  #learned: Learned;

  /**
   * @param risk probability of an alarm where nothing is wrong, above 0 and below 1 − level
   * @param options.level the tail starts at this quantile of the warm-up; default 0.98
   * @param options.warmup number of scores before the first alarm, at least 10/(1 − level); default 1000
   * @param options.maxPeaks number of excesses to keep, the newest ones, at least 10; default 1000
   */
  constructor(risk: number, options: { level?: number; warmup?: number; maxPeaks?: number } = {}) {
    checkShare(risk, 'risk');
    checkOptions(options, ['level', 'warmup', 'maxPeaks']);
    const { level = 0.98, warmup = 1000, maxPeaks = 1000 } = options;
    checkShare(level, 'level');
    checkInteger(warmup, 'warmup', 1);
    checkInteger(maxPeaks, 'maxPeaks', 1);
    if (risk >= 1 - level) throw new RangeError(`risk must be below 1 - level = ${1 - level}, got ${risk}`);
    const least = Math.ceil(10 / (1 - level) - 1e-9);
    if (warmup < least) throw new RangeError(`warmup must be at least 10/(1 - level) = ${least}, got ${warmup}`);
    if (maxPeaks < 10) throw new RangeError(`maxPeaks must be at least 10, got ${maxPeaks}`);
    this.risk = risk;
    this.level = level;
    this.warmup = warmup;
    this.maxPeaks = maxPeaks;
    this.#learned = nothingLearned();
  }

  get value(): number {
    return this.#learned.value;
  }

  update(score: Value): boolean {
    const value = toNumber(score);
    if (Number.isNaN(value)) return false;
    const learned = this.#learned;
    if (learned.numScores < this.warmup) {
      learned.values.push(value);
      if (++learned.numScores === this.warmup) this.#startTail();
      return false;
    }
    const isAlarm = value > learned.value;
    if (isAlarm && !this.#isExpected()) return true;
    if (isAlarm) learned.numAlarms++;
    const excess = Math.min(value - learned.start, this.#largestExcess());
    learned.numScores++;
    if (excess > 0) this.#addPeak(excess);
    this.#setValue();
    return isAlarm;
  }

  reset(): void {
    this.#learned = nothingLearned();
  }

  save(): Uint8Array {
    const state = new StateWriter('SpotThreshold', FORMAT);
    for (const value of [this.risk, this.level]) state.f64(value);
    for (const value of [this.warmup, this.maxPeaks]) state.u32(value);
    const { values, tail, start, numScores, numPeaks, numAlarms, refitAt, value } = this.#learned;
    for (const number of [start, numScores, numPeaks, numAlarms, refitAt, value]) state.f64(number);
    for (const number of [tail?.shape ?? NaN, tail?.scale ?? NaN]) state.f64(number);
    state.f64s(values);
    return state.finish();
  }

  /** The threshold that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): SpotThreshold {
    const state = new StateReader(bytes, 'SpotThreshold', FORMAT);
    const [risk, level, warmup, maxPeaks] = [state.f64(), state.f64(), state.u32(), state.u32()];
    const threshold = new SpotThreshold(risk, { level, warmup, maxPeaks });
    const [start, numScores, numPeaks] = [state.f64(), state.f64(), state.f64()];
    const [numAlarms, refitAt, value] = [state.f64(), state.f64(), state.f64()];
    const fitted = { shape: state.f64(), scale: state.f64() };
    const tail = Number.isNaN(fitted.scale) ? undefined : fitted;
    const values = Array.from(state.f64s());
    threshold.#learned = { values, start, numScores, numPeaks, numAlarms, refitAt, tail, value };
    state.end();
    return threshold;
  }

  /** Whether chance explains one more alarm: whether their number is at most two standard deviations above risk·n. */
  #isExpected(): boolean {
    const { numScores, numAlarms } = this.#learned;
    const expected = this.risk * numScores;
    return numAlarms <= expected + 2 * Math.sqrt(expected);
  }

  /** The largest excess that is learned: the tail exceeds it with a tenth of the risk. */
  #largestExcess(): number {
    const { numScores, numPeaks, tail } = this.#learned;
    const share = (LEARNED_RISK * this.risk * numScores) / numPeaks;
    return tail && share < 1 ? tailQuantile(tail, share) : Infinity;
  }

  /** Ends the warm-up: the tail starts at the `level` quantile of its scores, and those above it are the first peaks. */
  #startTail(): void {
    const learned = this.#learned;
    const scores = learned.values.sort((a, b) => a - b);
    const start = scores[Math.ceil(this.level * scores.length) - 1]!;
    learned.values = [];
    learned.start = start;
    for (const score of scores) if (score > start) this.#addPeak(score - start, false);
    this.#fit();
    this.#setValue();
  }

  #addPeak(excess: number, refit = true): void {
    const learned = this.#learned;
    learned.values[learned.numPeaks++ % this.maxPeaks] = excess;
    if (refit && learned.numPeaks >= learned.refitAt) this.#fit();
  }

  #fit(): void {
    const learned = this.#learned;
    if (learned.values.length > 0) learned.tail = fitTail(learned.values);
    learned.refitAt = learned.numPeaks + Math.max(1, Math.ceil(REFIT * learned.values.length));
  }

  /**
   * Sets the threshold by the formula above. Without an excess, the start is the largest score, and every larger score is an
   * alarm.
   */
  #setValue(): void {
    const learned = this.#learned;
    const { start, numScores, numPeaks, tail } = learned;
    const share = (this.risk * numScores) / numPeaks;
    learned.value = tail && share < 1 ? start + tailQuantile(tail, share) : start;
  }
}
