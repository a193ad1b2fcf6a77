// Every pair: any metric, any join. The engine for function metrics and for a handful of windows.

import { checkDistance, type DistanceFunction } from '../core/metric.ts';
import { vectorInto, vectorsOf, type WindowSet } from '../core/windows.ts';
import { sqDist } from './exactness.ts';
import { type Emit, firstColumn, type Join, lastColumn, type NeighborSearch, positionOf, runByRows } from './join.ts';
import { clearRows, EMPTY, finishRow, replaceWorst } from './top-k.ts';

/**
 * The engine that compares every allowed pair: O(rows · columns · width), less where sums are abandoned early.
 *
 * @param metric a function of two windows; without one, vectors are compared by s
 */
export function brute(metric?: DistanceFunction): NeighborSearch {
  return {
    start(join, k) {
      const pairsPerPart = metric ? CALLS_PER_PART : PAIRS_PER_PART;
      const rowsPerPart = Math.max(1, Math.floor(pairsPerPart / Math.max(1, join.columns.starts.length)));
      const answer = rowAnswerer(join, k, metric);
      return runByRows(join.rows.starts.length, rowsPerPart, (from, to, emit) => {
        for (let r = from; r < to; r++) answer(r, emit);
      });
    },
  };
}

/** A few milliseconds of work: pairs of vectors, or calls of a metric. */
const PAIRS_PER_PART = 1e6;
const CALLS_PER_PART = 5e4;

/** Up to this number of rows normalized columns are made one at a time: a matrix of them takes longer, and memory. */
const FEW_ROWS = 16;

// Columns come in ascending order, so the first of equal distances has the smallest index: the order (s, j) of exactness.ts
// needs no tie rule here. An infinite distance still fills an empty slot.
function rowAnswerer(join: Join, k: number, metric: DistanceFunction | undefined): (r: number, emit: Emit) => void {
  const dist = new Float64Array(k);
  const index = new Int32Array(k);
  const { rows, exclusion } = join;
  const { width } = rows;
  const row = new Float64Array(width);
  const oneByOne = join.columns.normalize !== 'none' && rows.starts.length <= FEW_ROWS;
  const columns = oneByOne ? join.columns : vectorsOf(join.columns);
  const column = new Float64Array(width);
  const { data, stride } = oneByOne ? { data: column, stride: 0 } : columns;
  const viewOf = metric && (oneByOne ? () => column : views(columns));
  return (r, emit) => {
    const i = rows.starts[r]!;
    clearRows(dist, index, 1, k);
    vectorInto(rows, i, row, 0);
    const last = lastColumn(join, i);
    for (let c = positionOf(columns.starts, firstColumn(join, i)); c < columns.starts.length; c++) {
      const j = columns.starts[c]!;
      if (j > last) break;
      if (Math.abs(i - j) <= exclusion) continue;
      if (oneByOne) vectorInto(columns, j, column, 0);
      const worst = dist[0]!;
      const d = metric ? checkDistance(metric(row, viewOf!(c)), i, j) : sqDist(row, 0, data, j * stride, width, worst);
      if (d < worst || (d === worst && index[0] === EMPTY)) replaceWorst(dist, index, 0, k, d, j);
    }
    emit(i, dist, index, 0, finishRow(dist, index, 0, k));
  };
}

/** Views of the columns, made once: a new view per pair takes longer than most metrics. */
function views({ data, stride, width, starts }: WindowSet): (c: number) => Float64Array {
  const made = Array.from(starts, (j) => data.subarray(j * stride, j * stride + width));
  return (c) => made[c]!;
}
