// Long windows as points of a few coordinates that tell them apart: the k-d tree of long windows is built over these points.
//
// With y = clamp(x − c, −R, R), value by value, window x becomes the point
//
//     F(x) = (V·y, √(|y|² − |V·y|²))
//
// V has COORDINATES − 1 rows of w values, nearly orthonormal, which span the principal components of a sample; what they
// leave over is the last coordinate. A poor sample costs time, never a neighbor, for the search relies on this alone, which
// holds for every V, c and R:
//
//     |F(x) − F(x′)|  ≤  |x − x′|        if ‖V‖ ≤ 1
//
// Clamping brings no two values farther apart. I − VᵀV is positive semidefinite, so it is B² for some B, the last
// coordinate is |By|, and |Vy − Vy′|² + (|By| − |By′|)² ≤ |V(y − y′)|² + |B(y − y′)|² = |y − y′|².
//
// Rounding. ε = 2⁻⁵³, m = COORDINATES.
//
//  (a) ‖V‖² ≤ ‖VVᵀ‖, at most the largest row sum of |VVᵀ| (Gershgorin). That sum is computed within m(w + 4)ε, V is divided
//      by its root and by 1 + 4mwε.
//  (b) |y| ≤ R; y is within εR of its real value, for it is either rounded once or clamped. A coordinate of V·y is within
//      (w + 3)ε√w·R, V·y within √m(w + 3)ε√w·R.
//  (c) |y|² is within (w + 3)εwR² and |V·y|² within (m + 2)εwR² + 2.01√m(w + 3)εwR²; with m = 8 their difference is within
//      8(w + 8)εwR² =: δ, so its root is within √δ.
//  (d) The distance of two points is off by at most E = 2(√m(w + 3)ε√w·R + √δ), and its square by (m + 3)ε of itself.
//  (e) In real numbers |x − x′|² ≤ (s + w·2⁻¹⁰⁷⁴)(1 + (w + 3)ε): s is a sum of w squares, each of which may underflow.
//
// Together: if s ≤ b, the computed squared distance of the points is at most
//
//     reach(b) = (√(b + under)·factor + slack)²     under = w·2⁻¹⁰⁷³,  factor = 1 + 2(w + 16)ε,  slack > E
//
// and a point, or a box, that is farther away than that holds no window with s ≤ b: neither a nearer one nor an equal one.
import type { WindowSet } from '../../core/windows.ts';
import { goldenFraction } from '../golden-order.ts';
import { COORDINATES, projectRows } from './project-point.ts';
import type { Reach } from './query.ts';

const EPSILON = 2 ** -53;

/** Number of windows that the coordinates are chosen by. */
const SAMPLE = 256;

/** Number of power iterations on the sample: enough to turn the rows towards the largest components. */
const ITERATIONS = 4;

/** How windows become points. */
export interface Projection {
  /** c. */
  readonly center: number;
  /** R. */
  readonly radius: number;
  /** V, transposed: COORDINATES numbers for each value of a window, the last of them 0. */
  readonly basis: Float64Array;
}

/** The projection on the principal components of a sample of `windows`. O(w), with a large constant factor. */
export function fitProjection(windows: WindowSet): Projection {
  const sample = sampleOf(windows);
  const { center, radius } = rangeOf(sample);
  centerAll(sample, center, radius);
  const rows = Array.from({ length: COORDINATES - 1 }, (_, r) => scrambled(windows.width, r));
  orthonormalize(rows);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const sums = rows.map((row) => {
      const sum = new Float64Array(windows.width);
      for (const x of sample) addMultiple(sum, dot(row, x), x);
      return sum;
    });
    for (const [r, sum] of sums.entries()) rows[r]!.set(sum);
    orthonormalize(rows);
  }
  const factor = shrinkage(rows);
  const basis = new Float64Array(windows.width * COORDINATES);
  for (const [r, row] of rows.entries()) for (const [l, v] of row.entries()) basis[l * COORDINATES + r] = v * factor;
  return { center, radius, basis };
}

/** The points of the windows. */
export function project(projection: Projection, windows: WindowSet): WindowSet {
  return { ...windows, data: projectRows(windows, projection), stride: COORDINATES, width: COORDINATES };
}

/** reach() for windows of `width` values. */
export function reachOf({ radius }: Projection, width: number): Reach {
  const w = width;
  const vector = Math.sqrt(COORDINATES * w) * (w + 3) * EPSILON;
  const rest = Math.sqrt(8 * (w + 8) * EPSILON * w);
  return {
    under: w * 2 ** -1073,
    factor: 1 + 2 * (w + 16) * EPSILON,
    slack: 2.02 * (vector + rest) * radius + 2 ** -530,
  };
}

/** Copies of some windows, from everywhere in the series. */
function sampleOf({ data, stride, width, starts }: WindowSet): Float64Array[] {
  const count = Math.min(SAMPLE, starts.length);
  return Array.from({ length: count }, (_, r) => {
    const position = count < SAMPLE ? r : Math.floor(goldenFraction(r + 1) * starts.length);
    const from = starts[position]! * stride;
    return data.slice(from, from + width);
  });
}

/** The median of the values, and a distance from it that only spikes exceed. */
function rangeOf(sample: Float64Array[]): { center: number; radius: number } {
  const step = Math.ceil((sample.length * (sample[0]?.length ?? 0)) / RANGE_VALUES);
  const values: number[] = [];
  let position = 0;
  for (const x of sample) for (const value of x) if (position++ % step === 0) values.push(value);
  const sorted = Float64Array.from(values).sort();
  const center = sorted[sorted.length >> 1] ?? 0;
  const distances = sorted.map((value) => Math.abs(value - center)).sort();
  const most = distances[Math.floor(0.995 * distances.length)] ?? 0;
  return { center, radius: most > 0 ? 4 * most : (distances.at(-1) ?? 0) };
}

/** Number of values that the range is derived from. */
const RANGE_VALUES = 8192;

/** Clamps the windows as `project` does, and subtracts their mean: components are those of differences from the mean. */
function centerAll(sample: Float64Array[], center: number, radius: number): void {
  const mean = new Float64Array(sample[0]?.length ?? 0);
  for (const x of sample) {
    // Scale to a size whose square neither overflows nor vanishes.
    for (let l = 0; l < x.length; l++) x[l] = Math.max(-1, Math.min(1, (x[l]! - center) / radius)) || 0;
    addMultiple(mean, 1 / sample.length, x);
  }
  for (const x of sample) addMultiple(x, -1, mean);
}

/** Pseudorandom numbers, the same on every machine. */
function scrambled(length: number, seed: number): Float64Array {
  return Float64Array.from(
    { length },
    (_, l) => (Math.imul(l + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b)) / 2 ** 31,
  );
}

/** Gram–Schmidt, twice: one pass leaves rows that were nearly dependent far from orthogonal. */
function orthonormalize(rows: Float64Array[]): void {
  for (const [r, row] of rows.entries()) {
    for (let pass = 0; pass < 2; pass++) {
      const before = Math.sqrt(dot(row, row));
      for (const other of rows.slice(0, r)) addMultiple(row, -dot(row, other), other);
      const length = Math.sqrt(dot(row, row));
      // If a row depends on the others, only rounding errors are left of it: drop it.
      scale(row, length > 1e-6 * before ? 1 / length : 0);
    }
  }
}

/** The factor that makes the norm of the matrix at most 1: see (a). */
function shrinkage(rows: Float64Array[]): number {
  const sums = rows.map((row) => rows.reduce((sum, other) => sum + Math.abs(dot(row, other)), 0));
  const mw = COORDINATES * (rows[0]!.length + 4);
  return 1 / (Math.sqrt(Math.max(1, ...sums) + mw * EPSILON) * (1 + 4 * mw * EPSILON));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let l = 0; l < a.length; l++) sum += a[l]! * b[l]!;
  return sum;
}

function scale(a: Float64Array, factor: number): void {
  for (let l = 0; l < a.length; l++) a[l] = a[l]! * factor;
}

function addMultiple(sum: Float64Array, factor: number, a: Float64Array): void {
  for (let l = 0; l < a.length; l++) sum[l] = sum[l]! + factor * a[l]!;
}
