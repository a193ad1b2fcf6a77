// The metrics: Euclidean distance, a fitted whitening (Mahalanobis), or any function of two windows.
import { describe } from './checks.ts';
import type { Steps } from './steps.ts';
import { mapWindows, type Normalization, vectorInto, type WindowSet } from './windows.ts';

/**
 * The distance of two windows of equal length, ≥ 0. The arrays are reused between calls: do not keep them.
 * The first argument is the window that is scored. Any distance of ml-distance fits.
 */
export type DistanceFunction = (a: Float64Array, b: Float64Array) => number;

/** What `metric` accepts: a distance function, or a Mahalanobis metric, fitted or not. */
export type Metric = DistanceFunction | MahalanobisMetric | FittedMahalanobis;

/**
 * A Mahalanobis metric that takes its covariance from the series (or the reference) it is used on. Made by
 * `mahalanobis(…)`.
 */
export interface MahalanobisMetric {
  readonly kind: 'mahalanobis';
  /** True if the covariance cannot be inverted on normalized windows (`'empirical'`). */
  readonly needsFullRank: boolean;
  /** Fits the metric to these windows, in small steps. */
  fitWindows(windows: WindowSet): Steps<FittedMahalanobis>;
}

/** True for a Mahalanobis metric without a covariance of its own. */
export function isUnfitted(metric: Metric): metric is MahalanobisMetric {
  return typeof metric === 'object' && metric.kind === 'mahalanobis';
}

/** True for a function that the engines can only call; they know Euclidean distance, whitened or not. */
export function isFunctionMetric(metric: Metric): metric is DistanceFunction {
  return typeof metric === 'function' && metric !== euclidean;
}

/**
 * Euclidean distance √(Σ (aₗ − bₗ)²), summed left to right: the default metric. As a `metric` it selects the fast
 * engines. O(w).
 *
 * @example
 * euclidean([0, 0], [3, 4]); // => 5
 */
export function euclidean(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let l = 0; l < a.length; l++) {
    const difference = a[l]! - b[l]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/**
 * A Mahalanobis metric with its covariance Σ frozen. It maps a window x to y = W(x − mean), where WᵀW = Σ⁻¹ (or its
 * pseudo-inverse), so that the Euclidean distance of two y is √((x₁ − x₂)ᵀ Σ⁻¹ (x₁ − x₂)).
 * Made by `mahalanobis.fit(…)`; usable as `metric` with the same window size and normalization.
 */
export class FittedMahalanobis {
  readonly kind: 'fitted-mahalanobis' = 'fitted-mahalanobis';
  readonly windowSize!: number;
  readonly normalize!: Normalization;
  /** The mean window, `windowSize` values. */
  readonly mean!: number[];
  /** The covariance in use (shrunk, ridged or as given), windowSize × windowSize. */
  readonly covariance!: number[][];
  /** Share of the scaled identity that Ledoit–Wolf mixed in, 0 to 1; `undefined` for the other choices. */
  readonly shrinkage!: number | undefined;
  /** W, row-major, rank × windowSize. */
  readonly whitening!: Float64Array;

  constructor(fields: {
    windowSize: number;
    normalize: Normalization;
    mean: number[];
    covariance: number[][];
    shrinkage: number | undefined;
    whitening: Float64Array;
  }) {
    Object.assign(this, fields);
  }

  /** The whitened vectors of `windows`, each coordinate summed left to right. O(N·rank·w). */
  whiten(windows: WindowSet): WindowSet {
    const vector = new Float64Array(this.windowSize);
    return mapWindows(windows, this.rank, (i, out, to) => {
      vectorInto(windows, i, vector, 0);
      this.whitenInto(vector, out, to);
    });
  }

  /** Writes the whitened vector to `out[to]…` and leaves `vector` centered. O(rank·w). */
  whitenInto(vector: Float64Array, out: Float64Array, to: number): void {
    const { windowSize: w, rank, mean, whitening } = this;
    for (let l = 0; l < w; l++) vector[l] = vector[l]! - mean[l]!;
    for (let r = 0; r < rank; r++) {
      let sum = 0;
      for (let l = 0; l < w; l++) sum += whitening[r * w + l]! * vector[l]!;
      out[to + r] = sum;
    }
  }

  /** The number of whitened coordinates. */
  get rank(): number {
    return this.whitening.length / this.windowSize;
  }
}

/** The `distance` that a function metric returned for the windows i and j. @throws RangeError unless it is a number ≥ 0 */
export function checkDistance(distance: number, i: number, j: number): number {
  if (typeof distance === 'number' && distance >= 0) return distance;
  const windows = `the windows starting at ${i} and ${j}`;
  throw new RangeError(`metric must return a number ≥ 0, got ${String(distance)} for ${windows}`);
}

/** Throws for normalized windows: normalization removes a dimension, so their covariance has no inverse. */
export function checkRank(normalize: Normalization): void {
  if (normalize === 'none') return;
  const cure = "use covariance 'ledoit-wolf', 'pinv' or { ridge }";
  throw new RangeError(`covariance 'empirical' is singular for windows normalized by '${normalize}': ${cure}`);
}

/** Throws unless `metric` fits windows of this size and normalization. */
export function checkMetric(metric: Metric, windowSize: number, normalize: Normalization): void {
  if (typeof metric === 'function') return;
  if (metric instanceof FittedMahalanobis) {
    const fitted = `metric was fitted for windowSize ${metric.windowSize} and normalize '${metric.normalize}'`;
    if (metric.windowSize === windowSize && metric.normalize === normalize) return;
    throw new RangeError(`${fitted}, got windowSize ${windowSize} and normalize '${normalize}'`);
  }
  if ((metric as MahalanobisMetric | null)?.kind !== 'mahalanobis') {
    throw new TypeError(`metric must be a function or a Mahalanobis metric, got ${describe(metric)}`);
  }
  if (metric.needsFullRank) checkRank(normalize);
}
