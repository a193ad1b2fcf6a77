// Functions as metrics that workers know by name: a function cannot be sent, its name can.
import type { DistanceFunction } from '../../core/metric.ts';
import type { Thread } from '../worker-pool.ts';

/** What a worker is sent instead of a function. */
export interface NamedMetric {
  readonly kind: 'named';
  /** Its name in ml-distance. */
  readonly name: string;
  /** The exponent of `minkowski`. */
  readonly p: number | undefined;
}

/** How a function reaches workers. */
export interface Route {
  readonly metric: NamedMetric;
  /** A new worker that knows the name; `undefined` where workers are missing or not allowed. */
  readonly acquire: () => Thread | undefined;
}

/** The functions with a name, as far as they were loaded. */
export const routes: WeakMap<DistanceFunction, Route> = new WeakMap();
