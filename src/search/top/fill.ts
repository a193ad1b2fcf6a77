// From a join to the numbers and arrays of a top-n search.
import { type WindowSet, windowMean, windowScale } from '../../core/windows.ts';
import type { MakeArray } from '../../wasm/arrays.ts';
import type { Join } from '../join.ts';
import { EPSILON } from './kernel/error-bound.ts';
import {
  MEAN,
  NO_COLUMN,
  PADDING,
  RAW,
  seriesOf,
  type TopSeries,
  type TopShape,
  UNFILTERED,
  ZSCORE,
} from './kernel/state.ts';

/** Number of values whose median is the center. */
const SAMPLE = 1001;

/** Values farther from the center than this times the farthest of the sample are clamped in float32. */
const REACH = 8;

/** The series of a join, one behind the other, and where the columns begin. */
function partsOf({ rows, columns, isSelf }: Join): { parts: readonly WindowSet[]; columnOffset: number } {
  return isSelf ? { parts: [rows], columnOffset: 0 } : { parts: [rows, columns], columnOffset: rows.data.length };
}

/** The shape of the search for the windows whose k neighbors are farthest. O(n). */
export function shapeOf(join: Join, k: number, isMax: boolean): TopShape {
  const { rows, columns, isSelf, exclusion, after } = join;
  const { parts, columnOffset } = partsOf(join);
  const w = rows.width;
  const length = columnOffset + columns.data.length;
  const mode = { none: RAW, mean: MEAN, zscore: ZSCORE }[rows.normalize];
  const { center, range, largest, farthest } = rangeOf(parts);
  const reach = Math.min(range, farthest);
  const factor = 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(2 / reach))));
  const isWhole = parts.every(({ starts, numWindows }) => starts.length === numWindows);
  return {
    length,
    windowSize: w,
    k,
    numWindows: Math.max(0, length - w + 1),
    numRows: rows.numWindows,
    firstColumn: columnOffset,
    endColumn: columnOffset + columns.numWindows,
    exclusion: isSelf ? exclusion : -1,
    left: isSelf && after === 0,
    mode,
    isMax,
    hasFlags: !isWhole || (mode !== RAW && farthest > reach),
    center,
    factor,
    extent: reach * factor,
    meanError: mode === RAW ? 0 : 4.2 * w * (w * EPSILON * largest) ** 2,
  };
}

/** The center of the values, the reach of a sample of them, and their largest magnitude and distance from the center. */
function rangeOf(parts: readonly WindowSet[]): Record<'center' | 'range' | 'largest' | 'farthest', number> {
  const numValues = parts.reduce((sum, { data }) => sum + data.length, 0);
  const step = Math.max(1, numValues / SAMPLE);
  const sample: number[] = [];
  for (const { data } of parts) {
    // The step varies, for an even one is in phase with some period.
    for (let t = 0, c = 0; t < data.length; c++, t = Math.floor((c + ((c * 0.618) % 1)) * step)) {
      if (!Number.isNaN(data[t])) sample.push(data[t]!);
    }
  }
  const sorted = Float64Array.from(sample).sort();
  const center = sorted[sorted.length >> 1] ?? 0;
  const spread = Math.max(center - (sorted[0] ?? 0), (sorted.at(-1) ?? 0) - center);
  let largest = 0;
  let farthest = 0;
  for (const { data } of parts) {
    for (let t = 0; t < data.length; t++) {
      const x = data[t]!;
      if (Math.abs(x) > largest) largest = Math.abs(x);
      if (Math.abs(x - center) > farthest) farthest = Math.abs(x - center);
    }
  }
  return { center, range: spread > 0 ? REACH * spread : farthest, largest, farthest };
}

/** Makes and fills the arrays of the search. O(n), normalized O(n·w). */
export function fillSeries(shape: TopShape, join: Join, make: MakeArray): TopSeries {
  const series = seriesOf(shape, make);
  const { x, x32, mean, sigma, flags } = series;
  const { windowSize: w, center, factor, extent, mode, hasFlags } = shape;
  const { parts } = partsOf(join);
  if (hasFlags) flags.fill(NO_COLUMN);
  let offset = 0;
  for (const { data, starts } of parts) {
    for (let t = 0; t < data.length; t++) {
      const value = data[t]!;
      const known = Number.isNaN(value) ? center : value;
      x[offset + t] = known;
      x32[offset + t] = Math.max(-extent, Math.min(extent, (known - center) * factor));
    }
    if (hasFlags) for (const i of starts) flags[offset + i] = 0;
    if (mode !== RAW) {
      for (const i of starts) {
        const mu = windowMean(data, i, w);
        mean[offset + i] = mu;
        sigma[offset + i] = windowScale(data, i, w, mu, 'zscore');
      }
    }
    offset += data.length;
  }
  if (mode !== RAW && hasFlags) markUnfiltered(shape, series);
  return series;
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

/** Bytes of the arrays of a search, about; for estimates of memory. */
export function bytesOf({ length, numWindows, mode, hasFlags }: TopShape): number {
  return (length + PADDING) * 12 + (mode === RAW ? 0 : 16 * numWindows) + (hasFlags ? numWindows : 0);
}
