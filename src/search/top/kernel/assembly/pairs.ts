// AssemblyScript. Two windows: their distance as it is defined, and whether they are equal.
import { NO_COLUMN, RAW, UNFILTERED, ZSCORE } from './constants.generated';
import { FLAGS, HAS_FLAGS, MEAN as MEANS, MODE, SIGMA, WINDOW_SIZE, X } from './top-fields.generated';

/** More than all underflow of a run: see ../error-bound.ts. */
export const LEAST: f64 = 2.0 ** -1000;

// @ts-ignore: decorator
@inline export function f64At(base: usize, i: i32): f64 { return load<f64>(base + (<usize>i << 3)); }

// @ts-ignore: decorator
@inline export function setF64(base: usize, i: i32, value: f64): void { store<f64>(base + (<usize>i << 3), value); }

// @ts-ignore: decorator
@inline export function isNoColumn(j: i32): bool { return HAS_FLAGS != 0 && (load<u8>(FLAGS + <usize>j) & NO_COLUMN) != 0; }

// @ts-ignore: decorator
@inline export function isUnfiltered(i: i32): bool { return HAS_FLAGS != 0 && (load<u8>(FLAGS + <usize>i) & UNFILTERED) != 0; }

/** What a normalized window is divided by; Infinity makes the zero vector. */
// @ts-ignore: decorator
@inline export function scaleOf(i: i32): f64 {
  const sigma = f64At(SIGMA, i);
  return sigma == 0 ? Infinity : MODE == ZSCORE ? sigma : 1;
}

/** s(i, j) of windows as they are: by a function of the engine, for the memory may have no values. */
@external("env", "distance")
declare function distanceOutside(i: i32, j: i32, limit: f64): f64;

/** s(i, j) of the vectors of two windows, left to right, or any value ≥ `limit` as soon as it is known to reach it. */
export function distance(i: i32, j: i32, limit: f64): f64 {
  if (MODE == RAW) return distanceOutside(i, j, limit);
  let a = X + (<usize>i << 3);
  let b = X + (<usize>j << 3);
  const end = a + (<usize>WINDOW_SIZE << 3);
  let s: f64 = 0;
  const mean = f64x2.replace_lane(f64x2.splat(f64At(MEANS, i)), 1, f64At(MEANS, j));
  const scale = f64x2.replace_lane(f64x2.splat(scaleOf(i)), 1, scaleOf(j));
  while (a < end && s < limit) {
    const stop = min(a + 64, end);
    for (; a < stop; a += 8, b += 8) {
      const y = f64x2.div(f64x2.sub(v128.load64_lane(b, v128.load64_zero(a), 1), mean), scale);
      const z = f64x2.extract_lane(y, 0) - f64x2.extract_lane(y, 1);
      s += z * z;
    }
  }
  return s;
}

/** Whether two windows hold the same values, from the addresses a and b on. */
export function isSame(a: usize, b: usize): bool {
  const end = a + (<usize>WINDOW_SIZE << 3);
  while (a < end && load<f64>(a) == load<f64>(b)) {
    a += 8;
    b += 8;
  }
  return a == end;
}
