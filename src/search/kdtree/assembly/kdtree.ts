// AssemblyScript. Searching a k-d tree in WASM SIMD: the same algorithm as ../kdtree-search.ts, where it is explained,
// with 16 rows side by side in a box test and 16 columns side by side in a leaf. Memory is laid out by the caller.
//
// Box tests are done in float32, four rows to a register. For the rows of one leaf, with M the middle of their box, σ a
// power of two that brings the data to about 1 and ε = 2⁻²⁴, coordinate by coordinate:
//
//     t = fl32(σ(p − M)) for the rows,   lo′ = fl32(σ(lo − M) − e),  hi′ = fl32(σ(hi − M) + e) for a box
//
// A gap g between row and box comes out as at most σg(1 + 2.1ε): with T = σ·(half the extent of the rows' box), t is within
// 1.01εT of its real value, lo′ within 1.01ε(σg + T + e), and e = 8εT + 2⁻¹⁴⁶ outweighs both. The left-to-right sum of W
// squares is then at most σ²·Σg²·(1 + (W + 7)ε), plus W·2⁻¹⁴⁸ for products that underflow. As s, a sum in float64, is at
// least Σg²(1 − (W + 3)2⁻⁵³) − W·2⁻¹⁰⁷⁴, a sum above
//
//     ABOVE = fl32(σ²·bound·(1 + 2(W + 16)ε) + (W + 4)(2⁻¹⁴⁸ + 2⁻¹⁰⁷³σ²))
//
// belongs to a box without any column as near as `bound`, ties included. Sums between DOUBT, as much below the bound, and
// ABOVE are looked at again in float64 (rowsNear): equal distances are the normal case in stepped series, and whether a
// box can hold a smaller one or a smaller index has an exact answer there. NaN, from 32-bit overflow, counts as near.

const LEAF: i32 = 16;
const SORTED_UP_TO: i32 = 16;
const EMPTY: i32 = 0x7fffffff;
const SAMPLE: i32 = 128; // points looked at to choose the coordinate of a split

// Offsets of the trees: rows, columns (the same in a self-join).
let R_POINTS: usize = 0;
let R_BOXES: usize = 0;
let R_ORDER: usize = 0;
let R_FIRST: usize = 0;
let R_SIZE: usize = 0;
let R_LEAVES: i32 = 0;
let C_POINTS: usize = 0;
let C_BOXES: usize = 0;
let C_ORDER: usize = 0;
let C_FIRST: usize = 0;
let C_SIZE: usize = 0;
let C_LOWEST: usize = 0;
let C_HIGHEST: usize = 0;
let C_LEAVES: i32 = 0;
let DIST: usize = 0; // results: 16 rows of length K, the best first
let INDEX: usize = 0;
let LIST: usize = 0; // rows while they are searched: distances from worst to best, then their columns, as float64
let STRIDE: usize = 0; // entries of a row's half: K, an even number, and two that are better than all
let W: i32 = 0;
let K: i32 = 0;
let SELF: i32 = 0;
let BY_INDEX: i32 = 0;
let PLAIN: i32 = 0; // whether distances are all that is asked for, every column is allowed and lists are short: see seed
let FILLED: i32 = 0; // then so many of K places are filled
// -lag and lag of an allowed column lie in (EXCLUSION, BEFORE] and (EXCLUSION, AFTER].
let EXCLUSION: i32 = 0;
let BEFORE: i32 = 0;
let AFTER: i32 = 0;

// Set if the points are projections: where the windows themselves are, and what a bound on them means for the points.
let REFINE: i32 = 0;
let R_DATA: usize = 0;
let R_STRIDE: i32 = 0;
let C_DATA: usize = 0;
let C_STRIDE: i32 = 0;
let X_WIDTH: i32 = 0;
let UNDER: f64 = 0;
let FACTOR: f64 = 0;
let SLACK: f64 = 0;
let QUEUE: usize = 0; // pairs to refine, at most 260: row and column within their leaves, a byte each

// Work done: nodes measured, rows compared with a leaf, pairs refined.
let measured: i32 = 0;
let scanned: i32 = 0;
let refined: i32 = 0;

// The rows at hand.
let leaf: i32 = 0; // node
let slot: i32 = 0;
let size: i32 = 0;
let firstColumn: i32 = 0;
let lastColumn: i32 = 0;
let BOUND: usize = 0;
let TIE_BOUND: usize = 0;
let SUMS: usize = 0;

// The rows in float32: REF holds, per coordinate, the middle M of their box and what boxes are widened by, NEAR the t.
let REF: usize = 0;
let NEAR: usize = 0;
let SCALE: f64 = 1;
let GROW: f64 = 1;
let SHRINK: f64 = 1;
let TINY: f64 = 0;
let ABOVE: usize = 0;
let DOUBT: usize = 0;

// Subtrees to come: node, rows that may profit, distance of the nearest row, distances of all rows.
let NODES: usize = 0;
let MASKS: usize = 0;
let DISTANCES: usize = 0;

export function setRows(points: usize, boxes: usize, order: usize, first: usize, sizes: usize, leaves: i32): void {
  R_POINTS = points; R_BOXES = boxes; R_ORDER = order; R_FIRST = first; R_SIZE = sizes; R_LEAVES = leaves;
}

export function setColumns(
  points: usize, boxes: usize, order: usize, first: usize, sizes: usize, leaves: i32, lowest: usize, highest: usize,
): void {
  C_POINTS = points; C_BOXES = boxes; C_ORDER = order; C_FIRST = first; C_SIZE = sizes; C_LEAVES = leaves;
  C_LOWEST = lowest; C_HIGHEST = highest;
}

export function setup(
  own: usize, dist: usize, index: usize, list: usize, ref: usize, near: usize, width: i32, k: i32, self: i32, byIndex: i32,
  exclusion: i32, before: i32, after: i32, scale: f64,
): void {
  REF = ref; NEAR = near; SCALE = scale;
  GROW = 1 + <f64>(width + 16) * 1.1920928955078125e-7;
  SHRINK = 2 - GROW;
  TINY = <f64>(width + 4) * (2.802596928649634e-45 + 9.8813129168249309e-324 * scale * scale);
  BOUND = own; SUMS = own + 128; TIE_BOUND = own + 256; ABOVE = own + 320; DOUBT = own + 384; NODES = own + 448; MASKS = own + 704;
  DISTANCES = own + 960; QUEUE = own + 5056;
  DIST = dist; INDEX = index; LIST = list; STRIDE = (<usize>(k + 1) & ~1) + 2; W = width; K = k; SELF = self; BY_INDEX = byIndex;
  EXCLUSION = exclusion; BEFORE = before; AFTER = after;
  const everyColumn = exclusion < self && before == EMPTY && after == EMPTY;
  PLAIN = i32(everyColumn && !(byIndex | REFINE) && k <= SORTED_UP_TO);
  const last = C_LEAVES - 1;
  FILLED = min(k, n32(C_FIRST, last) + <i32>load<u8>(C_SIZE + <usize>last) - self);
}

export function setWindows(
  rows: usize, rowStride: i32, columns: usize, columnStride: i32, width: i32, under: f64, factor: f64, slack: f64,
): void {
  REFINE = 1; R_DATA = rows; R_STRIDE = rowStride; C_DATA = columns; C_STRIDE = columnStride; X_WIDTH = width;
  UNDER = under; FACTOR = factor; SLACK = slack;
}

export function nodesMeasured(): i32 { return measured; }
export function rowsScanned(): i32 { return scanned; }
export function pairsRefined(): i32 { return refined; }

// @ts-ignore: decorator
@inline function f(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }
// @ts-ignore: decorator
@inline function setF(base: usize, i: i32, value: f64): void { store<f64>(base + (<usize>i << 3), value); }
// @ts-ignore: decorator
@inline function n32(base: usize, i: i32): i32 { return load<i32>(base + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline function setN(base: usize, i: i32, value: i32): void { store<i32>(base + (<usize>i << 2), value); }

// Building.
let DATA: usize = 0; // the vectors: coordinate d of vector i at DATA + (i·B_STRIDE + d)·8
let ORDER: usize = 0;
let PLACES: usize = 0; // where the tree's points will stand
let B_WIDTH: i32 = 0;
let B_STRIDE: i32 = 0;

export function setPoints(data: usize, order: usize, places: usize, width: i32, stride: i32): void {
  DATA = data; ORDER = order; PLACES = places; B_WIDTH = width; B_STRIDE = stride;
}

// Where the sample of `widest` begins in the coordinate it found, and how far it reaches.
let LEAST: f64 = 0;
let EXTENT: f64 = 0;

/** Builds the subtree of a node, its points order[from … to) on so many leaves. */
export function build(node: i32, leaves: i32, from: i32, to: i32): void {
  if (leaves == 1) {
    fillLeaf(node, from, to);
    return;
  }
  // Of the last level, which is filled from the left, as many leaves as fit are under the left child.
  const full = 1 << (31 - clz(leaves));
  const left = (full >> 1) + min(leaves - full, full >> 1);
  const middle = from + left * LEAF;
  deal(from, to, middle);
  build(2 * node, left, from, middle);
  build(2 * node + 1, leaves - left, middle, to);
  unite(node);
}

/** Deals the points of order[from … to) to the halves of a node. */
export function deal(from: i32, to: i32, middle: i32): void {
  const step = max(1, (to - from) / SAMPLE);
  let d = widest(from, to, step);
  if (d < 0 && step > 1) d = widest(from, to, 1);
  if (d >= 0) split(d, from, to, middle);
}

/** The coordinate in which every step-th of the points order[from … to) spreads widest; -1 if they are equal. */
function widest(from: i32, to: i32, step: i32): i32 {
  let best = -1;
  EXTENT = 0;
  const first = ORDER + (<usize>from << 2);
  const end = ORDER + (<usize>to << 2);
  for (let d = 0; d < B_WIDTH; d += 2) {
    const data = DATA + (<usize>d << 3);
    let lo = f64x2.splat(Infinity);
    let hi = f64x2.splat(-Infinity);
    for (let q = first; q < end; q += <usize>step << 2) {
      const v = v128.load(data + (<usize>load<i32>(q) * B_STRIDE << 3)); // may touch what follows: a place is kept free
      lo = f64x2.pmin(lo, v);
      hi = f64x2.pmax(hi, v);
    }
    const spread = f64x2.sub(hi, lo);
    if (f64x2.extract_lane(spread, 0) > EXTENT) {
      EXTENT = f64x2.extract_lane(spread, 0);
      LEAST = f64x2.extract_lane(lo, 0);
      best = d;
    }
    if (d + 1 < B_WIDTH && f64x2.extract_lane(spread, 1) > EXTENT) {
      EXTENT = f64x2.extract_lane(spread, 1);
      LEAST = f64x2.extract_lane(lo, 1);
      best = d + 1;
    }
  }
  return best;
}

/**
 * Reorders order[from … to) so that in coordinate d nothing before `middle` is larger than anything from it on, as far as
 * 32 bits of the extent can tell. They are the upper half of a key, the point is the lower one: no two keys are equal. The
 * keys lie where these points will once their leaves are filled, which needs no more memory.
 */
function split(d: i32, from: i32, to: i32, middle: i32): void {
  const order = ORDER + (<usize>from << 2);
  const keys = PLACES + (<usize>from * B_WIDTH << 3);
  const end = keys + (<usize>(to - from) << 3);
  const data = DATA + (<usize>d << 3);
  const least = f64x2.splat(LEAST);
  const scale = f64x2.splat(4294967295 / EXTENT);
  for (let q = order, key = keys; key < end; q += 8, key += 16) {
    const points = v128.load64_zero(q);
    let x = v128.load64_splat(data + (<usize>i32x4.extract_lane(points, 0) * B_STRIDE << 3));
    if (key + 8 < end) x = v128.load64_lane(data + (<usize>i32x4.extract_lane(points, 1) * B_STRIDE << 3), x, 1);
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

/** Reorders the keys in [lo, hi) so that nothing before `middle` is larger than anything from it on. */
function select(lo: usize, hi: usize, middle: usize): void {
  while (hi - lo > 8) {
    const pivot = pivotOf(lo, hi);
    const bound = partition(lo, hi, pivot);
    if (middle == bound) return;
    if (middle < bound) hi = bound;
    else if (bound > lo) lo = bound;
    else {
      lo = partition(lo, hi, pivot + 1); // the pivot is the least
      if (middle <= lo) return;
    }
  }
}

/** Moves the keys below the pivot to the front, without branches: nobody could predict them. */
function partition(lo: usize, hi: usize, pivot: u64): usize {
  let bound = lo;
  for (let q = lo; q < hi; q += 8) {
    const key = load<u64>(q);
    store<u64>(q, load<u64>(bound));
    store<u64>(bound, key);
    bound += <usize>(key < pivot) << 3;
  }
  return bound;
}

/** The median of three keys; of three medians where there are many. */
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

/** Copies the points of a leaf to where they will be searched. */
function fillLeaf(node: i32, from: i32, to: i32): void {
  const leafSlot = node - C_LEAVES;
  setN(C_FIRST, leafSlot, from);
  store<u8>(C_SIZE + <usize>leafSlot, <u8>(to - from));
  let lowest = EMPTY;
  let highest = -1;
  for (let q = from; q < to; q++) {
    lowest = min(lowest, n32(ORDER, q));
    highest = max(highest, n32(ORDER, q));
  }
  setN(C_LOWEST, node, lowest);
  setN(C_HIGHEST, node, highest);
  const order = ORDER + (<usize>from << 2);
  const end = ORDER + (<usize>to << 2);
  for (let d = 0; d < B_WIDTH; d += 2) {
    const data = DATA + (<usize>d << 3);
    const hasTwo = d + 1 < B_WIDTH;
    let place = PLACES + (<usize>(from * B_WIDTH + d * LEAF) << 3);
    let lo = f64x2.splat(Infinity);
    let hi = f64x2.splat(-Infinity);
    for (let q = order; q < end; q += 4, place += 8) {
      const v = v128.load(data + (<usize>load<i32>(q) * B_STRIDE << 3));
      lo = f64x2.pmin(lo, v);
      hi = f64x2.pmax(hi, v);
      v128.store64_lane(place, v, 0);
      if (hasTwo) v128.store64_lane(place, v, 1, 128);
    }
    const box = C_BOXES + (<usize>(node * B_WIDTH + d) << 4);
    v128.store(box, v128.shuffle<i64>(lo, hi, 0, 2));
    if (hasTwo) v128.store(box, v128.shuffle<i64>(lo, hi, 1, 3), 16);
  }
}

/** The box and the range of indices of a node, from those of its children. */
export function unite(node: i32): void {
  const left = 2 * node;
  const bytes = <usize>B_WIDTH << 4;
  let box = C_BOXES + <usize>node * bytes;
  const end = box + bytes;
  for (let child = C_BOXES + <usize>left * bytes; box < end; box += 16, child += 16) {
    const a = v128.load(child);
    const b = v128.load(child + bytes);
    v128.store(box, v128.shuffle<i64>(f64x2.pmin(a, b), f64x2.pmax(a, b), 0, 3));
  }
  setN(C_LOWEST, node, min(n32(C_LOWEST, left), n32(C_LOWEST, left + 1)));
  setN(C_HIGHEST, node, max(n32(C_HIGHEST, left), n32(C_HIGHEST, left + 1)));
}

/** Windows as points of eight coordinates: see ../projection.ts. */
export function project(
  data: usize, stride: i32, width: i32, starts: usize, count: i32, center: f64, radius: f64, basis: usize,
  points: usize,
): void {
  const most = f64x2.splat(radius);
  const least = f64x2.splat(-radius);
  const c = f64x2.splat(center);
  for (let r = 0; r < count; r++) {
    const i = n32(starts, r);
    let x = data + (<usize>i * stride << 3);
    const end = x + (<usize>width << 3);
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, rest = s0;
    for (let b = basis; x < end; x += 8, b += 64) {
      const y = f64x2.pmax(least, f64x2.pmin(most, f64x2.sub(v128.load64_splat(x), c)));
      rest = f64x2.add(rest, f64x2.mul(y, y));
      s0 = f64x2.add(s0, f64x2.mul(y, v128.load(b)));
      s1 = f64x2.add(s1, f64x2.mul(y, v128.load(b, 16)));
      s2 = f64x2.add(s2, f64x2.mul(y, v128.load(b, 32)));
      s3 = f64x2.add(s3, f64x2.mul(y, v128.load(b, 48)));
    }
    const to = points + (<usize>i << 6);
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
    let sum: f64 = 0;
    for (let p = to; p < to + 64; p += 8) sum += load<f64>(p) * load<f64>(p);
    store<f64>(to, sqrt(max<f64>(0, f64x2.extract_lane(rest, 0) - sum)), 56);
  }
}

/** Finds the k best columns of every row in the leaf `node` of the rows' tree. */
export function run(node: i32, first: i32, last: i32): void {
  leaf = node;
  slot = node - R_LEAVES;
  size = <i32>load<u8>(R_SIZE + <usize>slot);
  firstColumn = first;
  lastColumn = last;
  if (!PLAIN || !SELF) clearLists();
  for (let q = 0; q < LEAF; q++) {
    setF(BOUND, q, q < size ? Infinity : -1);
    setN(TIE_BOUND, q, BY_INDEX && q < size ? EMPTY : -1);
    store<f32>(ABOVE + (<usize>q << 2), q < size ? Infinity : -1);
    store<f32>(DOUBT + (<usize>q << 2), q < size ? Infinity : -1);
  }
  relativeRows();
  const everyRow = (1 << size) - 1;
  if (!SELF) {
    descend(1, everyRow);
    return;
  }
  if (PLAIN) seed();
  else scan(slot, everyRow);
  for (let x = node; x > 1; x >>= 1) descend(x ^ 1, everyRow);
}

/** Where the points of the rows in a slot begin. */
// @ts-ignore: decorator
@inline function pointsOf(slot: i32): usize { return R_POINTS + ((<usize>n32(R_FIRST, slot) * W) << 3); }

/** Where row q's list begins. */
// @ts-ignore: decorator
@inline function listOf(q: i32): usize { return LIST + (<usize>q * STRIDE << 4); }

function clearLists(): void {
  for (let q = 0; q < LEAF; q++) {
    const list = listOf(q);
    for (let p: usize = 0; p < STRIDE; p++) {
      store<f64>(list + (p << 3), p < <usize>K ? Infinity : -Infinity);
      store<f64>(list + (STRIDE + p << 3), EMPTY);
    }
  }
}

/**
 * What scan does for the rows' own leaf, where most columns find a place, by two rows side by side. With a₀ ≥ a₁ ≥ … the
 * K least sums so far, those with another one, s, are max(aₚ₊₁, min(aₚ, s)): see offerDistance.
 */
function seed(): void {
  const points = pointsOf(slot);
  const end = points + (<usize>W << 7);
  const top = DISTANCES;
  for (let q = 0; q < size; q += 2) {
    for (let p = 0; p < K; p++) v128.store(top + (<usize>p << 4), f64x2.splat(Infinity));
    v128.store(top + (<usize>K << 4), f64x2.splat(-Infinity));
    for (let c = 0; c < size; c++) {
      let sum = f64x2.splat(0);
      for (let p = points; p < end; p += 128) {
        sum = addSquare(sum, v128.load(p + (<usize>q << 3)), v128.load64_splat(p + (<usize>c << 3)));
      }
      if (c == q) sum = f64x2.replace_lane(sum, 0, Infinity);
      else if (c == q + 1) sum = f64x2.replace_lane(sum, 1, Infinity);
      let a = v128.load(top);
      for (let p = top, last = top + (<usize>K << 4); p < last; p += 16) {
        const next = v128.load(p, 16);
        v128.store(p, f64x2.pmax(next, f64x2.pmin(a, sum)));
        a = next;
      }
    }
    for (let lane: usize = 0; lane < 2; lane++) {
      const list = listOf(q + <i32>lane);
      for (let p: usize = 0; p < STRIDE; p++) {
        store<f64>(list + (p << 3), p < <usize>K ? load<f64>(top + (p << 4) + (lane << 3)) : -Infinity);
      }
    }
  }
  for (let q = 0; q < size; q++) tighten(q);
}

/** Takes a sum into a list of sums alone; nothing changes if all are smaller. */
// @ts-ignore: decorator
@inline function offerDistance(list: usize, s: f64): void {
  const ss = f64x2.splat(s);
  const end = list + (STRIDE - 2 << 3);
  let a = v128.load(list);
  for (let p = list; p < end; p += 16) {
    const next = v128.load(p, 16);
    v128.store(p, f64x2.pmax(v128.shuffle<i64>(a, next, 1, 2), f64x2.pmin(a, ss)));
    a = next;
  }
}

/** Writes the lists of all rows to DIST and INDEX, the best first. */
export function finish(): void {
  for (let q = 0; q < size; q++) {
    const list = listOf(q);
    if (K > SORTED_UP_TO) sortHeap(list);
    for (let p = 0; p < K; p++) {
      const from = list + (<usize>(K - 1 - p) << 3);
      setF(DIST, q * K + p, load<f64>(from));
      setN(INDEX, q * K + p, PLAIN ? (p < FILLED ? -1 : EMPTY) : <i32>load<f64>(from + (STRIDE << 3)));
    }
  }
}

/** Fills REF and NEAR. */
function relativeRows(): void {
  const box = R_BOXES + ((<usize>leaf * W) << 4);
  const points = pointsOf(slot);
  for (let d = 0; d < W; d++) {
    const lo = load<f64>(box + (<usize>d << 4));
    const hi = load<f64>(box + (<usize>d << 4), 8);
    const middle = 0.5 * lo + 0.5 * hi;
    const error = (hi - lo) * SCALE * 2.384185791015625e-7 + 1e-44;
    const ref = REF + (<usize>d << 5);
    v128.store(ref, f64x2.splat(middle));
    v128.store(ref, f64x2(-error, error), 16);
    for (let q = 0; q < size; q++) {
      const p = <usize>(d * LEAF + q);
      store<f32>(NEAR + (p << 2), <f32>((load<f64>(points + (p << 3)) - middle) * SCALE));
    }
  }
}

/** Takes over row q's k-th best. */
function tighten(q: i32): void {
  const list = listOf(q);
  const bound = load<f64>(list);
  let reach = bound;
  if (REFINE) {
    const root = sqrt(bound + UNDER) * FACTOR + SLACK;
    reach = root * root;
  }
  const isClosed = bound == 0 && !BY_INDEX;
  setF(BOUND, q, isClosed ? -1 : reach);
  if (BY_INDEX) setN(TIE_BOUND, q, <i32>load<f64>(list + (STRIDE << 3)));
  const scaled = reach * SCALE * SCALE;
  store<f32>(ABOVE + (<usize>q << 2), isClosed ? -1 : <f32>(scaled * GROW + TINY));
  // The reach of a projection is no distance that points can equal: there only copies need a second look.
  const doubt = REFINE ? (bound == 0 ? -1 : Infinity) : scaled * SHRINK - TINY;
  store<f32>(DOUBT + (<usize>q << 2), <f32>doubt);
}

/** Of the rows of `doubtful`, those for which column node x may hold a better column than their k-th. */
function certainly(x: i32, doubtful: i32): i32 {
  if (!REFINE) return doubtful & rowsNear(x);
  const lowest = n32(C_LOWEST, x);
  let near = 0;
  for (let rest = doubtful; rest; rest &= rest - 1) {
    const q = ctz(rest);
    if (lowest < n32(TIE_BOUND, q)) near |= 1 << q;
  }
  return near;
}

function descend(root: i32, mask: i32): void {
  let pending = 0;
  mask = measure(root, 0) & mask;
  if (mask == 0) return;
  setN(NODES, 0, root);
  setN(MASKS, 0, mask);
  pending = 1;
  while (pending > 0) {
    pending--;
    const x = n32(NODES, pending);
    if (n32(C_LOWEST, x) > lastColumn || n32(C_HIGHEST, x) < firstColumn) continue;
    const at = DISTANCES + (<usize>pending << 6);
    let near = within(at) & n32(MASKS, pending);
    const doubtful = near & inDoubt(at);
    if (doubtful != 0) near &= ~doubtful | certainly(x, doubtful);
    if (near == 0) continue;
    if (x >= C_LEAVES) {
      scan(x - C_LEAVES, near);
      continue;
    }
    const left = 2 * x;
    const toLeft = measure(left, pending) & near;
    const toRight = measure(left + 1, pending + 1) & near;
    if (toLeft != 0 && toRight != 0) {
      const leftFirst = nearest(at) <= nearest(at + 64);
      if (leftFirst) swapDistances(at);
      setN(NODES, pending, leftFirst ? left + 1 : left);
      setN(MASKS, pending++, leftFirst ? toRight : toLeft);
      setN(NODES, pending, leftFirst ? left : left + 1);
      setN(MASKS, pending++, leftFirst ? toLeft : toRight);
    } else if (toLeft != 0) {
      setN(NODES, pending, left);
      setN(MASKS, pending++, toLeft);
    } else if (toRight != 0) {
      swapDistances(at);
      setN(NODES, pending, left + 1);
      setN(MASKS, pending++, toRight);
    }
  }
}

// @ts-ignore: decorator
@inline function addGap(sum: v128, lo: v128, hi: v128, x: v128): v128 {
  const z = f32x4.sub(x, f32x4.pmin(f32x4.pmax(x, lo), hi));
  return f32x4.add(sum, f32x4.mul(z, z));
}

/** Writes lower bounds of the rows' squared distances to the box of column node x; one bit per row it may be near to. */
function measure(x: i32, place: i32): i32 {
  measured++;
  let b = C_BOXES + ((<usize>x * W) << 4);
  const end = b + (<usize>W << 4);
  let ref = REF;
  let t = NEAR;
  const scale = f64x2.splat(SCALE);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; b < end; b += 16, ref += 32, t += 64) {
    const box = f32x4.demote_f64x2_zero(
      f64x2.add(f64x2.mul(f64x2.sub(v128.load(b), v128.load(ref)), scale), v128.load(ref, 16)),
    );
    const lo = v128.shuffle<i32>(box, box, 0, 0, 0, 0);
    const hi = v128.shuffle<i32>(box, box, 1, 1, 1, 1);
    s0 = addGap(s0, lo, hi, v128.load(t));
    s1 = addGap(s1, lo, hi, v128.load(t, 16));
    s2 = addGap(s2, lo, hi, v128.load(t, 32));
    s3 = addGap(s3, lo, hi, v128.load(t, 48));
  }
  const at = DISTANCES + (<usize>place << 6);
  v128.store(at, s0);
  v128.store(at, s1, 16);
  v128.store(at, s2, 32);
  v128.store(at, s3, 48);
  return within(at);
}

// @ts-ignore: decorator
@inline function within(at: usize): i32 {
  return ~(i32x4.bitmask(f32x4.gt(v128.load(at), v128.load(ABOVE)))
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 16), v128.load(ABOVE, 16))) << 4)
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 32), v128.load(ABOVE, 32))) << 8)
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 48), v128.load(ABOVE, 48))) << 12));
}

// @ts-ignore: decorator
@inline function inDoubt(at: usize): i32 {
  return i32x4.bitmask(f32x4.gt(v128.load(at), v128.load(DOUBT)))
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 16), v128.load(DOUBT, 16))) << 4)
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 32), v128.load(DOUBT, 32))) << 8)
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 48), v128.load(DOUBT, 48))) << 12);
}

/** The least of 16 distances. */
// @ts-ignore: decorator
@inline function nearest(at: usize): f32 {
  let m = f32x4.pmin(f32x4.pmin(v128.load(at), v128.load(at, 16)), f32x4.pmin(v128.load(at, 32), v128.load(at, 48)));
  m = f32x4.pmin(m, v128.shuffle<i32>(m, m, 2, 3, 0, 1));
  m = f32x4.pmin(m, v128.shuffle<i32>(m, m, 1, 0, 3, 2));
  return f32x4.extract_lane(m, 0);
}

/** Exchanges the 16 distances at `at` with the 16 after them. */
// @ts-ignore: decorator
@inline function swapDistances(at: usize): void {
  for (let p: usize = at; p < at + 64; p += 16) {
    const a = v128.load(p);
    v128.store(p, v128.load(p, 64));
    v128.store(p, a, 64);
  }
}

// @ts-ignore: decorator
@inline function addOutside(sum: v128, lo: v128, hi: v128, x: v128): v128 {
  const z = f64x2.pmax(f64x2.splat(0), f64x2.pmax(f64x2.sub(lo, x), f64x2.sub(x, hi)));
  return f64x2.add(sum, f64x2.mul(z, z));
}

// @ts-ignore: decorator
@inline function addSquare(sum: v128, x: v128, y: v128): v128 {
  const z = f64x2.sub(x, y);
  return f64x2.add(sum, f64x2.mul(z, z));
}

/** Keeps 16 sums where they can be read one by one. */
// @ts-ignore: decorator
@inline function keepSums(s0: v128, s1: v128, s2: v128, s3: v128, s4: v128, s5: v128, s6: v128, s7: v128): void {
  v128.store(SUMS, s0);
  v128.store(SUMS, s1, 16);
  v128.store(SUMS, s2, 32);
  v128.store(SUMS, s3, 48);
  v128.store(SUMS, s4, 64);
  v128.store(SUMS, s5, 80);
  v128.store(SUMS, s6, 96);
  v128.store(SUMS, s7, 112);
}

/** One bit per row for which the box of column node x may hold a better column than its k-th. */
function rowsNear(x: i32): i32 {
  let p = pointsOf(slot);
  let b = C_BOXES + ((<usize>x * W) << 4);
  const end = b + (<usize>W << 4);
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (; b < end; b += 16, p += 128) {
    const lo = v128.load64_splat(b);
    const hi = v128.load64_splat(b, 8);
    s0 = addOutside(s0, lo, hi, v128.load(p));
    s1 = addOutside(s1, lo, hi, v128.load(p, 16));
    s2 = addOutside(s2, lo, hi, v128.load(p, 32));
    s3 = addOutside(s3, lo, hi, v128.load(p, 48));
    s4 = addOutside(s4, lo, hi, v128.load(p, 64));
    s5 = addOutside(s5, lo, hi, v128.load(p, 80));
    s6 = addOutside(s6, lo, hi, v128.load(p, 96));
    s7 = addOutside(s7, lo, hi, v128.load(p, 112));
  }
  let near = i64x2.bitmask(f64x2.lt(s0, v128.load(BOUND)))
    | (i64x2.bitmask(f64x2.lt(s1, v128.load(BOUND, 16))) << 2)
    | (i64x2.bitmask(f64x2.lt(s2, v128.load(BOUND, 32))) << 4)
    | (i64x2.bitmask(f64x2.lt(s3, v128.load(BOUND, 48))) << 6)
    | (i64x2.bitmask(f64x2.lt(s4, v128.load(BOUND, 64))) << 8)
    | (i64x2.bitmask(f64x2.lt(s5, v128.load(BOUND, 80))) << 10)
    | (i64x2.bitmask(f64x2.lt(s6, v128.load(BOUND, 96))) << 12)
    | (i64x2.bitmask(f64x2.lt(s7, v128.load(BOUND, 112))) << 14);
  if (BY_INDEX) {
    keepSums(s0, s1, s2, s3, s4, s5, s6, s7);
    const lowest = n32(C_LOWEST, x);
    for (let q = 0; q < LEAF; q++) if (f(SUMS, q) == f(BOUND, q) && lowest < n32(TIE_BOUND, q)) near |= 1 << q;
  }
  return near;
}

function scan(columnSlot: i32, mask: i32): void {
  const columns = C_POINTS + ((<usize>n32(C_FIRST, columnSlot) * W) << 3);
  const end = columns + (<usize>W << 7);
  const numColumns = <i32>load<u8>(C_SIZE + <usize>columnSlot);
  const everyColumn = (1 << numColumns) - 1;
  const order = C_ORDER + (<usize>n32(C_FIRST, columnSlot) << 2);
  const rowOrder = R_ORDER + (<usize>n32(R_FIRST, slot) << 2);
  const rows = pointsOf(slot);
  let queued = 0;
  while (mask) {
    const q = ctz(mask);
    mask &= mask - 1;
    scanned++;
    let a = rows + (<usize>q << 3);
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    for (let c = columns; c < end; c += 128, a += 128) {
      const x = v128.load64_splat(a);
      s0 = addSquare(s0, x, v128.load(c));
      s1 = addSquare(s1, x, v128.load(c, 16));
      s2 = addSquare(s2, x, v128.load(c, 32));
      s3 = addSquare(s3, x, v128.load(c, 48));
      s4 = addSquare(s4, x, v128.load(c, 64));
      s5 = addSquare(s5, x, v128.load(c, 80));
      s6 = addSquare(s6, x, v128.load(c, 96));
      s7 = addSquare(s7, x, v128.load(c, 112));
    }
    const bound = v128.load64_splat(BOUND + (<usize>q << 3));
    let better = BY_INDEX | REFINE
      ? i64x2.bitmask(f64x2.le(s0, bound)) | (i64x2.bitmask(f64x2.le(s1, bound)) << 2)
        | (i64x2.bitmask(f64x2.le(s2, bound)) << 4) | (i64x2.bitmask(f64x2.le(s3, bound)) << 6)
        | (i64x2.bitmask(f64x2.le(s4, bound)) << 8) | (i64x2.bitmask(f64x2.le(s5, bound)) << 10)
        | (i64x2.bitmask(f64x2.le(s6, bound)) << 12) | (i64x2.bitmask(f64x2.le(s7, bound)) << 14)
      : i64x2.bitmask(f64x2.lt(s0, bound)) | (i64x2.bitmask(f64x2.lt(s1, bound)) << 2)
        | (i64x2.bitmask(f64x2.lt(s2, bound)) << 4) | (i64x2.bitmask(f64x2.lt(s3, bound)) << 6)
        | (i64x2.bitmask(f64x2.lt(s4, bound)) << 8) | (i64x2.bitmask(f64x2.lt(s5, bound)) << 10)
        | (i64x2.bitmask(f64x2.lt(s6, bound)) << 12) | (i64x2.bitmask(f64x2.lt(s7, bound)) << 14);
    better &= everyColumn;
    if (better == 0) continue;
    const i = n32(rowOrder, q);
    if (REFINE) {
      for (; better; better &= better - 1) {
        const c = ctz(better);
        if (!isAllowed(n32(order, c) - i)) continue;
        store<u8>(QUEUE + (queued << 1), <u8>q);
        store<u8>(QUEUE + (queued << 1), <u8>c, 1);
        queued++;
      }
      continue;
    }
    keepSums(s0, s1, s2, s3, s4, s5, s6, s7);
    const list = listOf(q);
    for (; PLAIN && better; better &= better - 1) offerDistance(list, f(SUMS, ctz(better)));
    while (better) {
      const c = ctz(better);
      better &= better - 1;
      offer(list, f(SUMS, c), i, n32(order, c));
    }
    tighten(q);
  }
  if (queued > 0) refine(rowOrder, order, queued);
}

// @ts-ignore: decorator
@inline function isAllowed(lag: i32): bool {
  return lag > 0 ? lag > EXCLUSION && lag <= AFTER : -lag > EXCLUSION && -lag <= BEFORE;
}

/** Takes column j into the list of row i if it is allowed and better than the k-th. */
function offer(list: usize, s: f64, i: i32, j: i32): void {
  if (!isWorse(list, s, <f64>j) || !isAllowed(j - i)) return;
  if (K > SORTED_UP_TO) siftDown(list, K, s, <f64>j);
  else insert(list, s, <f64>j);
}

/**
 * Computes s for the queued pairs, four side by side: a sum has to wait for its last term, four sums wait together. They
 * are given up when all four are known to be too large.
 */
function refine(rowOrder: usize, order: usize, queued: usize): void {
  refined += <i32>queued;
  const last = QUEUE + (queued - 1 << 1);
  for (let p = QUEUE; p <= last; p += 8) {
    const p1 = min(p + 2, last), p2 = min(p + 4, last), p3 = min(p + 6, last);
    const i0 = n32(rowOrder, load<u8>(p)), j0 = n32(order, load<u8>(p, 1));
    const i1 = n32(rowOrder, load<u8>(p1)), j1 = n32(order, load<u8>(p1, 1));
    const i2 = n32(rowOrder, load<u8>(p2)), j2 = n32(order, load<u8>(p2, 1));
    const i3 = n32(rowOrder, load<u8>(p3)), j3 = n32(order, load<u8>(p3, 1));
    let a0 = rowAt(i0), b0 = columnAt(j0), a1 = rowAt(i1), b1 = columnAt(j1);
    let a2 = rowAt(i2), b2 = columnAt(j2), a3 = rowAt(i3), b3 = columnAt(j3);
    const list0 = listOf(load<u8>(p)), list1 = listOf(load<u8>(p1));
    const list2 = listOf(load<u8>(p2)), list3 = listOf(load<u8>(p3));
    const bound0 = load<f64>(list0), bound1 = load<f64>(list1), bound2 = load<f64>(list2), bound3 = load<f64>(list3);
    let s0: f64 = 0, s1: f64 = 0, s2: f64 = 0, s3: f64 = 0;
    let l = X_WIDTH;
    while (l > 0) {
      const block = min(l, 32);
      const end = a0 + (<usize>block << 3);
      while (a0 < end) {
        const z0 = load<f64>(a0) - load<f64>(b0);
        const z1 = load<f64>(a1) - load<f64>(b1);
        const z2 = load<f64>(a2) - load<f64>(b2);
        const z3 = load<f64>(a3) - load<f64>(b3);
        s0 += z0 * z0;
        s1 += z1 * z1;
        s2 += z2 * z2;
        s3 += z3 * z3;
        a0 += 8; b0 += 8; a1 += 8; b1 += 8; a2 += 8; b2 += 8; a3 += 8; b3 += 8;
      }
      l -= block;
      if (s0 > bound0 && s1 > bound1 && s2 > bound2 && s3 > bound3) break;
    }
    // A sum that was given up is above its row's bound, and bounds only fall: it is turned away like any other.
    offer(list0, s0, i0, j0);
    if (p1 > p) offer(list1, s1, i1, j1);
    if (p2 > p1) offer(list2, s2, i2, j2);
    if (p3 > p2) offer(list3, s3, i3, j3);
    tighten(load<u8>(p));
    tighten(load<u8>(p1));
    tighten(load<u8>(p2));
    tighten(load<u8>(p3));
  }
}

// @ts-ignore: decorator
@inline function rowAt(i: i32): usize { return R_DATA + (<usize>i * R_STRIDE << 3); }
// @ts-ignore: decorator
@inline function columnAt(j: i32): usize { return C_DATA + (<usize>j * C_STRIDE << 3); }

/** Whether the entry at `p` comes after (d, j). */
// @ts-ignore: decorator
@inline function isWorse(p: usize, d: f64, j: f64): bool {
  const e = load<f64>(p);
  return e > d || (e == d && load<f64>(p + (STRIDE << 3)) > j);
}

/**
 * Puts (d, j) into its place; the worst entry goes. Two places at a time and without branches: a place takes its better
 * neighbor if that is worse than (d, j), else (d, j) if the place's own entry is, else it stays.
 */
function insert(list: usize, d: f64, j: f64): void {
  const dd = f64x2.splat(d);
  const jj = f64x2.splat(j);
  const end = list + (STRIDE - 2 << 3);
  const half = STRIDE << 3;
  let a = v128.load(list);
  let aj = v128.load(list + half);
  let worse = v128.or(f64x2.gt(a, dd), v128.and(f64x2.eq(a, dd), f64x2.gt(aj, jj)));
  for (let p = list; p < end; p += 16) {
    const next = v128.load(p, 16);
    const nextJ = v128.load(p + half, 16);
    const nextWorse = v128.or(f64x2.gt(next, dd), v128.and(f64x2.eq(next, dd), f64x2.gt(nextJ, jj)));
    const shifted = v128.shuffle<i64>(a, next, 1, 2);
    const shiftedJ = v128.shuffle<i64>(aj, nextJ, 1, 2);
    const shiftedWorse = v128.shuffle<i64>(worse, nextWorse, 1, 2);
    v128.store(p, v128.bitselect(shifted, v128.bitselect(dd, a, worse), shiftedWorse));
    v128.store(p + half, v128.bitselect(shiftedJ, v128.bitselect(jj, aj, worse), shiftedWorse));
    a = next;
    aj = nextJ;
    worse = nextWorse;
  }
}

/** Lets (d, j) sink from the top of the heap of `count` entries to its place. */
function siftDown(list: usize, count: i32, d: f64, j: f64): void {
  const half = STRIDE << 3;
  let p = 0;
  for (let child = 1; child < count; child = 2 * p + 1) {
    let c = list + (<usize>child << 3);
    if (child + 1 < count && isWorse(c + 8, load<f64>(c), load<f64>(c + half))) {
      child++;
      c += 8;
    }
    if (!isWorse(c, d, j)) break;
    const to = list + (<usize>p << 3);
    store<f64>(to, load<f64>(c));
    store<f64>(to + half, load<f64>(c + half));
    p = child;
  }
  const to = list + (<usize>p << 3);
  store<f64>(to, d);
  store<f64>(to + half, j);
}

/** Turns a heap into a list from worst to best. */
function sortHeap(list: usize): void {
  const half = STRIDE << 3;
  for (let count = K - 1; count > 0; count--) {
    const last = list + (<usize>count << 3);
    const d = load<f64>(last);
    const j = load<f64>(last + half);
    store<f64>(last, load<f64>(list));
    store<f64>(last + half, load<f64>(list + half));
    siftDown(list, count, d, j);
  }
  for (let p = list, q = list + (<usize>(K - 1) << 3); p < q; p += 8, q -= 8) {
    const d = load<f64>(p);
    const j = load<f64>(p + half);
    store<f64>(p, load<f64>(q));
    store<f64>(p + half, load<f64>(q + half));
    store<f64>(q, d);
    store<f64>(q + half, j);
  }
}
