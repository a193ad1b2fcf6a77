// AssemblyScript. Searching a k-d tree in WASM SIMD: the same algorithm as ../kdtree-search.ts, where it is explained,
// with 16 rows side by side in a box test and 16 columns side by side in a leaf. Memory is laid out by the caller.

const LEAF: i32 = 16;
const SORTED_UP_TO: i32 = 16;
const EMPTY: i32 = 0x7fffffff;

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
let DIST: usize = 0; // 16 rows of length K, the worst first
let INDEX: usize = 0;
let W: i32 = 0;
let K: i32 = 0;
let SELF: i32 = 0;
let BY_INDEX: i32 = 0;
// -lag and lag of an allowed column lie in (EXCLUSION, BEFORE] and (EXCLUSION, AFTER].
let EXCLUSION: i32 = 0;
let BEFORE: i32 = 0;
let AFTER: i32 = 0;

// The rows at hand.
let leaf: i32 = 0; // node
let slot: i32 = 0;
let size: i32 = 0;
let firstColumn: i32 = 0;
let lastColumn: i32 = 0;
let worstBound: f64 = 0;
const BOUND: usize = memory.data(16 * 8, 16);
const TIE_BOUND: usize = memory.data(16 * 4, 16);
const SUMS: usize = memory.data(16 * 8, 16);

// Subtrees to come.
const NODES: usize = memory.data(64 * 4, 16);
const DISTANCES: usize = memory.data(64 * 8, 16);
const MASKS: usize = memory.data(64 * 4, 16);

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
  dist: usize, index: usize, width: i32, k: i32, self: i32, byIndex: i32, exclusion: i32, before: i32, after: i32,
): void {
  DIST = dist; INDEX = index; W = width; K = k; SELF = self; BY_INDEX = byIndex;
  EXCLUSION = exclusion; BEFORE = before; AFTER = after;
}

// @ts-ignore: decorator
@inline function f(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }
// @ts-ignore: decorator
@inline function setF(base: usize, i: i32, value: f64): void { store<f64>(base + (<usize>i << 3), value); }
// @ts-ignore: decorator
@inline function n32(base: usize, i: i32): i32 { return load<i32>(base + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline function setN(base: usize, i: i32, value: i32): void { store<i32>(base + (<usize>i << 2), value); }

/** Finds the k best columns of every row in the leaf `node` of the rows' tree. */
export function run(node: i32, first: i32, last: i32): void {
  leaf = node;
  slot = node - R_LEAVES;
  size = <i32>load<u8>(R_SIZE + <usize>slot);
  firstColumn = first;
  lastColumn = last;
  for (let p = 0; p < LEAF * K; p++) {
    setF(DIST, p, Infinity);
    setN(INDEX, p, EMPTY);
  }
  for (let q = 0; q < LEAF; q++) {
    setF(BOUND, q, q < size ? Infinity : -1);
    setN(TIE_BOUND, q, BY_INDEX && q < size ? EMPTY : -1);
  }
  worstBound = Infinity;
  const everyRow = (1 << size) - 1;
  if (!SELF) {
    descend(1, 0, everyRow);
    return;
  }
  scan(slot, everyRow);
  for (let x = node; x > 1; x >>= 1) descend(x ^ 1, boxDistance(x ^ 1), everyRow);
}

function descend(root: i32, distance: f64, mask: i32): void {
  let pending = 1;
  setN(NODES, 0, root);
  setF(DISTANCES, 0, distance);
  setN(MASKS, 0, mask);
  while (pending > 0) {
    pending--;
    const away = f(DISTANCES, pending);
    if (away > worstBound || (away == worstBound && !BY_INDEX)) continue;
    const x = n32(NODES, pending);
    if (n32(C_LOWEST, x) > lastColumn || n32(C_HIGHEST, x) < firstColumn) continue;
    const near = rowsNear(x) & n32(MASKS, pending);
    if (near == 0) continue;
    if (x >= C_LEAVES) {
      scan(x - C_LEAVES, near);
      continue;
    }
    const left = 2 * x;
    const right = left + 1;
    const toLeft = boxDistance(left);
    const toRight = boxDistance(right);
    const leftFirst = toLeft < toRight || (toLeft == toRight && n32(C_LOWEST, left) < n32(C_LOWEST, right));
    setN(NODES, pending, leftFirst ? right : left);
    setF(DISTANCES, pending, leftFirst ? toRight : toLeft);
    setN(MASKS, pending++, near);
    setN(NODES, pending, leftFirst ? left : right);
    setF(DISTANCES, pending, leftFirst ? toLeft : toRight);
    setN(MASKS, pending++, near);
  }
}

function boxDistance(x: i32): f64 {
  let a = R_BOXES + ((<usize>leaf * W) << 4);
  let b = C_BOXES + ((<usize>x * W) << 4);
  const end = a + (<usize>W << 4);
  let sum: f64 = 0;
  for (; a < end; a += 16, b += 16) {
    const above = load<f64>(b) - load<f64>(a, 8);
    const below = load<f64>(a) - load<f64>(b, 8);
    const z = max<f64>(0, max<f64>(above, below));
    sum += z * z;
  }
  return sum;
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
  let p = R_POINTS + ((<usize>slot * W) << 7);
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
  const columns = C_POINTS + ((<usize>columnSlot * W) << 7);
  const end = columns + (<usize>W << 7);
  const numColumns = <i32>load<u8>(C_SIZE + <usize>columnSlot);
  const everyColumn = (1 << numColumns) - 1;
  const order = C_ORDER + (<usize>n32(C_FIRST, columnSlot) << 2);
  const rowOrder = R_ORDER + (<usize>n32(R_FIRST, slot) << 2);
  while (mask) {
    const q = ctz(mask);
    mask &= mask - 1;
    let a = R_POINTS + ((<usize>slot * W) << 7) + (<usize>q << 3);
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
    let better = BY_INDEX
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
    keepSums(s0, s1, s2, s3, s4, s5, s6, s7);
    const i = n32(rowOrder, q);
    const base = q * K;
    while (better) {
      const c = ctz(better);
      better &= better - 1;
      const s = f(SUMS, c);
      const limit = f(DIST, base);
      if (s > limit) continue;
      const j = n32(order, c);
      if (s == limit && j > n32(INDEX, base)) continue;
      const lag = j - i;
      if (lag > 0 ? lag <= EXCLUSION || lag > AFTER : -lag <= EXCLUSION || -lag > BEFORE) continue;
      replaceWorst(base, s, j);
    }
    setF(BOUND, q, f(DIST, base));
    if (BY_INDEX) setN(TIE_BOUND, q, n32(INDEX, base));
  }
  let worst: f64 = -1;
  for (let q = 0; q < size; q++) worst = max<f64>(worst, f(BOUND, q));
  worstBound = worst;
}

function replaceWorst(base: i32, d: f64, j: i32): void {
  if (K > SORTED_UP_TO) {
    siftDown(base, d, j);
    return;
  }
  const last = base + K - 1;
  let p = base;
  while (p < last) {
    const next = f(DIST, p + 1);
    if (next < d || (next == d && n32(INDEX, p + 1) < j)) break;
    setF(DIST, p, next);
    setN(INDEX, p, n32(INDEX, p + 1));
    p++;
  }
  setF(DIST, p, d);
  setN(INDEX, p, j);
}

function siftDown(base: i32, d: f64, j: i32): void {
  let p = 0;
  for (let child = 1; child < K; child = 2 * p + 1) {
    if (child + 1 < K && isWorse(base + child + 1, f(DIST, base + child), n32(INDEX, base + child))) child++;
    if (!isWorse(base + child, d, j)) break;
    setF(DIST, base + p, f(DIST, base + child));
    setN(INDEX, base + p, n32(INDEX, base + child));
    p = child;
  }
  setF(DIST, base + p, d);
  setN(INDEX, base + p, j);
}

function isWorse(p: i32, d: f64, j: i32): bool {
  return f(DIST, p) > d || (f(DIST, p) == d && n32(INDEX, p) > j);
}
