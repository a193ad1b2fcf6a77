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

/**
 * The smallest lag of a band. In a self-join it is the first one beyond the exclusion zone. With a reference it is the lag at
 * which the last row of the band meets the first column, rounded down: all bands have lags of the form 1 + a multiple of LANES.
 */
export function firstLag({ exclusion }: Join, columnOffset: number, band: number): number {
  if (columnOffset === 0) return exclusion + 1;
  const lag = Math.max(1, columnOffset - (band + 1) * BAND + 1);
  return lag - ((lag - 1) % LANES);
}

/**
 * The parts of a search. The first `numNear` hold the near lags of all segments. The other ranges of lags follow in golden
 * order: any beginning of the search covers the lags evenly, so that early results are good everywhere.
 */
export function partition(
  { numWindows, numRows }: DiagonalShape,
  join: Join,
  columnOffset: number,
): { parts: Part[]; numNear: number } {
  // The segments, with their lags [lowest, end).
  const numBands = Math.ceil(numRows / BAND);
  const segments = Array.from({ length: Math.ceil(numBands / BANDS_PER_SEGMENT) }, (_, s) => {
    const band = s * BANDS_PER_SEGMENT;
    const lowest = firstLag(join, columnOffset, Math.min(numBands, band + BANDS_PER_SEGMENT) - 1);
    return { band, lowest, end: numWindows - band * BAND };
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
