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

export const additiveSymmetric: DistanceFunction = /* @__PURE__ */ named(
  'additiveSymmetric',
  distance.additiveSymmetric as DistanceFunction,
);
export const avg: DistanceFunction = /* @__PURE__ */ named('avg', distance.avg as DistanceFunction);
export const bhattacharyya: DistanceFunction = /* @__PURE__ */ named(
  'bhattacharyya',
  distance.bhattacharyya as DistanceFunction,
);
export const canberra: DistanceFunction = /* @__PURE__ */ named('canberra', distance.canberra as DistanceFunction);
export const chebyshev: DistanceFunction = /* @__PURE__ */ named('chebyshev', distance.chebyshev as DistanceFunction);
export const clark: DistanceFunction = /* @__PURE__ */ named('clark', distance.clark as DistanceFunction);
export const czekanowski: DistanceFunction = /* @__PURE__ */ named(
  'czekanowski',
  distance.czekanowski as DistanceFunction,
);
export const dice: DistanceFunction = /* @__PURE__ */ named('dice', distance.dice as DistanceFunction);
export const divergence: DistanceFunction = /* @__PURE__ */ named(
  'divergence',
  distance.divergence as DistanceFunction,
);
export const fidelity: DistanceFunction = /* @__PURE__ */ named('fidelity', distance.fidelity as DistanceFunction);
export const gower: DistanceFunction = /* @__PURE__ */ named('gower', distance.gower as DistanceFunction);
export const harmonicMean: DistanceFunction = /* @__PURE__ */ named(
  'harmonicMean',
  distance.harmonicMean as DistanceFunction,
);
export const hellinger: DistanceFunction = /* @__PURE__ */ named('hellinger', distance.hellinger as DistanceFunction);
export const innerProduct: DistanceFunction = /* @__PURE__ */ named(
  'innerProduct',
  distance.innerProduct as DistanceFunction,
);
export const intersection: DistanceFunction = /* @__PURE__ */ named(
  'intersection',
  distance.intersection as DistanceFunction,
);
export const jaccard: DistanceFunction = /* @__PURE__ */ named('jaccard', distance.jaccard as DistanceFunction);
export const jeffreys: DistanceFunction = /* @__PURE__ */ named('jeffreys', distance.jeffreys as DistanceFunction);
export const jensenDifference: DistanceFunction = /* @__PURE__ */ named(
  'jensenDifference',
  distance.jensenDifference as DistanceFunction,
);
export const jensenShannon: DistanceFunction = /* @__PURE__ */ named(
  'jensenShannon',
  distance.jensenShannon as DistanceFunction,
);
export const kdivergence: DistanceFunction = /* @__PURE__ */ named(
  'kdivergence',
  distance.kdivergence as DistanceFunction,
);
export const kulczynski: DistanceFunction = /* @__PURE__ */ named(
  'kulczynski',
  distance.kulczynski as DistanceFunction,
);
export const kullbackLeibler: DistanceFunction = /* @__PURE__ */ named(
  'kullbackLeibler',
  distance.kullbackLeibler as DistanceFunction,
);
export const kumarJohnson: DistanceFunction = /* @__PURE__ */ named(
  'kumarJohnson',
  distance.kumarJohnson as DistanceFunction,
);
export const lorentzian: DistanceFunction = /* @__PURE__ */ named(
  'lorentzian',
  distance.lorentzian as DistanceFunction,
);
export const manhattan: DistanceFunction = /* @__PURE__ */ named('manhattan', distance.manhattan as DistanceFunction);
export const matusita: DistanceFunction = /* @__PURE__ */ named('matusita', distance.matusita as DistanceFunction);
export const motyka: DistanceFunction = /* @__PURE__ */ named('motyka', distance.motyka as DistanceFunction);
export const neyman: DistanceFunction = /* @__PURE__ */ named('neyman', distance.neyman as DistanceFunction);
export const pearson: DistanceFunction = /* @__PURE__ */ named('pearson', distance.pearson as DistanceFunction);
export const probabilisticSymmetric: DistanceFunction = /* @__PURE__ */ named(
  'probabilisticSymmetric',
  distance.probabilisticSymmetric as DistanceFunction,
);
export const soergel: DistanceFunction = /* @__PURE__ */ named('soergel', distance.soergel as DistanceFunction);
export const sorensen: DistanceFunction = /* @__PURE__ */ named('sorensen', distance.sorensen as DistanceFunction);
export const squared: DistanceFunction = /* @__PURE__ */ named('squared', distance.squared as DistanceFunction);
export const squaredChord: DistanceFunction = /* @__PURE__ */ named(
  'squaredChord',
  distance.squaredChord as DistanceFunction,
);
export const squaredEuclidean: DistanceFunction = /* @__PURE__ */ named(
  'squaredEuclidean',
  distance.squaredEuclidean as unknown as DistanceFunction,
);
export const taneja: DistanceFunction = /* @__PURE__ */ named('taneja', distance.taneja as DistanceFunction);
export const tanimoto: DistanceFunction = /* @__PURE__ */ named('tanimoto', distance.tanimoto as DistanceFunction);
export const topsoe: DistanceFunction = /* @__PURE__ */ named('topsoe', distance.topsoe as DistanceFunction);
export const waveHedges: DistanceFunction = /* @__PURE__ */ named(
  'waveHedges',
  distance.waveHedges as DistanceFunction,
);

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
