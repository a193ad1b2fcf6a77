// The dense kernel, scalar twin of assembly/dense.ts: every pair of many vectors, several pairs side by side.
//
// Vectors are packed in blocks of BLOCK, one coordinate after the other: coordinate l of vector p is
// points[(⌊p / BLOCK⌋·width + l)·BLOCK + p mod BLOCK]. So one load reads a coordinate of BLOCK columns. Each pair has a sum of
// its own, which goes left to right: it is s, to the bit. A pair costs three operations per coordinate.
//
//   a block of rows × a block of columns     sums in registers, compared with the k-th best s of both sides
//   after every CHUNK coordinates            all sums too large: the other coordinates are skipped (exactness.ts, bound (1))
//   a tile: blocks × blocks                  the work of one call; its columns stay in cache
//
// In a self-join a pair is offered to both of its vectors, so half the pairs are enough.

import { allocateArray, type MakeArray } from '../../wasm/arrays.ts';
import { replaceWorst } from '../top-k.ts';

/** Vectors per block. */
export const BLOCK = 4;

/** Coordinates between two comparisons of the sums with the thresholds. */
export const CHUNK = 16;

/** Vectors as the kernel reads them. The entries beyond the last vector are NaN, which is near nothing. */
export interface PackedVectors {
  readonly points: Float64Array;
  /** The window of each vector. */
  readonly starts: Int32Array;
}

/** The numbers and flags of a run. Lags as in `Join` of join.ts. */
export interface DenseShape {
  readonly numRows: number;
  readonly numColumns: number;
  readonly width: number;
  readonly k: number;
  /** Whether rows and columns are the same vectors. */
  readonly isSelf: boolean;
  readonly byIndex: boolean;
  readonly exclusion: number;
  readonly before: number;
  readonly after: number;
}

/** The numbers, flags and arrays of a run. In a self-join `columns` are the rows. */
export interface DenseState extends DenseShape {
  readonly rows: PackedVectors;
  readonly columns: PackedVectors;
  /** Per row, up to a full block: the k-th best s. */
  readonly threshold: Float64Array;
  /** Rows of length k, laid out by top-k.ts. */
  readonly dist: Float64Array;
  readonly index: Int32Array;
}

/** The state of a run, whose arrays are made by `make`. */
export function stateOf(shape: DenseShape, make: MakeArray): DenseState {
  const { numRows, numColumns, width, k, isSelf } = shape;
  const pack = (numVectors: number): PackedVectors => ({
    points: make(Float64Array, blocksOf(numVectors) * BLOCK * width),
    starts: make(Int32Array, numVectors),
  });
  const rows = pack(numRows);
  return {
    ...shape,
    rows,
    columns: isSelf ? rows : pack(numColumns),
    threshold: make(Float64Array, blocksOf(numRows) * BLOCK),
    dist: make(Float64Array, numRows * k),
    index: make(Int32Array, numRows * k),
  };
}

/** The function that the engine calls. It is implemented here and in WASM. */
export interface DenseKernel {
  /** The pairs of row blocks [r0, r1) with column blocks [c0, c1); in a self-join each pair once, columns from the row on. */
  tile(r0: number, r1: number, c0: number, c1: number): void;
}

/** The number of blocks that hold `numVectors` vectors. */
export function blocksOf(numVectors: number): number {
  return Math.ceil(numVectors / BLOCK);
}

/** A run in plain TypeScript: for where WASM is refused, and as the reference that the tests hold the WASM kernel against. */
export function scalarDense(shape: DenseShape): { state: DenseState; kernel: DenseKernel } {
  const state = stateOf(shape, allocateArray);
  return { state, kernel: { tile: (r0, r1, c0, c1) => tile(state, r0, r1, c0, c1) } };
}

/** See `DenseKernel.tile`. */
function tile(state: DenseState, r0: number, r1: number, c0: number, c1: number): void {
  for (let r = r0; r < r1; r++) {
    for (let c = state.isSelf ? Math.max(r, c0) : c0; c < c1; c++) {
      for (let lane = 0; lane < BLOCK; lane += 2) twoRows(state, r, lane, c);
    }
  }
}

/** Two rows with a block of columns: eight sums side by side. */
function twoRows(state: DenseState, r: number, lane: number, c: number): void {
  const { threshold, width, isSelf, after, exclusion } = state;
  const x = state.rows.points;
  const y = state.columns.points;
  const row = r * BLOCK + lane;
  const column = c * BLOCK;
  // The limits: the thresholds of the two rows, and in a self-join those of the columns.
  const learns = !isSelf || after > exclusion; // else rows take no columns (left neighbors)
  const limit = learns ? Math.max(threshold[row]!, threshold[row + 1]!) : -Infinity;
  const t0 = isSelf ? Math.max(limit, threshold[column]!) : limit;
  const t1 = isSelf ? Math.max(limit, threshold[column + 1]!) : limit;
  const t2 = isSelf ? Math.max(limit, threshold[column + 2]!) : limit;
  const t3 = isSelf ? Math.max(limit, threshold[column + 3]!) : limit;
  // Sums: a and b for the two rows, 0 … 3 for the columns.
  let p = r * BLOCK * width + lane;
  let q = c * BLOCK * width;
  let a0 = 0;
  let a1 = 0;
  let a2 = 0;
  let a3 = 0;
  let b0 = 0;
  let b1 = 0;
  let b2 = 0;
  let b3 = 0;
  for (let left = width; left > 0; left -= CHUNK) {
    for (const end = q + BLOCK * Math.min(left, CHUNK); q < end; p += BLOCK, q += BLOCK) {
      const a = x[p]!;
      const b = x[p + 1]!;
      let z = a - y[q]!;
      a0 += z * z;
      z = b - y[q]!;
      b0 += z * z;
      z = a - y[q + 1]!;
      a1 += z * z;
      z = b - y[q + 1]!;
      b1 += z * z;
      z = a - y[q + 2]!;
      a2 += z * z;
      z = b - y[q + 2]!;
      b2 += z * z;
      z = a - y[q + 3]!;
      a3 += z * z;
      z = b - y[q + 3]!;
      b3 += z * z;
    }
    // All sums too large: the other coordinates are skipped.
    if (!(a0 <= t0 || a1 <= t1 || a2 <= t2 || a3 <= t3 || b0 <= t0 || b1 <= t1 || b2 <= t2 || b3 <= t3)) return;
  }
  // Offer the pairs that are near.
  if (a0 <= t0) candidate(state, row, column, a0);
  if (a1 <= t1) candidate(state, row, column + 1, a1);
  if (a2 <= t2) candidate(state, row, column + 2, a2);
  if (a3 <= t3) candidate(state, row, column + 3, a3);
  if (b0 <= t0) candidate(state, row + 1, column, b0);
  if (b1 <= t1) candidate(state, row + 1, column + 1, b1);
  if (b2 <= t2) candidate(state, row + 1, column + 2, b2);
  if (b3 <= t3) candidate(state, row + 1, column + 3, b3);
}

/** Offers a pair to its row and, in a self-join, to its column. */
function candidate(state: DenseState, p: number, q: number, s: number): void {
  const { isSelf, exclusion, before, after } = state;
  if (isSelf && q <= p) return;
  const i = state.rows.starts[p]!;
  const j = state.columns.starts[q]!;
  const lag = j - i;
  if (lag > 0 ? lag > exclusion && lag <= after : -lag > exclusion && -lag <= before) push(state, p, s, j);
  if (isSelf && lag > exclusion && lag <= before) push(state, q, s, i);
}

/** Makes column j a neighbor of row p, if (s, j) precedes the worst of its k. */
function push({ dist, index, threshold, k }: DenseState, p: number, s: number, j: number): void {
  const base = p * k;
  const worst = dist[base]!;
  if (s > worst || (s === worst && j > index[base]!)) return;
  replaceWorst(dist, index, base, k, s, j);
  threshold[p] = dist[base]!;
}
