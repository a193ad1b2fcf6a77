// AssemblyScript. From a window to its point: eight products a value, in float32. Points only propose columns.
import { RAW, ZSCORE } from './constants.generated';
import { f64At, scaleOf } from './pairs';
import { BASIS, CENTER, FACTOR, MEAN as MEANS, MODE, POINT, WINDOW_SIZE, X32 } from './top-fields.generated';

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
