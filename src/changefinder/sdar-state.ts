// The initial state of SDAR, and the checks of its arguments.
import { checkInteger, checkNumber, checkOptions, describe } from '../core/checks.ts';
import { LARGEST_VALUE } from '../core/series.ts';

/** The initial state of a model. A part that is not given is zero, if any is. `{ mean: 0 }` is zeros, whatever comes. */
export interface SDARState {
  /** μ, at most 2⁵⁰⁰ in size. Default 0. */
  mean?: number;
  /** σ² of the prediction errors, from 0 to 2¹⁰⁰². Default 0. */
  variance?: number;
  /** C₀ … C_order, order + 1 numbers in squared units of the series, at most 2¹⁰⁰² in size, C₀ ≥ 0. Default zeros. */
  autocovariance?: ArrayLike<number>;
  /** The values before the first value of the series, oldest first, at most `order`. Default none. */
  history?: ArrayLike<number>;
}

/** An upper bound of products of two differences of values: (2 · 2⁵⁰⁰)². */
const LARGEST_SQUARE = 2 ** 1002;

/** Throws unless `value` is an integer from 1 to `most`. */
export function checkCount(value: number, argument: string, most: number): void {
  checkInteger(value, argument, 1);
  if (value > most) throw new RangeError(`${argument} must be at most ${most}, got ${value}`);
}

/** Throws unless `value` is a discount r between 0 and 1 for which 1 − r rounds neither to 0 nor to 1. */
export function checkDiscount(value: unknown, argument: string): void {
  const expectation = `${argument} must be a number above 0 and below 1`;
  if (typeof value !== 'number') throw new TypeError(`${expectation}, got ${describe(value)}`);
  if (!(value > 0 && value < 1)) throw new RangeError(`${expectation}, got ${value}`);
  if (value < 2 ** -52)
    throw new RangeError(`${argument} must be at least 2^-52, or nothing is forgotten, got ${value}`);
}

/** An initial state with all its parts, checked. */
export function startOf(order: number, initial: SDARState): Required<SDARState> {
  checkOptions(initial, ['mean', 'variance', 'autocovariance', 'history']);
  const { mean = 0, variance = 0, autocovariance = new Float64Array(order + 1), history = [] } = initial;
  checkWithin(mean, 'initial.mean', -LARGEST_VALUE, LARGEST_VALUE);
  checkWithin(variance, 'initial.variance', 0, LARGEST_SQUARE);
  const covariances = numbers(autocovariance, 'initial.autocovariance', LARGEST_SQUARE);
  if (covariances.length !== order + 1) {
    throw new RangeError(
      `initial.autocovariance must hold order + 1 = ${order + 1} numbers, got ${covariances.length}`,
    );
  }
  checkWithin(covariances[0], 'initial.autocovariance[0]', 0, LARGEST_SQUARE);
  const values = numbers(history, 'initial.history', LARGEST_VALUE);
  if (values.length > order) {
    throw new RangeError(`initial.history must hold at most order = ${order} numbers, got ${values.length}`);
  }
  return { mean, variance, autocovariance: covariances, history: values };
}

/** A copy of a list of numbers. @throws unless each is a number of at most `largest` in size */
function numbers(list: ArrayLike<number>, argument: string, largest: number): Float64Array {
  if (typeof list !== 'object' || list === null || !Number.isSafeInteger(list.length)) {
    throw new TypeError(`${argument} must be an array of numbers, got ${describe(list)}`);
  }
  return Float64Array.from(list, (value, p) => {
    checkWithin(value, `${argument}[${p}]`, -largest, largest);
    return value;
  });
}

function checkWithin(value: unknown, argument: string, least: number, most: number): void {
  const what = `a number from ${power(least)} to ${power(most)}`;
  checkNumber(value, argument, what, (x) => x >= least && x <= most);
}

/** A value ±2ⁿ or 0 as text. */
function power(value: number): string {
  return value === 0 ? '0' : `${value < 0 ? '-' : ''}2^${Math.log2(Math.abs(value))}`;
}
