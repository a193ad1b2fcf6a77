/**
 * Exact k-nearest-neighbor anomaly detection on time series.
 *
 * @module knn-anomaly
 */
export type { Aggregation } from './aggregate.ts';
export { ChangeFinder } from './changefinder.ts';
export type { NumericTypedArray, Series, StreamingDetector, Value } from './detector.ts';
export type { Normalization } from './embed.ts';
export type { Explanation } from './explain.ts';
export { type FittedKNN, KNN, type KNNOptions, type Refinements } from './knn.ts';
export { type Location, locate } from './locate.ts';
export {
  type DistanceFunction,
  euclidean,
  type FittedMahalanobis,
  type MahalanobisMetric,
  type Metric,
} from './metric.ts';
export { Novelty, type NoveltyOptions, type PastValue } from './novelty.ts';
export type { AbortSignalLike, Progress, ThreadOptions } from './parallel.ts';
export type { Neighbors, Refinement } from './scorer.ts';
export { SDAR, type SDARState } from './sdar.ts';
export type { EngineName } from './search/plan.ts';
export { StreamingKNN, type StreamingKNNOptions } from './streaming-knn.ts';
export { suggestWindow, type WindowSuggestion } from './suggest-window.ts';
export type { WorkerLike } from './threads.ts';
export { type Anomaly, topAnomalies } from './top-anomalies.ts';
