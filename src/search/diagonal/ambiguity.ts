// How many pairs the margins of the diagonals cannot tell from near ones: each of them costs two sums of w terms.

import type { Join } from '../join.ts';
import { BAND, columnBands, type Margins, onceOf, stepsOf } from './error-bound.ts';
import type { DiagonalKernel, DiagonalState } from './scalar.ts';

const SAMPLED_ROWS = 9;
const SAMPLED_COLUMNS = 256;

/** How much a margin grows between two seeds, about. */
const GROWTH = 4;

/** The share of pairs in doubt, 0 to 1, by a sample: those whose lower bound is below the nearest of the sample. */
export function doubtOf(
  state: DiagonalState,
  kernel: DiagonalKernel,
  margins: Margins,
  { rows, columns }: Join,
  seam: number,
): number {
  const numRows = Math.min(SAMPLED_ROWS, rows.starts.length);
  const numColumns = Math.min(SAMPLED_COLUMNS, columns.starts.length);
  const s = new Float64Array(numColumns);
  const widths = new Float64Array(numColumns);
  let doubtful = 0;
  for (let r = 0; r < numRows; r++) {
    const i = rows.starts[Math.floor(((r + 0.5) * rows.starts.length) / numRows)]!;
    let nearest = Infinity;
    for (let c = 0; c < numColumns; c++) {
      // In steps of the golden ratio: even, and in phase with no period.
      const column = Math.floor((((c + 1) * 0.6180339887498949 + r / numRows) % 1) * columns.starts.length);
      const j = seam + columns.starts[column]!;
      s[c] = i === j ? Infinity : kernel.distance(i, j, Infinity);
      widths[c] = widthOf(state, margins, Math.min(i, j), Math.max(i, j));
      nearest = Math.min(nearest, s[c]!);
    }
    if (nearest === 0) continue; // a row that has k copies takes no more
    for (let c = 0; c < numColumns; c++) if (s[c]! - widths[c]! < nearest && s[c]! < Infinity) doubtful++;
  }
  return doubtful / (numRows * numColumns);
}

/** What upper bounds exceed lower bounds by, for a pair. NaN where there are none. */
function widthOf({ scaled, inverse, slack }: DiagonalState, margins: Margins, i: number, j: number): number {
  const band = Math.floor(i / BAND);
  const [first, last] = columnBands(margins, band, j - i);
  const margin = GROWTH * (2 * onceOf(margins, band, first, last) + stepsOf(margins, band, first, last));
  return scaled ? margin * inverse[i]! * inverse[j]! + slack : 2 * margin;
}
