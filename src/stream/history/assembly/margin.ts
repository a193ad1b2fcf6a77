// AssemblyScript. The error bounds of the distances carried by lag. ../lags.ts proves them and names their parts: H is s.ySum, F is
// s.sum, and γ is coefficient(s). A block of lags has p = lag - 1 in p1 … p2 - 1. `ySum` is the address of H(t).
import { addressOf, f64At, setF64 } from './access';
import { Block } from './block-fields.generated';
import { BLOCK, BLOCK_BYTES } from './constants.generated';
import { Stream } from './stream-fields.generated';
import { LANES } from './sums';

const EPSILON: f64 = 1.1102230246251565e-16; // 2⁻⁵³
const LEAST: f64 = 1e-301; // more than what underflow takes away

/** Factors that outweigh the rounding of a few operations. */
export const UP: f64 = 1 + 1e-15;
export const DOWN: f64 = 1 - 1e-15;

/** γ, what a running sum takes per squared value. */
// @ts-ignore: decorator
@inline export function coefficient(s: Stream): f64 { return EPSILON * (52 + 2.05 * <f64>s.w); }

/** The margin of block b. */
// @ts-ignore: decorator
@inline export function blockAt(s: Stream, b: i32): Block { return changetype<Block>(s.blocks + <usize>b * BLOCK_BYTES); }

/** The error of every D that comes from the rounding of the running sums. */
// @ts-ignore: decorator
@inline export function slack(s: Stream, ySum: usize): f64 {
  return 4 * EPSILON * <f64>(s.count + s.w + s.since + 16) * (f64At(s.sum, s.head) + load<f64>(ySum)) + LEAST;
}

/** The error of D in block b, as far as it was carried: ONCE + (H(t) - Y0) + (F(t - lmin) - X0). */
// @ts-ignore: decorator
@inline export function accumulated(s: Stream, b: i32, p1: i32, ySum: usize): f64 {
  const block = blockAt(s, b);
  return block.once + (load<f64>(ySum) - block.y0) + (f64At(s.sum, s.head + p1) - block.x0);
}

/** The error of a sum of w squares: (H(t) - H(t - w)) + (F(t - lmin) - F(t - lmax - w)). */
// @ts-ignore: decorator
@inline export function once(s: Stream, p1: i32, p2: i32, ySum: usize): f64 {
  const newest = s.head + p1;
  const oldest = s.head + p2 - 1 + s.w;
  return load<f64>(ySum) - load<f64>(ySum + (<usize>s.w << 3)) + (f64At(s.sum, newest) - f64At(s.sum, oldest));
}

/** Starts the margin of a block all of whose D are sums now. */
export function refreshed(s: Stream, b: i32, p1: i32, p2: i32, ySum: usize): void {
  const block = blockAt(s, b);
  block.once = once(s, p1, p2, ySum);
  block.y0 = load<f64>(ySum + (<usize>s.w << 3));
  block.x0 = f64At(s.sum, s.head + p2 - 1 + s.w);
}

/** Extends the margin of block b to the lags p3 + 1 … p2, whose D are sums now. */
// @ts-ignore: decorator
@inline export function extended(s: Stream, b: i32, p3: i32, p2: i32, ySum: usize): void {
  const block = blockAt(s, b);
  block.once = block.once + once(s, p3, p2, ySum);
  block.x0 = min(block.x0, f64At(s.sum, s.head + p2 - 1 + s.w));
}

/**
 * Starts the running sums from 0, about a new center. y is the window, ySum its running sums; there are `numBlocks` blocks of lags
 * up to `end`, and `error` is slack(s, ySum).
 */
export function startSums(s: Stream, y: usize, ySum: usize, numBlocks: i32, end: i32, error: f64): void {
  // Each block keeps the error accumulated so far as one number.
  for (let b = 0; b < numBlocks; b++) {
    blockAt(s, b).once = accumulated(s, b, s.zone + b * BLOCK, ySum) + error;
  }
  const w = s.w;
  const center = levelOf(s);
  const factor = coefficient(s);
  s.center = center;
  s.since = 0;
  // H over the window, from the value before it, where it is 0.
  let sum: f64 = 0;
  for (let p = w; p >= 0; p--) {
    const a = f64At(y, p) - center;
    if (p < w) sum += factor * a * a;
    setF64(ySum, p, sum);
  }
  // F and v over memory, from the position before the oldest value, where F is 0.
  sum = 0;
  const oldest = s.head + s.count;
  for (let p = oldest; p >= s.head; p--) {
    const value = f64At(s.filled, p);
    const before = f64At(s.filled, p + w);
    setF64(s.v, p, value - center + (before - center));
    if (p < oldest) sum += factor * (value - center) * (value - center);
    setF64(s.sum, p, sum);
  }
  // Y0 and X0 of each block are those of a block that is refreshed now.
  for (let b = 0; b < numBlocks; b++) {
    const block = blockAt(s, b);
    const p2 = min(s.zone + (b + 1) * BLOCK, end);
    block.y0 = load<f64>(ySum + (<usize>w << 3));
    block.x0 = f64At(s.sum, s.head + p2 - 1 + w);
  }
}

/** The median of nine of the last 256 values: a spike does not move it. */
function levelOf(s: Stream): f64 {
  const stride = min(s.count, 256) / 9;
  // Sorted into LANES, one after the other.
  for (let c = 0; c < 9; c++) {
    const value = f64At(s.filled, s.head + c * stride);
    let p = c;
    for (; p > 0 && f64At(LANES, p - 1) > value; p--) setF64(LANES, p, f64At(LANES, p - 1));
    setF64(LANES, p, value);
  }
  return f64At(LANES, 4);
}
