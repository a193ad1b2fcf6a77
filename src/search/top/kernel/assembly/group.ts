// AssemblyScript. A block of windows against sixteen columns beside each other at a time, in float32. What it finds near is summed
// exactly, so that nothing depends on its rounding but time: a pair that it misses is a pair that was not tried.
import { distance, f64At, isNoColumn } from './pairs';
import { insertBound } from './run';
import { FACTOR, SUM, THRESHOLD, WINDOW_SIZE, X32 } from './top-fields.generated';

/** Per window, in float32: pairs below it are summed. It takes the place of SUM. */
// @ts-ignore: decorator
@inline function setLimit(t: i32, at: i32, cap: f64): void {
  store<f32>(SUM + (<usize>t << 2), <f32>(min(f64At(THRESHOLD, at + t), cap) * FACTOR * FACTOR));
}

// @ts-ignore: decorator
@inline function difference(column: usize, row: v128): v128 { return f32x4.sub(v128.load(column), row); }

// @ts-ignore: decorator
@inline function addSquare(sum: v128, z: v128): v128 { return f32x4.add(sum, f32x4.mul(z, z)); }

/** The sums of the next windows: the square of the value that comes in is added, that of the one that goes out subtracted. */
// @ts-ignore: decorator
@inline function step(sum: v128, column: usize, w: usize, row: v128, next: v128): v128 {
  const out = difference(column, row), into = difference(column + w, next);
  return f32x4.add(sum, f32x4.sub(f32x4.mul(into, into), f32x4.mul(out, out)));
}

export function group(first: i32, at: i32, length: i32, lag: i32, low: f64, cap: f64): i32 {
  for (let t = 0; t < length; t++) setLimit(t, at, cap);
  const w = <usize>WINDOW_SIZE << 2;
  let row = X32 + (<usize>first << 2);
  let column = row + ((<isize>lag) << 2);
  // The first window.
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let l: usize = 0; l < w; l += 4) {
    const x = v128.load32_splat(row + l);
    const q = column + l;
    a0 = addSquare(a0, difference(q, x));
    a1 = addSquare(a1, difference(q + 16, x));
    a2 = addSquare(a2, difference(q + 32, x));
    a3 = addSquare(a3, difference(q + 48, x));
  }
  // All others.
  let out = 0;
  for (let t = 0; t < length; t++, row += 4, column += 4) {
    const limit = v128.load32_splat(SUM + (<usize>t << 2));
    const least = f32x4.pmin(f32x4.pmin(a0, a1), f32x4.pmin(a2, a3));
    if (v128.any_true(f32x4.lt(least, limit))) {
      const mask =
        i32x4.bitmask(f32x4.lt(a0, limit)) |
        (i32x4.bitmask(f32x4.lt(a1, limit)) << 4) |
        (i32x4.bitmask(f32x4.lt(a2, limit)) << 8) |
        (i32x4.bitmask(f32x4.lt(a3, limit)) << 12);
      out += sumAll(first + t, first + t + lag, mask, at + t, low);
      setLimit(t, at, cap);
    }
    const x = v128.load32_splat(row), next = v128.load32_splat(row + w);
    a0 = step(a0, column, w, x, next);
    a1 = step(a1, column + 16, w, x, next);
    a2 = step(a2, column + 32, w, x, next);
    a3 = step(a3, column + 48, w, x, next);
  }
  return out;
}

/** Sums the pairs of window i with those of the columns j … j + 15 that the mask selects; returns 1 if that puts it out. */
function sumAll(i: i32, j: i32, mask: i32, t: i32, low: f64): i32 {
  for (; mask != 0; mask &= mask - 1) {
    const column = j + ctz(mask);
    if (isNoColumn(column)) continue;
    const limit = f64At(THRESHOLD, t);
    const s = distance(i, column, limit);
    if (s < limit && insertBound(t, s, low)) return 1;
  }
  return 0;
}
