// The module of a worker that knows the metrics of ml-distance, and else does what ../worker.ts does. It has no exports:
// importing it in a worker starts it.
import { distance } from 'ml-distance';
import type { DistanceFunction } from '../../core/metric.ts';
import { serve } from '../serve.ts';

serve(({ name, p }) => {
  const metric = Object.entries(distance).find(([key]) => key === name)?.[1] as
    | ((...windows: [...Parameters<DistanceFunction>, p?: number]) => number)
    | undefined;
  return metric === undefined || p === undefined ? metric : (a, b) => metric(a, b, p);
});
