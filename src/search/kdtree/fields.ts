// What the k-d tree kernel is told, once for both sides: src/wasm/build.mjs makes assembly/*.generated.ts of these lists,
// and fields.generated.ts, by which wasm.ts writes the structs. Only the build imports this file. Offsets are in bytes.
import type { ArrayField } from '../../wasm/fields.ts';
import { EMPTY, SORTED_UP_TO } from '../top-k.ts';
import { LEAF, SPLIT_SAMPLE, STACK } from './build.ts';
import { COORDINATES } from './project-point.ts';

/**
 * Integers that the kernel shares with its twins. Lists of distances alone are sorted up to PLAIN_UP_TO entries: two of them are
 * moved by one instruction, so that a heap is slower until there are many. `seed` has scratch for 255.
 */
export const CONSTANTS: Readonly<Record<string, number>> = {
  LEAF,
  SPLIT_SAMPLE,
  COORDINATES,
  SORTED_UP_TO,
  PLAIN_UP_TO: 128,
  EMPTY,
};

/** What building a tree needs; the same for all threads that build it. */
export const BUILD_FIELDS = {
  // The vectors: coordinate d of vector i at vectors + 8·(i·stride + d).
  vectors: 'usize',
  stride: 'i32',
  width: 'i32',
  // The tree: see KDTree in build.ts.
  treeOrder: 'usize',
  treePoints: 'usize',
  treeBoxes: 'usize',
  treeFirst: 'usize',
  treeSize: 'usize',
  treeLowest: 'usize',
  treeHighest: 'usize',
  treeLeaves: 'i32',
  // What windows are projected by, if the vectors are projections of them: see projection.ts.
  windows: 'usize',
  windowStride: 'i32',
  windowWidth: 'i32',
  basis: 'usize',
  center: 'f64',
  radius: 'f64',
} as const;

/** What one search needs: its trees, where its results go, and its options. */
export const SEARCH_FIELDS = {
  // The tree of the rows, and that of the columns, which is the same in a self-join.
  rowPoints: 'usize',
  rowBoxes: 'usize',
  rowOrder: 'usize',
  rowFirst: 'usize',
  rowSize: 'usize',
  rowLeaves: 'i32',
  columnPoints: 'usize',
  columnBoxes: 'usize',
  columnOrder: 'usize',
  columnFirst: 'usize',
  columnSize: 'usize',
  columnLowest: 'usize',
  columnHighest: 'usize',
  columnLeaves: 'i32',
  // Results: LEAF rows of length k, the best first.
  dist: 'usize',
  index: 'usize',
  // Rows while they are searched: distances from worst to best, then their columns, as float64.
  list: 'usize',
  // The rows in float32. Per coordinate, `ref` holds the middle M of their box and the margin of boxes; `near` holds the t.
  ref: 'usize',
  near: 'usize',
  width: 'i32',
  k: 'i32',
  self: 'i32',
  byIndex: 'i32',
  // -lag and lag of an allowed column lie in (exclusion, before] and (exclusion, after].
  exclusion: 'i32',
  before: 'i32',
  after: 'i32',
  scale: 'f64', // σ, the power of two that brings the data to about 1
  // If the points are projections (refines = 1): the windows themselves, and what a bound on them means for the points.
  refines: 'i32',
  rowWindows: 'usize',
  rowStride: 'i32',
  columnWindows: 'usize',
  columnStride: 'i32',
  windowWidth: 'i32',
  under: 'f64',
  factor: 'f64',
  slack: 'f64',
  // Where the arrays of SCRATCH_FIELDS begin.
  scratch: 'usize',
} as const;

/** The scratch arrays of a search whose length does not depend on k. */
export const SCRATCH_FIELDS: Readonly<Record<string, ArrayField>> = {
  // Per row of the leaf at hand: its bound, sums, and the smallest column that does not count at that bound.
  bound: ['f64', LEAF],
  sums: ['f64', LEAF],
  tieBound: ['i32', LEAF],
  // The bound in float32: a sum beyond `above` is too far, a sum between `ambiguous` and `above` needs a second look.
  above: ['f32', LEAF],
  ambiguous: ['f32', LEAF],
  // Subtrees that wait: node, rows that may profit, distances of all rows.
  nodes: ['i32', STACK],
  masks: ['i32', STACK],
  distances: ['f32', STACK * LEAF],
  // Pairs to refine: row and column within their leaves, a byte each.
  queue: ['u8', 2 * LEAF * LEAF],
};
