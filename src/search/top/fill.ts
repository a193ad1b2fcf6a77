// From two series to the numbers and arrays of a top-n search.
import { type Normalization, windowMean, windowScale } from '../../core/windows.ts';
import type { MakeArray } from '../../wasm/arrays.ts';
import { EPSILON } from './kernel/error-bound.ts';
import { MEAN, NO_COLUMN, RAW, seriesOf, type TopSeries, type TopShape, UNFILTERED, ZSCORE } from './kernel/state.ts';

/** What is searched: the windows of a series that are farthest from its others, or from those of a reference. Missing is NaN. */
export interface TopSource {
  readonly series: Float64Array;
  readonly reference: Float64Array | undefined;
  readonly windowSize: number;
  readonly normalize: Normalization;
  /** Only without a reference. */
  readonly exclusionZone: number;
  readonly side: 'both' | 'left';
}

/** Number of values whose median is the center. */
const SAMPLE = 1001;

/** Values farther from the center than this times the farthest of the sample are clamped in float32. */
const REACH = 8;

/** The series, one behind the other: the first has the rows, the last the columns. */
function partsOf({ series, reference }: TopSource): readonly Float64Array[] {
  return reference ? [series, reference] : [series];
}

/** Calls `found` with the first and the last start of every stretch of windows that touch no missing value. O(n). */
function eachStretch(values: Float64Array, w: number, found: (first: number, last: number) => void): void {
  let first = 0; // no value from here to t is missing
  for (let t = 0; t <= values.length; t++) {
    if (t < values.length && !Number.isNaN(values[t])) continue;
    if (t - first >= w) found(first, t - w);
    first = t + 1;
  }
}

function countWindows(values: Float64Array, w: number): number {
  let count = 0;
  eachStretch(values, w, (first, last) => (count += last - first + 1));
  return count;
}

/** How many windows of the rows, and of the columns, touch no missing value. O(n). */
export function numWindowsOf(source: TopSource): { numRows: number; numColumns: number } {
  const counts = partsOf(source).map((values) => countWindows(values, source.windowSize));
  return { numRows: counts[0]!, numColumns: counts.at(-1)! };
}

/** The shape of the search for the windows whose k neighbors are farthest. O(n). */
export function shapeOf(source: TopSource, k: number, isMax: boolean): TopShape {
  const { series, reference, windowSize: w, normalize, exclusionZone, side } = source;
  const columnOffset = reference ? series.length : 0;
  const length = columnOffset + (reference ?? series).length;
  const mode = { none: RAW, mean: MEAN, zscore: ZSCORE }[normalize];
  const parts = partsOf(source);
  const { center, reach, largest, farthest, isWhole } = rangeOf(parts);
  const factor = 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(2 / reach))));
  const windowsOf = (values: Float64Array): number => Math.max(0, values.length - w + 1);
  return {
    length,
    windowSize: w,
    k,
    numWindows: Math.max(0, length - w + 1),
    numRows: windowsOf(series),
    firstColumn: columnOffset,
    endColumn: columnOffset + windowsOf(reference ?? series),
    exclusion: reference ? -1 : exclusionZone,
    left: !reference && side === 'left',
    mode,
    isMax,
    hasFlags: !isWhole || (mode !== RAW && farthest > reach),
    center,
    factor,
    extent: reach * factor,
    meanError: mode === RAW ? 0 : 4.2 * w * (w * EPSILON * largest) ** 2,
  };
}

/** What is known of the values: see TopShape. */
interface Range {
  readonly center: number;
  /** The distance from the center up to which float32 holds values: all of them, or most. */
  readonly reach: number;
  readonly largest: number;
  readonly farthest: number;
  readonly isWhole: boolean;
}

function rangeOf(parts: readonly Float64Array[]): Range {
  const numValues = parts.reduce((sum, { length }) => sum + length, 0);
  const step = Math.max(1, numValues / SAMPLE);
  const sample: number[] = [];
  for (const values of parts) {
    // The step varies, for an even one is in phase with some period.
    for (let t = 0, c = 0; t < values.length; c++, t = Math.floor((c + ((c * 0.618) % 1)) * step)) {
      if (!Number.isNaN(values[t])) sample.push(values[t]!);
    }
  }
  const sorted = Float64Array.from(sample).sort();
  const center = sorted[sorted.length >> 1] ?? 0;
  const spread = Math.max(center - (sorted[0] ?? 0), (sorted.at(-1) ?? 0) - center);
  let extremes: Extremes = { lowest: center, highest: center, isWhole: true };
  for (const values of parts) extremes = extended(extremes, values);
  const { lowest, highest, isWhole } = extremes;
  const farthest = Math.max(highest - center, center - lowest);
  const reach = spread > 0 ? Math.min(REACH * spread, farthest) : farthest;
  return { center, reach, largest: Math.max(Math.abs(lowest), Math.abs(highest)), farthest, isWhole };
}

/** The lowest and highest of some values, and whether none is missing. */
interface Extremes {
  readonly lowest: number;
  readonly highest: number;
  readonly isWhole: boolean;
}

function extended({ lowest, highest, isWhole }: Extremes, values: Float64Array): Extremes {
  for (let t = 0; t < values.length; t++) {
    const x = values[t]!;
    if (x < lowest) lowest = x;
    if (x > highest) highest = x;
    if (Number.isNaN(x)) isWhole = false;
  }
  return { lowest, highest, isWhole };
}

/** Makes and fills the arrays of the search. O(n), normalized O(n·w). */
export function fillSeries(shape: TopShape, source: TopSource, make: MakeArray): TopSeries {
  const series = seriesOf(shape, make);
  const { x, mean, sigma, flags } = series;
  const { windowSize: w, mode, hasFlags } = shape;
  if (hasFlags) flags.fill(NO_COLUMN);
  let offset = 0;
  for (const values of partsOf(source)) {
    x.set(values, offset);
    eachStretch(values, w, (first, last) => {
      if (hasFlags) flags.fill(0, offset + first, offset + last + 1);
      if (mode === RAW) return;
      for (let i = first; i <= last; i++) {
        const mu = windowMean(values, i, w);
        mean[offset + i] = mu;
        sigma[offset + i] = windowScale(values, i, w, mu, 'zscore');
      }
    });
    offset += values.length;
  }
  scaleValues(shape, series);
  if (mode !== RAW && hasFlags) markUnfiltered(shape, series);
  return series;
}

/** Puts the center in the place of missing values, and writes x32. */
function scaleValues({ center, factor, extent, length }: TopShape, { x, x32 }: TopSeries): void {
  for (let t = 0; t < length; t++) {
    let y = x[t]!;
    if (Number.isNaN(y)) x[t] = y = center;
    y = (y - center) * factor;
    x32[t] = Math.min(extent, Math.max(-extent, y));
  }
}

/** Marks the windows with a value that float32 does not hold. */
function markUnfiltered({ windowSize: w, center, factor, extent, length }: TopShape, { x, flags }: TopSeries): void {
  let last = -Infinity;
  for (let t = 0; t < length; t++) {
    if (Math.abs((x[t]! - center) * factor) > extent) last = t;
    const i = t - w + 1;
    if (i >= 0 && last >= i) flags[i] = flags[i]! | UNFILTERED;
  }
}
