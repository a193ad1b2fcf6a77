// AssemblyScript. From a window to its point: eight products a value, in float32. Points only propose columns.
import { RAW, ZSCORE } from './constants.generated';
import { f64At, scaleOf } from './pairs';
import { BASIS, BOUND, CENTER, FACTOR, MEAN as MEANS, MODE, POINT, POINTS, WINDOW_SIZE, X32 } from './top-fields.generated';

export function project(i: i32): void {
  // Windows as they are have mean 0 and scale 1 in x32. The zero vector has an infinite scale.
  const mean = <f32>(MODE == RAW ? 0.0 : (f64At(MEANS, i) - CENTER) * FACTOR);
  const scale = <f32>(MODE == ZSCORE ? 1 / (scaleOf(i) * FACTOR) : 1.0);
  let a = f32x4.splat(0), b = a;
  let x = X32 + (<usize>i << 2);
  let p = BASIS;
  for (const end = x + (<usize>WINDOW_SIZE << 2); x < end; x += 4, p += 32) {
    const y = f32x4.splat((load<f32>(x) - mean) * scale);
    a = f32x4.add(a, f32x4.mul(y, v128.load(p)));
    b = f32x4.add(b, f32x4.mul(y, v128.load(p, 16)));
  }
  v128.store(POINT, a);
  v128.store(POINT, b, 16);
}

export function measure(from: i32, to: i32): void {
  const a = v128.load(POINT), b = v128.load(POINT, 16);
  let out = BOUND;
  for (let p = POINTS + (<usize>from << 5), end = POINTS + (<usize>to << 5); p < end; p += 32, out += 8) {
    const y = f32x4.sub(v128.load(p), a), z = f32x4.sub(v128.load(p, 16), b);
    const sums = f32x4.add(f32x4.mul(y, y), f32x4.mul(z, z));
    const sum = f64x2.add(f64x2.promote_low_f32x4(sums), f64x2.promote_low_f32x4(v128.shuffle<i32>(sums, sums, 2, 3, 2, 3)));
    store<f64>(out, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  }
}
