// Functions as metrics that workers know by name: a function cannot be sent, its name can.
import type { DistanceFunction } from '../../core/metric.ts';
import type { NamedMetric } from '../job.ts';
import type { Thread } from '../worker-pool.ts';

/** How a function reaches workers. */
export interface Route {
  readonly metric: NamedMetric;
  /** A new worker that knows the name; `undefined` where workers are missing or not allowed. */
  readonly acquire: () => Thread | undefined;
}

/** The functions with a name, as far as they were loaded. */
export const routes: WeakMap<DistanceFunction, Route> = new WeakMap();
