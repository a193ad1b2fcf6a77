// AssemblyScript. One step of the distances carried by lag, block by block. A hit is a lag whose distance may be below the k-th best
// so far. Hits wait in a list until they are settled: until their s is computed, which decides.
import { addressOf, f64At, i32At, setF64, setI32 } from './access';
import { BLOCK } from './constants.generated';
import { DOWN } from './margin';
import { replaceWorst } from './neighbors';
import { Stream } from './stream-fields.generated';
import { addSquare, LANES, sumEight } from './sums';

/** Hits that the list may hold before a block is started: more are settled first. */
export const ENOUGH_HITS: i32 = 24;

const HITS: usize = memory.data((ENOUGH_HITS + BLOCK) * 4, 16); // lags less 1
const LOWER: usize = memory.data((ENOUGH_HITS + BLOCK) * 8, 16); // lower bounds of their s
const BATCH: usize = memory.data(8 * 4, 16); // the hits that are settled together

/** The number of hits in the list. */
export let numHits: i32 = 0;

/** Shortens the list to its first `length` hits. */
// @ts-ignore: decorator
@inline export function dropHits(length: i32): void { numHits = length; }

/** d + (u - a)·(v - b), lane by lane. */
// @ts-ignore: decorator
@inline function stepped(d: v128, u: v128, v: v128, a: usize, b: usize): v128 {
  return f64x2.add(d, f64x2.mul(f64x2.sub(u, v128.load(a)), f64x2.sub(v, v128.load(b))));
}

/** Updates D at p1 … p2 - 1 by one step. Lags with D < limit become hits; `width` is the margin of their D. */
export function stepBlock(s: Stream, p1: i32, p2: i32, u: f64, v: f64, limit: f64, width: f64): void {
  const th = f64x2.splat(limit);
  const uu = f64x2.splat(u);
  const vv = f64x2.splat(v);
  let a = addressOf(s.u, s.head + p1);
  let b = addressOf(s.v, s.head + p1);
  let d = addressOf(s.d, p1);
  const end = addressOf(s.d, p2);
  for (; d < end; d += 64, a += 64, b += 64) {
    const d0 = stepped(v128.load(d), uu, vv, a, b);
    const d1 = stepped(v128.load(d, 16), uu, vv, a + 16, b + 16);
    const d2 = stepped(v128.load(d, 32), uu, vv, a + 32, b + 32);
    const d3 = stepped(v128.load(d, 48), uu, vv, a + 48, b + 48);
    v128.store(d, d0);
    v128.store(d, d1, 16);
    v128.store(d, d2, 32);
    v128.store(d, d3, 48);
    const least = f64x2.pmin(f64x2.pmin(d0, d1), f64x2.pmin(d2, d3));
    if (v128.any_true(f64x2.lt(least, th))) collect(s, d, end, near(d0, d1, d2, d3, th), width);
  }
}

/** Computes D at p1 … p2 - 1 as sums, which are s but for missing values. Lags with D < threshold become hits. */
export function sumBlock(s: Stream, y: usize, p1: i32, p2: i32, threshold: f64): void {
  const last = <usize>(s.w - 1) << 3;
  const end = addressOf(s.d, p2);
  const limit = f64x2.splat(threshold);
  let from = addressOf(s.filled, s.head + p1) + last;
  for (let d = addressOf(s.d, p1); d < end; d += 64, from += 64) {
    let d0 = f64x2.splat(0), d1 = d0, d2 = d0, d3 = d0;
    let x = from;
    for (let q = y + last; q >= y; q -= 8, x -= 8) {
      const v = v128.load64_splat(q);
      d0 = addSquare(d0, v, v128.load(x));
      d1 = addSquare(d1, v, v128.load(x, 16));
      d2 = addSquare(d2, v, v128.load(x, 32));
      d3 = addSquare(d3, v, v128.load(x, 48));
    }
    v128.store(d, d0);
    v128.store(d, d1, 16);
    v128.store(d, d2, 32);
    v128.store(d, d3, 48);
    const mask = near(d0, d1, d2, d3, limit);
    if (mask) collect(s, d, end, mask, 0);
  }
}

/** Eight bits: which of the eight numbers are below th. */
// @ts-ignore: decorator
@inline function near(d0: v128, d1: v128, d2: v128, d3: v128, th: v128): i32 {
  return i64x2.bitmask(f64x2.lt(d0, th)) | (i64x2.bitmask(f64x2.lt(d1, th)) << 2)
    | (i64x2.bitmask(f64x2.lt(d2, th)) << 4) | (i64x2.bitmask(f64x2.lt(d3, th)) << 6);
}

/** Appends those of the eight D at address d to the list that `mask` names and that are before `end`. */
function collect(s: Stream, d: usize, end: usize, mask: i32, width: f64): void {
  const left = <i32>((end - d) >> 3);
  if (left < 8) mask &= (1 << left) - 1;
  const p = <i32>((d - s.d) >> 3);
  while (mask) {
    const lane = ctz(mask);
    mask &= mask - 1;
    setI32(HITS, numHits, p + lane);
    setF64(LOWER, numHits++, (f64At(d, lane) - width) * DOWN);
  }
}

/** Settles all hits, and empties their list; returns the k-th best s, which is `limit` before. */
export function settle(s: Stream, y: usize, k: i32, limit: f64): f64 {
  let threshold = limit;
  const memory0 = addressOf(s.x, s.head);
  let h = 0;
  while (h < numHits) {
    // The next eight hits that the k-th best s, which fell meanwhile, does not rule out.
    let n = 0;
    for (; h < numHits && n < 8; h++) if (f64At(LOWER, h) < threshold) setI32(BATCH, n++, i32At(HITS, h));
    if (n == 0) break;
    // Their s; the last one is repeated where fewer are left.
    const last = n - 1;
    const b0 = addressOf(memory0, i32At(BATCH, 0));
    const b1 = addressOf(memory0, i32At(BATCH, min(1, last)));
    const b2 = addressOf(memory0, i32At(BATCH, min(2, last)));
    const b3 = addressOf(memory0, i32At(BATCH, min(3, last)));
    const b4 = addressOf(memory0, i32At(BATCH, min(4, last)));
    const b5 = addressOf(memory0, i32At(BATCH, min(5, last)));
    const b6 = addressOf(memory0, i32At(BATCH, min(6, last)));
    const b7 = addressOf(memory0, i32At(BATCH, min(7, last)));
    sumEight(y, s.w, threshold, b0, b1, b2, b3, b4, b5, b6, b7);
    // Those below the k-th best become neighbors. NaN, of a window that touches a missing value, is below nothing.
    for (let lane = 0; lane < n; lane++) {
      const d = f64At(LANES, lane);
      if (!(d < threshold)) continue;
      replaceWorst(s.dist, s.lag, k, d, i32At(BATCH, lane));
      threshold = f64At(s.dist, 0);
    }
  }
  numHits = 0;
  return threshold;
}
