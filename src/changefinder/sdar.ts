// SDAR: an autoregressive model that forgets, and scores each value by its prediction error. ChangeFinder uses two.
import { checkOptions } from '../core/checks.ts';
import { LARGEST_VALUE, toNumber, type Value } from '../core/series.ts';
import { StateReader, StateWriter } from '../core/state.ts';
import { learnAll, learnOf, type StreamingDetector } from '../core/streaming-detector.ts';
import { checkCount, checkDiscount, type SDARState, startOf } from './sdar-state.ts';

/** σ is at least this share of the largest remembered |x|, so that the prediction of a constant series keeps a variance. */
const LEAST_DEVIATION = 2 ** -40;

/** σ² is at least this on every scale. */
const LEAST_VARIANCE = 1e-300;

/** The share of C₀ that is added to C₀ before the equations are solved. It moves a κ that is ±1 up to rounding below 1. */
const LOADING = 1e-12;

/** The largest order. Each value costs order² operations, which take a tenth of a second at this order. */
const LARGEST_ORDER = 10_000;

const LOG_2PI = Math.log(2 * Math.PI);

/** The number of values after which the start from zeros is judged. */
const START_VALUES = 20;

/** The start is given up if so many values later it would still count more than the noise does: see `#judgeStart`. */
const START_DELAY = 100;

/**
 * How much more. A start that is kept counts as much as the noise after ln(START_EXCESS)/r + START_DELAY + 2·START_VALUES
 * values at most. The ratio is below 0.1 on walks and on noise around zero, and about 3 at a level of 50 deviations.
 */
const START_EXCESS = 20;

const KIND = 'SDAR';
const FORMAT = 2;

/** Indices of μ, σ², L and C₀ in a model's numbers. C₁ … C_order follow C₀. */
const MEAN = 0;
const VARIANCE = 1;
const LARGEST = 2;
const COVARIANCE = 3;

/** Scratch of one step, shared by all models: x − μ of the lags, and the coefficients a₁ … */
let centered = new Float64Array(64);
let coefficients = new Float64Array(64);

/**
 * Sequentially discounting autoregressive model (Yamanishi & Takeuchi, KDD 2002, section 3). It scores every value by its
 * logarithmic loss under a model that learns from each value and forgets by a factor of 1 − r per value.
 *
 * For each x, with the discount r and the lags j = 0 … order that exist so far:
 *
 *     μ  ← (1 − r)μ + r·x
 *     Cⱼ ← (1 − r)Cⱼ + r(x − μ)(xₜ₋ⱼ − μ)
 *     a  = the solution of Σᵢ aᵢ C|ᵢ₋ⱼ| = Cⱼ, j = 1 … order (Yule–Walker, by Levinson's recursion)
 *     x̂  = μ + Σⱼ aⱼ(xₜ₋ⱼ − μ)
 *     σ² ← (1 − r)σ² + r(x − x̂)²
 *     score = −ln N(x; x̂, σ²) = ½ ln(2πσ²) + (x − x̂)²/(2σ²)
 *
 * Higher = stranger. The unit is nats and the zero is arbitrary: multiplying the series by c adds ln c to every score. About
 * the first 1/r scores are high because the model is new, not because the values are strange. A missing value scores NaN and
 * changes nothing: the value after it follows the value before it.
 *
 * The start is deterministic: zeros and an empty history, or the given state. A series whose level is far from zero forgets
 * the zero late: the level L counts as much as noise of deviation s until ln(r·L²/s²)/r values have come, which is 460 values
 * for L = 100s and r = 0.01, and 1840 for L = 101 325s. So a start from zeros is judged once: by the first 20 values, or
 * where these are all equal, by the first one that differs. With D, the part of the first value that μ still lacks, and s², the mean square of x − μ had μ
 * started at the first value: if r·D²·(1 − r)¹⁰⁰ > 20s², the model becomes the one that started at the first value, as by
 * `initial: { mean: x₀ }`. From then on the scores are those of the series at level 0, up to rounding. At r = 0.01 this happens
 * at levels of about 90s and more; a lower one has forgotten the zero after ln(20)/r + 140 values at most. All other
 * series keep the start from zeros to the bit; so does every series with `initial: { mean: 0 }`.
 *
 * Every score is finite on every series:
 * - σ² ≥ max((2⁻⁴⁰·L)², 10⁻³⁰⁰), where L is the largest |x|. L is forgotten like the rest: L ← max((1 − r)L, |x|). So a constant
 *   series always scores ½ ln(2πσ²) with σ² at this minimum, and a spike of 10¹² does not lower the later scores for ever.
 * - Because σ² ≥ r(x − x̂)², the second term of the score is at most 1/(2r). The logarithm is taken of σ², never of a density.
 * - 10⁻¹² of C₀ is added to C₀, and Levinson's recursion ends before the first reflection coefficient whose size is not below 1.
 *   The coefficients are those of the order reached, and that model is stable. Discounted autocovariances need not form a
 *   covariance matrix, but the system that is solved is never singular or indefinite: the order is lower for a while instead.
 * - A prediction beyond ±2⁵⁰⁰, which no value can reach, is replaced by μ.
 *
 * O(order²) time per value, twice that until the start is judged; O(order) memory. After that `update` allocates nothing.
 *
 * @example
 * new SDAR(3, 0.1).update(1).toFixed(10); // => '4.6622854710'
 */
export class SDAR implements StreamingDetector {
  readonly order: number;
  readonly discount: number;
  /** x̂ of the last value that was not missing, computed when that value came; NaN before the first. */
  prediction: number;
  /** The given start; `undefined` is zeros that are to be judged. */
  readonly #initial: Required<SDARState> | undefined;
  /**
   * All numbers in one array, as there may be 100 000 models:
   *
   *     μ, σ², L, C₀ … C_order    at #model: the model
   *     μ, σ², L, C₀ … C_order    at #next: the model after the value that is scored
   *     the last values, twice    a ring buffer of `order` slots, and the same once more
   *
   * Each of the last values stands in both copies, so the values of lags 1 … order are in one piece: lag j at #newest + j − 1.
   */
  readonly #numbers: Float64Array;
  #model: number;
  #next: number;
  #newest: number;
  /** The number of values in the ring buffer. */
  #count: number;
  /** Whether the start is still to be judged. */
  #isStarting: boolean;
  /** Until then: the model that started at the first value that was learned, and the number of learned values. */
  #alternative: SDAR | undefined;
  #numLearned: number;

  /**
   * @param order number of coefficients, 1 to 10 000; 2 to 10 are usual
   * @param discount r, the weight of the newest value, from 2⁻⁵² to below 1; 0.01 looks back about 100 values
   * @param options.initial the state to continue from, which may come from another implementation; by default zeros, which
   * are given up for the first value where the level is far from zero
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   *
   * @example
   * const initial = { mean: 10, variance: 4, autocovariance: [4, 2], history: [11] };
   * const model = new SDAR(1, 0.01, { initial });
   * model.update(12);
   * model.prediction; // => 10.509951480344098
   */
  constructor(order: number, discount: number, options: { initial?: SDARState } = {}) {
    checkCount(order, 'order', LARGEST_ORDER);
    checkDiscount(discount, 'discount');
    checkOptions(options, ['initial']);
    this.order = order;
    this.discount = discount;
    this.prediction = NaN;
    const { initial = {} } = options;
    const start = startOf(order, initial);
    this.#initial = Object.values(initial).every((part) => part === undefined) ? undefined : start;
    this.#model = 0;
    this.#next = COVARIANCE + order + 1;
    this.#numbers = new Float64Array(2 * this.#next + 2 * order);
    this.#newest = 2 * this.#next;
    this.#count = 0;
    this.#isStarting = false;
    this.#alternative = undefined;
    this.#numLearned = 0;
    if (centered.length < order) {
      centered = new Float64Array(order);
      coefficients = new Float64Array(order);
    }
    this.reset();
  }

  /** μ after the last value that was learned. */
  get mean(): number {
    return this.#numbers[this.#model + MEAN]!;
  }

  /** σ² after the last value that was learned. */
  get variance(): number {
    return this.#numbers[this.#model + VARIANCE]!;
  }

  /**
   * Returns the score of `x`, higher = stranger, then learns `x`. NaN for a missing value.
   *
   * @param options.learn `false`: the score is the same, and later values are predicted from `x`, but μ, C and σ² stay
   * unchanged. So the model follows an outage without learning it. Default `true`
   * @throws TypeError when `x` is neither a number nor missing, or `learn` no boolean
   */
  update(x: Value, options?: { learn?: boolean }): number {
    const value = toNumber(x);
    const learn = learnOf(options);
    if (Number.isNaN(value)) return NaN;
    const score = this.#step(value);
    if (learn) {
      const learned = this.#next;
      this.#next = this.#model;
      this.#model = learned;
    }
    if (this.#isStarting) this.#learnStart(value, learn);
    this.#remember(value);
    return score;
  }

  /** The score that `update(x)` would return. Changes nothing. */
  peek(x: Value): number {
    const value = toNumber(x);
    if (Number.isNaN(value)) return NaN;
    const { prediction } = this;
    const score = this.#step(value);
    this.prediction = prediction;
    return score;
  }

  /** Calls `update` for each value of a series; returns the scores. */
  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  /** Returns to the state after construction: to `initial` where it was given. */
  reset(): void {
    const { mean, variance, autocovariance, history } = this.#initial ?? startOf(this.order, {});
    const largest = Array.from(history).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.#restore([mean, variance, largest, ...Array.from(autocovariance)], history, NaN);
    this.#isStarting = this.#initial === undefined;
    this.#alternative = undefined;
    this.#numLearned = 0;
  }

  /** The whole state as about 16·order + 90 bytes, 40·order + 250 at the start, with a version and a checksum. */
  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    const initial = this.#initial;
    state.u32(this.order);
    state.f64(this.discount);
    state.u8(Number(initial !== undefined));
    if (initial !== undefined) {
      state.f64(initial.mean);
      state.f64(initial.variance);
      state.f64s(initial.autocovariance);
      state.f64s(initial.history);
    }
    state.f64s(this.#learned());
    state.f64s(this.#history());
    state.f64(this.prediction);
    state.u8(Number(this.#isStarting));
    state.u32(this.#numLearned);
    state.bytes(this.#alternative?.save() ?? new Uint8Array());
    return state.finish();
  }

  /**
   * Loads a model that `save` wrote. It continues bit for bit. What a version saved that did not judge the start is not
   * judged.
   *
   * @throws TypeError when `bytes` is no `Uint8Array`; RangeError when the bytes are damaged, of another class, or written by a
   * newer version
   */
  static load(bytes: Uint8Array): SDAR {
    const state = new StateReader(bytes, KIND, FORMAT);
    const [order, discount] = [state.u32(), state.f64()];
    // Format 1 has an initial state always, and was not judged.
    const isGiven = state.format === 1 || state.u8() === 1;
    const initial = isGiven
      ? { mean: state.f64(), variance: state.f64(), autocovariance: state.f64s(), history: state.f64s() }
      : {};
    const [model, history, prediction] = [state.f64s(), state.f64s(), state.f64()];
    const isStarting = state.format > 1 && state.u8() === 1;
    const [numLearned, alternative] = state.format > 1 ? [state.u32(), state.bytes()] : [0, new Uint8Array()];
    state.end();
    if (model.length !== COVARIANCE + order + 1 || history.length > order) {
      throw new RangeError(`bytes are damaged: they hold no model of order ${order}`);
    }
    const loaded = new SDAR(order, discount, { initial });
    loaded.#restore(model, history, prediction);
    loaded.#isStarting = isStarting;
    loaded.#numLearned = numLearned;
    loaded.#alternative = alternative.length === 0 ? undefined : SDAR.load(alternative);
    if (loaded.#alternative !== undefined && loaded.#alternative.order !== order) {
      throw new RangeError(
        `bytes are damaged: they hold two models, of order ${order} and ${loaded.#alternative.order}`,
      );
    }
    return loaded;
  }

  /** μ, σ², L and C₀ … C_order of what was learned: a view. */
  #learned(): Float64Array {
    return this.#numbers.subarray(this.#model, this.#model + COVARIANCE + this.order + 1);
  }

  /** The last values, oldest first. */
  #history(): Float64Array {
    return this.#numbers.slice(this.#newest, this.#newest + this.#count).reverse();
  }

  /** Shows x, which has been scored but not remembered, to the model that started at the first value. */
  #learnStart(x: number, learn: boolean): void {
    if (this.#alternative === undefined) {
      if (!learn) return;
      this.#alternative = new SDAR(this.order, this.discount, { initial: { mean: x, history: this.#history() } });
    }
    this.#alternative.update(x, { learn });
    if (!learn) return;
    this.#numLearned++;
    if (this.#numLearned >= START_VALUES) this.#judgeStart(this.#alternative);
  }

  /**
   * Keeps the model, or becomes the one that started at the first value x₀.
   *
   * Both have learned the same n values, so their means differ by D = (1 − r)ⁿ·x₀: the share of the first error in σ² is about
   * r·D² at first, and (1 − r)ᵐ of it m values later. The C₀ of the other model is the discounted sum of n − 1 squares, whose
   * weights add up to 1 − (1 − r)ⁿ⁻¹; with it s² is their mean. Nothing can be said while all
   * values are the same up to rounding.
   */
  #judgeStart(other: SDAR): void {
    const r = this.discount;
    const weights = -Math.expm1((this.#numLearned - 1) * Math.log1p(-r));
    const learned = other.#learned();
    const square = learned[COVARIANCE]! / weights;
    if (square <= (LEAST_DEVIATION * learned[LARGEST]!) ** 2) return;
    const lack = other.mean - this.mean;
    if (r * (1 - r) ** START_DELAY * lack * lack > START_EXCESS * square) this.#learned().set(learned);
    this.#isStarting = false;
    this.#alternative = undefined;
    this.#numLearned = 0;
  }

  /** Replaces the model, the last values (oldest first) and the prediction. */
  #restore(model: ArrayLike<number>, history: ArrayLike<number>, prediction: number): void {
    this.#numbers.set(model, this.#model);
    this.#count = 0;
    for (let p = 0; p < history.length; p++) this.#remember(history[p]!);
    this.prediction = prediction;
  }

  /** Writes `value` to the ring buffer, where it is lag 1 of the next value. Slots are filled from the last to the first. */
  #remember(value: number): void {
    const { order } = this;
    const numbers = this.#numbers;
    const first = numbers.length - 2 * order;
    const newest = (this.#newest === first ? first + order : this.#newest) - 1;
    numbers[newest] = value;
    numbers[newest + order] = value;
    this.#newest = newest;
    if (this.#count < order) this.#count++;
  }

  /** Returns the score of x, sets `prediction`, and writes the model that has learned x to `#next`. */
  #step(x: number): number {
    const r = this.discount;
    const keep = 1 - r;
    const numbers = this.#numbers;
    const model = this.#model;
    const next = this.#next;
    const newest = this.#newest;
    const count = this.#count;
    const differences = centered;
    const a = coefficients;

    // Mean and autocovariances. C of a lag that does not exist yet stays as it is.
    const mean = keep * numbers[model + MEAN]! + r * x;
    const weighted = r * (x - mean);
    const from = model + COVARIANCE;
    const to = next + COVARIANCE;
    numbers[to] = keep * numbers[from]! + weighted * (x - mean);
    for (let j = 1; j <= count; j++) {
      const difference = numbers[newest + j - 1]! - mean;
      differences[j - 1] = difference;
      numbers[to + j] = keep * numbers[from + j]! + weighted * difference;
    }
    for (let j = count + 1; j <= this.order; j++) numbers[to + j] = numbers[from + j]!;

    // Prediction from the lags that exist.
    const order = solveYuleWalker(numbers, to, count, a);
    let prediction = mean;
    for (let j = 0; j < order; j++) prediction += a[j]! * differences[j]!;
    if (!(Math.abs(prediction) <= LARGEST_VALUE)) prediction = mean;

    // Variance, which is at least its minimum, and the loss.
    const squaredError = (x - prediction) * (x - prediction);
    const largest = Math.max(keep * numbers[model + LARGEST]!, Math.abs(x));
    const least = LEAST_DEVIATION * largest;
    const variance = Math.max(keep * numbers[model + VARIANCE]! + r * squaredError, least * least, LEAST_VARIANCE);
    numbers[next + MEAN] = mean;
    numbers[next + VARIANCE] = variance;
    numbers[next + LARGEST] = largest;
    this.prediction = prediction;
    return 0.5 * (LOG_2PI + Math.log(variance)) + (0.5 * squaredError) / variance;
  }
}

/**
 * Levinson's recursion on C₀ … C_count, which start at c[from]. Writes a₁ … to `a` and returns their number.
 *
 * Let the model of order m − 1 have coefficients aᵢ and error variance E, and let κ = (C_m − Σᵢ aᵢC_m₋ᵢ)/E. Then the model of
 * order m has the coefficients a_m = κ and aᵢ − κ·a_m₋ᵢ for i < m, and the error variance E(1 − κ²). The matrix of C₀ … C_m is
 * positive definite exactly if E > 0 and all |κ| < 1. The recursion ends before the first κ for which this does not hold, or
 * which is NaN because E or a sum left float64.
 */
function solveYuleWalker(c: Float64Array, from: number, count: number, a: Float64Array): number {
  let error = c[from]! * (1 + LOADING);
  for (let m = 1; m <= count; m++) {
    const top = from + m;
    let sum = c[top]!;
    for (let i = 1; i < m; i++) sum -= a[i - 1]! * c[top - i]!;
    const kappa = sum / error;
    if (!(Math.abs(kappa) < 1)) return m - 1;
    // aᵢ and a_m₋ᵢ depend on each other, so both are updated together.
    for (let i = 0, j = m - 2; i <= j; i++, j--) {
      const low = a[i]!;
      const high = a[j]!;
      a[i] = low - kappa * high;
      a[j] = high - kappa * low;
    }
    a[m - 1] = kappa;
    error *= 1 - kappa * kappa;
  }
  return count;
}
