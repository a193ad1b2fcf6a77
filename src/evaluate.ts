// The subpath knn-anomaly/evaluate: how good are scores, alarms or predicted places, given the labels? Re-exports only.
export type { AnomalyLabels, LabeledRange, Scores } from './evaluate/labels.ts';
export {
  type NABProfile,
  type NABResult,
  type NABSeries,
  nabProfiles,
  nabScore,
  type ScoredSeries,
} from './evaluate/nab.ts';
