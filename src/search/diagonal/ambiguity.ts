// Ambiguous pairs: their bounds are too wide to tell them from near pairs. Each of them costs two sums of w terms.
// The share of such pairs is estimated by a sample, before the search, so that another engine can be chosen.

import { GOLDEN } from '../golden-order.ts';
import type { Join } from '../join.ts';
import { BAND, columnBands, type Margins, onceOf, stepsOf } from './error-bound.ts';
import type { DiagonalKernel, DiagonalState } from './state.ts';

/** Rows of the sample. */
const SAMPLED_ROWS = 9;

/** Columns that each row of the sample is compared with. */
const SAMPLED_COLUMNS = 256;

/** A margin grows between two seeds by about this factor. */
const GROWTH = 4;

/**
 * The share of ambiguous pairs, 0 to 1, by a sample. A pair of the sample is ambiguous if its lower bound is below the
 * smallest s of its row.
 */
export function ambiguityOf(
  state: DiagonalState,
  kernel: DiagonalKernel,
  margins: Margins,
  { rows, columns }: Join,
  columnOffset: number,
): number {
  const numRows = Math.min(SAMPLED_ROWS, rows.starts.length);
  const numColumns = Math.min(SAMPLED_COLUMNS, columns.starts.length);
  const s = new Float64Array(numColumns);
  const widths = new Float64Array(numColumns);
  let numAmbiguous = 0;
  for (let r = 0; r < numRows; r++) {
    const i = rows.starts[Math.floor(((r + 0.5) * rows.starts.length) / numRows)]!;
    let nearest = Infinity;
    for (let c = 0; c < numColumns; c++) {
      // Steps of the golden ratio cover the columns evenly and are in phase with no period of the series.
      const column = Math.floor((((c + 1) * GOLDEN + r / numRows) % 1) * columns.starts.length);
      const j = columnOffset + columns.starts[column]!;
      s[c] = i === j ? Infinity : kernel.distance(i, j, Infinity);
      widths[c] = widthOf(state, margins, Math.min(i, j), Math.max(i, j));
      nearest = Math.min(nearest, s[c]!);
    }
    if (nearest === 0) continue; // the row has a copy: once it has k of them it takes no more candidates
    for (let c = 0; c < numColumns; c++) if (s[c]! - widths[c]! < nearest && s[c]! < Infinity) numAmbiguous++;
  }
  return numAmbiguous / (numRows * numColumns);
}

/** The upper bound less the lower bound of a pair. NaN if a window of the pair is left out (its inverse scale is NaN). */
function widthOf({ scaled, inverse, slack }: DiagonalState, margins: Margins, i: number, j: number): number {
  const band = Math.floor(i / BAND);
  const [first, last] = columnBands(margins, band, j - i);
  const margin = GROWTH * (2 * onceOf(margins, band, first, last) + stepsOf(margins, band, first, last));
  return scaled ? margin * inverse[i]! * inverse[j]! + slack : 2 * margin;
}
