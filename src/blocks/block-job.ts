// What a block is a part of: the job, and which windows are whose.
import type { DistanceFunction } from '../core/metric.ts';
import type { JobSettings } from '../threads/job.ts';

/** The settings of a job whose metric is no function. */
export interface BlockJob extends Omit<JobSettings, 'metric'> {
  readonly metric: Exclude<JobSettings['metric'], DistanceFunction>;
}

/** The first window of block `index` of `count`, ⌊index·numWindows/count⌋; the product may be above 2⁵³. */
export function boundOf(index: number, count: number, numWindows: number): number {
  return Number((BigInt(index) * BigInt(numWindows)) / BigInt(count));
}
