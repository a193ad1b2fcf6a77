// AssemblyScript. A block of windows against sixteen columns beside each other at a time, in float32. What it finds near is summed
// exactly, so that nothing depends on its rounding but time: a pair that it misses is a pair that was not tried.
//
// From one window to the next the square of a difference comes in and another goes out:
//
//     (x(i+w) − x(j+w))² − (x(i) − x(j))² = (p(i) − p(j))·(q(i) − q(j)),    p(t) = x(t+w) − x(t),  q(t) = x(t+w) + x(t)
//
// which takes a product and a sum less. The windows' p and q are made once for all sixteen lags.
import { distance, f64At, isNoColumn } from './pairs';
import { insertBound } from './run';
import { BOUND, FACTOR, SUM, THRESHOLD, WIDTH, WINDOW_SIZE, X32 } from './top-fields.generated';

/** Bytes from the p and q of the columns to those of the block: more than BLOCK + GROUP + 4 in float32. */
const ROWS: usize = 640;

/** Per window, in float32, two at a time: pairs below it are summed. They take the place of SUM. Window `length` there is not. */
function setLimits(length: i32, at: i32, cap: f64): void {
  const most = f64x2.splat(cap), factor = f64x2.splat(FACTOR);
  let from = THRESHOLD + (<usize>at << 3);
  for (let to = SUM, end = to + (<usize>length << 2); to < end; to += 8, from += 16) {
    const limit = f64x2.mul(f64x2.mul(f64x2.pmin(v128.load(from), most), factor), factor);
    v128.store64_lane(to, f32x4.demote_f64x2_zero(limit), 0);
  }
  store<f32>(SUM + (<usize>length << 2), -Infinity);
}

// @ts-ignore: decorator
@inline function addSquare(sum: v128, column: usize, row: v128): v128 {
  const z = f32x4.sub(v128.load(column), row);
  return f32x4.add(sum, f32x4.mul(z, z));
}

/** The sums of the next windows; p and q lie at the same offset of BOUND and WIDTH. */
// @ts-ignore: decorator
@inline function step(sum: v128, p: usize, q: usize, row: v128, rowSum: v128): v128 {
  return f32x4.add(sum, f32x4.mul(f32x4.sub(v128.load(p), row), f32x4.sub(v128.load(q), rowSum)));
}

/** Writes p and q of the values from x on. */
function setSteps(x: usize, p: usize, q: usize, count: i32): void {
  const w = <usize>WINDOW_SIZE << 2;
  for (const end = p + (<usize>count << 2); p < end; p += 16, q += 16, x += 16) {
    const out = v128.load(x), into = v128.load(x + w);
    v128.store(p, f32x4.sub(into, out));
    v128.store(q, f32x4.add(into, out));
  }
}

// @ts-ignore: decorator
@inline function least(a: v128, b: v128, c: v128, d: v128): v128 { return f32x4.pmin(f32x4.pmin(a, b), f32x4.pmin(c, d)); }

export function group(first: i32, at: i32, length: i32, lag: i32, low: f64, cap: f64): i32 {
  setLimits(length, at, cap);
  const w = <usize>WINDOW_SIZE << 2;
  const row = X32 + (<usize>first << 2);
  const column = row + ((<isize>lag) << 2);
  // The first window.
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let l: usize = 0; l < w; l += 4) {
    const x = v128.load32_splat(row + l);
    const q = column + l;
    a0 = addSquare(a0, q, x);
    a1 = addSquare(a1, q + 16, x);
    a2 = addSquare(a2, q + 32, x);
    a3 = addSquare(a3, q + 48, x);
  }
  setSteps(column, BOUND, WIDTH, length + 16);
  setSteps(row, BOUND + ROWS, WIDTH + ROWS, length);
  // All others, two at a time.
  let out = 0;
  let p = BOUND, q = WIDTH;
  for (let t = 0; t < length; t += 2, p += 8, q += 8) {
    let x = v128.load32_splat(p + ROWS), y = v128.load32_splat(q + ROWS);
    const b0 = step(a0, p, q, x, y);
    const b1 = step(a1, p + 16, q + 16, x, y);
    const b2 = step(a2, p + 32, q + 32, x, y);
    const b3 = step(a3, p + 48, q + 48, x, y);
    const limits = SUM + (<usize>t << 2);
    const limit = f32x4.splat(max(load<f32>(limits), load<f32>(limits, 4)));
    if (v128.any_true(f32x4.lt(f32x4.pmin(least(a0, a1, a2, a3), least(b0, b1, b2, b3)), limit))) {
      out += sumNear(a0, a1, a2, a3, limits, first + t, lag, at + t, low);
      out += sumNear(b0, b1, b2, b3, limits + 4, first + t + 1, lag, at + t + 1, low);
    }
    x = v128.load32_splat(p + ROWS + 4);
    y = v128.load32_splat(q + ROWS + 4);
    a0 = step(b0, p + 4, q + 4, x, y);
    a1 = step(b1, p + 20, q + 20, x, y);
    a2 = step(b2, p + 36, q + 36, x, y);
    a3 = step(b3, p + 52, q + 52, x, y);
  }
  return out;
}

/** Sums the pairs of window i, number t of the block, that are below its limit; returns 1 if that puts it out. */
function sumNear(a0: v128, a1: v128, a2: v128, a3: v128, at: usize, i: i32, lag: i32, t: i32, low: f64): i32 {
  const most = v128.load32_splat(at);
  let mask =
    i32x4.bitmask(f32x4.lt(a0, most)) |
    (i32x4.bitmask(f32x4.lt(a1, most)) << 4) |
    (i32x4.bitmask(f32x4.lt(a2, most)) << 8) |
    (i32x4.bitmask(f32x4.lt(a3, most)) << 12);
  for (; mask != 0; mask &= mask - 1) {
    const column = i + lag + ctz(mask);
    if (isNoColumn(column)) continue;
    const limit = f64At(THRESHOLD, t);
    const s = distance(i, column, limit);
    if (s < limit && insertBound(t, s, low)) return 1;
  }
  return 0;
}
