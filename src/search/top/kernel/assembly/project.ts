// AssemblyScript. From a window to its point: eight products a value, in float32. Points only propose columns.
import { RAW, ZSCORE } from './constants.generated';
import { f64At } from './pairs';
import { BASIS, CENTER, FACTOR, MEAN as MEANS, MODE, POINT, SIGMA, WINDOW_SIZE, X32 } from './top-fields.generated';

export function project(i: i32): void {
  // Windows as they are have mean 0 and scale 1 in x32.
  let mean: f32 = 0;
  let scale: f32 = 1;
  if (MODE != RAW) {
    const sigma = f64At(SIGMA, i);
    mean = <f32>((f64At(MEANS, i) - CENTER) * FACTOR);
    scale = sigma == 0 ? 0 : MODE == ZSCORE ? <f32>(1 / (sigma * FACTOR)) : 1;
  }
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
