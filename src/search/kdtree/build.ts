// A balanced k-d tree over points in flat arrays, and how it is built.
//
// Nodes are numbered as in a heap: the children of node x are 2x and 2x + 1, its sibling is x ^ 1, its parent x >> 1,
// the root is 1. Nodes numLeaves … 2·numLeaves − 1 are leaves; every leaf but the last holds exactly LEAF points.
//
//   order    points in leaf order: the leaf in slot s = x − numLeaves holds order[first[s]] … order[first[s] + size[s])
//   points   per leaf, one coordinate after the other: coordinate d of its point p is points[first[s]·width + d·LEAF + p]
//   boxes    per node, lo and hi of every coordinate: boxes[(x·width + d)·2] and the entry after it
//   lowest, highest   per node, the smallest and the largest index among its points
import { allocateArray, type MakeArray } from '../../wasm/arrays.ts';

/** Points per leaf, and rows per search: all rows of a leaf share the cost of a box test. */
export const LEAF = 16;

/** Subtrees that may wait during a search: at most one a level, and 2³¹ windows make 28 levels. */
export const STACK = 64;

export interface KDTree {
  readonly width: number;
  readonly numLeaves: number;
  readonly order: Int32Array;
  readonly points: Float64Array;
  readonly boxes: Float64Array;
  readonly first: Int32Array;
  readonly size: Uint8Array;
  readonly lowest: Int32Array;
  readonly highest: Int32Array;
}

/** What a tree is built from, and the two steps of a partition. Points are named by their positions in `order`. */
interface Splitter {
  /** Vector i begins at `data[i·stride]`. */
  readonly data: Float64Array;
  readonly stride: number;
  /** The coordinate of the largest extent among every `step`-th point of [from, to); −1 if they are equal. */
  widest(from: number, to: number, step: number): number;
  /** Reorders [from, to) so that in coordinate d no point before `middle` is larger than one at or behind it. */
  split(d: number, from: number, to: number, middle: number): void;
}

/** The number of leaves that `numPoints` points fill. */
export function numLeavesOf(numPoints: number): number {
  return Math.max(1, Math.ceil(numPoints / LEAF));
}

/** A tree, still to be built, whose arrays are made by `make`. The boxes follow the points at once. */
export function treeOf(numPoints: number, width: number, make: MakeArray): KDTree {
  const numLeaves = numLeavesOf(numPoints);
  return {
    width,
    numLeaves,
    order: make(Int32Array, numPoints),
    points: make(Float64Array, numLeaves * LEAF * width),
    boxes: make(Float64Array, 2 * numLeaves * width * 2),
    first: make(Int32Array, numLeaves),
    size: make(Uint8Array, numLeaves),
    lowest: make(Int32Array, 2 * numLeaves),
    highest: make(Int32Array, 2 * numLeaves),
  };
}

/**
 * Builds the tree of the vectors at `starts`: vector i is `data[i·stride] … data[i·stride + width − 1]`.
 * O(N·(log N + width)) time; N·(12 + 10·width) + O(N) bytes.
 */
export function buildTree(data: Float64Array, stride: number, width: number, starts: Int32Array): KDTree {
  const tree = treeOf(starts.length, width, allocateArray);
  fillTree(tree, data, stride, starts);
  return tree;
}

/** Builds the same tree in arrays that exist. */
export function fillTree(tree: KDTree, data: Float64Array, stride: number, starts: Int32Array): void {
  tree.order.set(starts);
  buildNode(tree, scalarSplitter(data, stride, tree.width, tree.order), spanOf(tree, 1));
}

/** A node, the number of its leaves, and its points order[from … to). */
export interface Span {
  readonly node: number;
  readonly leaves: number;
  readonly from: number;
  readonly to: number;
}

/** The span of a node. Subtrees are independent of each other, so threads may build them side by side. */
export function spanOf({ numLeaves, order }: KDTree, node: number): Span {
  let span: Span = { node: 1, leaves: numLeaves, from: 0, to: order.length };
  for (let level = Math.floor(Math.log2(node)) - 1; level >= 0; level--) {
    const [left, right] = halves(span);
    span = (node >> level) & 1 ? right : left;
  }
  return span;
}

/** The position in `order` at which the points of a node's right child begin. */
export function middleOf(span: Span): number {
  return halves(span)[1].from;
}

/** The children of a node that is no leaf. */
function halves({ node, leaves, from, to }: Span): [left: Span, right: Span] {
  const leavesOfLeft = leftLeaves(leaves);
  const middle = from + leavesOfLeft * LEAF;
  return [
    { node: 2 * node, leaves: leavesOfLeft, from, to: middle },
    { node: 2 * node + 1, leaves: leaves - leavesOfLeft, from: middle, to },
  ];
}

/** Number of points that are compared to choose the coordinate of a partition. A poor choice costs time only. */
export const SPLIT_SAMPLE = 128;

/** Partitions the points of a span into its halves. */
function partition(splitter: Splitter, span: Span): void {
  const { from, to } = span;
  const step = Math.max(1, Math.floor((to - from) / SPLIT_SAMPLE));
  let d = splitter.widest(from, to, step);
  if (d < 0 && step > 1) d = splitter.widest(from, to, 1);
  if (d >= 0) splitter.split(d, from, to, middleOf(span));
}

/** Builds the subtree of a node whose points are known. */
function buildNode(tree: KDTree, splitter: Splitter, span: Span): void {
  if (span.leaves === 1) {
    fillLeaf(tree, splitter, span);
    return;
  }
  partition(splitter, span);
  for (const half of halves(span)) buildNode(tree, splitter, half);
  mergeBounds(tree, span.node);
}

/** The number of leaves under the left child of a tree whose last level is filled from the left. */
function leftLeaves(leaves: number): number {
  const full = 2 ** Math.floor(Math.log2(leaves)); // leaves of the last level that is full
  return full / 2 + Math.min(leaves - full, full / 2);
}

/** The steps of a partition in plain TypeScript. */
function scalarSplitter(data: Float64Array, stride: number, width: number, order: Int32Array): Splitter {
  const keys = new Float64Array(order.length);
  return {
    data,
    stride,
    widest(from, to, step) {
      let widest = -1;
      let most = 0;
      for (let d = 0; d < width; d++) {
        let lo = Infinity;
        let hi = -Infinity;
        for (let q = from; q < to; q += step) {
          const v = data[order[q]! * stride + d]!;
          if (v < lo) lo = v;
          if (v > hi) hi = v;
        }
        if (hi - lo > most) {
          most = hi - lo;
          widest = d;
        }
      }
      return widest;
    },
    split(d, from, to, middle) {
      for (let q = from; q < to; q++) keys[q] = data[order[q]! * stride + d]!;
      select(keys, order, from, to - 1, middle);
    },
  };
}

/**
 * Reorders keys[lo … hi], and `order` with it, so that no key before `middle` is larger than one at or behind it (Hoare's
 * selection). Equal keys are swapped, too: ties then split evenly, else they would cost a quadratic number of steps.
 */
function select(keys: Float64Array, order: Int32Array, lo: number, hi: number, middle: number): void {
  while (lo < hi) {
    const pivot = medianOf(keys[lo]!, keys[(lo + hi) >>> 1]!, keys[hi]!);
    let i = lo;
    let j = hi;
    while (i <= j) {
      while (keys[i]! < pivot) i++;
      while (keys[j]! > pivot) j--;
      if (i > j) break;
      const key = keys[i]!;
      keys[i] = keys[j]!;
      keys[j] = key;
      const point = order[i]!;
      order[i] = order[j]!;
      order[j] = point;
      i++;
      j--;
    }
    if (middle <= j) hi = j;
    else if (middle >= i) lo = i;
    else return;
  }
}

function medianOf(a: number, b: number, c: number): number {
  if (a < b) return b < c ? b : a < c ? c : a;
  return a < c ? a : b < c ? c : b;
}

/** Copies the points of a leaf to `points`, and derives its box and its range of indices. */
function fillLeaf(tree: KDTree, { data, stride }: Splitter, { node, from, to }: Span): void {
  const { width, order, points, boxes } = tree;
  const slot = node - tree.numLeaves;
  tree.first[slot] = from;
  tree.size[slot] = to - from;
  for (let d = 0; d < width; d++) {
    let lo = Infinity;
    let hi = -Infinity;
    const at = from * width + d * LEAF - from;
    for (let q = from; q < to; q++) {
      const v = data[order[q]! * stride + d]!;
      points[at + q] = v;
      if (v < lo) lo = v;
      if (v > hi) hi = v;
    }
    boxes[(node * width + d) * 2] = lo;
    boxes[(node * width + d) * 2 + 1] = hi;
  }
  let lowest = 0x7fffffff;
  let highest = -1;
  for (let q = from; q < to; q++) {
    const i = order[q]!;
    if (i < lowest) lowest = i;
    if (i > highest) highest = i;
  }
  tree.lowest[node] = lowest;
  tree.highest[node] = highest;
}

/** Merges the boxes and the ranges of indices of a node's children into its own. */
function mergeBounds(tree: KDTree, node: number): void {
  const { width, boxes, lowest, highest } = tree;
  const left = 2 * node;
  const right = left + 1;
  for (let d = 0; d < width; d++) {
    const a = (left * width + d) * 2;
    const b = (right * width + d) * 2;
    const box = (node * width + d) * 2;
    boxes[box] = Math.min(boxes[a]!, boxes[b]!);
    boxes[box + 1] = Math.max(boxes[a + 1]!, boxes[b + 1]!);
  }
  lowest[node] = Math.min(lowest[left]!, lowest[right]!);
  highest[node] = Math.max(highest[left]!, highest[right]!);
}
