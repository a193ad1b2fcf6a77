// The types of series, the rule of missing values, and the conversion of a series to float64.
import { describe } from './checks.ts';

/** A numeric typed array: `score` returns a `Float64Array` for it. */
export type NumericTypedArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/**
 * A series: numbers in time order, in an array, a typed array or anything with a length and indices.
 * `null`, `undefined`, holes, NaN, ±Infinity and |x| > 2⁵⁰⁰ are missing values.
 */
export type Series = ArrayLike<number | null | undefined>;

/** Values beyond ±2⁵⁰⁰ are sentinels, not measurements: their squares would leave float64. */
export const LARGEST_VALUE: number = 2 ** 500;

/** One value of a series, as a stream meets it: `null`, `undefined`, NaN, ±Infinity and |x| > 2⁵⁰⁰ are missing. */
export type Value = number | null | undefined;

/** A value as float64, NaN if it is missing. @throws TypeError when it is neither a number nor missing */
export function toNumber(x: Value): number {
  if (typeof x === 'number') return markMissing(x);
  if (x === null || x === undefined) return NaN;
  throw new TypeError(`x must be a number, null or undefined, got ${describe(x)}`);
}

/**
 * The series as float64 with every missing value as NaN: the input itself if nothing has to change, else a copy.
 *
 * @throws TypeError when `series` is no array of numbers, with the index of the first value that is none
 */
export function toFloat64(series: Series, argument: string): Float64Array {
  checkSeries(series, argument);
  if (series instanceof Float64Array) return isMarked(series) ? series : Float64Array.from(series, markMissing);
  const { length } = series;
  const values = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const x = series[t];
    if (typeof x === 'number') values[t] = markMissing(x);
    else if (x === null || x === undefined) values[t] = NaN;
    else throw new TypeError(`${argument}[${t}] must be a number, null or undefined, got ${describe(x)}`);
  }
  return values;
}

function markMissing(x: number): number {
  return Math.abs(x) <= LARGEST_VALUE ? x : NaN;
}

/** True if every missing value is NaN already. */
function isMarked(values: Float64Array): boolean {
  for (let t = 0; t < values.length; t++) if (Math.abs(values[t]!) > LARGEST_VALUE) return false;
  return true;
}

function checkSeries(series: unknown, argument: string): void {
  const expected = `${argument} must be an array or typed array of numbers, got `;
  if (typeof series !== 'object' || series === null) throw new TypeError(expected + describe(series));
  if (series instanceof BigInt64Array || series instanceof BigUint64Array) {
    throw new TypeError(`${expected}a BigInt array: convert it with Float64Array.from(series, Number)`);
  }
  const { length } = series as { length?: unknown };
  if (!Number.isSafeInteger(length) || (length as number) < 0) throw new TypeError(expected + describe(series));
}

/** The index of the first missing value, or −1. */
export function firstMissing(values: Float64Array): number {
  for (let t = 0; t < values.length; t++) if (Number.isNaN(values[t])) return t;
  return -1;
}

/** The error for a missing value `x` under the option `missing: 'throw'`; `subject` names the value, `where` its position. */
export function missingError(subject: string, x: unknown, where: string = ''): RangeError {
  return new RangeError(`${subject} is missing (${String(x)})${where} and missing is 'throw'`);
}

/** @throws RangeError for the first missing value of `series`, whose float64 values are `values` */
export function checkNoneMissing(series: Series, values: Float64Array, argument: string): void {
  const t = firstMissing(values);
  if (t >= 0) throw missingError(`${argument}[${t}]`, series[t]);
}
