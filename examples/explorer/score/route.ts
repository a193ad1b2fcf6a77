// In the place of src/threads/metrics/route.ts: the page scores by functions of ml-distance in the worker of a panel alone. More
// threads for them would need a worker of their own kind, which weighs an eighth of the page.
import type { DistanceFunction } from '../../../src/core/metric.ts';

/** The metric itself. */
export function named(_name: string, metric: DistanceFunction): DistanceFunction {
  return metric;
}
