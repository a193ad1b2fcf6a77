// AssemblyScript. The bounds of the lags g … g + 15, carried through the rows of a band in float32: four in each of four
// registers, two rows at a time. ../error-bound.ts proves the margin that this takes.
import { store4 } from './arrays';
import { offerLanes, setWidth } from './candidates';
import { BOTH, CARRIED, PEAK32, ROW_BOUNDS, THRESHOLD32, U32, V32 } from './diagonal-fields.generated';
import { FACTOR2, INVERSE2 } from './thresholds';

/** The thresholds of two rows that take no candidates. */
const NEVER32: usize = memory.data<f32>([-Infinity, -Infinity]);

// @ts-ignore: decorator
@inline function stepFloat32(a: v128, u: v128, v: v128, uj: v128, vj: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(u, uj), f32x4.sub(v, vj)));
}

// @ts-ignore: decorator
@inline function least4(a0: v128, a1: v128, a2: v128, a3: v128): v128 {
  return i32x4.min_s(i32x4.min_s(a0, a1), i32x4.min_s(a2, a3));
}

/**
 * `group` in float32. The bits of positive float32, read as integers, are in the same order as the numbers. Processors
 * compare integers beside the additions of floats. Negative bounds are below all others as integers, too; their order among
 * each other does not matter.
 */
export function groupFloat32(i0: i32, i1: i32, g: i32, shift: f64, width: f64): void {
  setWidth(width);
  // Take the bounds over from the band before, and round them to float32.
  const at = CARRIED + (<usize>g << 3);
  for (let p: usize = 0; p < 64; p += 4) store<f32>(ROW_BOUNDS + p, <f32>((load<f64>(at + (p << 1)) + shift) * FACTOR2));
  let a0 = v128.load(ROW_BOUNDS), a1 = v128.load(ROW_BOUNDS, 16), a2 = v128.load(ROW_BOUNDS, 32), a3 = v128.load(ROW_BOUNDS, 48);
  const row = <usize>i0 << 2;
  const off = <usize>(i0 + g) << 2;
  let ui = U32 + row, vi = V32 + row, uj = U32 + off, vj = V32 + off, pj = PEAK32 + off;
  let ti = BOTH ? THRESHOLD32 + row : NEVER32;
  const step: usize = BOTH ? 8 : 0;
  let i = i0;
  for (; i + 2 <= i1; i += 2) {
    // Step to the second row.
    let u = v128.load32_splat(ui), v = v128.load32_splat(vi);
    const b0 = stepFloat32(a0, u, v, v128.load(uj), v128.load(vj));
    const b1 = stepFloat32(a1, u, v, v128.load(uj, 16), v128.load(vj, 16));
    const b2 = stepFloat32(a2, u, v, v128.load(uj, 32), v128.load(vj, 32));
    const b3 = stepFloat32(a3, u, v, v128.load(uj, 48), v128.load(vj, 48));
    // Compare both rows: the least of 32 bounds against the highest of 19 thresholds turns most of them away.
    const least = i32x4.min_s(least4(a0, a1, a2, a3), least4(b0, b1, b2, b3));
    const most = i32x4.max_s(i32x4.max_s(v128.load32_splat(ti), v128.load32_splat(ti, 4)), v128.load32_splat(pj));
    if (v128.any_true(i32x4.lt_s(least, most))) {
      compareEachFloat32(i, g, a0, a1, a2, a3);
      compareEachFloat32(i + 1, g, b0, b1, b2, b3);
    }
    // Step to the next pair of rows.
    u = v128.load32_splat(ui, 4);
    v = v128.load32_splat(vi, 4);
    a0 = stepFloat32(b0, u, v, v128.load(uj, 4), v128.load(vj, 4));
    a1 = stepFloat32(b1, u, v, v128.load(uj, 20), v128.load(vj, 20));
    a2 = stepFloat32(b2, u, v, v128.load(uj, 36), v128.load(vj, 36));
    a3 = stepFloat32(b3, u, v, v128.load(uj, 52), v128.load(vj, 52));
    ui += 8; vi += 8; uj += 8; vj += 8; pj += 8; ti += step;
  }
  // An odd last row ends the diagonals of these lags: nothing is carried on from it.
  if (i < i1) compareEachFloat32(i, g, a0, a1, a2, a3);
  // Leave the bounds to the next band, as float64.
  storeFloat64(at, a0, a1, a2, a3);
}

/** Stores sixteen bounds as float64, divided by the square of the factor. */
function storeFloat64(at: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  // The float32 go to the upper half first. Each is read before a float64 overwrites it.
  store4(at + 64, a0, a1, a2, a3);
  for (let p: usize = 0; p < 64; p += 4) store<f64>(at + (p << 1), <f64>load<f32>(at + 64 + p) * INVERSE2);
}

/** Compares every bound with the thresholds of its own row and column. */
function compareEachFloat32(i: i32, g: i32, a0: v128, a1: v128, a2: v128, a3: v128): void {
  const t = BOTH ? v128.load32_splat(THRESHOLD32 + (<usize>i << 2)) : f32x4.splat(-Infinity);
  const tj = THRESHOLD32 + (<usize>(i + g) << 2);
  const mask =
    i32x4.bitmask(f32x4.lt(a0, f32x4.pmax(t, v128.load(tj)))) |
    (i32x4.bitmask(f32x4.lt(a1, f32x4.pmax(t, v128.load(tj, 16)))) << 4) |
    (i32x4.bitmask(f32x4.lt(a2, f32x4.pmax(t, v128.load(tj, 32)))) << 8) |
    (i32x4.bitmask(f32x4.lt(a3, f32x4.pmax(t, v128.load(tj, 48)))) << 12);
  if (mask == 0) return;
  storeFloat64(ROW_BOUNDS, a0, a1, a2, a3);
  offerLanes(i, i + g, mask);
}
