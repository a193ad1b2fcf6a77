// AssemblyScript. A block of windows against those at one lag, by prefix sums: see ../error-bound.ts for the bounds.
import { BLOCK, MEAN, RAW } from './constants.generated';
import { distance, f64At, isNoColumn, isSame, LEAST, setF64 } from './pairs';
import {
  BLOCK_X, BOUND, COLUMN_X, IS_MAX, K, LIST, MEAN_ERROR, MODE, SIGMA, SUM, THRESHOLD, WIDTH, WINDOW_SIZE, X,
} from './top-fields.generated';

const EPSILON: f64 = 2.0 ** -53;

// Where the values of the first window of the run and of its column begin.
let ROWS: usize = 0;
let COLUMNS: usize = 0;

/** z of two values beside each other, at the addresses a and b. */
// @ts-ignore: decorator
@inline function difference(a: usize, b: usize): v128 { return f64x2.sub(v128.load(a), v128.load(b)); }

// @ts-ignore: decorator
@inline function square(z: v128): v128 { return f64x2.mul(z, z); }

/** Two sums: lane 1 of the result is lane 0 + lane 1. */
// @ts-ignore: decorator
@inline function prefix(e: v128): v128 {
  return f64x2.add(e, v128.shuffle<f64>(f64x2.splat(0), e, 0, 2));
}

// @ts-ignore: decorator
@inline function highLane(e: v128): v128 { return v128.shuffle<f64>(e, e, 1, 1); }

export function run(first: i32, at: i32, length: i32, lag: i32, low: f64, tight: f64): i32 {
  const j = first + lag;
  ROWS = X == 0 ? BLOCK_X + (<usize>at << 3) : X + (<usize>first << 3);
  COLUMNS = X == 0 ? COLUMN_X : X + (<usize>j << 3);
  const most = sums(length);
  let out = 0;
  if (MODE == RAW) {
    const margin = 16 * <f64>(WINDOW_SIZE + length + 8) * EPSILON * most + LEAST;
    // The lower bound is compared where the bounds are far apart, else the upper bound: two windows at a time.
    const shift = f64x2.splat(2 * margin > tight ? -margin : margin);
    setF64(BOUND, length, Infinity);
    for (let t = 0; t < length; t += 2) {
      const v = f64x2.add(v128.load(BOUND + (<usize>t << 3)), shift);
      const mask = i64x2.bitmask(f64x2.lt(v, v128.load(THRESHOLD + (<usize>(at + t) << 3))));
      if (mask == 0) continue;
      for (let o = 0; o < 2; o++) {
        if (!((mask >> o) & 1)) continue;
        const bound = max(0, f64At(BOUND, t + o)) + margin;
        out += offer(first, j, t + o, at, bound, 2 * margin, low, tight);
      }
    }
    return out;
  }
  centeredBounds(first, j, length, 64 * <f64>(WINDOW_SIZE + length + 8) * EPSILON * most + LEAST);
  for (let t = 0; t < length; t++) {
    out += offer(first, j, t, at, f64At(BOUND, t), f64At(WIDTH, t), low, tight);
  }
  return out;
}

/** Sums of z² to BOUND and, if normalized, of z to SUM; returns the largest of the former. */
function sums(length: i32): f64 {
  const w = <usize>WINDOW_SIZE << 3;
  let a = ROWS;
  let b = COLUMNS;
  // The first window.
  let s0 = f64x2.splat(0), s1 = s0, b0 = s0;
  let l: usize = 0;
  for (; l + 32 <= w; l += 32) {
    const z0 = difference(a + l, b + l);
    const z1 = difference(a + l + 16, b + l + 16);
    s0 = f64x2.add(s0, square(z0));
    s1 = f64x2.add(s1, square(z1));
    b0 = f64x2.add(b0, f64x2.add(z0, z1));
  }
  s0 = f64x2.add(s0, s1);
  let s = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  let sum = f64x2.extract_lane(b0, 0) + f64x2.extract_lane(b0, 1);
  for (; l < w; l += 8) {
    const z = load<f64>(a + l) - load<f64>(b + l);
    s += z * z;
    sum += z;
  }
  store<f64>(BOUND, s);
  store<f64>(SUM, sum);
  // All others, four at a time. The sums behind the last window are of no use and do no harm.
  let carry = f64x2.splat(s);
  let most = carry;
  const end = a + (<usize>(length - 1) << 3);
  let to = BOUND + 8;
  if (MODE == RAW) {
    for (; a < end; a += 32, b += 32, to += 32) {
      let e = f64x2.sub(square(difference(a + w, b + w)), square(difference(a, b)));
      let f = f64x2.sub(square(difference(a + w + 16, b + w + 16)), square(difference(a + 16, b + 16)));
      e = prefix(e);
      f = f64x2.add(prefix(f), highLane(e));
      e = f64x2.add(e, carry);
      f = f64x2.add(f, carry);
      v128.store(to, e);
      v128.store(to, f, 16);
      most = f64x2.pmax(most, f64x2.pmax(e, f));
      carry = highLane(f);
    }
  } else {
    let carriedSum = f64x2.splat(sum);
    let toSum = SUM + 8;
    for (; a < end; a += 16, b += 16, to += 16, toSum += 16) {
      const into = difference(a + w, b + w);
      const out = difference(a, b);
      const e = f64x2.add(prefix(f64x2.sub(square(into), square(out))), carry);
      const f = f64x2.add(prefix(f64x2.sub(into, out)), carriedSum);
      v128.store(to, e);
      v128.store(toSum, f);
      most = f64x2.pmax(most, e);
      carry = highLane(e);
      carriedSum = highLane(f);
    }
  }
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

/** `boundsOf` of ../error-bound.ts. */
function centeredBounds(i: i32, j: i32, length: i32, margin: f64): void {
  const w: f64 = WINDOW_SIZE;
  const zScoreError = w * EPSILON * (6.1 * w + 80);
  for (let t = 0; t < length; t++) {
    const p = f64At(SIGMA, i + t);
    const q = f64At(SIGMA, j + t);
    const b = f64At(SUM, t);
    const centered = f64At(BOUND, t) - (b * b) / w + MEAN_ERROR + margin;
    const squares = w * (p * p + q * q);
    let bound: f64 = 0;
    let width: f64 = 0;
    if (p == 0 && q == 0) {
    } else if (MODE == MEAN) {
      const error = 2.1 * (w + 6) * EPSILON * squares;
      bound = max(0, centered) + error;
      width = 2 * (margin + MEAN_ERROR + error);
    } else if (p == 0 || q == 0) {
      bound = w + zScoreError;
    } else {
      const error = (w + 64) * EPSILON * squares;
      const product = p * q;
      bound = max(0, 2 * w - (squares - error - centered) / product) + zScoreError;
      width = 2 * ((margin + MEAN_ERROR + error) / product + zScoreError);
    }
    setF64(BOUND, t, bound);
    setF64(WIDTH, t, width);
  }
}

/** Offers window t of the run the pair (i + t, j + t) with these bounds of s; returns 1 if that puts it out. */
function offer(i: i32, j: i32, t: i32, at: i32, bound: f64, width: f64, low: f64, tight: f64): i32 {
  const limit = f64At(THRESHOLD, at + t);
  let s = bound;
  if (isNoColumn(j + t)) return 0;
  if (width > tight) {
    if (!(s - width < limit)) return 0;
    s = distance(i + t, j + t, limit);
  } else if (s <= width && isSame(ROWS + (<usize>t << 3), COLUMNS + (<usize>t << 3))) s = 0;
  return s < limit && insertBound(at + t, s, low) ? 1 : 0;
}

/** Adds an upper bound to the list of window t of the block; returns whether the window is out now. */
export function insertBound(t: i32, s: f64, low: f64): bool {
  const top = LIST + (<usize>t << 3);
  let slot = top + <usize>(K - 1) * (BLOCK << 3);
  while (slot > top && load<f64>(slot - (BLOCK << 3)) > s) {
    store<f64>(slot, load<f64>(slot - (BLOCK << 3)));
    slot -= BLOCK << 3;
  }
  store<f64>(slot, s);
  const last = load<f64>(top + <usize>(K - 1) * (BLOCK << 3));
  setF64(THRESHOLD, t, last);
  if (last == Infinity) return false;
  let root = sqrt(last);
  if (!IS_MAX && root >= low) {
    root = 0;
    for (let q = 0; q < K; q++) root += sqrt(load<f64>(top + <usize>q * (BLOCK << 3)));
    root /= <f64>K;
  }
  if (root >= low && last > 0) return false;
  setF64(THRESHOLD, t, -Infinity);
  return true;
}
