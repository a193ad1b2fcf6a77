// AssemblyScript. Rows compared with all columns of one leaf, 16 columns side by side.
import { f, n32 } from './access';
import { insert, isWorse, listOf, LIST_STRIDE, offerDistance, PLAIN, siftDown } from './lists';
import { SORTED_UP_TO } from './constants.generated';
import { keepSums, pointsOf, size, slot, tighten } from './rows';
import { BOUND, DISTANCES, QUEUE, SUMS } from './scratch-fields.generated';
import {
  AFTER, BEFORE, BY_INDEX, COLUMN_FIRST, COLUMN_ORDER, COLUMN_POINTS, COLUMN_SIZE, COLUMN_STRIDE, COLUMN_WINDOWS, EXCLUSION,
  K, REFINES, ROW_FIRST, ROW_ORDER, ROW_STRIDE, ROW_WINDOWS, WIDTH, WINDOW_WIDTH,
} from './search-fields.generated';

/** Comparisons of a row with a leaf, and pairs of windows that were compared, since the search began. */
export let scanned: i32 = 0;
export let refined: i32 = 0;

/**
 * The same as `scan` for the rows' own leaf, two rows side by side: most of its columns enter the lists. Let a₀ ≥ a₁ ≥ … be
 * the K least sums so far. With one more sum s they become max(aₚ₊₁, min(aₚ, s)), as in `offerDistance`.
 */
export function seed(): void {
  const points = pointsOf(slot);
  const end = points + (<usize>WIDTH << 7);
  const top = DISTANCES;
  for (let q = 0; q < size; q += 2) {
    for (let p = 0; p < K; p++) v128.store(top + (<usize>p << 4), f64x2.splat(Infinity));
    v128.store(top + (<usize>K << 4), f64x2.splat(-Infinity));
    // Insert the distances to all columns of the leaf but the row itself.
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
    // Copy the sums of each row to its list.
    for (let lane: usize = 0; lane < 2; lane++) {
      const list = listOf(q + <i32>lane);
      for (let p: usize = 0; p < LIST_STRIDE; p++) {
        store<f64>(list + (p << 3), p < <usize>K ? load<f64>(top + (p << 4) + (lane << 3)) : -Infinity);
      }
    }
  }
  for (let q = 0; q < size; q++) tighten(q);
}

/** Compares the rows of `mask` with every column of the leaf in `columnSlot`. */
export function scan(columnSlot: i32, mask: i32): void {
  const columns = COLUMN_POINTS + ((<usize>n32(COLUMN_FIRST, columnSlot) * WIDTH) << 3);
  const end = columns + (<usize>WIDTH << 7);
  const numColumns = <i32>load<u8>(COLUMN_SIZE + <usize>columnSlot);
  const everyColumn = (1 << numColumns) - 1;
  const order = COLUMN_ORDER + (<usize>n32(COLUMN_FIRST, columnSlot) << 2);
  const rowOrder = ROW_ORDER + (<usize>n32(ROW_FIRST, slot) << 2);
  const rows = pointsOf(slot);
  let queued = 0;
  while (mask) {
    const q = ctz(mask);
    mask &= mask - 1;
    scanned++;
    // Sum the squared distances to 16 columns.
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
    // Find the columns within the bound; equal ones only where they may count.
    const bound = v128.load64_splat(BOUND + (<usize>q << 3));
    let better = BY_INDEX | REFINES
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
    // Points are projections: queue the pairs, the windows decide.
    if (REFINES) {
      for (; better; better &= better - 1) {
        const c = ctz(better);
        if (!isAllowed(n32(order, c) - i)) continue;
        store<u8>(QUEUE + (queued << 1), <u8>q);
        store<u8>(QUEUE + (queued << 1), <u8>c, 1);
        queued++;
      }
      continue;
    }
    // Points are windows: offer the columns to the row's list.
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

/** Whether a column at this lag is allowed. */
// @ts-ignore: decorator
@inline function isAllowed(lag: i32): bool {
  return lag > 0 ? lag > EXCLUSION && lag <= AFTER : -lag > EXCLUSION && -lag <= BEFORE;
}

/** Puts column j on the list of row i if it is allowed and better than the k-th. */
function offer(list: usize, s: f64, i: i32, j: i32): void {
  if (!isWorse(list, s, <f64>j) || !isAllowed(j - i)) return;
  if (K > SORTED_UP_TO) siftDown(list, K, s, <f64>j);
  else insert(list, s, <f64>j);
}

/**
 * Computes s for the queued pairs, four side by side: each addition of a sum waits for the last one, four sums wait together.
 * Four sums are abandoned when all of them are above their rows' bounds.
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
    let l = WINDOW_WIDTH;
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
    // An abandoned sum is above its row's bound, and bounds only fall: `offer` rejects it.
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

/** The offsets of the windows of row i and column j. */
// @ts-ignore: decorator
@inline function rowAt(i: i32): usize { return ROW_WINDOWS + (<usize>i * ROW_STRIDE << 3); }
// @ts-ignore: decorator
@inline function columnAt(j: i32): usize { return COLUMN_WINDOWS + (<usize>j * COLUMN_STRIDE << 3); }

/** Adds the squares of x − y. */
// @ts-ignore: decorator
@inline function addSquare(sum: v128, x: v128, y: v128): v128 {
  const z = f64x2.sub(x, y);
  return f64x2.add(sum, f64x2.mul(z, z));
}
