// A balanced k-d tree over points in flat arrays: building it, and searching it with 16 queries at a time.
//
// Nodes are numbered as in a heap: the children of node x are 2x and 2x + 1, its sibling is x ^ 1, its parent x >> 1,
// the root is 1. Nodes numLeaves … 2·numLeaves − 1 are leaves; every leaf but the last holds exactly LEAF points.
//
//   order    points in leaf order: the leaf in slot s = x − numLeaves holds order[first[s]] … order[first[s] + size[s])
//   points   per leaf, one coordinate after the other: coordinate d of its point p is points[first[s]·width + d·LEAF + p]
//   boxes    per node, lo and hi of every coordinate: boxes[(x·width + d)·2] and the place after it
//   lowest, highest   per node, the smallest and the largest index among its points

/** Points per leaf, and queries per search: what a box test costs is shared by so many. */
export const LEAF = 16;

export interface KDTree {
  readonly width: number;
  readonly numLeaves: number;
  readonly order: Int32Array;
  readonly first: Int32Array;
  readonly size: Uint8Array;
  readonly points: Float64Array;
  readonly boxes: Float64Array;
  readonly lowest: Int32Array;
  readonly highest: Int32Array;
}

/** What a tree is built from, and what building needs to do with the points, by their places in `order`. */
interface Splitter {
  /** Vector i is `data[i·stride]` and what follows. */
  readonly data: Float64Array;
  readonly stride: number;
  /** The coordinate in which every `step`-th point of [from, to) spreads widest; −1 if they are equal. */
  widest(from: number, to: number, step: number): number;
  /** Reorders [from, to) so that in coordinate d nothing before `middle` is larger than anything from it on. */
  split(d: number, from: number, to: number, middle: number): void;
}

/** How many leaves so many points fill. */
export function numLeavesOf(numPoints: number): number {
  return Math.max(1, Math.ceil(numPoints / LEAF));
}

/**
 * Builds the tree of the vectors `starts` names: vector i is `data[i·stride] … data[i·stride + width − 1]`.
 * O(N·(log N + width)) time; N·(12 + 10·width) + O(N) bytes.
 */
export function buildTree(data: Float64Array, stride: number, width: number, starts: Int32Array): KDTree {
  const numLeaves = numLeavesOf(starts.length);
  const tree: KDTree = {
    width,
    numLeaves,
    order: starts.slice(),
    first: new Int32Array(numLeaves),
    size: new Uint8Array(numLeaves),
    points: new Float64Array(numLeaves * LEAF * width),
    boxes: new Float64Array(2 * numLeaves * width * 2),
    lowest: new Int32Array(2 * numLeaves),
    highest: new Int32Array(2 * numLeaves),
  };
  buildNode(tree, scalarSplitter(data, stride, width, tree.order), spanOf(tree, 1));
  return tree;
}

/** A node, its points order[from … to), and how many leaves they fill. */
export interface Span {
  readonly node: number;
  readonly leaves: number;
  readonly from: number;
  readonly to: number;
}

/** The span of a node. Subtrees are independent of each other: threads may build them side by side. */
export function spanOf({ numLeaves, order }: KDTree, node: number): Span {
  let span: Span = { node: 1, leaves: numLeaves, from: 0, to: order.length };
  for (let level = Math.floor(Math.log2(node)) - 1; level >= 0; level--) {
    const [left, right] = halves(span);
    span = (node >> level) & 1 ? right : left;
  }
  return span;
}

/** Where the points of the right child of a node begin. */
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

/** Points looked at to choose the coordinate of a split: the choice may be poor without harm to the result. */
export const SPLIT_SAMPLE = 128;

/** Deals the points of a span to the halves of it. */
function splitNode(splitter: Splitter, span: Span): void {
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
  splitNode(splitter, span);
  for (const half of halves(span)) buildNode(tree, splitter, half);
  uniteChildren(tree, span.node);
}

/** How many of a complete binary tree's leaves, the last level filled from the left, are under its left child. */
function leftLeaves(leaves: number): number {
  const full = 2 ** Math.floor(Math.log2(leaves)); // leaves of the last level that is full
  return full / 2 + Math.min(leaves - full, full / 2);
}

/** Splitting in plain TypeScript. */
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
 * Reorders keys[lo … hi], and `order` with it, so that everything before `middle` is ≤ everything from it on
 * (Hoare's selection). Equal keys are swapped, too: ties split evenly instead of costing a quadratic number of steps.
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

/** The box and the range of indices of a node, from those of its children. */
function uniteChildren(tree: KDTree, node: number): void {
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
