// What a series may be, what counts as missing, and the argument checks every detector shares.

/** A numeric typed array: what `score` answers with a `Float64Array`. */
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

/**
 * A detector that meets one value at a time. It keeps what it has learned; `save` and the `load` of its class carry that
 * over a restart, to the bit.
 */
export interface StreamingDetector {
  /**
   * Scores `x`, then learns it: higher = stranger, NaN for a missing value or a window that touches one.
   *
   * @param options.learn `false`: the value enters the current window but not the memory, so that an outage is not
   * learned; default `true`
   * @throws TypeError when `x` is neither a number nor missing
   */
  update(x: Value, options?: { learn?: boolean }): number;
  /** The score that `update(x)` would return; changes nothing. */
  peek(x: Value): number;
  /** `update` over a series: its scores. */
  learn(series: Iterable<Value>): number[];
  /** Forgets everything: as newly constructed. */
  reset(): void;
  /** All of the state as bytes, versioned and with a checksum. */
  save(): Uint8Array;
}

/** A value as float64, NaN if it is missing. @throws TypeError when it is neither a number nor missing */
export function toNumber(x: Value): number {
  if (typeof x === 'number') return markMissing(x);
  if (x === null || x === undefined) return NaN;
  throw new TypeError(`x must be a number, null or undefined, got ${describe(x)}`);
}

/** `detector.update` over a series: its scores. */
export function learnAll(detector: Pick<StreamingDetector, 'update'>, series: Iterable<Value>): number[] {
  if (typeof series?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`series must be iterable, got ${describe(series)}`);
  }
  const scores: number[] = [];
  for (const x of series) scores.push(detector.update(x));
  return scores;
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

/** True if every missing value already is NaN. */
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

/** Throws unless `value` is an integer of at least `least`. */
export function checkInteger(value: unknown, argument: string, least: 0 | 1): void {
  const expectation = `${argument} must be a ${least === 1 ? 'positive' : 'non-negative'} integer`;
  if (typeof value !== 'number') throw new TypeError(`${expectation}, got ${describe(value)}`);
  if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`${expectation}, got ${value}`);
}

/** Throws unless `seed` is an integer: what decides random choices, the same everywhere. */
export function checkSeed(seed: unknown): void {
  if (typeof seed !== 'number') throw new TypeError(`seed must be an integer, got ${describe(seed)}`);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be an integer, got ${seed}`);
}

/** Throws unless `value` is one of `choices`. */
export function checkChoice(value: unknown, argument: string, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  const message = `${argument} must be one of ${choices.map((c) => `'${c}'`).join(', ')}, got ${describe(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

/** Throws unless windows of this size can be normalized so: a single value has no shape. */
export function checkNormalization(normalize: unknown, windowSize: number): void {
  checkChoice(normalize, 'normalize', ['none', 'mean', 'zscore']);
  if (normalize === 'none' || windowSize >= 2) return;
  throw new RangeError(`normalize '${normalize}' needs a windowSize of at least 2, got ${windowSize}`);
}

/** Throws unless `options` is an object whose keys are all known: a misspelled option must not be ignored. */
export function checkOptions(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`options must be an object, got ${describe(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new RangeError(`options.${key} is unknown; known are ${known.join(', ')}`);
  }
}

/** A value as an error message shows it: short, and telling its kind. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `string "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `${typeof value} ${String(value)}`;
  return Array.isArray(value) ? 'an array' : `an object (${value.constructor?.name ?? 'no prototype'})`;
}
