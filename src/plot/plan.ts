// The checks of options: from options to numbers that can be drawn.
import { checkChoice, checkInteger, checkNumber, checkOptions, describe } from '../core/checks.ts';
import type { LabeledRange } from '../core/labeled-range.ts';
import { toFloat64 } from '../core/series.ts';
import { checkTimezone } from './axes/dates.ts';
import type {
  PlotOptions,
  PlottedAnomaly,
  PlottedBand,
  PlottedPanels,
  PlottedScore,
  PlottedSeries,
  Times,
} from './options.ts';

/** A score that can be drawn. */
export interface Score {
  readonly label: string;
  /** NaN during the warm-up. */
  readonly values: Float64Array;
  readonly threshold: number | undefined;
  /** In rising order. */
  readonly alarms: readonly number[];
  /** The windows of the alarms; `undefined` for scores of single values. */
  readonly windows: readonly Span[] | undefined;
  readonly warmup: number;
  readonly range: readonly [number, number] | undefined;
}

/** A part of a series, both indices inclusive. */
export type Span = readonly [begin: number, end: number];

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

/** A series that can be drawn. */
export interface Drawn {
  readonly name: string;
  /** '' for none. */
  readonly unit: string;
  readonly values: Float64Array;
  readonly scores: readonly Score[];
  readonly band: Band | undefined;
  readonly anomalies: readonly Span[];
  readonly anomalyName: string;
  readonly ranges: readonly Range[];
}

/** Checked options. */
export interface Plan {
  /** At least one. */
  readonly series: readonly Drawn[];
  /** Number of values of each series. */
  readonly length: number;
  /** The time of value t. */
  readonly timeOf: (t: number) => number;
  readonly isDate: boolean;
  readonly timezone: string;
  readonly timeName: string | undefined;
  /** Ranges that are marked in all series. */
  readonly ranges: readonly Range[];
}

const FRAME_KEYS = ['time', 'timezone', 'title', 'subtitle', 'timeName', 'width', 'height', 'theme'];
const SERIES_KEYS = ['series', 'name', 'unit', 'band', 'scores', 'anomalies', 'anomalyName', 'labels'];
const PANELS_KEYS = ['panels', 'labels'];
const BAND_KEYS = ['low', 'high', 'expected'];
const SCORE_KEYS = ['label', 'values', 'threshold', 'alarms', 'windowSize', 'warmup', 'range'];

/** The options as numbers. Throws for options that cannot be drawn. */
export function planOf(options: PlotOptions): Plan {
  const isMany = typeof options === 'object' && options !== null && 'panels' in options;
  if (isMany && 'series' in options) throw new RangeError('give series or panels, not both');
  checkOptions(options, [...(isMany ? PANELS_KEYS : SERIES_KEYS), ...FRAME_KEYS]);
  for (const key of ['title', 'subtitle', 'timeName'] as const) checkTextIfGiven(options[key], key);
  const { timezone = 'UTC' } = options;
  checkTimezone(timezone, 'timezone');
  if (options.width !== undefined) checkWidth(options.width);
  if (options.height !== undefined) checkInteger(options.height, 'height', 1);
  checkChoice(options.theme ?? 'auto', 'theme', ['auto', 'light', 'dark']);
  const all = isMany ? panelsOf(options as PlottedPanels) : [options as PlottedSeries];
  const isDate = isDateAxis(options.time);
  const series = all.map((one, s) => drawnOf(one, isMany ? `panels[${s}].` : '', isDate));
  const { length } = series[0]!.values;
  for (const [s, { values }] of series.entries()) {
    if (values.length === length) continue;
    throw new RangeError(`panels[${s}].series must be as long as the first one, ${length}, got ${values.length}`);
  }
  const timeName = options.timeName ?? (isDate ? timezone : undefined);
  const ranges = isMany ? rangesOf(options.labels, 'labels', isDate) : [];
  return { series, length, timeOf: timesOf(options.time, length, isDate), isDate, timezone, timeName, ranges };
}

function panelsOf({ panels }: PlottedPanels): readonly PlottedSeries[] {
  const list = listOf(panels, 'panels');
  if (list.length === 0) throw new RangeError('panels must have at least one series, got none');
  for (const [p, panel] of list.entries()) checkKeys(panel, `panels[${p}]`, SERIES_KEYS, 'series');
  return panels;
}

/** @param at what comes before the names of arguments in messages */
function drawnOf(one: PlottedSeries, at: string, isDate: boolean): Drawn {
  const { name = 'series', unit = '', anomalyName = 'anomaly' } = one;
  checkText(name, `${at}name`);
  checkText(unit, `${at}unit`);
  checkText(anomalyName, `${at}anomalyName`);
  const values = toFloat64(one.series, `${at}series`);
  const n = values.length;
  if (n === 0) throw new RangeError(`${at}series must have at least one value, got none`);
  return {
    name,
    unit,
    values,
    scores: listOf(one.scores, `${at}scores`).map((score, s) => scoreOf(score as PlottedScore, `${at}scores[${s}]`, n)),
    band: one.band === undefined ? undefined : bandOf(one.band, `${at}band`, n),
    anomalies: listOf(one.anomalies, `${at}anomalies`).map((part, a) => spanOf(part, `${at}anomalies[${a}]`, n)),
    anomalyName,
    ranges: rangesOf(one.labels, `${at}labels`, isDate),
  };
}

function checkText(text: unknown, argument: string): void {
  if (typeof text !== 'string') throw new TypeError(`${argument} must be a string, got ${describe(text)}`);
}

function checkTextIfGiven(text: unknown, argument: string): void {
  if (text !== undefined) checkText(text, argument);
}

/** Throws for what is no object, and for a key of it that means nothing. */
function checkKeys(
  value: unknown,
  argument: string,
  known: readonly string[],
  needed: string,
): asserts value is object {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${argument} must be an object with ${needed}, got ${describe(value)}`);
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw new RangeError(`${argument}.${key} is unknown; known are ${known.join(', ')}`);
  }
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

/** Whether the first time is a date. Throws for what are no times. */
function isDateAxis(time: Times | undefined): boolean {
  if (time === undefined) return false;
  if (typeof time !== 'object' || time === null || !Number.isSafeInteger(time.length)) {
    throw new TypeError(`time must be an array of numbers or dates, got ${describe(time)}`);
  }
  return time[0] instanceof Date;
}

function timesOf(time: Times | undefined, n: number, isDate: boolean): Plan['timeOf'] {
  if (time === undefined) return (t) => t;
  if (time.length !== n) throw new RangeError(`time must have one entry per value, ${n}, got ${time.length}`);
  const numbers = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    const at = momentOf(time[t], () => `time[${t}]`, isDate);
    if (t > 0 && at < numbers[t - 1]!) {
      throw new RangeError(`time must not go back, but time[${t}] is before time[${t - 1}]: sort the series by time`);
    }
    numbers[t] = at;
  }
  return (t) => numbers[t]!;
}

/** A number, or the milliseconds of a date. */
function momentOf(at: unknown, argument: () => string, isDate: boolean): number {
  const kind = isDate ? 'a date' : 'a number';
  if (isDate ? !(at instanceof Date) : typeof at !== 'number') {
    throw new TypeError(`${argument()} must be ${kind}, like the rest of the time axis, got ${describe(at)}`);
  }
  const number = Number(at);
  if (Number.isFinite(number)) return number;
  throw new RangeError(`${argument()} must be ${isDate ? 'a valid date' : 'a finite number'}, got ${String(at)}`);
}

function scoreOf(score: PlottedScore, name: string, n: number): Score {
  checkKeys(score, name, SCORE_KEYS, 'label and values');
  checkText(score.label, `${name}.label`);
  const { label, threshold, windowSize = 1, warmup = 0, range } = score;
  const values = toFloat64(score.values, `${name}.values`);
  if (values.length !== n) {
    throw new RangeError(`${name}.values must have one score per value of series, ${n}, got ${values.length}`);
  }
  if (threshold !== undefined) checkFinite(threshold, `${name}.threshold`);
  checkInteger(windowSize, `${name}.windowSize`, 1);
  checkInteger(warmup, `${name}.warmup`, 0);
  if (range !== undefined) checkRange(range, `${name}.range`);
  const shown = warmup === 0 ? values : values.slice().fill(NaN, 0, warmup);
  const runs = score.alarms === undefined ? exceedances(shown, threshold) : indices(score.alarms, name, n);
  const windows = runs.map(([begin, end]): Span => [Math.max(0, begin - windowSize + 1), end]);
  const alarms = runs.map(([begin]) => begin);
  return { label, values: shown, threshold, alarms, windows: windowSize > 1 ? windows : undefined, warmup, range };
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

/** Every run of scores above the threshold; a missing score ends a run. */
function exceedances(values: Float64Array, threshold: number | undefined): Span[] {
  const runs: Span[] = [];
  if (threshold === undefined) return runs;
  for (let t = 0; t < values.length; t++) {
    if (!(values[t]! > threshold)) continue;
    const begin = t;
    while (values[t + 1]! > threshold) t++;
    runs.push([begin, t]);
  }
  return runs;
}

/** Given alarms, each of one value, in rising order. */
function indices(alarms: ArrayLike<number>, name: string, n: number): Span[] {
  if (typeof alarms !== 'object' || alarms === null || !Number.isSafeInteger(alarms.length)) {
    throw new TypeError(`${name}.alarms must be an array of indices, got ${describe(alarms)}`);
  }
  const rising = Array.from(alarms, (index, a) => {
    checkInteger(index, `${name}.alarms[${a}]`, 0);
    if (index < n) return index;
    throw new RangeError(`${name}.alarms[${a}] must be an index of series, below ${n}, got ${index}`);
  }).sort((a, b) => a - b);
  return rising.map((index): Span => [index, index]);
}

/** A part of a series; what else an object says, such as the score of an anomaly, is not looked at. */
function spanOf(part: unknown, name: string, n: number): Span {
  if (typeof part !== 'object' || part === null) {
    throw new TypeError(`${name} must be an object with begin and end, got ${describe(part)}`);
  }
  const { begin, end } = part as PlottedAnomaly;
  checkInteger(begin, `${name}.begin`, 0);
  checkInteger(end, `${name}.end`, 0);
  if (begin <= end && end < n) return [begin, end];
  throw new RangeError(`${name} must have begin ≤ end, both indices of series, below ${n}, got ${begin} and ${end}`);
}

function bandOf(band: PlottedBand, name: string, n: number): Band {
  checkKeys(band, name, BAND_KEYS, 'low and high');
  const [low, high] = [numbersOf(band.low, `${name}.low`, n), numbersOf(band.high, `${name}.high`, n)];
  const expected = band.expected === undefined ? undefined : numbersOf(band.expected, `${name}.expected`, n);
  for (let t = 0; t < n; t++) {
    if (low[t]! <= high[t]! || (Number.isNaN(low[t]) && Number.isNaN(high[t]))) continue;
    const remedy = `${name}.low must not exceed ${name}.high; NaN in both where they are not known`;
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

function rangesOf(labels: unknown, argument: string, isDate: boolean): Range[] {
  return listOf(labels, argument).map((range, r) => {
    const name = `${argument}[${r}]`;
    if (typeof range !== 'object' || range === null) {
      throw new TypeError(`${name} must be an object with begin and end, got ${describe(range)}`);
    }
    const { begin, end, label } = range as LabeledRange<number | Date>;
    checkTextIfGiven(label, `${name}.label`);
    const [from, to] = [momentOf(begin, () => `${name}.begin`, isDate), momentOf(end, () => `${name}.end`, isDate)];
    if (from > to) throw new RangeError(`${name} must not end before it begins`);
    return { begin: from, end: to, label: label ?? '' };
  });
}
