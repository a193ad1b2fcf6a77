// The parts of a diagonal search: which lags of which rows are done together, and in which order.
import { goldenOrder } from '../golden-order.ts';
import type { Join } from '../join.ts';
import { BAND } from './error-bound.ts';
import { type DiagonalShape, LANES } from './state.ts';

/** Bands per segment: a part takes the rows of one segment. Each part seeds its lags anew, w operations per lag. */
export const BANDS_PER_SEGMENT = 16;

/** Lags per part: a few milliseconds of work. */
const LAGS_PER_PART = 1024;

/** The nearest lags are done first: near windows tend to be near in value, and a tight threshold turns the others away. */
const NEAR_LAGS = 64;

/** The lags [from, to) for the rows of the segment that starts with `band`. */
export interface Part {
  readonly band: number;
  readonly from: number;
  readonly to: number;
}

/** The lags [from, to) that a band meets. All bands have lags of the form `from` + a multiple of LANES. */
interface Lags {
  readonly from: number;
  readonly to: number;
}

/**
 * The lags of a band. In a self-join they begin beyond the exclusion zone. With a reference they begin where the last row of the
 * band meets the first column. A join whose rows are a part of its columns has bands before its rows, too, which meet the rows
 * as columns:
 *
 *     windows  0 … a … b … N     rows a … b − 1
 *     band i < a                 lags a − i … b − 1 − i
 *     band a ≤ i < b             lags up to N − 1 − i, or to b − 1 − i if a row takes columns of its left side only
 */
export function lagsOf(
  { firstRow, numRows, numWindows, both }: DiagonalShape,
  { exclusion }: Join,
  columnOffset: number,
  band: number,
): Lags {
  const first = band * BAND;
  const last = Math.min(first + BAND, numRows);
  const least = columnOffset === 0 ? exclusion + 1 : 1;
  const lag = Math.max(least, (columnOffset === 0 ? firstRow - last : columnOffset - first - BAND) + 1);
  const meetsRowsOnly = columnOffset === 0 && (last <= firstRow || !both);
  return { from: lag - ((lag - least) % LANES), to: (meetsRowsOnly ? numRows : numWindows) - first };
}

/**
 * The parts of a search. The first `numNear` hold the near lags of all segments. The other ranges of lags follow in golden
 * order: any beginning of the search covers the lags evenly, so that early results are good everywhere.
 */
export function partition(shape: DiagonalShape, join: Join, columnOffset: number): { parts: Part[]; numNear: number } {
  // The segments, with their lags [lowest, end).
  const numBands = Math.ceil(shape.numRows / BAND);
  const segments = Array.from({ length: Math.ceil(numBands / BANDS_PER_SEGMENT) }, (_, s) => {
    const band = s * BANDS_PER_SEGMENT;
    const lags = bandsOf(band, numBands).map((b) => lagsOf(shape, join, columnOffset, b));
    return { band, lowest: Math.min(...lags.map(({ from }) => from)), end: Math.max(...lags.map(({ to }) => to)) };
  });
  const parts: Part[] = [];
  const addRange = (offset: number, numLags: number): void => {
    for (const { band, lowest, end } of segments) {
      const from = lowest + offset;
      if (from < end) parts.push({ band, from, to: Math.min(from + numLags, end) });
    }
  };
  // Near lags.
  addRange(0, NEAR_LAGS);
  const numNear = parts.length;
  // All others.
  const most = Math.max(0, ...segments.map(({ lowest, end }) => end - lowest - NEAR_LAGS));
  for (const range of goldenOrder(Math.ceil(most / LAGS_PER_PART)))
    addRange(NEAR_LAGS + range * LAGS_PER_PART, LAGS_PER_PART);
  return { parts, numNear };
}

/** The bands of the segment that starts with `band`. */
function bandsOf(band: number, numBands: number): number[] {
  return Array.from({ length: Math.min(BANDS_PER_SEGMENT, numBands - band) }, (_, b) => band + b);
}

/** The pairs of a part, or a few more: its bands times the lags that they meet. */
export function pairsOf(shape: DiagonalShape, join: Join, columnOffset: number, part: Part): number {
  let pairs = 0;
  for (const band of bandsOf(part.band, Math.ceil(shape.numRows / BAND))) {
    const { from, to } = lagsOf(shape, join, columnOffset, band);
    const numRows = Math.min(BAND, shape.numRows - band * BAND);
    pairs += numRows * Math.max(0, Math.min(part.to, to) - Math.max(part.from, from));
  }
  return pairs;
}
