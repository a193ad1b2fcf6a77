// AssemblyScript. One row against many columns: sixteen at a time in float32, which turns most of them away, then one by one.
//
// Error of float32, with u = 2⁻²⁴ and e = EXTENT, the largest |x32|. A coordinate in float32 is within 1.01ue of its real value, and
// clamping brings no two values farther apart. Each operation adds u of its result.
//
//  RAW     The difference of two windows is within 2.02u√w·e + u|z| of its real value.
//  MEAN    A mean in float32 is within 1.01ue, v = x − m within 4.03ue, the row within 2ue: together 10.1u√w·e.
//  ZSCORE  v = (x − m)·r, r the inverse deviation, is within 4.03uer + 2.01u|v|, the row within u|a|; |v| and |a| are at most 1.01√w:
//          together u√w(4.03er + 4.1).
//
// A sum of w squares adds (w + 2)u of itself. So a column with s ≤ b has a sum of at most
//
//     (√b·(1 + (w + 8)2⁻²³) + slack)²(1 + 2⁻²⁰) + w·2⁻¹⁴⁸,    slack = 4u√w·e,  16u√w·e,  8u√w(er + 1)
//
// The last term is more than what underflows. Coordinates far from the center come first: sums then soon exceed the limit.
import { MEAN, RAW, ZSCORE } from './constants.generated';
import { distance, f64At, isNoColumn, isUnfiltered, LEAST, scaleOf, setF64 } from './pairs';
import {
  CENTER, END_COLUMN, EXCLUSION, EXTENT, FACTOR, FIRST_COLUMN, FLAGS, HAS_FLAGS, IS_MAX, K, LEFT, MEAN as MEANS, MODE, ORDER,
  ROW32, ROW_BOUND, ROW_J, ROW_S, SIGMA, WINDOW_SIZE, X, X32,
} from './top-fields.generated';

const U: f64 = 2.0 ** -24;

// The row at hand, and the place that it must reach.
let ROW: i32 = 0;
let SCORE: f64 = 0;
let START: f64 = 0;
let UNFILTERED_ROW: bool = false;

export function open(i: i32, score: f64, start: f64): void {
  ROW = i;
  SCORE = score;
  START = start;
  if (MODE != RAW) UNFILTERED_ROW = isUnfiltered(i);
  // The vector in float32, and its mean square.
  const w = WINDOW_SIZE;
  let squares: f32 = 0;
  const mean = MODE == RAW ? CENTER : f64At(MEANS, i);
  const factor = MODE == ZSCORE ? 1 / scaleOf(i) : MODE == MEAN && f64At(SIGMA, i) == 0 ? 0 : FACTOR;
  for (let l = 0; l < w; l++) {
    const y = MODE == RAW ? load<f32>(X32 + (<usize>(i + l) << 2)) : <f32>((f64At(X, i + l) - mean) * factor);
    store<f32>(ROW32 + (<usize>l << 2), y);
    squares += y * y;
  }
  // Coordinates by magnitude: from 2r on, from r on, from r / 2 on, all others.
  const r = sqrt(squares / <f32>w);
  let above: f32 = Infinity;
  let to = ORDER;
  for (let step = 0; step < 4; step++) {
    const least: f32 = step == 3 ? -1 : r * (step == 0 ? 2 : step == 1 ? 1 : 0.5);
    for (let l: usize = 0; l < <usize>w << 2; l += 4) {
      const y = abs(load<f32>(ROW32 + l));
      if (y >= least && !(y >= above)) {
        store<i32>(to, <i32>l);
        to += 4;
      }
    }
    above = least;
  }
}

/** The row's neighbors have s below this: none of them is farther than k times its score. */
// @ts-ignore: decorator
@inline function limit(): f64 {
  const most = load<f64>(ROW_BOUND) * (IS_MAX ? 1 : <f64>K);
  return min(f64At(ROW_S, K - 1), most * most * (1 + 1e-9) + LEAST);
}

export function offer(j: i32): void {
  take(j);
}

/** Compares the row with column j, if that is allowed; returns whether the row is out now. */
function take(j: i32): bool {
  if (j < FIRST_COLUMN || j >= END_COLUMN || isNoColumn(j)) return false;
  if (LEFT ? j >= ROW - EXCLUSION : abs(ROW - j) <= EXCLUSION) return false;
  const most = limit();
  const s = distance(ROW, j, most);
  return s < most && insert(s, j);
}

function insert(s: f64, j: i32): bool {
  for (let q: usize = 0; q < <usize>K << 2; q += 4) if (load<i32>(ROW_J + q) == j) return false;
  let q = K - 1;
  for (; q > 0 && f64At(ROW_S, q - 1) > s; q--) {
    setF64(ROW_S, q, f64At(ROW_S, q - 1));
    store<i32>(ROW_J + (<usize>q << 2), load<i32>(ROW_J + (<usize>(q - 1) << 2)));
  }
  setF64(ROW_S, q, s);
  store<i32>(ROW_J + (<usize>q << 2), j);
  if (load<i32>(ROW_J + (<usize>(K - 1) << 2)) < 0) return false;
  let score = sqrt(f64At(ROW_S, K - 1));
  if (!IS_MAX) {
    score = 0;
    for (let p = 0; p < K; p++) score += sqrt(f64At(ROW_S, p));
    score /= <f64>K;
  }
  const bound = min(score, load<f64>(ROW_BOUND));
  store<f64>(ROW_BOUND, bound);
  return bound < SCORE || (bound == SCORE && <f64>ROW > START) || bound == 0;
}

export function scan(from: i32, to: i32): bool {
  let j = from;
  const w: f64 = WINDOW_SIZE;
  const slack = (MODE == RAW ? 4 : MODE == MEAN ? 16 : 8) * U * sqrt(w);
  while (j + 16 <= to) {
    // The limit, until it changes.
    const most = limit();
    const unit = MODE == ZSCORE ? 1 : FACTOR;
    // LEAST is more than all that underflows in float64.
    let root = sqrt(most + LEAST) * unit * (1 + (w + 8) * 2.0 ** -23) + slack * (MODE == ZSCORE ? 1 : EXTENT);
    if (UNFILTERED_ROW) root = Infinity;
    let kth = f64At(ROW_S, K - 1);
    for (; j + 16 <= to && f64At(ROW_S, K - 1) == kth; j += 16) {
      const mask = MODE == RAW ? passRaw(j, root) : passNormalized(j, root, slack);
      if (mask == 0) continue;
      for (let o = 0; o < 16; o++) if (((mask >> o) & 1) && take(j + o)) return true;
    }
  }
  for (; j < to; j++) if (take(j)) return true;
  return false;
}

/** The limit of sums for this root, rounded up to float32. */
// @ts-ignore: decorator
@inline function limit32(root: f64): f32 {
  return <f32>(root * root * (1 + 2.0 ** -20) + <f64>WINDOW_SIZE * 2.0 ** -148);
}

// @ts-ignore: decorator
@inline function add(sum: v128, x: usize, y: v128): v128 {
  const z = f32x4.sub(v128.load(x), y);
  return f32x4.add(sum, f32x4.mul(z, z));
}

// @ts-ignore: decorator
@inline function masks(m0: v128, m1: v128, m2: v128, m3: v128): i32 {
  return i32x4.bitmask(m0) | (i32x4.bitmask(m1) << 4) | (i32x4.bitmask(m2) << 8) | (i32x4.bitmask(m3) << 12);
}

/** Which of the columns j … j + 15 may be nearer than the limit. */
function passRaw(j: i32, root: f64): i32 {
  const most = f32x4.splat(limit32(root));
  const columns = X32 + (<usize>j << 2);
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let p = ORDER;
  const end = p + (<usize>WINDOW_SIZE << 2);
  // Four coordinates, four, then eight at a time: most columns are far in few.
  let stop = min(p + 16, end);
  while (p < end) {
    for (; p < stop; p += 4) {
      const l = <usize>load<i32>(p);
      const y = v128.load32_splat(ROW32 + l);
      const q = columns + l;
      a0 = add(a0, q, y);
      a1 = add(a1, q + 16, y);
      a2 = add(a2, q + 32, y);
      a3 = add(a3, q + 48, y);
    }
    if (!v128.any_true(f32x4.le(f32x4.pmin(f32x4.pmin(a0, a1), f32x4.pmin(a2, a3)), most))) return 0;
    stop = min(p + (p < ORDER + 32 ? 16 : 32), end);
  }
  return masks(f32x4.le(a0, most), f32x4.le(a1, most), f32x4.le(a2, most), f32x4.le(a3, most));
}

/** Two registers of float64 as one of float32. */
// @ts-ignore: decorator
@inline function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** The means of four columns, as x32 has them. */
// @ts-ignore: decorator
@inline function means(at: usize): v128 {
  const center = f64x2.splat(CENTER), factor = f64x2.splat(FACTOR);
  return narrow(
    f64x2.mul(f64x2.sub(v128.load(at), center), factor),
    f64x2.mul(f64x2.sub(v128.load(at, 16), center), factor),
  );
}

/** The inverse deviations of four columns; 0 for the zero vector, and 1 in the mode MEAN. */
// @ts-ignore: decorator
@inline function inverses(at: usize): v128 {
  const zero = f64x2.splat(0), one = f64x2.splat(1), factor = f64x2.splat(FACTOR);
  const s0 = v128.load(at), s1 = v128.load(at, 16);
  const r0 = MODE == MEAN ? one : f64x2.div(one, f64x2.mul(s0, factor));
  const r1 = MODE == MEAN ? one : f64x2.div(one, f64x2.mul(s1, factor));
  return narrow(v128.andnot(r0, f64x2.eq(s0, zero)), v128.andnot(r1, f64x2.eq(s1, zero)));
}

// @ts-ignore: decorator
@inline function addNormalized(sum: v128, x: usize, mean: v128, inverse: v128, y: v128): v128 {
  const z = f32x4.sub(f32x4.mul(f32x4.sub(v128.load(x), mean), inverse), y);
  return f32x4.add(sum, f32x4.mul(z, z));
}

/** The limits of sums of four columns. */
// @ts-ignore: decorator
@inline function limits(root: f32, perInverse: f32, inverse: v128): v128 {
  const sum = f32x4.add(f32x4.splat(root), f32x4.mul(f32x4.splat(perInverse), inverse));
  return f32x4.add(f32x4.mul(f32x4.mul(sum, sum), f32x4.splat(1 + 2.0 ** -19)), f32x4.splat(<f32>(2.0 ** -120)));
}

function passNormalized(j: i32, root: f64, slack: f64): i32 {
  if (HAS_FLAGS) {
    const unfiltered = i8x16.splat(2);
    if (v128.any_true(v128.and(v128.load(FLAGS + <usize>j), unfiltered))) return 0xffff;
  }
  const m = MEANS + (<usize>j << 3), s = SIGMA + (<usize>j << 3);
  const m0 = means(m), m1 = means(m + 32), m2 = means(m + 64), m3 = means(m + 96);
  const r0 = inverses(s), r1 = inverses(s + 32), r2 = inverses(s + 64), r3 = inverses(s + 96);
  const root32 = <f32>(root * (1 + 2.0 ** -22));
  const perInverse: f32 = MODE == ZSCORE ? <f32>(slack * EXTENT * (1 + 2.0 ** -22)) : 0;
  const l0 = limits(root32, perInverse, r0), l1 = limits(root32, perInverse, r1);
  const l2 = limits(root32, perInverse, r2), l3 = limits(root32, perInverse, r3);
  const columns = X32 + (<usize>j << 2);
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let p = ORDER;
  const end = p + (<usize>WINDOW_SIZE << 2);
  let far0 = a0, far1 = a0, far2 = a0, far3 = a0;
  while (p < end) {
    const stop = min(p + 32, end);
    for (; p < stop; p += 4) {
      const l = <usize>load<i32>(p);
      const y = v128.load32_splat(ROW32 + l);
      const q = columns + l;
      a0 = addNormalized(a0, q, m0, r0, y);
      a1 = addNormalized(a1, q + 16, m1, r1, y);
      a2 = addNormalized(a2, q + 32, m2, r2, y);
      a3 = addNormalized(a3, q + 48, m3, r3, y);
    }
    // A sum that is no number is not far.
    far0 = f32x4.gt(a0, l0);
    far1 = f32x4.gt(a1, l1);
    far2 = f32x4.gt(a2, l2);
    far3 = f32x4.gt(a3, l3);
    if (i32x4.all_true(v128.and(v128.and(far0, far1), v128.and(far2, far3)))) return 0;
  }
  return masks(v128.not(far0), v128.not(far1), v128.not(far2), v128.not(far3));
}
