// Windows as points of a few coordinates: see search/projection.ts, where the rounding of these sums is accounted for.
import { Layout } from './wasm.ts';

/** Coordinates of a point. */
export const COORDINATES = 8;

/** The vectors that are projected: vector i is data[i·stride] … data[i·stride + width − 1]. */
interface Vectors {
  readonly data: Float64Array;
  readonly stride: number;
  readonly width: number;
  readonly numWindows: number;
  readonly starts: Int32Array;
}

/** What a vector is projected by. */
interface Projector {
  readonly center: number;
  readonly radius: number;
  readonly basis: Float64Array;
}

/**
 * Vector i as a point, at i·COORDINATES. With yₗ = clamp(xₗ − center, ±radius), coordinate r is Σₗ yₗ·basis[l·COORDINATES + r];
 * the last is what the others leave of |y|.
 */
export function projectRows(vectors: Vectors, { center, radius, basis }: Projector): Float64Array {
  const { data, stride, width, numWindows, starts } = vectors;
  const points = new Float64Array(numWindows * COORDINATES);
  for (const i of starts) {
    const to = i * COORDINATES;
    let rest = 0;
    for (let l = 0; l < width; l++) {
      const y = Math.max(-radius, Math.min(radius, data[i * stride + l]! - center));
      rest += y * y;
      for (let r = 0; r < COORDINATES; r++) points[to + r] = points[to + r]! + y * basis[l * COORDINATES + r]!;
    }
    let sum = 0;
    for (let r = 0; r < COORDINATES; r++) sum += points[to + r]! * points[to + r]!;
    points[to + COORDINATES - 1] = Math.sqrt(Math.max(0, rest - sum));
  }
  return points;
}

/** The same in WASM. */
export function wasmProjectRows(
  module: WebAssembly.Module,
  vectors: Vectors,
  { center, radius, basis }: Projector,
): Float64Array {
  const { data, stride, width, numWindows, starts } = vectors;
  const layout = new Layout();
  const dataAt = layout.reserve(data.length, 8);
  const basisAt = layout.reserve(basis.length, 8);
  const startsAt = layout.reserve(starts.length, 4);
  const pointsAt = layout.reserve(numWindows * COORDINATES, 8);
  const memory = layout.allocate();
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as {
    project(...offsetsAndNumbers: number[]): void;
  };
  new Float64Array(memory.buffer, dataAt, data.length).set(data);
  new Float64Array(memory.buffer, basisAt, basis.length).set(basis);
  new Int32Array(memory.buffer, startsAt, starts.length).set(starts);
  kernel.project(dataAt, stride, width, startsAt, starts.length, center, radius, basisAt, pointsAt);
  return new Float64Array(memory.buffer, pointsAt, numWindows * COORDINATES);
}
