// SDAR: an autoregressive model that forgets, and how badly it predicted each value. One stage of ChangeFinder.
import {
  checkInteger,
  checkOptions,
  describe,
  learnAll,
  type StreamingDetector,
  toNumber,
  type Value,
} from './detector.ts';
import { StateReader, StateWriter } from './state.ts';

/** What a model starts from, instead of zeros. */
export interface SDARState {
  /** μ */
  mean?: number;
  /** σ², of the prediction errors, ≥ 0. */
  variance?: number;
  /** C₀ … C_order, in squared units of the series. */
  autocovariance?: ArrayLike<number>;
  /** The values before the first one, oldest first, at most `order`. */
  history?: ArrayLike<number>;
}

/** σ is at least this share of the largest |x| so far: a constant series must not be predicted without any doubt. */
const LEAST_DEVIATION = 2 ** -40;

/** σ² is at least this, whatever the scale. */
const LEAST_VARIANCE = 1e-300;

/** The share of C₀ that is added to it before the equations are solved: it makes κ = ±1 to rounding a little less. */
const LOADING = 1e-12;

const LOG_2PI = Math.log(2 * Math.PI);

const KIND = 'SDAR';
const FORMAT = 1;

/** Places in a model's numbers, before C₀. */
const MEAN = 0;
const VARIANCE = 1;
const LARGEST = 2;
const COVARIANCE = 3;

/**
 * Sequentially discounting autoregressive model (Yamanishi & Takeuchi 2002, section 3): every value is scored by its
 * logarithmic loss under a model that is learned on the way and forgets by a factor of 1 − r per value.
 *
 * For each x, with r the discount and lags j = 0 … order:
 *
 *     μ  ← (1 − r)μ + r·x
 *     Cⱼ ← (1 − r)Cⱼ + r(x − μ)(xₜ₋ⱼ − μ)
 *     a  = the solution of Σᵢ aᵢ C|ᵢ₋ⱼ| = Cⱼ, j = 1 … order (Yule–Walker, by Levinson's recursion)
 *     x̂  = μ + Σⱼ aⱼ(xₜ₋ⱼ − μ)
 *     σ² ← (1 − r)σ² + r(x − x̂)²
 *     score = −ln N(x; x̂, σ²) = ½ ln(2πσ²) + (x − x̂)²/(2σ²)
 *
 * A history shorter than the order uses the lags present. The start is deterministic: zeros and an empty history, so that
 * about the first 1/r scores say how new the series is, not how strange.
 *
 * It stays finite on whatever comes: σ² is at least (2⁻⁴⁰·max |x|)² and 10⁻³⁰⁰, C₀ is loaded by 10⁻¹² of itself, and the
 * recursion ends before the first reflection coefficient that is not below 1, with the model of that lower order, which is
 * stable. Missing values score NaN and change nothing. O(order²) per value, nothing is allocated.
 *
 * @example
 * new SDAR(3, 0.1).update(1); // => 4.6622854710498
 */
export class SDAR implements StreamingDetector {
  readonly order: number;
  readonly discount: number;
  /** x̂ of the last value, known after it; NaN before the first. */
  prediction: number;
  /** μ, σ², max |x|, C₀ … C_order: as they are, as the next value makes them, and as they were given. */
  #model: Float64Array;
  #next: Float64Array;
  readonly #initial: { readonly model: Float64Array; readonly history: readonly number[] };
  /** The last values: that of lag j at place (#newest + j − 1) mod order. */
  readonly #history: Float64Array;
  #newest: number;
  #count: number;
  /** x − μ for the lags present, the coefficients a₁ … and those of one order less. */
  readonly #centered: Float64Array;
  readonly #coefficients: Float64Array;
  readonly #lower: Float64Array;

  /**
   * @param order number of coefficients, at least 1; 2 to 10 are usual
   * @param discount r, above 0 and below 1: the weight of the newest value; 0.01 looks back about 100 values
   * @param options.initial the state of a model to go on with, for the parts that are given
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   */
  constructor(order: number, discount: number, options: { initial?: SDARState } = {}) {
    checkInteger(order, 'order', 1);
    checkDiscount(discount, 'discount');
    checkOptions(options, ['initial']);
    this.order = order;
    this.discount = discount;
    this.#initial = startOf(order, options.initial ?? {});
    this.#model = new Float64Array(COVARIANCE + order + 1);
    this.#next = new Float64Array(COVARIANCE + order + 1);
    this.#history = new Float64Array(order);
    this.#newest = 0;
    this.#count = 0;
    this.#centered = new Float64Array(order);
    this.#coefficients = new Float64Array(order);
    this.#lower = new Float64Array(order);
    this.prediction = NaN;
    this.reset();
  }

  /** σ², as of the last value. */
  get variance(): number {
    return this.#model[VARIANCE]!;
  }

  /** μ, as of the last value. */
  get mean(): number {
    return this.#model[MEAN]!;
  }

  update(x: Value, { learn = true }: { learn?: boolean } = {}): number {
    const value = toNumber(x);
    if (Number.isNaN(value)) return NaN;
    const score = this.#step(value);
    if (learn) [this.#model, this.#next] = [this.#next, this.#model];
    const { order } = this;
    this.#newest = (this.#newest + order - 1) % order;
    this.#history[this.#newest] = value;
    if (this.#count < order) this.#count++;
    return score;
  }

  peek(x: Value): number {
    const value = toNumber(x);
    const { prediction } = this;
    const score = Number.isNaN(value) ? NaN : this.#step(value);
    this.prediction = prediction;
    return score;
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    const { model, history } = this.#initial;
    this.#model.set(model);
    this.#count = history.length;
    this.#newest = 0;
    this.#history.fill(0);
    for (let j = 1; j <= history.length; j++) this.#history[j - 1] = history[history.length - j]!;
    this.prediction = NaN;
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    state.u32(this.order);
    state.f64(this.discount);
    state.f64s(this.#initial.model);
    state.f64s(this.#initial.history);
    state.f64s(this.#model);
    state.f64s(Float64Array.from({ length: this.#count }, (_, j) => this.#lag(this.#count - j)));
    state.f64(this.prediction);
    return state.finish();
  }

  /** The model that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): SDAR {
    const state = new StateReader(bytes, KIND, FORMAT);
    const model = new SDAR(state.u32(), state.f64(), {});
    const [initial, given, now, history] = [state.f64s(), state.f64s(), state.f64s(), state.f64s()];
    model.prediction = state.f64();
    state.end();
    model.#initial.model.set(initial);
    (model.#initial.history as number[]).push(...given);
    model.#model.set(now);
    model.#count = history.length;
    history.reverse().forEach((value, j) => {
      model.#history[j] = value;
    });
    return model;
  }

  /** xₜ₋ⱼ of the next value. */
  #lag(j: number): number {
    return this.#history[(this.#newest + j - 1) % this.order]!;
  }

  /** The model with x in `#next`, and the score of x under it. */
  #step(x: number): number {
    const r = this.discount;
    const model = this.#model;
    const next = this.#next;
    const centered = this.#centered;
    const count = this.#count;
    const mean = (1 - r) * model[MEAN]! + r * x;
    const deviation = x - mean;
    next[COVARIANCE] = (1 - r) * model[COVARIANCE]! + r * deviation * deviation;
    for (let j = 1; j <= this.order; j++) {
      // A lag that is not present yet has no product to add.
      const old = model[COVARIANCE + j]!;
      if (j <= count) centered[j - 1] = this.#lag(j) - mean;
      next[COVARIANCE + j] = j <= count ? (1 - r) * old + r * deviation * centered[j - 1]! : old;
    }
    const order = this.#solve(next, count);
    let prediction = mean;
    for (let j = 0; j < order; j++) prediction += this.#coefficients[j]! * centered[j]!;
    const error = x - prediction;
    const largest = Math.max(model[LARGEST]!, Math.abs(x));
    const floor = Math.max((LEAST_DEVIATION * largest) ** 2, LEAST_VARIANCE);
    const variance = Math.max((1 - r) * model[VARIANCE]! + r * error * error, floor);
    next[MEAN] = mean;
    next[VARIANCE] = variance;
    next[LARGEST] = largest;
    this.prediction = prediction;
    return 0.5 * (LOG_2PI + Math.log(variance)) + (error * error) / (2 * variance);
  }

  /**
   * Levinson's recursion on C₀ … C_count: leaves a₁ … in `#coefficients` and returns their number. With the model of order
   * m − 1 and its error E, κ = (C_m − Σ aᵢC_m₋ᵢ)/E; the model of order m has a_m = κ, aᵢ − κ·a_m₋ᵢ and E(1 − κ²). The
   * matrix is positive definite exactly as long as all |κ| < 1; discounted autocovariances need not make it so.
   */
  #solve(model: Float64Array, count: number): number {
    const a = this.#coefficients;
    const lower = this.#lower;
    let error = model[COVARIANCE]! * (1 + LOADING);
    for (let m = 1; m <= count; m++) {
      let sum = model[COVARIANCE + m]!;
      for (let i = 1; i < m; i++) sum -= a[i - 1]! * model[COVARIANCE + m - i]!;
      const kappa = sum / error;
      if (!(Math.abs(kappa) < 1)) return m - 1;
      for (let i = 0; i < m - 1; i++) lower[i] = a[i]!;
      for (let i = 1; i < m; i++) a[i - 1] = lower[i - 1]! - kappa * lower[m - i - 1]!;
      a[m - 1] = kappa;
      error *= 1 - kappa * kappa;
    }
    return count;
  }
}

/** Throws unless `value` is a discount. */
export function checkDiscount(value: unknown, argument: string): void {
  const expectation = `${argument} must be a number above 0 and below 1`;
  if (typeof value !== 'number') throw new TypeError(`${expectation}, got ${describe(value)}`);
  if (!(value > 0 && value < 1)) throw new RangeError(`${expectation}, got ${value}`);
}

/** The numbers that a model starts from. */
function startOf(order: number, initial: SDARState): { model: Float64Array; history: number[] } {
  checkOptions(initial, ['mean', 'variance', 'autocovariance', 'history']);
  const { mean = 0, variance = 0, autocovariance = new Float64Array(order + 1), history = [] } = initial;
  if (typeof variance === 'number' && variance < 0) {
    throw new RangeError(`initial.variance must not be negative, got ${variance}`);
  }
  const covariances = numbers(autocovariance, 'initial.autocovariance');
  if (covariances.length !== order + 1) {
    throw new RangeError(
      `initial.autocovariance must hold order + 1 = ${order + 1} numbers, got ${covariances.length}`,
    );
  }
  const values = numbers(history, 'initial.history');
  if (values.length > order) {
    throw new RangeError(`initial.history must hold at most order = ${order} numbers, got ${values.length}`);
  }
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const [first, second] = numbers([mean, variance], 'initial.mean and initial.variance');
  return { model: Float64Array.of(first!, second!, largest, ...covariances), history: values };
}

/** A list of finite numbers. */
function numbers(list: ArrayLike<number>, argument: string): number[] {
  if (typeof list !== 'object' || list === null || !Number.isSafeInteger(list.length)) {
    throw new TypeError(`${argument} must be an array of numbers, got ${describe(list)}`);
  }
  return Array.from(list, (value) => {
    if (typeof value !== 'number') throw new TypeError(`${argument} must be finite numbers, got ${describe(value)}`);
    if (!Number.isFinite(value)) throw new RangeError(`${argument} must be finite numbers, got ${value}`);
    return value;
  });
}
