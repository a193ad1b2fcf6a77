/**
 * How good are scores or alarms, given the labels?
 *
 * @module knn-anomaly/evaluate
 */

// The subpath knn-anomaly/evaluate: how good are scores or alarms, given the labels? Re-exports only.
export type { LabeledRange } from './core/labeled-range.ts';
export { affiliation } from './evaluate/affiliation.ts';
export { type EventF1, eventF1, pointAdjustedF1 } from './evaluate/events.ts';
export type { AnomalyLabels, PrecisionRecall, Scores } from './evaluate/labels.ts';
export {
  type NABProfile,
  type NABResult,
  type NABSeries,
  nabProfiles,
  nabScore,
  type ScoredSeries,
} from './evaluate/nab.ts';
export { type PositionalBias, type RangeOptions, rangeF1 } from './evaluate/range.ts';
export { prAuc, rocAuc } from './evaluate/ranking.ts';
export { type SingleAnomaly, type UCRResult, ucrAccuracy } from './evaluate/ucr.ts';
export { type VUSOptions, vusPr, vusRoc } from './evaluate/vus.ts';
