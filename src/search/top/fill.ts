// From two series to the numbers and arrays of a top-n search.
import { type Normalization, windowMean, windowScale } from '../../core/windows.ts';
import type { MakeArray } from '../../wasm/arrays.ts';
import { numPointsOf } from './guesses.ts';
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

/** What one look at all values tells. */
export interface Survey {
  /** How many windows of the rows, and of the columns, touch no missing value. */
  readonly numRows: number;
  readonly numColumns: number;
  readonly lowest: number;
  readonly highest: number;
  /** Whether every window counts. */
  readonly isWhole: boolean;
}

/** Number of values whose median is the center. */
const SAMPLE = 1001;

/** Values farther from the center than this times the farthest of the sample are clamped in float32. */
const REACH = 8;

/** The series, one behind the other: the first has the rows, the last the columns. */
function partsOf({ series, reference }: TopSource): readonly Float64Array[] {
  return reference ? [series, reference] : [series];
}

function numWindowsOf({ length }: Float64Array, w: number): number {
  return Math.max(0, length - w + 1);
}

/** Looks at all values. O(n). */
export function surveyOf(source: TopSource): Survey {
  const { windowSize: w } = source;
  const counts: number[] = [];
  let lowest = Infinity;
  let highest = -Infinity;
  let isWhole = true;
  for (const values of partsOf(source)) {
    let count = 0;
    let first = w - 1; // windows that end before it touch a missing value, or begin before the series
    for (let t = 0; t < values.length; t++) {
      const x = values[t]!;
      if (x < lowest) lowest = x;
      if (x > highest) highest = x;
      if (Number.isNaN(x)) first = t + w;
      if (t >= first) count++;
    }
    counts.push(count);
    isWhole &&= count === numWindowsOf(values, w);
  }
  return { numRows: counts[0]!, numColumns: counts.at(-1)!, lowest, highest, isWhole };
}

/**
 * The shape of the search for the windows whose k neighbors are farthest.
 *
 * @param isCopied whether the values are copied; normalized windows have them copied anyway
 */
export function shapeOf(source: TopSource, survey: Survey, k: number, isMax: boolean, isCopied: boolean): TopShape {
  const { series, reference, windowSize: w, normalize, exclusionZone, side } = source;
  const columnOffset = reference ? series.length : 0;
  const length = columnOffset + (reference ?? series).length;
  const numColumns = numWindowsOf(reference ?? series, w);
  const mode = { none: RAW, mean: MEAN, zscore: ZSCORE }[normalize];
  const { lowest, highest, isWhole } = survey;
  const { center, spread } = middleOf(partsOf(source));
  // The distance from the center up to which float32 holds values: all of them, or most.
  const farthest = Math.max(0, highest - center, center - lowest);
  const reach = spread > 0 ? Math.min(REACH * spread, farthest) : farthest;
  const factor = 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(2 / reach))));
  const largest = Math.max(highest, -lowest);
  return {
    length,
    windowSize: w,
    k,
    numWindows: Math.max(0, length - w + 1),
    numRows: numWindowsOf(series, w),
    firstColumn: columnOffset,
    endColumn: columnOffset + numColumns,
    numPoints: numPointsOf(numColumns),
    exclusion: reference ? -1 : exclusionZone,
    left: !reference && side === 'left',
    mode,
    isMax,
    hasValues: isCopied || mode !== RAW,
    hasFlags: !isWhole || (mode !== RAW && farthest > reach),
    center,
    factor,
    extent: reach * factor,
    meanError: mode === RAW ? 0 : 4.2 * w * (w * EPSILON * largest) ** 2,
  };
}

/** The median of a sample of the values, and the distance of the farthest of them. */
function middleOf(parts: readonly Float64Array[]): { center: number; spread: number } {
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
  return { center, spread: Math.max(center - (sorted[0] ?? 0), (sorted.at(-1) ?? 0) - center) };
}

/** Makes and fills the arrays of the search. O(n), normalized O(n·w). */
export function fillSeries(shape: TopShape, source: TopSource, make: MakeArray): TopSeries {
  const series = seriesOf(shape, make);
  const { x, x32, mean, sigma, flags } = series;
  const { windowSize: w, mode, hasValues, hasFlags, center, factor, extent } = shape;
  if (hasFlags) flags.fill(NO_COLUMN);
  let offset = 0;
  for (const values of partsOf(source)) {
    let first = 0; // no value from here to t is missing
    let far = -1; // the last value that float32 does not hold
    for (let t = 0; t < values.length; t++) {
      let value = values[t]!;
      if (Number.isNaN(value)) {
        value = center;
        first = t + 1;
      }
      let y = (value - center) * factor;
      if (Math.abs(y) > extent) {
        y = y > 0 ? extent : -extent;
        far = t;
      }
      x32[offset + t] = y;
      if (hasValues) x[offset + t] = value;
      const i = t - w + 1;
      if (i < first) continue;
      if (hasFlags) flags[offset + i] = mode !== RAW && far >= i ? UNFILTERED : 0;
      if (mode === RAW) continue;
      mean[offset + i] = windowMean(values, i, w);
      sigma[offset + i] = windowScale(values, i, w, mean[offset + i]!, 'zscore');
    }
    offset += values.length;
  }
  return series;
}
