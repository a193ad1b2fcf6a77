// Fits a Mahalanobis metric: estimates the covariance of the windows, makes it invertible and factors it once. Only
// this file needs ml-matrix; metric.ts applies a fitted metric without it.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { checkChoice, checkInteger, checkNormalization, checkOptions, describe } from './checks.ts';
import { checkRank, FittedMahalanobis, type MahalanobisMetric } from './metric.ts';
import { type Series, toFloat64 } from './series.ts';
import { atOnce, type Steps } from './steps.ts';
import { allEqual, embed, type Normalization, vectorInto, type WindowSet } from './windows.ts';

/**
 * Where the covariance Σ of the windows comes from.
 *
 * - `'ledoit-wolf'`: (1 − δ)·S + δ·(tr S / w)·I with δ from the data (Ledoit & Wolf 2004): always usable.
 * - `'empirical'`: S, the covariance with divisor N. A `RangeError` where it is singular, as on smooth or periodic
 *   data.
 * - `'pinv'`: S with its pseudo-inverse: directions in which the windows do not vary are ignored.
 * - `{ ridge: r }`: S + r·I, r > 0 in squared units of the series.
 * - a matrix: Σ itself, w × w, symmetric and positive definite.
 */
export type Covariance = 'ledoit-wolf' | 'empirical' | 'pinv' | { ridge: number } | ArrayLike<ArrayLike<number>>;

/**
 * Mahalanobis distance √((x − y)ᵀ Σ⁻¹ (x − y)) of two windows. Σ is taken from the windows of the series that is
 * scored, or from those of the reference if there is one. Equal windows have distance 0, so a series whose windows are
 * all equal scores 0.
 *
 * @param options.covariance how Σ is estimated; default `'ledoit-wolf'`
 * @throws RangeError for a covariance that cannot be inverted, with the remedy
 *
 * Whitening costs O(N·w²) once; the search is the Euclidean one. It agrees with a direct evaluation to 1e-12·κ(Σ).
 *
 * @example
 * new KNN(2, 1, { metric: mahalanobis() }).score([1, 1, 1, 1]); // => [0, 0, 0, 0]
 */
export const mahalanobis: {
  (options?: { covariance?: Covariance }): MahalanobisMetric;
  /**
   * The same distance with Σ frozen to that of one series: for scoring other series, and for streams.
   *
   * @param series the series whose covariance is taken; windows that touch a missing value are left out
   * @param windowSize number of values in a window, at least 1
   * @param options.normalize the same as for the `KNN` that uses the metric; default `'none'`
   * @throws RangeError when no window is left, or Σ cannot be inverted
   *
   * @example
   * const metric = mahalanobis.fit([1, 3, 1, 3, 1], 1, { covariance: [[4]] });
   * new KNN(1, 1, { metric }).score([0, 10]); // => [5, 5]
   */
  fit(
    series: Series,
    windowSize: number,
    options?: { covariance?: Covariance; normalize?: Normalization },
  ): FittedMahalanobis;
} = Object.assign(unfitted, { fit });

function unfitted(options: { covariance?: Covariance } = {}): MahalanobisMetric {
  checkOptions(options, ['covariance']);
  const { covariance = 'ledoit-wolf' } = options;
  checkCovariance(covariance);
  return {
    kind: 'mahalanobis',
    needsFullRank: covariance === 'empirical',
    fitWindows: (windows) => fitWindows(windows, covariance),
  };
}

function fit(
  series: Series,
  windowSize: number,
  options: { covariance?: Covariance; normalize?: Normalization } = {},
): FittedMahalanobis {
  const x = toFloat64(series, 'series');
  checkInteger(windowSize, 'windowSize', 1);
  checkOptions(options, ['covariance', 'normalize']);
  const { covariance = 'ledoit-wolf', normalize = 'none' } = options;
  checkCovariance(covariance);
  checkNormalization(normalize, windowSize);
  if (covariance === 'empirical') checkRank(normalize);
  const windows = embed(x, windowSize, normalize);
  if (windows.starts.length === 0) {
    throw new RangeError(
      `series must hold ${windowSize} values in a row without a missing one, got ${x.length} values`,
    );
  }
  return atOnce(fitWindows(windows, covariance));
}

function checkCovariance(covariance: unknown): void {
  if (typeof covariance === 'string') checkChoice(covariance, 'covariance', ['ledoit-wolf', 'empirical', 'pinv']);
  else if (typeof covariance !== 'object' || covariance === null) {
    throw new TypeError(`covariance must be a name, { ridge } or a matrix, got ${describe(covariance)}`);
  } else if ('ridge' in covariance) {
    const { ridge } = covariance;
    if (typeof ridge !== 'number') throw new TypeError(`ridge must be a positive number, got ${describe(ridge)}`);
    if (!(ridge > 0 && ridge < Infinity)) throw new RangeError(`ridge must be a positive number, got ${ridge}`);
  } else if (!('length' in covariance)) {
    throw new TypeError('covariance must be a name, { ridge } or a matrix, got an object without ridge');
  }
}

function* fitWindows(windows: WindowSet, covariance: Covariance): Steps<FittedMahalanobis> {
  const mean = yield* meanOf(windows);
  // Dividing by a power of two is exact. It brings the windows near 1, so that their squares neither over- nor
  // underflow.
  const unit = typeof covariance === 'string' ? yield* scaleOf(windows, mean) : 1;
  const { sigma, shrinkage } = yield* estimate(windows, mean, unit, covariance);
  return new FittedMahalanobis({
    windowSize: windows.width,
    normalize: windows.normalize,
    mean,
    covariance: sigma.map((row) => row.map((c) => c * unit * unit)),
    shrinkage,
    whitening: whiteningOf(sigma, covariance, shrinkage).map((c) => c / unit),
  });
}

/** Additions per step: they take some milliseconds. */
const STEP = 1 << 22;

/** Calls `visit`, which takes `cost` additions, with the vector of each valid window. The vector's array is reused. */
function* visitWindows(windows: WindowSet, cost: number, visit: (vector: Float64Array) => void): Steps<void> {
  const { starts, width } = windows;
  const vector = new Float64Array(width);
  const perStep = Math.ceil(STEP / cost);
  for (let from = 0; from < starts.length; from += perStep) {
    if (from > 0) yield;
    for (const i of starts.subarray(from, from + perStep)) {
      vectorInto(windows, i, vector, 0);
      visit(vector);
    }
  }
}

/** The mean of the valid windows' vectors. */
function* meanOf(windows: WindowSet): Steps<number[]> {
  const { width: w, starts } = windows;
  const sums = new Array<number>(w).fill(0);
  yield* visitWindows(windows, w, (vector) => {
    for (let l = 0; l < w; l++) sums[l]! += vector[l]!;
  });
  return sums.map((sum) => sum / starts.length);
}

/** A power of two near the largest deviation from the mean. */
function* scaleOf(windows: WindowSet, mean: number[]): Steps<number> {
  const { width: w } = windows;
  let largest = 0;
  yield* visitWindows(windows, w, (vector) => {
    for (let l = 0; l < w; l++) largest = Math.max(largest, Math.abs(vector[l]! - mean[l]!));
  });
  if (allEqual(windows) || largest === 0) {
    throw new RangeError(
      'the windows must differ to have a covariance, got equal ones only: give { ridge } or a matrix',
    );
  }
  return 2 ** Math.max(-1000, Math.floor(Math.log2(largest)));
}

/** Σ in units of `unit²`. */
function* estimate(
  windows: WindowSet,
  mean: number[],
  unit: number,
  covariance: Covariance,
): Steps<{ sigma: number[][]; shrinkage: number | undefined }> {
  if (typeof covariance === 'object' && 'length' in covariance) {
    return { sigma: userMatrix(covariance, mean.length), shrinkage: undefined };
  }
  const { sigma, fourth } = yield* empirical(windows, mean, unit);
  if (covariance === 'ledoit-wolf') {
    const shrinkage = ledoitWolf(sigma, fourth, windows.starts.length);
    const mu = trace(sigma) / mean.length;
    return { sigma: sigma.map((row, r) => shrink(row, r, shrinkage, mu)), shrinkage };
  }
  if (typeof covariance === 'object') {
    return {
      sigma: sigma.map((row, r) => row.map((c, l) => (r === l ? c + covariance.ridge : c))),
      shrinkage: undefined,
    };
  }
  return { sigma, shrinkage: undefined };
}

/** Row r of (1 − δ)·S + δ·μ·I. */
function shrink(row: number[], r: number, shrinkage: number, mu: number): number[] {
  return row.map((c, l) => (1 - shrinkage) * c + (l === r ? shrinkage * mu : 0));
}

/** S = Σᵢ cᵢcᵢᵀ / N and Σᵢ (cᵢᵀcᵢ)² for the centered windows cᵢ. O(N·w²). */
function* empirical(windows: WindowSet, mean: number[], unit: number): Steps<{ sigma: number[][]; fourth: number }> {
  const { width: w, starts } = windows;
  const centered = new Float64Array(w);
  const sums = new Float64Array(w * w);
  let fourth = 0;
  yield* visitWindows(windows, (w * w) / 2, (vector) => {
    let squares = 0;
    for (let l = 0; l < w; l++) {
      const c = (vector[l]! - mean[l]!) / unit;
      centered[l] = c;
      squares += c * c;
    }
    fourth += squares * squares;
    for (let r = 0; r < w; r++) {
      const c = centered[r]!;
      for (let l = 0; l <= r; l++) sums[r * w + l]! += c * centered[l]!;
    }
  });
  const sigma = Array.from({ length: w }, (_, r) =>
    Array.from({ length: w }, (_, l) => sums[Math.max(r, l) * w + Math.min(r, l)]! / starts.length),
  );
  return { sigma, fourth };
}

/**
 * The share δ of the scaled identity: Ledoit & Wolf, "A well-conditioned estimator for large-dimensional covariance
 * matrices" (2004), in scikit-learn's form: δ = min(β, Δ)/Δ with
 * β = (Σᵢ |cᵢ|⁴/N − |S|²) / (N·w) and Δ = (|S|² − (tr S)²/w) / w.
 */
function ledoitWolf(sigma: number[][], fourth: number, n: number): number {
  const w = sigma.length;
  const norm2 = sigma.flat().reduce((sum, c) => sum + c * c, 0);
  const tr = trace(sigma);
  const delta = (norm2 - (tr * tr) / w) / w;
  const beta = Math.min((fourth / n - norm2) / (n * w), delta);
  return beta > 0 ? beta / delta : 0;
}

function trace(sigma: number[][]): number {
  return sigma.reduce((sum, row, r) => sum + row[r]!, 0);
}

/** The user's matrix as arrays, checked to be w × w, finite and symmetric. */
function userMatrix(matrix: ArrayLike<ArrayLike<number>>, w: number): number[][] {
  const rows = Array.from(matrix, (row) => Array.from(row ?? []));
  if (rows.length !== w || rows.some((row) => row.length !== w)) {
    throw new RangeError(
      `covariance must be ${w} × ${w} for windowSize ${w}, got ${rows.length} × ${rows[0]?.length ?? 0}`,
    );
  }
  for (let r = 0; r < w; r++) {
    for (let l = 0; l < w; l++) {
      const c = rows[r]![l]!;
      if (typeof c !== 'number') throw new TypeError(`covariance[${r}][${l}] must be a number, got ${describe(c)}`);
      if (!Number.isFinite(c)) throw new RangeError(`covariance[${r}][${l}] must be a finite number, got ${c}`);
      const mirrored = rows[l]![r]!;
      if (Math.abs(c - mirrored) > 1e-12 * (Math.abs(c) + Math.abs(mirrored))) {
        throw new RangeError(`covariance must be symmetric, got [${r}][${l}] = ${c} and [${l}][${r}] = ${mirrored}`);
      }
    }
  }
  return rows;
}

/**
 * W with WᵀW = Σ⁻¹: the eigenvectors of Σ, each divided by the root of its eigenvalue. An eigenvalue ≤ w·ε·λmax is
 * rounding error: the pseudo-inverse leaves its direction out, all others refuse Σ as singular. Ledoit–Wolf with δ = 0
 * on a singular S (windows that take only two values) has no inverse either: there the pseudo-inverse is used.
 */
function whiteningOf(sigma: number[][], covariance: Covariance, shrinkage: number | undefined): Float64Array {
  const w = sigma.length;
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(new Matrix(sigma), {
    assumeSymmetric: true,
  });
  const largest = Math.max(...values);
  const limit = w * Number.EPSILON * largest;
  const kept = values.map((_, c) => c).filter((c) => values[c]! > limit);
  if (kept.length < w && covariance !== 'pinv' && !(shrinkage !== undefined && kept.length > 0)) {
    const smallest = Math.min(...values);
    const range = `its eigenvalues go from ${smallest} to ${largest}`;
    const kind = typeof covariance === 'string' ? `covariance '${covariance}'` : 'covariance';
    throw new RangeError(`${kind} is singular or not positive definite (${range}): ${remedy(covariance)}`);
  }
  const whitening = new Float64Array(kept.length * w);
  for (const [r, c] of kept.entries()) {
    for (let l = 0; l < w; l++) whitening[r * w + l] = vectors.get(l, c) / Math.sqrt(values[c]!);
  }
  return whitening;
}

/** The end of an error message: how to get a covariance that can be inverted. */
function remedy(covariance: Covariance): string {
  if (covariance === 'empirical') return "use 'ledoit-wolf' (the default), 'pinv' or { ridge }";
  return typeof covariance === 'object' && 'ridge' in covariance
    ? 'use a larger ridge'
    : 'give a positive definite matrix';
}
