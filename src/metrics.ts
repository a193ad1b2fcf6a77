/**
 * Mahalanobis distance and the distances of ml-distance, each with its formula in the README of ml-distance.
 *
 * @module knn-anomaly/metrics
 */

// The only file that needs ml-distance, whose types our declarations do not mention.
import { distance } from 'ml-distance';
import { describe } from './core/checks.ts';
import type { DistanceFunction } from './core/metric.ts';

export { type Covariance, mahalanobis } from './core/mahalanobis.ts';
export { euclidean } from './core/metric.ts';

export const additiveSymmetric: DistanceFunction = distance.additiveSymmetric as DistanceFunction;
export const avg: DistanceFunction = distance.avg as DistanceFunction;
export const bhattacharyya: DistanceFunction = distance.bhattacharyya as DistanceFunction;
export const canberra: DistanceFunction = distance.canberra as DistanceFunction;
export const chebyshev: DistanceFunction = distance.chebyshev as DistanceFunction;
export const clark: DistanceFunction = distance.clark as DistanceFunction;
export const czekanowski: DistanceFunction = distance.czekanowski as DistanceFunction;
export const dice: DistanceFunction = distance.dice as DistanceFunction;
export const divergence: DistanceFunction = distance.divergence as DistanceFunction;
export const fidelity: DistanceFunction = distance.fidelity as DistanceFunction;
export const gower: DistanceFunction = distance.gower as DistanceFunction;
export const harmonicMean: DistanceFunction = distance.harmonicMean as DistanceFunction;
export const hellinger: DistanceFunction = distance.hellinger as DistanceFunction;
export const innerProduct: DistanceFunction = distance.innerProduct as DistanceFunction;
export const intersection: DistanceFunction = distance.intersection as DistanceFunction;
export const jaccard: DistanceFunction = distance.jaccard as DistanceFunction;
export const jeffreys: DistanceFunction = distance.jeffreys as DistanceFunction;
export const jensenDifference: DistanceFunction = distance.jensenDifference as DistanceFunction;
export const jensenShannon: DistanceFunction = distance.jensenShannon as DistanceFunction;
export const kdivergence: DistanceFunction = distance.kdivergence as DistanceFunction;
export const kulczynski: DistanceFunction = distance.kulczynski as DistanceFunction;
export const kullbackLeibler: DistanceFunction = distance.kullbackLeibler as DistanceFunction;
export const kumarJohnson: DistanceFunction = distance.kumarJohnson as DistanceFunction;
export const lorentzian: DistanceFunction = distance.lorentzian as DistanceFunction;
export const manhattan: DistanceFunction = distance.manhattan as DistanceFunction;
export const matusita: DistanceFunction = distance.matusita as DistanceFunction;
export const motyka: DistanceFunction = distance.motyka as DistanceFunction;
export const neyman: DistanceFunction = distance.neyman as DistanceFunction;
export const pearson: DistanceFunction = distance.pearson as DistanceFunction;
export const probabilisticSymmetric: DistanceFunction = distance.probabilisticSymmetric as DistanceFunction;
export const soergel: DistanceFunction = distance.soergel as DistanceFunction;
export const sorensen: DistanceFunction = distance.sorensen as DistanceFunction;
export const squared: DistanceFunction = distance.squared as DistanceFunction;
export const squaredChord: DistanceFunction = distance.squaredChord as DistanceFunction;
export const squaredEuclidean: DistanceFunction = distance.squaredEuclidean as unknown as DistanceFunction;
export const taneja: DistanceFunction = distance.taneja as DistanceFunction;
export const tanimoto: DistanceFunction = distance.tanimoto as DistanceFunction;
export const topsoe: DistanceFunction = distance.topsoe as DistanceFunction;
export const waveHedges: DistanceFunction = distance.waveHedges as DistanceFunction;

/**
 * The Minkowski distance (Σ |aₗ − bₗ|ᵖ)^(1/p) as a metric: 1 is Manhattan, 2 Euclidean (use `euclidean`: it is fast).
 *
 * @param p exponent, at least 1
 * @throws RangeError when p is below 1 or not finite
 *
 * @example
 * minkowski(1)(Float64Array.of(0, 0), Float64Array.of(3, 4)); // => 7
 */
export function minkowski(p: number): DistanceFunction {
  if (typeof p !== 'number') throw new TypeError(`p must be a number of at least 1, got ${describe(p)}`);
  if (!(p >= 1 && p < Infinity)) throw new RangeError(`p must be a number of at least 1, got ${p}`);
  return (a, b) => distance.minkowski(a, b, p);
}
