// An alarm is a score beyond the quantile that a Pareto tail of the scores before it gives (SPOT).
import { checkInteger, checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { fitTail, type Tail, tailQuantile } from './pareto-tail.ts';
import { checkShare, type Threshold } from './threshold.ts';

/** Of the saved fields: raised by one whenever they change. */
const FORMAT = 1;

/** Of an alarm no more is learned than what comes this much more rarely. */
const RARER = 0.1;

/** The tail is fitted anew when it has grown by this share. */
const REFIT = 0.05;

/**
 * An alarm is a score that the tail of the scores before it exceeds with probability `risk` only: peaks over threshold, SPOT
 * (Siffer, Fouque, Termier & Largouët 2017, algorithm 1). Unlike a quantile it reaches beyond what was ever seen, so that a
 * risk of 10⁻⁴ does not take 10⁴ scores to begin with.
 *
 * The first `warmup` scores give the beginning of the tail t, their `level` quantile. Excesses above t follow a generalized
 * Pareto distribution with shape γ and scale σ, fitted by maximum likelihood (Grimshaw 1993). With n scores, N of them
 * above t,
 *
 *     value = t + σ/γ·((risk·n/N)^(−γ) − 1)           t − σ·ln(risk·n/N) where γ = 0
 *
 * As many alarms as the risk explains are learned (risk·n, two standard deviations and one), and of each no more than what comes
 * ten times more rarely; the paper learns none, which cuts the tail that it measures and doubles the alarms at a risk of
 * 1 %. An incident is not learned. The tail is fitted again when it has grown by a twentieth, which costs O(maxPeaks) now and then
 * and O(1) per score on average.
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
  /** The scores of the warm-up, then the excesses: a ring once there are `maxPeaks`. */
  #values: number[];
  #start: number;
  #numScores: number;
  #numPeaks: number;
  /** Alarms that were learned. */
  #numAlarms: number;
  #refitAt: number;
  #tail: Tail | undefined;
  #value: number;

  /**
   * @param risk probability of an alarm where nothing is wrong, above 0 and below 1 − level
   * @param options.level the tail begins at this quantile of the warm-up; default 0.98
   * @param options.warmup scores before the first alarm, at least 10/(1 − level); default 1000
   * @param options.maxPeaks excesses that are kept, the last ones, at least 10; default 1000
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
    this.#values = [];
    this.#start = Infinity;
    this.#numScores = 0;
    this.#numPeaks = 0;
    this.#numAlarms = 0;
    this.#refitAt = 0;
    this.#tail = undefined;
    this.#value = Infinity;
  }

  get value(): number {
    return this.#value;
  }

  update(score: Value): boolean {
    const value = toNumber(score);
    if (Number.isNaN(value)) return false;
    if (this.#numScores < this.warmup) {
      this.#values.push(value);
      if (++this.#numScores === this.warmup) this.#begin();
      return false;
    }
    const isAlarm = value > this.#value;
    if (isAlarm && !this.#isExpected()) return true;
    if (isAlarm) this.#numAlarms++;
    const excess = Math.min(value - this.#start, this.#highest());
    this.#numScores++;
    if (excess > 0) this.#addPeak(excess);
    this.#extrapolate();
    return isAlarm;
  }

  reset(): void {
    this.#values = [];
    this.#start = Infinity;
    this.#numScores = 0;
    this.#numPeaks = 0;
    this.#numAlarms = 0;
    this.#refitAt = 0;
    this.#tail = undefined;
    this.#value = Infinity;
  }

  save(): Uint8Array {
    const state = new StateWriter('SpotThreshold', FORMAT);
    for (const value of [this.risk, this.level]) state.f64(value);
    for (const value of [this.warmup, this.maxPeaks]) state.u32(value);
    for (const value of [this.#start, this.#numScores, this.#numPeaks, this.#numAlarms, this.#refitAt, this.#value]) {
      state.f64(value);
    }
    state.f64(this.#tail?.shape ?? NaN);
    state.f64(this.#tail?.scale ?? NaN);
    state.f64s(this.#values);
    return state.finish();
  }

  /** What `save` wrote. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): SpotThreshold {
    const state = new StateReader(bytes, 'SpotThreshold', FORMAT);
    const [risk, level, warmup, maxPeaks] = [state.f64(), state.f64(), state.u32(), state.u32()];
    const threshold = new SpotThreshold(risk, { level, warmup, maxPeaks });
    threshold.#start = state.f64();
    threshold.#numScores = state.f64();
    threshold.#numPeaks = state.f64();
    threshold.#numAlarms = state.f64();
    threshold.#refitAt = state.f64();
    threshold.#value = state.f64();
    const tail = { shape: state.f64(), scale: state.f64() };
    threshold.#tail = Number.isNaN(tail.scale) ? undefined : tail;
    threshold.#values = Array.from(state.f64s());
    state.end();
    return threshold;
  }

  /** Whether one alarm more is no more than chance brings: one, and two standard deviations above risk·n. */
  #isExpected(): boolean {
    const expected = this.risk * this.#numScores;
    return this.#numAlarms <= expected + 2 * Math.sqrt(expected);
  }

  /** The excess that is learned at most, of an alarm: what the tail exceeds with a tenth of the risk. */
  #highest(): number {
    const share = (RARER * this.risk * this.#numScores) / this.#numPeaks;
    return this.#tail && share < 1 ? tailQuantile(this.#tail, share) : Infinity;
  }

  /** The warm-up is over: its quantile, and the excesses above it. */
  #begin(): void {
    const scores = this.#values.sort((a, b) => a - b);
    this.#values = [];
    this.#start = scores[Math.ceil(this.level * scores.length) - 1]!;
    for (const score of scores) if (score > this.#start) this.#addPeak(score - this.#start, false);
    this.#fit();
    this.#extrapolate();
  }

  #addPeak(excess: number, refit = true): void {
    this.#values[this.#numPeaks++ % this.maxPeaks] = excess;
    if (refit && this.#numPeaks >= this.#refitAt) this.#fit();
  }

  #fit(): void {
    if (this.#values.length > 0) this.#tail = fitTail(this.#values);
    this.#refitAt = this.#numPeaks + Math.max(1, Math.ceil(REFIT * this.#values.length));
  }

  /** Without a single excess (equal scores) whatever is higher than all of them is an alarm. */
  #extrapolate(): void {
    const share = (this.risk * this.#numScores) / this.#numPeaks;
    this.#value = this.#tail && share < 1 ? this.#start + tailQuantile(this.#tail, share) : this.#start;
  }
}
