// AssemblyScript. Distances of the rows at hand to the box of a column node: lower bounds in float32, exact bounds in float64.
import { f, n32 } from './access';
import { LEAF } from './constants.generated';
import { keepSums, pointsOf, slot } from './rows';
import { ABOVE, AMBIGUOUS, BOUND, DISTANCES, SUMS, TIE_BOUND } from './scratch-fields.generated';
import { BY_INDEX, COLUMN_BOXES, COLUMN_LOWEST, NEAR, REF, REFINES, SCALE, WIDTH } from './search-fields.generated';

/** Boxes that were measured since the search began. */
export let measured: i32 = 0;

/**
 * Writes lower bounds of the squared distances of all rows to the box of column node x, as entry `pending` of DISTANCES.
 * Returns one bit per row that the box may be near to.
 */
export function measure(x: i32, pending: i32): i32 {
  measured++;
  let b = COLUMN_BOXES + ((<usize>x * WIDTH) << 4);
  const end = b + (<usize>WIDTH << 4);
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
  const at = DISTANCES + (<usize>pending << 6);
  v128.store(at, s0);
  v128.store(at, s1, 16);
  v128.store(at, s2, 32);
  v128.store(at, s3, 48);
  return within(at);
}

/** Adds the square of the gap between x and [lo, hi]. */
// @ts-ignore: decorator
@inline function addGap(sum: v128, lo: v128, hi: v128, x: v128): v128 {
  const z = f32x4.sub(x, f32x4.pmin(f32x4.pmax(x, lo), hi));
  return f32x4.add(sum, f32x4.mul(z, z));
}

/** The rows whose distance at `at` is not above their bound, one bit each. NaN is not above. */
// @ts-ignore: decorator
@inline export function within(at: usize): i32 {
  return ~(i32x4.bitmask(f32x4.gt(v128.load(at), v128.load(ABOVE)))
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 16), v128.load(ABOVE, 16))) << 4)
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 32), v128.load(ABOVE, 32))) << 8)
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 48), v128.load(ABOVE, 48))) << 12));
}

/** The rows whose distance at `at` is so near their bound that float32 cannot decide, or above it; one bit each. */
// @ts-ignore: decorator
@inline export function areAmbiguous(at: usize): i32 {
  return i32x4.bitmask(f32x4.gt(v128.load(at), v128.load(AMBIGUOUS)))
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 16), v128.load(AMBIGUOUS, 16))) << 4)
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 32), v128.load(AMBIGUOUS, 32))) << 8)
    | (i32x4.bitmask(f32x4.gt(v128.load(at, 48), v128.load(AMBIGUOUS, 48))) << 12);
}

/** The least of 16 distances. */
// @ts-ignore: decorator
@inline export function nearest(at: usize): f32 {
  let m = f32x4.pmin(f32x4.pmin(v128.load(at), v128.load(at, 16)), f32x4.pmin(v128.load(at, 32), v128.load(at, 48)));
  m = f32x4.pmin(m, v128.shuffle<i32>(m, m, 2, 3, 0, 1));
  m = f32x4.pmin(m, v128.shuffle<i32>(m, m, 1, 0, 3, 2));
  return f32x4.extract_lane(m, 0);
}

/** Exchanges the 16 distances at `at` with the 16 after them. */
// @ts-ignore: decorator
@inline export function swapDistances(at: usize): void {
  for (let p: usize = at; p < at + 64; p += 16) {
    const a = v128.load(p);
    v128.store(p, v128.load(p, 64));
    v128.store(p, a, 64);
  }
}

/** One bit per row for which the box of column node x may hold a better column than its k-th. */
function rowsNear(x: i32): i32 {
  let p = pointsOf(slot);
  let b = COLUMN_BOXES + ((<usize>x * WIDTH) << 4);
  const end = b + (<usize>WIDTH << 4);
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
    const lowest = n32(COLUMN_LOWEST, x);
    for (let q = 0; q < LEAF; q++) if (f(SUMS, q) == f(BOUND, q) && lowest < n32(TIE_BOUND, q)) near |= 1 << q;
  }
  return near;
}

/** Adds the square of the gap between x and [lo, hi], in float64. */
// @ts-ignore: decorator
@inline function addOutside(sum: v128, lo: v128, hi: v128, x: v128): v128 {
  const z = f64x2.pmax(f64x2.splat(0), f64x2.pmax(f64x2.sub(lo, x), f64x2.sub(x, hi)));
  return f64x2.add(sum, f64x2.mul(z, z));
}

/** Of the rows of `ambiguous`, those for which column node x may hold a better column than their k-th. */
export function certainly(x: i32, ambiguous: i32): i32 {
  if (!REFINES) return ambiguous & rowsNear(x);
  const lowest = n32(COLUMN_LOWEST, x);
  let near = 0;
  for (let rest = ambiguous; rest; rest &= rest - 1) {
    const q = ctz(rest);
    if (lowest < n32(TIE_BOUND, q)) near |= 1 << q;
  }
  return near;
}
