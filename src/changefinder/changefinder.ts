// ChangeFinder: two SDAR models in a chain. The first finds outliers, the second finds changes.
import { checkOptions } from '../core/checks.ts';
import type { Value } from '../core/series.ts';
import { StateReader, StateWriter } from '../core/state.ts';
import { learnAll, type StreamingDetector } from '../core/streaming-detector.ts';
import { SDAR } from './sdar.ts';
import { checkCount, checkDiscount, type SDARState } from './sdar-state.ts';

const KIND = 'ChangeFinder';
const FORMAT = 1;

/** The largest order, as in SDAR. */
const LARGEST_ORDER = 10_000;

/** The largest smoothing span. Every value sums the whole span, which takes a millisecond at this length. */
const LARGEST_SPAN = 1_000_000;

/**
 * ChangeFinder (Takeuchi & Yamanishi, IEEE TKDE 18(4), 2006, section 4) scores each value by the change of the process that
 * generates the series.
 *
 *     outlier score  =  logarithmic loss of x under the first SDAR model
 *     y              =  mean of the last `smoothing` outlier scores, or of those that exist
 *     change score   =  logarithmic loss of y under the second SDAR model
 *
 * `update` returns the change score, unsmoothed; higher = stranger. A single outlier raises y for `smoothing` values by
 * 1/`smoothing` of its score. A change of level, variance or dynamics raises y until the first model has learned the new
 * process, after about 1/outlierDiscount values. The scores of different series have no common scale.
 *
 * The first scores are high because the models are new, not because the values are strange. About twice
 * 1/outlierDiscount + 1/changeDiscount values are needed until changes stand out: with (5, 0.01, 10, 0.01, 5) a step of 8
 * standard deviations stands out after 300 values in 36 of 40 series of noise, after 400 in all. So it is at a level far from
 * zero, too, be it 100 or 10⁹ deviations (after 500 in 38 to 40 of 40), because a start from zeros is given up there: see
 * {@link SDAR}. With `{ outlier: { mean: 0 } }` it is kept: then 1000 values do not do at 101 325 deviations, nor 3000 at 10⁹.
 *
 * Every score is finite on every series: {@link SDAR} says why. A missing value scores NaN and changes nothing.
 * O(outlierOrder² + changeOrder² + smoothing) time per value, O(outlierOrder + changeOrder + smoothing) memory; after the
 * start `update` allocates nothing.
 *
 * @example
 * new ChangeFinder(3, 0.1, 3, 0.1, 4).update(1).toFixed(10); // => '6.2017912434'
 */
export class ChangeFinder implements StreamingDetector {
  readonly smoothing: number;
  /** The score of the last value by the first model; NaN before the first value and for a missing value. */
  outlierScore: number;
  /** The score of the last value by the second model, as `update` returned it; NaN as for `outlierScore`. */
  changeScore: number;
  #outlier: SDAR;
  #change: SDAR;
  /** The last outlier scores, in a ring buffer: the next one goes to `#at`, where the oldest stands when it is full. */
  readonly #scores: Float64Array;
  #at: number;
  /** The number of scores in the buffer. */
  #count: number;

  /**
   * @param outlierOrder coefficients of the first model, 1 to 10 000; 2 to 10 are usual
   * @param outlierDiscount how fast it forgets, from 2⁻⁵² to below 1; 0.01 looks back about 100 values
   * @param changeOrder coefficients of the second model, 1 to 10 000
   * @param changeDiscount how fast the second model forgets
   * @param smoothing number of outlier scores that are averaged, 1 to 1 000 000; 5 to 10 are usual
   * @param options.outlier initial state of the first model; by default zeros, or where the level is far from them the first
   * value: see {@link SDAR}
   * @param options.change initial state of the second model
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   *
   * @example
   * const detector = new ChangeFinder(5, 0.01, 10, 0.01, 5);
   * for (let t = 0; t < 1000; t++) detector.update(t % 2);
   * const usual = detector.update(0);
   * detector.update(8) > usual + 10; // => true
   */
  constructor(
    outlierOrder: number,
    outlierDiscount: number,
    changeOrder: number,
    changeDiscount: number,
    smoothing: number,
    options: { outlier?: SDARState; change?: SDARState } = {},
  ) {
    checkCount(outlierOrder, 'outlierOrder', LARGEST_ORDER);
    checkDiscount(outlierDiscount, 'outlierDiscount');
    checkCount(changeOrder, 'changeOrder', LARGEST_ORDER);
    checkDiscount(changeDiscount, 'changeDiscount');
    checkCount(smoothing, 'smoothing', LARGEST_SPAN);
    checkOptions(options, ['outlier', 'change']);
    const { outlier = {}, change = {} } = options;
    this.smoothing = smoothing;
    this.outlierScore = NaN;
    this.changeScore = NaN;
    this.#outlier = new SDAR(outlierOrder, outlierDiscount, { initial: outlier });
    this.#change = new SDAR(changeOrder, changeDiscount, { initial: change });
    this.#scores = new Float64Array(smoothing);
    this.#at = 0;
    this.#count = 0;
  }

  /** Order of the first model. */
  get outlierOrder(): number {
    return this.#outlier.order;
  }

  /** Discount of the first model. */
  get outlierDiscount(): number {
    return this.#outlier.discount;
  }

  /** Order of the second model. */
  get changeOrder(): number {
    return this.#change.order;
  }

  /** Discount of the second model. */
  get changeDiscount(): number {
    return this.#change.discount;
  }

  /**
   * Returns the change score of `x`, higher = stranger, then learns `x`. NaN for a missing value.
   *
   * @param options.learn `false`: the score is the same, and neither model learns. But `x` enters the lags of the first model,
   * its outlier score enters the smoothing span, and the mean of the span enters the lags of the second model. So both models
   * follow an outage without learning it. Default `true`
   * @throws TypeError when `x` is neither a number nor missing, or `learn` no boolean
   */
  update(x: Value, options?: { learn?: boolean }): number {
    const score = this.#outlier.update(x, options);
    this.outlierScore = score;
    this.changeScore = NaN;
    if (Number.isNaN(score)) return NaN;
    this.changeScore = this.#change.update(this.#smooth(score), options);
    this.#remember(score);
    return this.changeScore;
  }

  /** The change score that `update(x)` would return. Changes nothing. */
  peek(x: Value): number {
    const score = this.#outlier.peek(x);
    return Number.isNaN(score) ? NaN : this.#change.peek(this.#smooth(score));
  }

  /** Calls `update` for each value of a series; returns the change scores. */
  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  /** Returns to the state after construction, with the initial states that were given. */
  reset(): void {
    this.#outlier.reset();
    this.#change.reset();
    this.#setScores([]);
    this.outlierScore = NaN;
    this.changeScore = NaN;
  }

  /**
   * The whole state as about 16·(outlierOrder + changeOrder) + 8·smoothing + 230 bytes, with a version and a checksum, and
   * at the start 24·(outlierOrder + changeOrder) + 320 more.
   */
  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    const { smoothing } = this;
    const oldest = this.#at + smoothing - this.#count;
    state.u32(smoothing);
    state.bytes(this.#outlier.save());
    state.bytes(this.#change.save());
    state.f64s(Float64Array.from({ length: this.#count }, (_, p) => this.#scores[(oldest + p) % smoothing]!));
    state.f64(this.outlierScore);
    state.f64(this.changeScore);
    return state.finish();
  }

  /**
   * Loads a detector that `save` wrote. It continues bit for bit.
   *
   * @throws TypeError when `bytes` is no `Uint8Array`; RangeError when the bytes are damaged, of another class, or written by a
   * newer version
   */
  static load(bytes: Uint8Array): ChangeFinder {
    const state = new StateReader(bytes, KIND, FORMAT);
    const smoothing = state.u32();
    const [outlier, change] = [SDAR.load(state.bytes()), SDAR.load(state.bytes())];
    const [scores, outlierScore, changeScore] = [state.f64s(), state.f64(), state.f64()];
    state.end();
    if (scores.length > smoothing) throw new RangeError('bytes are damaged: more scores than the smoothing span');
    const loaded = new ChangeFinder(outlier.order, outlier.discount, change.order, change.discount, smoothing);
    loaded.#outlier = outlier;
    loaded.#change = change;
    loaded.#setScores(scores);
    loaded.outlierScore = outlierScore;
    loaded.changeScore = changeScore;
    return loaded;
  }

  /** Replaces the smoothing span by these outlier scores, oldest first. */
  #setScores(scores: ArrayLike<number>): void {
    this.#at = 0;
    this.#count = 0;
    for (let p = 0; p < scores.length; p++) this.#remember(scores[p]!);
  }

  #remember(score: number): void {
    const { smoothing } = this;
    this.#scores[this.#at] = score;
    this.#at = this.#at + 1 === smoothing ? 0 : this.#at + 1;
    if (this.#count < smoothing) this.#count++;
  }

  /**
   * The mean of `score` and up to smoothing − 1 scores before it, summed from the oldest to the newest. The sum is computed anew
   * each time: a running sum would keep the rounding error of a large score for ever.
   */
  #smooth(score: number): number {
    const { smoothing } = this;
    const scores = this.#scores;
    const before = Math.min(this.#count, smoothing - 1);
    let from = this.#at - before;
    let sum = 0;
    for (; from < 0; from++) sum += scores[from + smoothing]!;
    for (; from < this.#at; from++) sum += scores[from]!;
    return (sum + score) / (before + 1);
  }
}
