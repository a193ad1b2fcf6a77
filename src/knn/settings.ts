// The settings of a batch detector, checked.
import type { Metric } from '../core/metric.ts';
import type { JobSettings } from '../threads/job.ts';
import type { Alignment } from './align.ts';

/** The settings of a detector. */
export interface Settings extends Omit<JobSettings, 'metric'> {
  readonly metric: Metric;
  readonly missing: 'omit' | 'throw';
  readonly align: Alignment;
}
