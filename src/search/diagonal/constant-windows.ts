// Constant windows under z-scores. The vector of a window whose values are all equal is the zero vector; the recurrence does
// not hold for it. This file handles every pair that has a constant window as its row or column.

import { isAllowed, type Join } from '../join.ts';
import type { DiagonalKernel, DiagonalState } from './state.ts';

/** Whether a row or a column is a constant window. */
export function hasConstant({ inverse }: DiagonalState, { rows, columns }: Join, columnOffset: number): boolean {
  return (
    rows.starts.some((i) => Number.isNaN(inverse[i])) ||
    columns.starts.some((j) => Number.isNaN(inverse[columnOffset + j]))
  );
}

/**
 * Gives every row its candidates among the pairs with a constant window. All constant columns are equally far from a row (at
 * s = 0 from a constant row), so the first k allowed ones are enough. A constant row that finds fewer than k takes the other
 * columns as well, in the order (s, j); that order is the same for all constant rows, so it is sorted once. O(N·k), plus the
 * columns that an exclusion zone makes it skip.
 */
export function addConstant(state: DiagonalState, kernel: DiagonalKernel, join: Join, columnOffset: number): void {
  const { inverse, k } = state;
  const isConstant = (j: number): boolean => Number.isNaN(inverse[columnOffset + j]);
  const constant = join.columns.starts.filter(isConstant);
  // The columns that are not constant, by their distance from a constant row; sorted when the first row needs them.
  let others: { column: Int32Array; s: Float64Array } | undefined;
  // Adds column j unless the join forbids it; returns how many were added.
  const add = (i: number, j: number, s: number): number => {
    if (!isAllowed(join, i, j)) return 0;
    kernel.append(i, columnOffset + j, s, s);
    return 1;
  };
  for (const i of join.rows.starts) {
    // The constant columns, in ascending order.
    const s = constant.length > 0 ? kernel.distance(i, columnOffset + constant[0]!, Infinity) : 0;
    let count = 0;
    for (let c = 0; c < constant.length && count < k; c++) count += add(i, constant[c]!, s);
    // A constant row with fewer than k of them: the other columns, the nearest first.
    if (Number.isNaN(inverse[i]) && count < k) {
      others ??= byDistance(
        join.columns.starts.filter((j) => !isConstant(j)),
        (j) => kernel.distance(i, columnOffset + j, Infinity),
      );
      for (let c = 0; c < others.column.length && count < k; c++) count += add(i, others.column[c]!, others.s[c]!);
    }
    kernel.compact(i);
  }
}

/** The columns `starts` in the order (s, j), with their s. */
function byDistance(starts: Int32Array, distance: (j: number) => number): { column: Int32Array; s: Float64Array } {
  const distances = Float64Array.from(starts, distance);
  const order = Int32Array.from(starts.keys()).sort((a, b) => distances[a]! - distances[b]! || a - b);
  return { column: order.map((c) => starts[c]!), s: Float64Array.from(order, (c) => distances[c]!) };
}
