/**
 * Exact k-nearest-neighbor anomaly detection on time series.
 *
 * @module knn-anomaly
 */
export type { Aggregation } from './aggregate.ts';
export type { NumericTypedArray, Series, StreamingDetector, Value } from './detector.ts';
export type { Normalization } from './embed.ts';
export type { Explanation } from './explain.ts';
export { Fleet, type FleetOptions, type FleetStats } from './fleet.ts';
export { type FittedKNN, KNN, type KNNOptions, type Refinements } from './knn.ts';
export {
  type DistanceFunction,
  euclidean,
  type FittedMahalanobis,
  type MahalanobisMetric,
  type Metric,
} from './metric.ts';
export type { AbortSignalLike, Progress, ThreadOptions } from './parallel.ts';
export type { Neighbors, Refinement } from './scorer.ts';
export type { EngineName } from './search/plan.ts';
export {
  type ReadableStreamLike,
  type ScoresOf,
  type ScoreTransform,
  scoreStream,
  scoreTransform,
  type WritableStreamLike,
} from './stream.ts';
export { StreamingKNN, StreamingKNN, type StreamingKNNOptions } from './streaming-knn.ts';
export type { StreamingKNNOptions } from './streaming-settings.ts';
export type { WorkerLike } from './threads.ts';
export { type Anomaly, topAnomalies } from './top-anomalies.ts';
