// The options of plotSVG and their checks: from options to numbers that can be drawn.
import { checkChoice, checkInteger, checkNumber, checkOptions, describe } from '../core/checks.ts';
import type { LabeledRange } from '../core/labeled-range.ts';
import { type Series, toFloat64 } from '../core/series.ts';

/** The times of a series, numbers or dates: one per value, not falling. */
export type Times = ArrayLike<number> | readonly Date[];

/** Colors for light pages, for dark pages, or for the reader's preference. */
export type Theme = 'auto' | 'light' | 'dark';

/** The scores of one detector. */
export interface PlottedScore {
  /** The detector's name. */
  readonly label: string;
  /** A score per value of the series; missing ones are gaps. */
  readonly values: Series;
  /** A line across the panel. */
  readonly threshold?: number;
  /**
   * Indices that are marked, here and in the series. Default: with a threshold, the first value of every run of scores
   * above it; else none.
   */
  readonly alarms?: ArrayLike<number>;
  /** The range of the panel's axis, such as without the first scores of a detector. Default: 0 and all scores. */
  readonly range?: readonly [least: number, largest: number];
}

/** What is normal at each value of a series, such as `low`, `high` and `expected` of a monitor before the value came. */
export interface PlottedBand {
  /** The ends, one per value of the series. NaN in both where they are not known; an open end is infinite. */
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  /** A thin dashed line, one number per value of the series, NaN where none is known. Default: no line. */
  readonly expected?: ArrayLike<number>;
}

/** What {@link plotSVG} draws. */
export interface PlotOptions {
  /** The values; missing ones are gaps. At least one value. */
  readonly series: Series;
  /** Default: indices from 0. Dates are shown in UTC. */
  readonly time?: Times;
  /**
   * An area behind the series, and a line. The axis is that of the series, extended by a quarter of its range at most: a band
   * that is wider ends at the edge of the panel.
   */
  readonly band?: PlottedBand;
  /** Panels beneath the series, from top to bottom. */
  readonly scores?: readonly PlottedScore[];
  /** Parts of the time axis that are marked from top to bottom, in times; in indices if there are no times. */
  readonly labels?: readonly LabeledRange<number | Date>[];
  readonly title?: string;
  /** A line under the title. */
  readonly subtitle?: string;
  /** Name of the series. Default: `series`. */
  readonly name?: string;
  /** Name of the time axis, shown beneath it. */
  readonly timeName?: string;
  /** Pixels, 200 to 10 000. Default: 880. */
  readonly width?: number;
  /** Pixels, at least what the panels need. Default: 120 to 150 for the series and 90 for every score. */
  readonly height?: number;
  /** Default: `'auto'`. */
  readonly theme?: Theme;
}

/** A score that can be drawn. */
export interface Score {
  readonly label: string;
  readonly values: Float64Array;
  readonly threshold: number | undefined;
  /** In rising order. */
  readonly alarms: readonly number[];
  readonly range: readonly [number, number] | undefined;
}

/** A band in numbers. */
export interface Band {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly expected: Float64Array | undefined;
}

/** A labeled range in numbers. */
export interface Range {
  readonly begin: number;
  readonly end: number;
  readonly label: string;
}

/** Checked options. */
export interface Plan {
  readonly values: Float64Array;
  /** The time of value t. */
  readonly timeOf: (t: number) => number;
  readonly isDate: boolean;
  readonly scores: readonly Score[];
  readonly band: Band | undefined;
  readonly ranges: readonly Range[];
}

const KEYS = [
  ...['series', 'time', 'band', 'scores', 'labels', 'title', 'subtitle', 'name', 'timeName'],
  ...['width', 'height', 'theme'],
];
const BAND_KEYS = ['low', 'high', 'expected'];
const SCORE_KEYS = ['label', 'values', 'threshold', 'alarms', 'range'];

/** The options as numbers. Throws for options that cannot be drawn. */
export function planOf(options: PlotOptions): Plan {
  checkOptions(options, KEYS);
  for (const key of ['title', 'subtitle', 'name', 'timeName'] as const) {
    if (options[key] !== undefined) checkText(options[key], key);
  }
  if (options.width !== undefined) checkWidth(options.width);
  if (options.height !== undefined) checkInteger(options.height, 'height', 1);
  checkChoice(options.theme ?? 'auto', 'theme', ['auto', 'light', 'dark']);
  const values = toFloat64(options.series, 'series');
  if (values.length === 0) throw new RangeError('series must have at least one value, got none');
  const { isDate, timeOf } = timesOf(options.time, values.length);
  const scores = listOf(options.scores, 'scores').map((score, s) => scoreOf(score as PlottedScore, s, values.length));
  const band = options.band === undefined ? undefined : bandOf(options.band, values.length);
  const ranges = listOf(options.labels, 'labels').map((range, r) =>
    rangeOf(range as LabeledRange<number | Date>, r, isDate),
  );
  return { values, timeOf, isDate, scores, band, ranges };
}

function checkText(text: unknown, argument: string): void {
  if (typeof text !== 'string') throw new TypeError(`${argument} must be a string, got ${describe(text)}`);
}

function checkWidth(width: number): void {
  checkInteger(width, 'width', 1);
  if (width < 200 || width > 10_000) throw new RangeError(`width must be from 200 to 10000 pixels, got ${width}`);
}

function listOf(list: unknown, argument: string): readonly unknown[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw new TypeError(`${argument} must be an array, got ${describe(list)}`);
  return list;
}

function timesOf(time: Times | undefined, n: number): Pick<Plan, 'timeOf' | 'isDate'> {
  if (time === undefined) return { timeOf: (t) => t, isDate: false };
  if (typeof time !== 'object' || time === null || !Number.isSafeInteger(time.length)) {
    throw new TypeError(`time must be an array of numbers or dates, got ${describe(time)}`);
  }
  if (time.length !== n) throw new RangeError(`time must have one entry per value, ${n}, got ${time.length}`);
  const isDate = time[0] instanceof Date;
  const numbers = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    const at = momentOf(time[t], `time[${t}]`, isDate);
    if (t > 0 && at < numbers[t - 1]!) {
      throw new RangeError(`time must not go back, but time[${t}] is before time[${t - 1}]: sort the series by time`);
    }
    numbers[t] = at;
  }
  return { timeOf: (t) => numbers[t]!, isDate };
}

/** A number, or the milliseconds of a date. */
function momentOf(at: unknown, argument: string, isDate: boolean): number {
  const kind = isDate ? 'a date' : 'a number';
  if (isDate ? !(at instanceof Date) : typeof at !== 'number') {
    throw new TypeError(`${argument} must be ${kind}, like the rest of the time axis, got ${describe(at)}`);
  }
  const number = Number(at);
  if (Number.isFinite(number)) return number;
  throw new RangeError(`${argument} must be ${isDate ? 'a valid date' : 'a finite number'}, got ${String(at)}`);
}

function scoreOf(score: PlottedScore, s: number, n: number): Score {
  const name = `scores[${s}]`;
  if (typeof score !== 'object' || score === null) {
    throw new TypeError(`${name} must be an object with label and values, got ${describe(score)}`);
  }
  for (const key of Object.keys(score)) {
    if (!SCORE_KEYS.includes(key))
      throw new RangeError(`${name}.${key} is unknown; known are ${SCORE_KEYS.join(', ')}`);
  }
  checkText(score.label, `${name}.label`);
  const values = toFloat64(score.values, `${name}.values`);
  if (values.length !== n) {
    throw new RangeError(`${name}.values must have one score per value of series, ${n}, got ${values.length}`);
  }
  const { threshold, range } = score;
  if (threshold !== undefined) checkFinite(threshold, `${name}.threshold`);
  if (range !== undefined) checkRange(range, `${name}.range`);
  const alarms = score.alarms === undefined ? exceedances(values, threshold) : indices(score.alarms, name, n);
  return { label: score.label, values, threshold, alarms, range };
}

function checkFinite(x: unknown, argument: string): void {
  checkNumber(x, argument, 'a finite number', Number.isFinite);
}

function checkRange(range: unknown, argument: string): void {
  if (!Array.isArray(range) || range.length !== 2) {
    throw new TypeError(`${argument} must be [least, largest], got ${describe(range)}`);
  }
  for (const [i, end] of range.entries()) checkFinite(end, `${argument}[${i}]`);
  if (range[0] < range[1]) return;
  throw new RangeError(`${argument} must be [least, largest] with least < largest, got [${range.join(', ')}]`);
}

/** The first index of every run of scores above the threshold; a missing score ends a run. */
function exceedances(values: Float64Array, threshold: number | undefined): number[] {
  const starts: number[] = [];
  if (threshold === undefined) return starts;
  for (let t = 0; t < values.length; t++) {
    if (values[t]! > threshold && !(t > 0 && values[t - 1]! > threshold)) starts.push(t);
  }
  return starts;
}

function indices(alarms: ArrayLike<number>, name: string, n: number): number[] {
  if (typeof alarms !== 'object' || alarms === null || !Number.isSafeInteger(alarms.length)) {
    throw new TypeError(`${name}.alarms must be an array of indices, got ${describe(alarms)}`);
  }
  return Array.from(alarms, (index, a) => {
    checkInteger(index, `${name}.alarms[${a}]`, 0);
    if (index < n) return index;
    throw new RangeError(`${name}.alarms[${a}] must be an index of series, below ${n}, got ${index}`);
  }).sort((a, b) => a - b);
}

function bandOf(band: PlottedBand, n: number): Band {
  if (typeof band !== 'object' || band === null) {
    throw new TypeError(`band must be an object with low and high, got ${describe(band)}`);
  }
  for (const key of Object.keys(band)) {
    if (!BAND_KEYS.includes(key)) throw new RangeError(`band.${key} is unknown; known are ${BAND_KEYS.join(', ')}`);
  }
  const [low, high] = [numbersOf(band.low, 'band.low', n), numbersOf(band.high, 'band.high', n)];
  const expected = band.expected === undefined ? undefined : numbersOf(band.expected, 'band.expected', n);
  for (let t = 0; t < n; t++) {
    if (low[t]! <= high[t]! || (Number.isNaN(low[t]) && Number.isNaN(high[t]))) continue;
    const remedy = 'band.low must not exceed band.high; NaN in both where they are not known';
    throw new RangeError(`${remedy}, got ${low[t]} and ${high[t]} at index ${t}`);
  }
  return { low, high, expected };
}

/** A number per value of the series; infinite ones and NaN mean something. */
function numbersOf(list: ArrayLike<number>, argument: string, n: number): Float64Array {
  if (typeof list !== 'object' || list === null || !Number.isSafeInteger(list.length)) {
    throw new TypeError(`${argument} must be an array of numbers, got ${describe(list)}`);
  }
  if (list.length !== n) {
    throw new RangeError(`${argument} must have one number per value of series, ${n}, got ${list.length}`);
  }
  return Float64Array.from(list, (x, t) => {
    if (typeof x !== 'number') throw new TypeError(`${argument}[${t}] must be a number, got ${describe(x)}`);
    return x;
  });
}

function rangeOf(range: LabeledRange<number | Date>, r: number, isDate: boolean): Range {
  const name = `labels[${r}]`;
  if (typeof range !== 'object' || range === null) {
    throw new TypeError(`${name} must be an object with begin and end, got ${describe(range)}`);
  }
  if (range.label !== undefined) checkText(range.label, `${name}.label`);
  const begin = momentOf(range.begin, `${name}.begin`, isDate);
  const end = momentOf(range.end, `${name}.end`, isDate);
  if (begin > end) throw new RangeError(`${name} must not end before it begins`);
  return { begin, end, label: range.label ?? '' };
}
