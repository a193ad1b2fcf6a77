// AssemblyScript. The bounds of the lags g … g + 15, carried through the rows of a band in float64: eight lags at a time, two
// in each of four registers.
import { store4 } from './arrays';
import { offerLanes, setWidth } from './candidates';
import { BOTH, CARRIED, INVERSE, PEAK, ROW_BOUNDS, THRESHOLD, U, V } from './diagonal-fields.generated';

/** The threshold of a row that takes no candidates. */
const NEVER: usize = memory.data<f64>([-Infinity]);

/**
 * Rows [i0, i1) of the lags g … g + 15. `shift` moves the carried bounds to the margin of this band; `width` is twice that
 * margin, rounded up.
 */
export function group(i0: i32, i1: i32, g: i32, shift: f64, width: f64): void {
  setWidth(width);
  groupOfEight(i0, i1, g, shift);
  groupOfEight(i0, i1, g + 8, shift);
}

function groupOfEight(i0: i32, i1: i32, g: i32, shift: f64): void {
  // Take the bounds over from the band before.
  const at = CARRIED + (<usize>g << 3);
  const move = f64x2.splat(shift);
  let a0 = f64x2.add(v128.load(at), move);
  let a1 = f64x2.add(v128.load(at, 16), move);
  let a2 = f64x2.add(v128.load(at, 32), move);
  let a3 = f64x2.add(v128.load(at, 48), move);
  const off = <usize>(i0 + g) << 3;
  let r = <usize>i0 << 3;
  const end = <usize>i1 << 3;
  let uj = U + off;
  let vj = V + off;
  let pj = PEAK + off;
  let ti = BOTH ? THRESHOLD + r : NEVER;
  const step: usize = BOTH ? 8 : 0;
  for (; r < end; r += 8, uj += 8, vj += 8, pj += 8, ti += step) {
    // Compare: the least of the eight bounds against the highest of nine thresholds turns most rows away.
    const least = f64x2.pmin(f64x2.pmin(a0, a1), f64x2.pmin(a2, a3));
    if (v128.any_true(f64x2.lt(least, f64x2.pmax(v128.load64_splat(ti), v128.load64_splat(pj))))) {
      compareEach(r, g, a0, a1, a2, a3);
    }
    // Step to the next row.
    const u = v128.load64_splat(U + r);
    const v = v128.load64_splat(V + r);
    a0 = f64x2.add(a0, f64x2.mul(f64x2.sub(u, v128.load(uj)), f64x2.sub(v, v128.load(vj))));
    a1 = f64x2.add(a1, f64x2.mul(f64x2.sub(u, v128.load(uj, 16)), f64x2.sub(v, v128.load(vj, 16))));
    a2 = f64x2.add(a2, f64x2.mul(f64x2.sub(u, v128.load(uj, 32)), f64x2.sub(v, v128.load(vj, 32))));
    a3 = f64x2.add(a3, f64x2.mul(f64x2.sub(u, v128.load(uj, 48)), f64x2.sub(v, v128.load(vj, 48))));
  }
  // Leave the bounds to the next band.
  store4(at, a0, a1, a2, a3);
}

/** Compares every bound with the thresholds of its own row and column. `r` is the row in bytes. */
function compareEach(r: usize, g: i32, a0: v128, a1: v128, a2: v128, a3: v128): void {
  const t = BOTH ? v128.load64_splat(THRESHOLD + r) : f64x2.splat(-Infinity);
  const tj = THRESHOLD + r + (<usize>g << 3);
  const m0 = f64x2.lt(a0, f64x2.pmax(t, v128.load(tj)));
  const m1 = f64x2.lt(a1, f64x2.pmax(t, v128.load(tj, 16)));
  const m2 = f64x2.lt(a2, f64x2.pmax(t, v128.load(tj, 32)));
  const m3 = f64x2.lt(a3, f64x2.pmax(t, v128.load(tj, 48)));
  offer(r, g, a0, a1, a2, a3, m0, m1, m2, m3);
}

/** Offers the lanes of the bounds a0 … a3 that the masks m0 … m3 select. */
// @ts-ignore: decorator
@inline function offer(r: usize, g: i32, a0: v128, a1: v128, a2: v128, a3: v128, m0: v128, m1: v128, m2: v128, m3: v128): void {
  const mask = i64x2.bitmask(m0) | (i64x2.bitmask(m1) << 2) | (i64x2.bitmask(m2) << 4) | (i64x2.bitmask(m3) << 6);
  if (mask == 0) return;
  store4(ROW_BOUNDS, a0, a1, a2, a3);
  offerLanes(<i32>(r >> 3), <i32>(r >> 3) + g, mask);
}

/** `group` for z-scores: -2C is carried; -2C times both inverse scales is compared. */
export function groupScaled(i0: i32, i1: i32, g: i32, shift: f64, width: f64): void {
  setWidth(width);
  groupOfEightScaled(i0, i1, g, shift);
  groupOfEightScaled(i0, i1, g + 8, shift);
}

function groupOfEightScaled(i0: i32, i1: i32, g: i32, shift: f64): void {
  // Take the bounds over from the band before.
  const at = CARRIED + (<usize>g << 3);
  const move = f64x2.splat(shift);
  let a0 = f64x2.add(v128.load(at), move);
  let a1 = f64x2.add(v128.load(at, 16), move);
  let a2 = f64x2.add(v128.load(at, 32), move);
  let a3 = f64x2.add(v128.load(at, 48), move);
  const off = <usize>(i0 + g) << 3;
  let r = <usize>i0 << 3;
  const end = <usize>i1 << 3;
  let uj = U + off;
  let vj = V + off;
  let tj = THRESHOLD + off;
  let rj = INVERSE + off;
  const both = BOTH;
  const none = f64x2.splat(-Infinity);
  for (; r < end; r += 8, uj += 8, vj += 8, tj += 8, rj += 8) {
    // Scale the bounds, and compare each with the thresholds of its row and column.
    const t = both ? v128.load64_splat(THRESHOLD + r) : none;
    const ri = v128.load64_splat(INVERSE + r);
    const b0 = f64x2.mul(f64x2.mul(a0, v128.load(rj)), ri);
    const b1 = f64x2.mul(f64x2.mul(a1, v128.load(rj, 16)), ri);
    const b2 = f64x2.mul(f64x2.mul(a2, v128.load(rj, 32)), ri);
    const b3 = f64x2.mul(f64x2.mul(a3, v128.load(rj, 48)), ri);
    const m0 = f64x2.lt(b0, f64x2.pmax(t, v128.load(tj)));
    const m1 = f64x2.lt(b1, f64x2.pmax(t, v128.load(tj, 16)));
    const m2 = f64x2.lt(b2, f64x2.pmax(t, v128.load(tj, 32)));
    const m3 = f64x2.lt(b3, f64x2.pmax(t, v128.load(tj, 48)));
    if (v128.any_true(v128.or(v128.or(m0, m1), v128.or(m2, m3)))) {
      offer(r, g, b0, b1, b2, b3, m0, m1, m2, m3);
    }
    // Step to the next row.
    const u = v128.load64_splat(U + r);
    const v = v128.load64_splat(V + r);
    a0 = f64x2.sub(a0, f64x2.add(f64x2.mul(u, v128.load(vj)), f64x2.mul(v, v128.load(uj))));
    a1 = f64x2.sub(a1, f64x2.add(f64x2.mul(u, v128.load(vj, 16)), f64x2.mul(v, v128.load(uj, 16))));
    a2 = f64x2.sub(a2, f64x2.add(f64x2.mul(u, v128.load(vj, 32)), f64x2.mul(v, v128.load(uj, 32))));
    a3 = f64x2.sub(a3, f64x2.add(f64x2.mul(u, v128.load(vj, 48)), f64x2.mul(v, v128.load(uj, 48))));
  }
  // Leave the bounds to the next band.
  store4(at, a0, a1, a2, a3);
}
