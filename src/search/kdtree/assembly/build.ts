// AssemblyScript. Building a k-d tree in WASM SIMD, two coordinates side by side. The scalar twin is in ../build.ts.
import { n32, setN } from './access';
import {
  STRIDE, TREE_BOXES, TREE_FIRST, TREE_HIGHEST, TREE_LEAVES, TREE_LOWEST, TREE_ORDER, TREE_POINTS, TREE_SIZE, VECTORS, WIDTH,
} from './build-fields.generated';
import { EMPTY, LEAF, SPLIT_SAMPLE } from './constants.generated';

// Set by `widest`: the smallest value of its sample in the coordinate it returned, and the extent of the sample there.
let LEAST: f64 = 0;
let EXTENT: f64 = 0;

/** Builds the subtree of a node, which has `leaves` leaves and the points order[from … to). */
export function build(node: i32, leaves: i32, from: i32, to: i32): void {
  if (leaves == 1) {
    fillLeaf(node, from, to);
    return;
  }
  // The last level is filled from the left: the left child gets half of the full level, and as many of the rest as fit.
  const full = 1 << (31 - clz(leaves));
  const left = (full >> 1) + min(leaves - full, full >> 1);
  const middle = from + left * LEAF;
  partition(from, to, middle);
  build(2 * node, left, from, middle);
  build(2 * node + 1, leaves - left, middle, to);
  mergeBounds(node);
}

/** Partitions the points order[from … to) into the halves of a node. */
export function partition(from: i32, to: i32, middle: i32): void {
  const step = max(1, (to - from) / SPLIT_SAMPLE);
  let d = widest(from, to, step);
  if (d < 0 && step > 1) d = widest(from, to, 1);
  if (d >= 0) split(d, from, to, middle);
}

/** The coordinate of the largest extent among every step-th of the points order[from … to); -1 if they are equal. */
function widest(from: i32, to: i32, step: i32): i32 {
  let best = -1;
  EXTENT = 0;
  const first = TREE_ORDER + (<usize>from << 2);
  const end = TREE_ORDER + (<usize>to << 2);
  for (let d = 0; d < WIDTH; d += 2) {
    const data = VECTORS + (<usize>d << 3);
    let lo = f64x2.splat(Infinity);
    let hi = f64x2.splat(-Infinity);
    for (let q = first; q < end; q += <usize>step << 2) {
      const v = v128.load(data + (<usize>load<i32>(q) * STRIDE << 3)); // may read one number behind the vectors: the loader reserves it
      lo = f64x2.pmin(lo, v);
      hi = f64x2.pmax(hi, v);
    }
    const extent = f64x2.sub(hi, lo);
    if (f64x2.extract_lane(extent, 0) > EXTENT) {
      EXTENT = f64x2.extract_lane(extent, 0);
      LEAST = f64x2.extract_lane(lo, 0);
      best = d;
    }
    if (d + 1 < WIDTH && f64x2.extract_lane(extent, 1) > EXTENT) {
      EXTENT = f64x2.extract_lane(extent, 1);
      LEAST = f64x2.extract_lane(lo, 1);
      best = d + 1;
    }
  }
  return best;
}

/**
 * Reorders order[from … to) so that in coordinate d no point before `middle` is larger than one at or behind it, as far as
 * 32 bits of the extent can tell. These bits are the upper half of a key and the point is the lower half, so no two keys are
 * equal. The keys use the memory that the same points take when their leaves are filled.
 */
function split(d: i32, from: i32, to: i32, middle: i32): void {
  const order = TREE_ORDER + (<usize>from << 2);
  const keys = TREE_POINTS + (<usize>from * WIDTH << 3);
  const end = keys + (<usize>(to - from) << 3);
  const data = VECTORS + (<usize>d << 3);
  const least = f64x2.splat(LEAST);
  const scale = f64x2.splat(4294967295 / EXTENT);
  // Make the keys, two at a time.
  for (let q = order, key = keys; key < end; q += 8, key += 16) {
    const points = v128.load64_zero(q);
    let x = v128.load64_splat(data + (<usize>i32x4.extract_lane(points, 0) * STRIDE << 3));
    if (key + 8 < end) x = v128.load64_lane(data + (<usize>i32x4.extract_lane(points, 1) * STRIDE << 3), x, 1);
    // Between 2^52 and 2^53 the lower half of a number's bits is an integer.
    x = f64x2.pmin(f64x2.splat(4294967295), f64x2.pmax(f64x2.splat(0), f64x2.mul(f64x2.sub(x, least), scale)));
    x = i64x2.shl(f64x2.add(x, f64x2.splat(4503599627370496)), 32);
    x = v128.or(x, i64x2.extend_low_i32x4_u(points));
    if (key + 8 < end) v128.store(key, x);
    else v128.store64_lane(key, x, 0);
  }
  select(keys, end, keys + (<usize>(middle - from) << 3));
  for (let q = order, key = keys; key < end; q += 4, key += 8) store<i32>(q, load<i32>(key));
}

/** Reorders the keys in [lo, hi) so that no key before `middle` is larger than one at or behind it. */
function select(lo: usize, hi: usize, middle: usize): void {
  while (hi - lo > 8) {
    const pivot = pivotOf(lo, hi);
    const bound = moveSmaller(lo, hi, pivot);
    if (middle == bound) return;
    if (middle < bound) hi = bound;
    else if (bound > lo) lo = bound;
    else {
      lo = moveSmaller(lo, hi, pivot + 1); // the pivot is the least
      if (middle <= lo) return;
    }
  }
}

/** Moves the keys below the pivot to the front, without branches, which could not be predicted. */
function moveSmaller(lo: usize, hi: usize, pivot: u64): usize {
  let bound = lo;
  for (let q = lo; q < hi; q += 8) {
    const key = load<u64>(q);
    store<u64>(q, load<u64>(bound));
    store<u64>(bound, key);
    bound += <usize>(key < pivot) << 3;
  }
  return bound;
}

/** The median of three keys, or of three medians in a long range. */
function pivotOf(lo: usize, hi: usize): u64 {
  const step = (hi - lo) >> 6 << 3;
  const half = lo + ((hi - lo) >> 4 << 3);
  if (step < 128) return median(load<u64>(lo), load<u64>(half), load<u64>(hi - 8));
  return median(
    median(load<u64>(lo), load<u64>(lo + step), load<u64>(lo + 2 * step)),
    median(load<u64>(half - step), load<u64>(half), load<u64>(half + step)),
    median(load<u64>(hi - 8 - 2 * step), load<u64>(hi - 8 - step), load<u64>(hi - 8)),
  );
}

function median(a: u64, b: u64, c: u64): u64 {
  return max<u64>(min<u64>(a, b), min<u64>(max<u64>(a, b), c));
}

/** Copies the points of a leaf to `points` of the tree, and derives the leaf's box and range of indices. */
function fillLeaf(node: i32, from: i32, to: i32): void {
  const leafSlot = node - TREE_LEAVES;
  setN(TREE_FIRST, leafSlot, from);
  store<u8>(TREE_SIZE + <usize>leafSlot, <u8>(to - from));
  let lowest = EMPTY;
  let highest = -1;
  for (let q = from; q < to; q++) {
    lowest = min(lowest, n32(TREE_ORDER, q));
    highest = max(highest, n32(TREE_ORDER, q));
  }
  setN(TREE_LOWEST, node, lowest);
  setN(TREE_HIGHEST, node, highest);
  const order = TREE_ORDER + (<usize>from << 2);
  const end = TREE_ORDER + (<usize>to << 2);
  for (let d = 0; d < WIDTH; d += 2) {
    const data = VECTORS + (<usize>d << 3);
    const hasTwo = d + 1 < WIDTH;
    let point = TREE_POINTS + (<usize>(from * WIDTH + d * LEAF) << 3);
    let lo = f64x2.splat(Infinity);
    let hi = f64x2.splat(-Infinity);
    for (let q = order; q < end; q += 4, point += 8) {
      const v = v128.load(data + (<usize>load<i32>(q) * STRIDE << 3));
      lo = f64x2.pmin(lo, v);
      hi = f64x2.pmax(hi, v);
      v128.store64_lane(point, v, 0);
      if (hasTwo) v128.store64_lane(point, v, 1, 128);
    }
    const box = TREE_BOXES + (<usize>(node * WIDTH + d) << 4);
    v128.store(box, v128.shuffle<i64>(lo, hi, 0, 2));
    if (hasTwo) v128.store(box, v128.shuffle<i64>(lo, hi, 1, 3), 16);
  }
}

/** Merges the boxes and the ranges of indices of a node's children into its own. */
export function mergeBounds(node: i32): void {
  const left = 2 * node;
  const bytes = <usize>WIDTH << 4;
  let box = TREE_BOXES + <usize>node * bytes;
  const end = box + bytes;
  for (let child = TREE_BOXES + <usize>left * bytes; box < end; box += 16, child += 16) {
    const a = v128.load(child);
    const b = v128.load(child + bytes);
    v128.store(box, v128.shuffle<i64>(f64x2.pmin(a, b), f64x2.pmax(a, b), 0, 3));
  }
  setN(TREE_LOWEST, node, min(n32(TREE_LOWEST, left), n32(TREE_LOWEST, left + 1)));
  setN(TREE_HIGHEST, node, max(n32(TREE_HIGHEST, left), n32(TREE_HIGHEST, left + 1)));
}
