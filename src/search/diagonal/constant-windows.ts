// z-scores of windows whose values are all equal: zero vectors, which have no diagonals. All pairs with one of them.

import { isAllowed, type Join } from '../join.ts';
import type { DiagonalKernel, DiagonalState } from './scalar.ts';

/** Whether there is such a window. */
export function hasConstant({ inverse }: DiagonalState, { rows, columns }: Join, seam: number): boolean {
  return (
    rows.starts.some((i) => Number.isNaN(inverse[i])) || columns.starts.some((j) => Number.isNaN(inverse[seam + j]))
  );
}

/**
 * Gives every row its candidates among the pairs with a constant window: all constant columns are equally far from a row
 * (0 from a constant one), so the first k of them are enough; a constant row that finds fewer goes on with the other columns, in the order
 * (s, j), which is the same for all constant rows. O(N·k), besides what an exclusion zone makes it skip.
 */
export function addConstant(state: DiagonalState, kernel: DiagonalKernel, join: Join, seam: number): void {
  const { inverse, k } = state;
  const isConstant = (j: number): boolean => Number.isNaN(inverse[seam + j]);
  const constant = join.columns.starts.filter(isConstant);
  let others: { column: Int32Array; s: Float64Array } | undefined;
  const add = (i: number, j: number, s: number): number => {
    if (!isAllowed(join, i, j)) return 0;
    kernel.append(i, seam + j, s, s);
    return 1;
  };
  for (const i of join.rows.starts) {
    const s = constant.length > 0 ? kernel.distance(i, seam + constant[0]!, Infinity) : 0;
    let count = 0;
    for (let c = 0; c < constant.length && count < k; c++) count += add(i, constant[c]!, s);
    if (Number.isNaN(inverse[i]) && count < k) {
      others ??= byDistance(
        join.columns.starts.filter((j) => !isConstant(j)),
        (j) => kernel.distance(i, seam + j, Infinity),
      );
      for (let c = 0; c < others.column.length && count < k; c++) count += add(i, others.column[c]!, others.s[c]!);
    }
    kernel.compact(i);
  }
}

/** Columns in the order (s, j). */
function byDistance(starts: Int32Array, distance: (j: number) => number): { column: Int32Array; s: Float64Array } {
  const distances = Float64Array.from(starts, distance);
  const order = Int32Array.from(starts.keys()).sort((a, b) => distances[a]! - distances[b]! || a - b);
  return { column: order.map((c) => starts[c]!), s: Float64Array.from(order, (c) => distances[c]!) };
}
