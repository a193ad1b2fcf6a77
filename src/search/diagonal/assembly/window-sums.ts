// AssemblyScript. Left-to-right sums over the values of windows. Eight windows beside each other are summed at a time: two in
// each of four registers, each in a lane of its own, so that every sum has the bits of ../scalar.ts.
import { f64At, store4 } from './arrays';
import { CARRIED, CLAMPED_X, MEAN, SCALE, SCALED, U, V, WINDOW_SIZE, X } from './diagonal-fields.generated';

/** For windows i … i + 15: writes the mean to MEAN, the sum of (x - mean)² to U and the sum of x - mean to V. */
export function moments(i: i32): void {
  momentsOfEight(i);
  momentsOfEight(i + 8);
}

function momentsOfEight(i: i32): void {
  const from = X + (<usize>i << 3);
  const end = from + (<usize>WINDOW_SIZE << 3);
  // Means.
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let a = from; a < end; a += 8) {
    s0 = f64x2.add(s0, v128.load(a));
    s1 = f64x2.add(s1, v128.load(a, 16));
    s2 = f64x2.add(s2, v128.load(a, 32));
    s3 = f64x2.add(s3, v128.load(a, 48));
  }
  const w = f64x2.splat(WINDOW_SIZE);
  const m0 = f64x2.div(s0, w), m1 = f64x2.div(s1, w), m2 = f64x2.div(s2, w), m3 = f64x2.div(s3, w);
  // Sums of the differences from the means, and of their squares.
  let q0 = f64x2.splat(0), q1 = q0, q2 = q0, q3 = q0;
  s0 = q0; s1 = q0; s2 = q0; s3 = q0;
  for (let a = from; a < end; a += 8) {
    const z0 = f64x2.sub(v128.load(a), m0);
    const z1 = f64x2.sub(v128.load(a, 16), m1);
    const z2 = f64x2.sub(v128.load(a, 32), m2);
    const z3 = f64x2.sub(v128.load(a, 48), m3);
    s0 = f64x2.add(s0, z0);
    s1 = f64x2.add(s1, z1);
    s2 = f64x2.add(s2, z2);
    s3 = f64x2.add(s3, z3);
    q0 = f64x2.add(q0, f64x2.mul(z0, z0));
    q1 = f64x2.add(q1, f64x2.mul(z1, z1));
    q2 = f64x2.add(q2, f64x2.mul(z2, z2));
    q3 = f64x2.add(q3, f64x2.mul(z3, z3));
  }
  const at = <usize>i << 3;
  store4(MEAN + at, m0, m1, m2, m3);
  store4(U + at, q0, q1, q2, q3);
  store4(V + at, s0, s1, s2, s3);
}

/** s(i, j) of the vectors of two windows; Infinity as soon as it is known to exceed `limit`. */
export function distance(i: i32, j: i32, limit: f64): f64 {
  let a = X + (<usize>i << 3);
  let b = X + (<usize>j << 3);
  const end = a + (<usize>WINDOW_SIZE << 3);
  // Lane 0 is window i, lane 1 is window j: one division serves both.
  const mean = f64x2.replace_lane(f64x2.splat(f64At(MEAN, i)), 1, f64At(MEAN, j));
  const scale = SCALED ? f64x2.replace_lane(f64x2.splat(f64At(SCALE, i)), 1, f64At(SCALE, j)) : mean;
  let s: f64 = 0;
  // Eight values at a time; the sum is compared with the limit between them.
  while (a < end && s <= limit) {
    const stop = min(a + 64, end);
    if (SCALED) {
      for (; a < stop; a += 8, b += 8) {
        const y = f64x2.div(f64x2.sub(v128.load64_lane(b, v128.load64_zero(a), 1), mean), scale);
        const z = f64x2.extract_lane(y, 0) - f64x2.extract_lane(y, 1);
        s += z * z;
      }
    } else {
      for (; a < stop; a += 8, b += 8) {
        const y = f64x2.sub(v128.load64_lane(b, v128.load64_zero(a), 1), mean);
        const z = f64x2.extract_lane(y, 0) - f64x2.extract_lane(y, 1);
        s += z * z;
      }
    }
  }
  return s <= limit ? s : Infinity;
}

// @ts-ignore: decorator
@inline function addSquare(sum: v128, x: v128, y: v128): v128 {
  const z = f64x2.sub(x, y);
  return f64x2.add(sum, f64x2.mul(z, z));
}

/**
 * Starts the bounds of window i with the windows i + g … i + g + 15: the squared distances of the centered windows, or -2
 * times their products, less `margin`.
 */
export function seed(i: i32, g: i32, margin: f64): void {
  seedEight(i, g, margin);
  seedEight(i, g + 8, margin);
}

function seedEight(i: i32, g: i32, margin: f64): void {
  let a = CLAMPED_X + (<usize>i << 3);
  let b = CLAMPED_X + (<usize>(i + g) << 3);
  const end = a + (<usize>WINDOW_SIZE << 3);
  const m = f64x2.splat(f64At(MEAN, i));
  const means = MEAN + (<usize>(i + g) << 3);
  const m0 = v128.load(means), m1 = v128.load(means, 16), m2 = v128.load(means, 32), m3 = v128.load(means, 48);
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  if (SCALED) {
    // -2C: each value of window i is doubled, the products are subtracted.
    for (; a < end; a += 8, b += 8) {
      const half = f64x2.sub(v128.load64_splat(a), m);
      const x = f64x2.add(half, half);
      s0 = f64x2.sub(s0, f64x2.mul(x, f64x2.sub(v128.load(b), m0)));
      s1 = f64x2.sub(s1, f64x2.mul(x, f64x2.sub(v128.load(b, 16), m1)));
      s2 = f64x2.sub(s2, f64x2.mul(x, f64x2.sub(v128.load(b, 32), m2)));
      s3 = f64x2.sub(s3, f64x2.mul(x, f64x2.sub(v128.load(b, 48), m3)));
    }
  } else {
    // Squared distances.
    for (; a < end; a += 8, b += 8) {
      const x = f64x2.sub(v128.load64_splat(a), m);
      s0 = addSquare(s0, x, f64x2.sub(v128.load(b), m0));
      s1 = addSquare(s1, x, f64x2.sub(v128.load(b, 16), m1));
      s2 = addSquare(s2, x, f64x2.sub(v128.load(b, 32), m2));
      s3 = addSquare(s3, x, f64x2.sub(v128.load(b, 48), m3));
    }
  }
  // Lower bounds.
  const less = f64x2.splat(margin);
  const at = CARRIED + (<usize>g << 3);
  store4(at, f64x2.sub(s0, less), f64x2.sub(s1, less), f64x2.sub(s2, less), f64x2.sub(s3, less));
}
