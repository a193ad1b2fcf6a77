/**
 * Exact k-nearest-neighbor anomaly detection on time series.
 *
 * @module knn-anomaly
 */

import './knn/top-loaded.ts';

export { Novelty, type NoveltyOptions, type PastValue } from './calibrate/rules/novelty.ts';
export { ChangeFinder } from './changefinder/changefinder.ts';
export { SDAR } from './changefinder/sdar.ts';
export type { SDARState } from './changefinder/sdar-state.ts';
export type { Aggregation } from './core/aggregate.ts';
export {
  type DistanceFunction,
  euclidean,
  type FittedMahalanobis,
  type MahalanobisMetric,
  type Metric,
} from './core/metric.ts';
export type { NumericTypedArray, Series, Value } from './core/series.ts';
export type { StreamingDetector } from './core/streaming-detector.ts';
export type { Normalization } from './core/windows.ts';
export type { Alignment } from './knn/align.ts';
export type { Explanation } from './knn/explain.ts';
export type { FittedKNN } from './knn/fitted-knn.ts';
export { KNN, type KNNOptions } from './knn/knn.ts';
export { type LocatedAnomaly, type Location, locate } from './knn/locate.ts';
export type { Neighbors, Refinement, Refinements, ScoresLike } from './knn/scorer.ts';
export { suggestWindow, type WindowSuggestion } from './knn/suggest-window.ts';
export { type Anomaly, topAnomalies } from './knn/top-anomalies.ts';
export type { TopOptions, TopRefinement, TopRefinements } from './knn/top-types.ts';
export type { EngineName } from './search/plan.ts';
export { Fleet, type FleetOptions, type FleetStats } from './stream/fleet.ts';
export {
  type ReadableStreamLike,
  type ScoresOf,
  type ScoreTransform,
  scoreStream,
  scoreTransform,
  type WritableStreamLike,
} from './stream/score-stream.ts';
export type { StreamingKNNOptions } from './stream/settings.ts';
export { StreamingKNN } from './stream/streaming-knn.ts';
export type { AbortSignalLike } from './threads/abort.ts';
export type { ThreadOptions } from './threads/options.ts';
export type { Progress } from './threads/progress.ts';
export type { WorkerLike } from './threads/worker-pool.ts';
export { type DuplicateRule, type RegularizeOptions, type RegularSeries, regularize } from './time/regularize.ts';
