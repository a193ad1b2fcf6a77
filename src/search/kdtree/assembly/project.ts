// AssemblyScript. Windows as points of eight coordinates, two side by side. The scalar twin is ../project-point.ts.
import { n32 } from './access';
import {
  BASIS, CENTER, RADIUS, TREE_ORDER, VECTORS, WINDOWS, WINDOW_STRIDE, WINDOW_WIDTH,
} from './build-fields.generated';
import { COORDINATES } from './constants.generated';

/** Makes the points of the windows order[from … to), in the order that they have before the first split. */
export function project(from: i32, to: i32): void {
  if (COORDINATES != 8) ERROR('a point is made in four registers of two coordinates');
  const basis = BASIS;
  const points = VECTORS;
  const width = <usize>WINDOW_WIDTH << 3;
  const most = f64x2.splat(RADIUS);
  const least = f64x2.splat(-RADIUS);
  const c = f64x2.splat(CENTER);
  for (let r = from; r < to; r++) {
    const i = n32(TREE_ORDER, r);
    // The sums of seven coordinates, and of all squares.
    let x = WINDOWS + (<usize>i * WINDOW_STRIDE << 3);
    const end = x + width;
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, rest = s0;
    for (let b = basis; x < end; x += 8, b += 64) {
      const y = f64x2.pmax(least, f64x2.pmin(most, f64x2.sub(v128.load64_splat(x), c)));
      rest = f64x2.add(rest, f64x2.mul(y, y));
      s0 = f64x2.add(s0, f64x2.mul(y, v128.load(b)));
      s1 = f64x2.add(s1, f64x2.mul(y, v128.load(b, 16)));
      s2 = f64x2.add(s2, f64x2.mul(y, v128.load(b, 32)));
      s3 = f64x2.add(s3, f64x2.mul(y, v128.load(b, 48)));
    }
    const point = points + (<usize>i << 6);
    v128.store(point, s0);
    v128.store(point, s1, 16);
    v128.store(point, s2, 32);
    v128.store(point, s3, 48);
    // The last coordinate: what the others leave of the window's length.
    let sum: f64 = 0;
    for (let p = point; p < point + 64; p += 8) sum += load<f64>(p) * load<f64>(p);
    store<f64>(point, sqrt(max<f64>(0, f64x2.extract_lane(rest, 0) - sum)), 56);
  }
}
