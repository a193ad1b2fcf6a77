// The settings of a job as a text: two blocks are of the same job only if theirs are the same.
import type { Aggregation } from '../core/aggregate.ts';
import type { Normalization } from '../core/windows.ts';
import type { Alignment } from '../knn/align.ts';

/** Everything that the scores depend on, apart from the series. */
export interface BlockSettings {
  readonly windowSize: number;
  readonly k: number;
  /** '' for Euclidean distance, else the hash of the fitted metric. */
  readonly metric: string;
  readonly normalize: Normalization;
  readonly aggregation: Aggregation;
  readonly exclusionZone: number;
  readonly side: 'both' | 'left';
  readonly align: Alignment;
}

export function settingsText(settings: BlockSettings): string {
  const { windowSize, k, metric, normalize, aggregation, exclusionZone, side, align } = settings;
  return JSON.stringify({ windowSize, k, metric, normalize, aggregation, exclusionZone, side, align });
}

/** @param text what {@link settingsText} wrote */
export function settingsIn(text: string): BlockSettings {
  return JSON.parse(text) as BlockSettings;
}

/** The first setting in which two jobs differ, in words. */
export function differenceOf(a: string, b: string): string {
  const [first, second] = [a, b].map((text) => JSON.parse(text) as Record<string, unknown>);
  const name = Object.keys(first!).find((key) => first![key] !== second![key])!;
  if (name === 'metric') return 'another metric, or another covariance';
  return `${name} ${String(second![name])} where the others have ${String(first![name])}`;
}
