// AssemblyScript. The dense kernel in WASM SIMD: the algorithm of ../scalar.ts, which explains it, with 4 × 4 pairs in eight
// registers. The loader, ../wasm.ts, lays out the memory; arguments are indices of blocks.
import { BLOCK, CHUNK, SORTED_UP_TO } from './constants.generated';
import {
  AFTER, BEFORE, BY_INDEX, COLUMN_POINTS, COLUMN_STARTS, DIST, EXCLUSION, INDEX, IS_SELF, K, loadDenseFields, ROW_POINTS,
  ROW_STARTS, THRESHOLD, WIDTH,
} from './dense-fields.generated';

/** Whether rows take columns. If not, only columns take rows: left neighbors. */
let LEARN: i32 = 0;

/** The sums of 4 rows with 4 columns, row after row. */
const SUMS: usize = memory.data(16 * 8, 16);

/** Reads the settings of the run from the struct at `at`. Must be called first. */
export function open(at: usize): void {
  if (BLOCK != 4) ERROR('the kernel handles BLOCK = 4 vectors: two registers');
  loadDenseFields(at);
  LEARN = !IS_SELF || AFTER > EXCLUSION ? 1 : 0;
}

// @ts-ignore: decorator
@inline function addSquare(sum: v128, x: v128, y: v128): v128 {
  const z = f64x2.sub(x, y);
  return f64x2.add(sum, f64x2.mul(z, z));
}

/** Which lanes of the sums of a row are below the limit; equal ones count if ties are ordered by index. */
// @ts-ignore: decorator
@inline function near(sum: v128, limit: v128): v128 {
  return BY_INDEX ? f64x2.le(sum, limit) : f64x2.lt(sum, limit);
}

/**
 * All pairs of the row blocks [r0, r1) with the column blocks [c0, c1). In a self-join each pair once: a row block meets the
 * column blocks from itself on.
 */
export function tile(r0: i32, r1: i32, c0: i32, c1: i32): void {
  const blockBytes = <usize>WIDTH << 5;
  const none = f64x2.splat(-Infinity);
  const learn = LEARN;
  for (let r = r0; r < r1; r++) {
    const first = IS_SELF && r > c0 ? r : c0;
    const rows = ROW_POINTS + <usize>r * blockBytes;
    let columns = COLUMN_POINTS + <usize>first * blockBytes;
    const th = THRESHOLD + (<usize>r << 5);
    for (let c = first; c < c1; c++, columns += blockBytes) {
      // Thresholds of the columns: they count in a self-join, where columns are rows, too.
      const columnTh = THRESHOLD + (<usize>c << 5);
      const t0 = IS_SELF ? v128.load(columnTh) : none;
      const t1 = IS_SELF ? v128.load(columnTh, 16) : none;
      // Sums: a … d for the four rows, 0 and 1 for two columns each.
      let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
      let x = rows;
      let y = columns;
      let left = WIDTH;
      while (true) {
        // Add CHUNK coordinates.
        const end = x + (<usize>min(left, CHUNK) << 5);
        for (; x < end; x += 32, y += 32) {
          const y0 = v128.load(y);
          const y1 = v128.load(y, 16);
          const xa = v128.load64_splat(x);
          a0 = addSquare(a0, xa, y0);
          a1 = addSquare(a1, xa, y1);
          const xb = v128.load64_splat(x, 8);
          b0 = addSquare(b0, xb, y0);
          b1 = addSquare(b1, xb, y1);
          const xc = v128.load64_splat(x, 16);
          c0 = addSquare(c0, xc, y0);
          c1 = addSquare(c1, xc, y1);
          const xd = v128.load64_splat(x, 24);
          d0 = addSquare(d0, xd, y0);
          d1 = addSquare(d1, xd, y1);
        }
        // Compare with the thresholds of both sides. If all 16 sums are too large, the pairs are finished.
        const ta = learn ? v128.load64_splat(th) : none;
        const tb = learn ? v128.load64_splat(th, 8) : none;
        const tc = learn ? v128.load64_splat(th, 16) : none;
        const td = learn ? v128.load64_splat(th, 24) : none;
        const ma0 = near(a0, f64x2.pmax(ta, t0));
        const ma1 = near(a1, f64x2.pmax(ta, t1));
        const mb0 = near(b0, f64x2.pmax(tb, t0));
        const mb1 = near(b1, f64x2.pmax(tb, t1));
        const mc0 = near(c0, f64x2.pmax(tc, t0));
        const mc1 = near(c1, f64x2.pmax(tc, t1));
        const md0 = near(d0, f64x2.pmax(td, t0));
        const md1 = near(d1, f64x2.pmax(td, t1));
        const any = v128.or(
          v128.or(v128.or(ma0, ma1), v128.or(mb0, mb1)),
          v128.or(v128.or(mc0, mc1), v128.or(md0, md1)),
        );
        if (!v128.any_true(any)) break;
        // All coordinates added: offer the pairs that are near.
        left -= CHUNK;
        if (left > 0) continue;
        v128.store(SUMS, a0);
        v128.store(SUMS, a1, 16);
        v128.store(SUMS, b0, 32);
        v128.store(SUMS, b1, 48);
        v128.store(SUMS, c0, 64);
        v128.store(SUMS, c1, 80);
        v128.store(SUMS, d0, 96);
        v128.store(SUMS, d1, 112);
        const mask = i64x2.bitmask(ma0) | (i64x2.bitmask(ma1) << 2) | (i64x2.bitmask(mb0) << 4)
          | (i64x2.bitmask(mb1) << 6) | (i64x2.bitmask(mc0) << 8) | (i64x2.bitmask(mc1) << 10)
          | (i64x2.bitmask(md0) << 12) | (i64x2.bitmask(md1) << 14);
        candidates(r << 2, c << 2, mask);
        break;
      }
    }
  }
}

/** Offers the pairs of a block of rows with a block of columns, for the bits of `mask`: 4·row + column. */
function candidates(row0: i32, column0: i32, mask: u32): void {
  while (mask) {
    const lane = ctz(mask);
    mask &= mask - 1;
    const p = row0 + (lane >> 2);
    const q = column0 + (lane & 3);
    // In a self-join each pair once.
    if (IS_SELF && q <= p) continue;
    const s = load<f64>(SUMS + (<usize>lane << 3));
    const i = load<i32>(ROW_STARTS + (<usize>p << 2));
    const j = load<i32>(COLUMN_STARTS + (<usize>q << 2));
    const lag = j - i;
    if (lag > 0 ? lag > EXCLUSION && lag <= AFTER : -lag > EXCLUSION && -lag <= BEFORE) push(p, s, j);
    if (IS_SELF && lag > EXCLUSION && lag <= BEFORE) push(q, s, i);
  }
}

/** Makes column j a neighbor of row p, if (s, j) precedes the worst of its k. */
// @ts-ignore: decorator
@inline function push(p: i32, s: f64, j: i32): void {
  const dist = DIST + (<usize>(p * K) << 3);
  const index = INDEX + (<usize>(p * K) << 2);
  const worst = load<f64>(dist);
  if (s > worst || (s == worst && j > load<i32>(index))) return;
  replaceWorst(dist, index, K, s, j);
  store<f64>(THRESHOLD + (<usize>p << 3), load<f64>(dist));
}

/**
 * Replaces the worst candidate of a row by (d, j): `replaceWorst` of ../../top-k.ts. The row has k distances at `dist` and k
 * indices at `index`.
 */
function replaceWorst(dist: usize, index: usize, k: i32, d: f64, j: i32): void {
  if (k > SORTED_UP_TO) {
    siftDown(dist, index, k, d, j);
    return;
  }
  // A sorted row: shift the candidates that are worse than (d, j).
  for (let left = k - 1; left > 0; left--) {
    const next = load<f64>(dist, 8);
    const nextIndex = load<i32>(index, 4);
    if (next < d || (next == d && nextIndex < j)) break;
    store<f64>(dist, next);
    store<i32>(index, nextIndex);
    dist += 8;
    index += 4;
  }
  store<f64>(dist, d);
  store<i32>(index, j);
}

/** Lets (d, j) sink from the top of a heap. */
function siftDown(dist: usize, index: usize, k: i32, d: f64, j: i32): void {
  let p = 0;
  for (let child = 1; child < k; child = 2 * p + 1) {
    const other = child + 1;
    if (other < k && isWorse(dist, index, other, f64At(dist, child), i32At(index, child))) child = other;
    if (!isWorse(dist, index, child, d, j)) break;
    store<f64>(dist + (<usize>p << 3), f64At(dist, child));
    store<i32>(index + (<usize>p << 2), i32At(index, child));
    p = child;
  }
  store<f64>(dist + (<usize>p << 3), d);
  store<i32>(index + (<usize>p << 2), j);
}

/** Whether candidate p is worse than (d, j). */
function isWorse(dist: usize, index: usize, p: i32, d: f64, j: i32): bool {
  return f64At(dist, p) > d || (f64At(dist, p) == d && i32At(index, p) > j);
}

// @ts-ignore: decorator
@inline function f64At(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }
// @ts-ignore: decorator
@inline function i32At(base: usize, i: i32): i32 { return load<i32>(base + (<usize>i << 2)); }
