// SDAR: an autoregressive model that forgets, and how badly it predicted each value. One stage of ChangeFinder.
import { checkInteger, checkOptions, describe } from '../core/checks.ts';
import { LARGEST_VALUE, toNumber, type Value } from '../core/series.ts';
import { StateReader, StateWriter } from '../core/state.ts';
import { learnAll, learnOf, type StreamingDetector } from '../core/streaming-detector.ts';

/** What a model starts from, instead of zeros: for the parts that are given. */
export interface SDARState {
  /** μ, at most 2⁵⁰⁰ in size. Default 0. */
  mean?: number;
  /** σ² of the prediction errors, from 0 to 2¹⁰⁰². Default 0. */
  variance?: number;
  /** C₀ … C_order, order + 1 numbers in squared units of the series, at most 2¹⁰⁰² in size, C₀ ≥ 0. Default zeros. */
  autocovariance?: ArrayLike<number>;
  /** The values before the first one, oldest first, at most `order`. Default none. */
  history?: ArrayLike<number>;
}

/** σ is at least this share of the largest |x| that is remembered: a constant must not be predicted without any doubt. */
const LEAST_DEVIATION = 2 ** -40;

/** σ² is at least this, whatever the scale. */
const LEAST_VARIANCE = 1e-300;

/** The share of C₀ that is added to it before the equations are solved: it makes κ = ±1 to rounding a little less. */
const LOADING = 1e-12;

/** Products of two differences of values are at most this: (2 · 2⁵⁰⁰)². */
const LARGEST_SQUARE = 2 ** 1002;

/** A value costs order² operations: at this order a tenth of a second. */
const LARGEST_ORDER = 10_000;

const LOG_2PI = Math.log(2 * Math.PI);

const KIND = 'SDAR';
const FORMAT = 1;

/** Places in a model's numbers, C₀ … C_order at the end. */
const MEAN = 0;
const VARIANCE = 1;
const LARGEST = 2;
const COVARIANCE = 3;

/** x − μ for the lags present, and the coefficients a₁ …: of one step, so all models share them. */
let centered = new Float64Array(64);
let coefficients = new Float64Array(64);

/**
 * Sequentially discounting autoregressive model (Yamanishi & Takeuchi, KDD 2002, section 3): every value is scored by its
 * logarithmic loss under a model that is learned on the way and forgets by a factor of 1 − r per value.
 *
 * For each x, with r the discount and the lags j = 0 … order that are present:
 *
 *     μ  ← (1 − r)μ + r·x
 *     Cⱼ ← (1 − r)Cⱼ + r(x − μ)(xₜ₋ⱼ − μ)
 *     a  = the solution of Σᵢ aᵢ C|ᵢ₋ⱼ| = Cⱼ, j = 1 … order (Yule–Walker, by Levinson's recursion)
 *     x̂  = μ + Σⱼ aⱼ(xₜ₋ⱼ − μ)
 *     σ² ← (1 − r)σ² + r(x − x̂)²
 *     score = −ln N(x; x̂, σ²) = ½ ln(2πσ²) + (x − x̂)²/(2σ²)
 *
 * Higher = stranger; the unit is nats, the zero is arbitrary: multiplying the series by c adds ln c to every score. The start
 * is deterministic: zeros and an empty history. About the first 1/r scores say how new the series is, not how strange.
 * A missing value scores NaN and changes nothing: the next one follows the last that was present.
 *
 * Every score is finite, on whatever series:
 * - σ² ≥ max((2⁻⁴⁰·L)², 10⁻³⁰⁰), with L the largest |x|, which is forgotten like the rest: L ← max((1 − r)L, |x|). A constant
 *   series scores ½ ln(2πσ²) at this floor for ever, and a spike of 10¹² does not blunt the scores of all that comes later.
 * - As σ² ≥ r(x − x̂)², the second term of the score is at most 1/(2r); the logarithm is taken of σ², never of a density.
 * - C₀ is loaded by 10⁻¹² of itself, and Levinson's recursion ends before the first reflection coefficient that is not
 *   below 1 in size: the model is that of the order reached, which is stable. So no update can leave a system that is
 *   singular or indefinite: discounted autocovariances need not form a covariance matrix, the order then drops for a while.
 * - A prediction beyond ±2⁵⁰⁰, which no value can meet, is replaced by μ.
 *
 * O(order²) time per value, O(order) memory; `update` allocates nothing.
 *
 * @example
 * new SDAR(3, 0.1).update(1).toFixed(10); // => '4.6622854710'
 */
export class SDAR implements StreamingDetector {
  readonly order: number;
  readonly discount: number;
  /** x̂ of the last value that was not missing, known after it; NaN before the first. */
  prediction: number;
  readonly #initial: Required<SDARState> | undefined;
  /**
   * All numbers in one array, as there may be 100 000 models: μ, σ², L, C₀ … C_order as they are and as the next value makes
   * them, the one at `#model`, the other at `#next`; then the last values twice, so that those of lags 1 … order are always
   * together: that of lag j at `#newest` + j − 1.
   */
  readonly #numbers: Float64Array;
  #model: number;
  #next: number;
  #newest: number;
  #count: number;

  /**
   * @param order number of coefficients, 1 to 10 000; 2 to 10 are usual
   * @param discount r, the weight of the newest value, from 2⁻⁵² to below 1; 0.01 looks back about 100 values
   * @param options.initial the state of a model to go on with, any other implementation's, too
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
    this.#initial = options.initial && startOf(order, options.initial);
    this.#model = 0;
    this.#next = COVARIANCE + order + 1;
    this.#numbers = new Float64Array(2 * this.#next + 2 * order);
    this.#newest = 2 * this.#next;
    this.#count = 0;
    if (centered.length < order) {
      centered = new Float64Array(order);
      coefficients = new Float64Array(order);
    }
    this.reset();
  }

  /** μ, as last learned. */
  get mean(): number {
    return this.#numbers[this.#model + MEAN]!;
  }

  /** σ², as last learned. */
  get variance(): number {
    return this.#numbers[this.#model + VARIANCE]!;
  }

  /**
   * The score of `x`, higher = stranger, which is then learned; NaN for a missing value.
   *
   * @param options.learn `false`: the score is the same, and `x` becomes the newest of the values that the next ones are
   * predicted from, but μ, C and σ² stay as they were: an outage is followed, not learned; default `true`
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
    this.#remember(value);
    return score;
  }

  /** The score that `update(x)` would return; changes nothing. */
  peek(x: Value): number {
    const value = toNumber(x);
    if (Number.isNaN(value)) return NaN;
    const { prediction } = this;
    const score = this.#step(value);
    this.prediction = prediction;
    return score;
  }

  /** `update` over a series: its scores. */
  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  /** As newly constructed, `initial` included. */
  reset(): void {
    const { mean, variance, autocovariance, history } = this.#initial ?? startOf(this.order, {});
    const largest = Array.from(history).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.#restore([mean, variance, largest, ...Array.from(autocovariance)], history, NaN);
  }

  /** All of the state as bytes, 16·order and about 150 more; versioned and with a checksum. */
  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    const initial = this.#initial ?? startOf(this.order, {});
    state.u32(this.order);
    state.f64(this.discount);
    state.f64(initial.mean);
    state.f64(initial.variance);
    state.f64s(initial.autocovariance);
    state.f64s(initial.history);
    state.f64s(this.#numbers.subarray(this.#model, this.#model + COVARIANCE + this.order + 1));
    state.f64s(this.#numbers.slice(this.#newest, this.#newest + this.#count).reverse());
    state.f64(this.prediction);
    return state.finish();
  }

  /**
   * The model that `save` wrote; it goes on bit for bit.
   *
   * @throws TypeError when `bytes` is no `Uint8Array`; RangeError when they are damaged, of something else, or newer
   */
  static load(bytes: Uint8Array): SDAR {
    const state = new StateReader(bytes, KIND, FORMAT);
    const [order, discount] = [state.u32(), state.f64()];
    const initial = { mean: state.f64(), variance: state.f64(), autocovariance: state.f64s(), history: state.f64s() };
    const [model, history, prediction] = [state.f64s(), state.f64s(), state.f64()];
    state.end();
    if (model.length !== COVARIANCE + order + 1 || history.length > order) {
      throw new RangeError(`bytes are damaged: they hold no model of order ${order}`);
    }
    const loaded = new SDAR(order, discount, { initial });
    loaded.#restore(model, history, prediction);
    return loaded;
  }

  /** This is the model, and these values, oldest first, are the last ones. */
  #restore(model: ArrayLike<number>, history: ArrayLike<number>, prediction: number): void {
    this.#numbers.set(model, this.#model);
    this.#count = 0;
    for (let p = 0; p < history.length; p++) this.#remember(history[p]!);
    this.prediction = prediction;
  }

  /** `value` is lag 1 of the next one. */
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

  /** The score of x, with its prediction; leaves at `#next` the model that has learned x. */
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

    // Mean and autocovariances; a lag that is not present yet has no product to add.
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

    // Prediction.
    const order = solveYuleWalker(numbers, to, count, a);
    let prediction = mean;
    for (let j = 0; j < order; j++) prediction += a[j]! * differences[j]!;
    if (!(Math.abs(prediction) <= LARGEST_VALUE)) prediction = mean;

    // Variance and loss.
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
 * Levinson's recursion on C₀ … C_count, which start at `from`: leaves a₁ … in `a` and returns their number.
 *
 * With the model of order m − 1 and the variance E of its errors, κ = (C_m − Σᵢ aᵢC_m₋ᵢ)/E; the model of order m has
 * a_m = κ, aᵢ − κ·a_m₋ᵢ for i < m, and E(1 − κ²). The matrix of C₀ … C_m is positive definite exactly as long as E > 0 and
 * all |κ| < 1; the recursion ends before the first that is not, or that is no number because E or a sum left float64.
 */
function solveYuleWalker(c: Float64Array, from: number, count: number, a: Float64Array): number {
  let error = c[from]! * (1 + LOADING);
  for (let m = 1; m <= count; m++) {
    const top = from + m;
    let sum = c[top]!;
    for (let i = 1; i < m; i++) sum -= a[i - 1]! * c[top - i]!;
    const kappa = sum / error;
    if (!(Math.abs(kappa) < 1)) return m - 1;
    // aᵢ and a_m₋ᵢ change each other: both at once, in place.
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

/** Throws unless `value` is an integer from 1 to `most`. */
export function checkCount(value: number, argument: string, most: number): void {
  checkInteger(value, argument, 1);
  if (value > most) throw new RangeError(`${argument} must be at most ${most}, got ${value}`);
}

/** Throws unless `value` is a discount: one with which 1 − r is neither 0 nor 1. */
export function checkDiscount(value: unknown, argument: string): void {
  const expectation = `${argument} must be a number above 0 and below 1`;
  if (typeof value !== 'number') throw new TypeError(`${expectation}, got ${describe(value)}`);
  if (!(value > 0 && value < 1)) throw new RangeError(`${expectation}, got ${value}`);
  if (value < 2 ** -52)
    throw new RangeError(`${argument} must be at least 2^-52, or nothing is forgotten, got ${value}`);
}

/** All parts of the state that a model starts from, checked. */
function startOf(order: number, initial: SDARState): Required<SDARState> {
  checkOptions(initial, ['mean', 'variance', 'autocovariance', 'history']);
  const { mean = 0, variance = 0, autocovariance = new Float64Array(order + 1), history = [] } = initial;
  checkNumber(mean, 'initial.mean', -LARGEST_VALUE, LARGEST_VALUE);
  checkNumber(variance, 'initial.variance', 0, LARGEST_SQUARE);
  const covariances = numbers(autocovariance, 'initial.autocovariance', LARGEST_SQUARE);
  if (covariances.length !== order + 1) {
    throw new RangeError(
      `initial.autocovariance must hold order + 1 = ${order + 1} numbers, got ${covariances.length}`,
    );
  }
  checkNumber(covariances[0], 'initial.autocovariance[0]', 0, LARGEST_SQUARE);
  const values = numbers(history, 'initial.history', LARGEST_VALUE);
  if (values.length > order) {
    throw new RangeError(`initial.history must hold at most order = ${order} numbers, got ${values.length}`);
  }
  return { mean, variance, autocovariance: covariances, history: values };
}

/** A copy of a list of numbers of at most this size. */
function numbers(list: ArrayLike<number>, argument: string, largest: number): Float64Array {
  if (typeof list !== 'object' || list === null || !Number.isSafeInteger(list.length)) {
    throw new TypeError(`${argument} must be an array of numbers, got ${describe(list)}`);
  }
  return Float64Array.from(list, (value, p) => {
    checkNumber(value, `${argument}[${p}]`, -largest, largest);
    return value;
  });
}

function checkNumber(value: unknown, argument: string, least: number, most: number): void {
  const expectation = `${argument} must be a number from ${power(least)} to ${power(most)}`;
  if (typeof value !== 'number') throw new TypeError(`${expectation}, got ${describe(value)}`);
  if (!(value >= least && value <= most)) throw new RangeError(`${expectation}, got ${value}`);
}

/** ±2ⁿ, or 0, as text. */
function power(value: number): string {
  return value === 0 ? '0' : `${value < 0 ? '-' : ''}2^${Math.log2(Math.abs(value))}`;
}
