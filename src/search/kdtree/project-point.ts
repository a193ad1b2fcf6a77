// Windows as points of a few coordinates. projection.ts bounds the rounding of these sums.

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

/** How a vector is projected. */
interface Projector {
  readonly center: number;
  readonly radius: number;
  readonly basis: Float64Array;
}

/**
 * Vector i as a point, at i·COORDINATES. With yₗ = clamp(xₗ − center, ±radius), coordinate r is Σₗ yₗ·basis[l·COORDINATES + r];
 * the last coordinate is the part of |y| that the others leave.
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
