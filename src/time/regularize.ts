// regularize: rows with times as a series with one value per step, which is what windows need.
import { checkChoice, checkNumber, checkOptions, describe, isPositive } from '../core/checks.ts';
import { type Series, toFloat64 } from '../core/series.ts';
import { findStep } from './step.ts';

/** What becomes of several rows of one time. */
export type DuplicateRule = 'last' | 'first' | 'mean' | 'error';

/** Options of {@link regularize}. */
export interface RegularizeOptions {
  /** The distance of two times of the grid. By default it is found. */
  step?: number;
  /** The rule for several rows of one time. Default: `'last'`, unless half of the rows and more are such rows. */
  duplicates?: DuplicateRule;
  /** The longest grid that is made. Default: 10 million values, or twice the number of rows if that is more. */
  maxLength?: number;
}

/** A series with one value per step. */
export interface RegularSeries {
  /** The grid: time i is the first time + i·step. */
  times: Float64Array;
  /** The value of each time of the grid; NaN where it is missing, and where no row has this time. */
  values: Float64Array;
  /** The step, given or found; NaN for fewer than two rows if none is given. */
  step: number;
  /** Of each row the index of its time in the grid: where its score stands. */
  rows: Int32Array;
  /** Whether the rows came in the order of their times. */
  sorted: boolean;
  /** Number of rows beyond the first one of their time of the grid. */
  numDuplicates: number;
  /** Number of times of the grid that no row has. */
  numAbsent: number;
}

/** The longest grid by default. */
const MOST_VALUES = 10_000_000;

/** Indices of a grid are int32. */
const MOST_INDEX = 2 ** 31 - 1;

const DUPLICATE_RULES: readonly DuplicateRule[] = ['last', 'first', 'mean', 'error'];

/**
 * Puts rows with times on a regular grid, so that every window of the result spans the same time.
 *
 * - **Order.** Rows may come in any order; rows of one time keep theirs.
 * - **Step.** Without `step` it is the median difference of different times (the lower middle of an even number), or where
 *   times drift off that grid, as jitter and months make them, the mean step. Every time must lie within a quarter of a step
 *   of the grid, and is put on it. If one does not, the series is irregular: a `RangeError` says where, and that `step`
 *   decides. With `step` every row goes to the nearest time of the grid, from the first time on, however far it is off.
 * - **Holes.** A time of the grid that no row has gets a missing value. A window with a missing value is not compared, so
 *   that no window crosses a hole.
 * - **Duplicates.** Of rows with the same time of the grid the value of the last, the first or the mean is taken, of those
 *   that are not missing; `'error'` refuses them. Last and first are in the order of times, then of rows. Rows whose times
 *   repeat in at least half of the cases are several series in one; that is refused unless `duplicates` is given.
 *
 * O(n log n) time, O(n) where rows are in order but for finding the step, and 16 bytes per value of the grid.
 *
 * @param times one per row: numbers in any unit, such as milliseconds since 1970, or dates; never missing
 * @param values one per row; `null`, `undefined`, NaN, ±Infinity and |x| > 2⁵⁰⁰ are missing
 * @param options.step positive, in the unit of the times (milliseconds for dates)
 * @param options.maxLength a positive integer below 2³¹: a single wrong time must not fill the memory with missing values
 * @throws TypeError when an argument is of the wrong kind; RangeError when the lengths differ, a time is not finite, no step
 * fits, all of several times are equal and no step is given, duplicates are refused, or the grid is longer than `maxLength`
 *
 * @example
 * const { values, step, rows, numAbsent } = regularize([0, 60, 180, 240], [5, 6, 8, 9]);
 * step; // => 60
 * Array.from(values); // => [5, 6, NaN, 8, 9]
 * Array.from(rows); // => [0, 1, 3, 4]
 * numAbsent; // => 1
 */
export function regularize(
  times: ArrayLike<number | Date>,
  values: Series,
  options: RegularizeOptions = {},
): RegularSeries {
  checkOptions(options, ['step', 'duplicates', 'maxLength']);
  const { step, duplicates } = options;
  if (step !== undefined) checkNumber(step, 'step', 'a positive number', isPositive);
  if (duplicates !== undefined) checkChoice(duplicates, 'duplicates', DUPLICATE_RULES);
  const at = toTimes(times);
  const x = toFloat64(values, 'values');
  const n = at.length;
  if (x.length !== n) throw new RangeError(`values must be as many as times (${n}), got ${x.length}`);
  if (options.maxLength !== undefined) checkMaxLength(options.maxLength);
  const grid = gridOf(at, n > 0 && times[0] instanceof Date, options);
  return {
    times: grid.times,
    values: grid.place(x),
    step: grid.step,
    rows: grid.rows,
    sorted: grid.order === undefined,
    numDuplicates: grid.numDuplicates,
    numAbsent: grid.numAbsent,
  };
}

/** The grid of rows, on which the values of several columns are put one after the other. */
export interface Grid extends Pick<RegularSeries, 'times' | 'step' | 'rows' | 'numDuplicates' | 'numAbsent'> {
  /** The rows in the order of their times, rows of one time in their own; `undefined` if that is the order they have. */
  readonly order: Uint32Array | undefined;
  /** The values of a column, one per row, on the grid: see {@link RegularSeries.values}. */
  place(values: Float64Array): Float64Array;
}

/**
 * The grid of these times, as {@link regularize} makes it; the options are right.
 *
 * @param isDate whether messages show times as dates
 * @throws RangeError where `regularize` does
 */
export function gridOf(at: Float64Array, isDate: boolean, options: RegularizeOptions): Grid {
  const n = at.length;
  const { duplicates, maxLength = Math.min(MOST_INDEX, Math.max(MOST_VALUES, 2 * n)) } = options;
  const write = isDate ? (time: number) => new Date(time).toISOString() : String;
  const order = orderOf(at);
  const distinct = distinctTimes(at, order);
  if (duplicates === undefined) refuseInterleaved(n, distinct.length);
  const step = options.step ?? stepOf(distinct, n, write);
  checkLength(distinct, step, maxLength, write);
  const rows = rowsOn(at, distinct[0]!, step);
  const length = n === 0 ? 0 : positionOf(distinct.at(-1)!, distinct[0]!, step) + 1;
  const rule = duplicates ?? 'last';
  const numDuplicates = countDuplicates(rows, order, rule, (row) => write(at[row]!));
  return {
    times: Float64Array.from({ length }, (_, i) => distinct[0]! + (i === 0 ? 0 : i * step)), // 0·NaN of a single row
    step,
    rows,
    order,
    numDuplicates,
    numAbsent: length - (n - numDuplicates),
    place: (values) => merge(values, rows, order, length, rule),
  };
}

/**
 * The different times of rows in ascending order, as if they were a grid: for what needs an order but no step. The step is NaN, and
 * no time is absent. The options are right.
 *
 * @param isDate whether messages show times as dates
 * @throws RangeError where duplicates are refused
 */
export function ranksOf(
  at: Float64Array,
  isDate: boolean,
  { duplicates }: Pick<RegularizeOptions, 'duplicates'>,
): Grid {
  const write = isDate ? (time: number) => new Date(time).toISOString() : String;
  const order = orderOf(at);
  const times = distinctTimes(at, order);
  if (duplicates === undefined) refuseInterleaved(at.length, times.length);
  const rows = new Int32Array(at.length);
  for (let t = 0, rank = 0; t < at.length; t++) {
    const row = order === undefined ? t : order[t]!;
    while (times[rank]! < at[row]!) rank++;
    rows[row] = rank;
  }
  const rule = duplicates ?? 'last';
  const numDuplicates = countDuplicates(rows, order, rule, (row) => write(at[row]!));
  const place = (values: Float64Array): Float64Array => merge(values, rows, order, times.length, rule);
  return { times, step: NaN, rows, order, numDuplicates, numAbsent: 0, place };
}

function checkMaxLength(maxLength: unknown): void {
  const isLength = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= MOST_INDEX;
  checkNumber(maxLength, 'maxLength', 'a positive integer below 2^31', isLength);
}

/** The times as float64. */
function toTimes(times: ArrayLike<number | Date>): Float64Array {
  const length = (times as { length?: unknown } | null | undefined)?.length;
  if (typeof times !== 'object' || !Number.isSafeInteger(length) || (length as number) < 0) {
    throw new TypeError(`times must be an array of numbers or dates, got ${describe(times)}`);
  }
  const at = new Float64Array(length as number);
  for (let t = 0; t < at.length; t++) {
    const time: unknown = times[t];
    if (typeof time !== 'number' && !(time instanceof Date)) {
      throw new TypeError(
        `times[${t}] must be a number or a date, got ${describe(time)}: leave out rows without a time`,
      );
    }
    at[t] = Number(time);
    if (!Number.isFinite(at[t])) {
      const got = time instanceof Date ? 'an invalid date' : String(time);
      throw new RangeError(`times[${t}] must be finite, got ${got}: leave out rows without a time`);
    }
  }
  return at;
}

/** The rows in the order of their times, rows of one time in their own; `undefined` if that is the order they have. */
function orderOf(at: Float64Array): Uint32Array | undefined {
  let t = 1;
  while (t < at.length && at[t - 1]! <= at[t]!) t++;
  if (t >= at.length) return undefined;
  const order = new Uint32Array(at.length);
  for (let row = 0; row < order.length; row++) order[row] = row;
  return order.sort((a, b) => at[a]! - at[b]! || a - b);
}

/** The different times in ascending order. */
function distinctTimes(at: Float64Array, order: Uint32Array | undefined): Float64Array {
  const distinct = new Float64Array(at.length);
  let count = 0;
  for (let t = 0; t < at.length; t++) {
    const time = at[order === undefined ? t : order[t]!]!;
    if (count === 0 || time > distinct[count - 1]!) distinct[count++] = time;
  }
  return distinct.subarray(0, count);
}

/** Two series in one have every time twice: any rule but a chosen one would make nonsense of them. */
function refuseInterleaved(n: number, numDistinct: number): void {
  if (n < 2 || numDistinct > n / 2) return;
  throw new RangeError(
    `times must mostly differ, but ${n} rows have ${numDistinct} different times, as several series in one have: separate them, or choose what becomes of rows of one time with duplicates`,
  );
}

/** The step of the times; NaN for a single row, which needs none. */
function stepOf(distinct: Float64Array, n: number, write: (time: number) => string): number {
  if (distinct.length < 2) {
    if (n < 2) return NaN;
    throw new RangeError(
      `times must differ for a step to be found, but all ${n} are ${write(distinct[0]!)}: give step`,
    );
  }
  const { step, numOff, firstOff, offset } = findStep(distinct);
  if (numOff === 0) return step;
  const [before, time] = [distinct[firstOff - 1]!, distinct[firstOff]!];
  throw new RangeError(
    `times must have a common step: their median difference is ${step}, but ${write(time)}, which follows ${write(before)}, is ${offset.toFixed(2)} steps off its multiples, and so are ${numOff} of ${distinct.length} times; step puts each on the nearest multiple of it`,
  );
}

function positionOf(time: number, first: number, step: number): number {
  return time === first ? 0 : Math.round((time - first) / step);
}

function checkLength(distinct: Float64Array, step: number, maxLength: number, write: (time: number) => string): void {
  if (distinct.length < 2) return;
  const length = positionOf(distinct.at(-1)!, distinct[0]!, step) + 1;
  if (length <= maxLength) return;
  let widest = 1;
  for (let t = 2; t < distinct.length; t++) {
    if (distinct[t]! - distinct[t - 1]! > distinct[widest]! - distinct[widest - 1]!) widest = t;
  }
  const [from, to] = [write(distinct[widest - 1]!), write(distinct[widest]!)];
  throw new RangeError(
    `times must make a grid of at most maxLength ${maxLength} values, got ${length} with step ${step}; the widest gap is from ${from} to ${to}: remove wrong times, or raise step or maxLength`,
  );
}

/** Of each row the index of the nearest time of the grid. */
function rowsOn(at: Float64Array, first: number, step: number): Int32Array {
  const rows = new Int32Array(at.length);
  for (let t = 0; t < at.length; t++) rows[t] = positionOf(at[t]!, first, step);
  return rows;
}

/** Number of rows beyond the first one of their time of the grid. @throws RangeError where the rule refuses them */
function countDuplicates(
  rows: Int32Array,
  order: Uint32Array | undefined,
  rule: DuplicateRule,
  writeTime: (row: number) => string,
): number {
  let count = 0;
  for (let t = 1; t < rows.length; t++) {
    const [before, row] = order === undefined ? [t - 1, t] : [order[t - 1]!, order[t]!];
    if (rows[before] !== rows[row]) continue;
    if (rule === 'error') throw duplicateError(before, row, writeTime);
    count++;
  }
  return count;
}

/** The values on the grid. Rows are met in the order of their times, so the last one is met last. */
function merge(
  x: Float64Array,
  rows: Int32Array,
  order: Uint32Array | undefined,
  length: number,
  rule: DuplicateRule,
): Float64Array {
  const merged = new Float64Array(length).fill(NaN);
  let latest = -1; // the time of the grid that was met last, and how many values it has so far
  let count = 0;
  for (let t = 0; t < x.length; t++) {
    const row = order === undefined ? t : order[t]!;
    const i = rows[row]!;
    if (i !== latest) count = 0;
    latest = i;
    const value = x[row]!;
    if (Number.isNaN(value)) continue;
    count++;
    if (count === 1 || rule === 'last') merged[i] = value;
    else if (rule === 'mean') merged[i] = merged[i]! + (value - merged[i]!) / count;
  }
  return merged;
}

function duplicateError(before: number, row: number, writeTime: (row: number) => string): RangeError {
  const [first, second] = [writeTime(before), writeTime(row)];
  const which = first === second ? `are both ${first}` : `are ${first} and ${second}, one time of the grid`;
  return new RangeError(`times[${before}] and times[${row}] ${which}, and duplicates is 'error'`);
}
