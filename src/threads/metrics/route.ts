// Makes the functions of ml-distance known to threads. Only the entry of the metrics loads this file, so that bundlers make
// a worker with ml-distance for those who use it.
import type { DistanceFunction } from '../../core/metric.ts';
import { startThread, type Thread, type WorkerLike } from '../worker-pool.ts';
import { routes } from './named.ts';

/** The metric itself, which workers know from now on as `name` of ml-distance. */
export function named(name: string, metric: DistanceFunction, p?: number): DistanceFunction {
  routes.set(metric, { metric: { kind: 'named', name, p }, acquire });
  return metric;
}

/** These workers are not kept for another job: functions are slow, so that starting a worker counts for little. */
function acquire(): Thread | undefined {
  // Bundlers know this expression, and only if it is written exactly so.
  const start = (): WorkerLike => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return startThread(start, import.meta.dirname);
}
