/**
 * Mahalanobis distance and the distances of ml-distance, each with its formula in the README of ml-distance.
 *
 * @module knn-anomaly/metrics
 */

// Our declarations do not mention the types of ml-distance. Its functions get their names for threads here.
import { distance } from 'ml-distance';
import { describe } from './core/checks.ts';
import type { DistanceFunction } from './core/metric.ts';
import { named } from './threads/metrics/route.ts';

export { type Covariance, mahalanobis } from './core/mahalanobis.ts';
export { euclidean } from './core/metric.ts';

/** A function of ml-distance, which calls a window by another type, under its name there. */
function ours(name: keyof typeof distance, metric: (a: never, b: never) => number): DistanceFunction {
  return named(name, metric as DistanceFunction);
}

export const additiveSymmetric: DistanceFunction = /* @__PURE__ */ ours(
  'additiveSymmetric',
  distance.additiveSymmetric,
);
export const avg: DistanceFunction = /* @__PURE__ */ ours('avg', distance.avg);
export const bhattacharyya: DistanceFunction = /* @__PURE__ */ ours('bhattacharyya', distance.bhattacharyya);
export const canberra: DistanceFunction = /* @__PURE__ */ ours('canberra', distance.canberra);
export const chebyshev: DistanceFunction = /* @__PURE__ */ ours('chebyshev', distance.chebyshev);
export const clark: DistanceFunction = /* @__PURE__ */ ours('clark', distance.clark);
export const czekanowski: DistanceFunction = /* @__PURE__ */ ours('czekanowski', distance.czekanowski);
export const dice: DistanceFunction = /* @__PURE__ */ ours('dice', distance.dice);
export const divergence: DistanceFunction = /* @__PURE__ */ ours('divergence', distance.divergence);
export const fidelity: DistanceFunction = /* @__PURE__ */ ours('fidelity', distance.fidelity);
export const gower: DistanceFunction = /* @__PURE__ */ ours('gower', distance.gower);
export const harmonicMean: DistanceFunction = /* @__PURE__ */ ours('harmonicMean', distance.harmonicMean);
export const hellinger: DistanceFunction = /* @__PURE__ */ ours('hellinger', distance.hellinger);
export const innerProduct: DistanceFunction = /* @__PURE__ */ ours('innerProduct', distance.innerProduct);
export const intersection: DistanceFunction = /* @__PURE__ */ ours('intersection', distance.intersection);
export const jaccard: DistanceFunction = /* @__PURE__ */ ours('jaccard', distance.jaccard);
export const jeffreys: DistanceFunction = /* @__PURE__ */ ours('jeffreys', distance.jeffreys);
export const jensenDifference: DistanceFunction = /* @__PURE__ */ ours('jensenDifference', distance.jensenDifference);
export const jensenShannon: DistanceFunction = /* @__PURE__ */ ours('jensenShannon', distance.jensenShannon);
export const kdivergence: DistanceFunction = /* @__PURE__ */ ours('kdivergence', distance.kdivergence);
export const kulczynski: DistanceFunction = /* @__PURE__ */ ours('kulczynski', distance.kulczynski);
export const kullbackLeibler: DistanceFunction = /* @__PURE__ */ ours('kullbackLeibler', distance.kullbackLeibler);
export const kumarJohnson: DistanceFunction = /* @__PURE__ */ ours('kumarJohnson', distance.kumarJohnson);
export const lorentzian: DistanceFunction = /* @__PURE__ */ ours('lorentzian', distance.lorentzian);
export const manhattan: DistanceFunction = /* @__PURE__ */ ours('manhattan', distance.manhattan);
export const matusita: DistanceFunction = /* @__PURE__ */ ours('matusita', distance.matusita);
export const motyka: DistanceFunction = /* @__PURE__ */ ours('motyka', distance.motyka);
export const neyman: DistanceFunction = /* @__PURE__ */ ours('neyman', distance.neyman);
export const pearson: DistanceFunction = /* @__PURE__ */ ours('pearson', distance.pearson);
export const probabilisticSymmetric: DistanceFunction = /* @__PURE__ */ ours(
  'probabilisticSymmetric',
  distance.probabilisticSymmetric,
);
export const soergel: DistanceFunction = /* @__PURE__ */ ours('soergel', distance.soergel);
export const sorensen: DistanceFunction = /* @__PURE__ */ ours('sorensen', distance.sorensen);
export const squared: DistanceFunction = /* @__PURE__ */ ours('squared', distance.squared);
export const squaredChord: DistanceFunction = /* @__PURE__ */ ours('squaredChord', distance.squaredChord);
export const squaredEuclidean: DistanceFunction = /* @__PURE__ */ ours('squaredEuclidean', distance.squaredEuclidean);
export const taneja: DistanceFunction = /* @__PURE__ */ ours('taneja', distance.taneja);
export const tanimoto: DistanceFunction = /* @__PURE__ */ ours('tanimoto', distance.tanimoto);
export const topsoe: DistanceFunction = /* @__PURE__ */ ours('topsoe', distance.topsoe);
export const waveHedges: DistanceFunction = /* @__PURE__ */ ours('waveHedges', distance.waveHedges);

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
  return named('minkowski', (a, b) => distance.minkowski(a, b, p), p);
}
