// The aggregation of the k distances of a window to its score.

/** The aggregations that `aggregation` can name. */
export const AGGREGATIONS = ['mean', 'max', 'median'] as const;

/** See `KNNOptions.aggregation`. */
export type Aggregation = (typeof AGGREGATIONS)[number];

/** The score of `count` ascending distances from `dist[base]` on; with `root` they are squares still. 0 for none. */
export function aggregate(
  aggregation: Aggregation,
  root: boolean,
  dist: Float64Array,
  base: number,
  count: number,
): number {
  if (count === 0) return 0;
  const last = base + count - 1;
  if (aggregation === 'mean') {
    // No call per distance: a number that a function returns is an object on the heap where the call is not inlined.
    let sum = 0;
    for (let p = base; p <= last; p++) sum += root ? Math.sqrt(dist[p]!) : dist[p]!;
    return sum / count;
  }
  const at = (p: number): number => (root ? Math.sqrt(dist[p]!) : dist[p]!);
  if (aggregation === 'max') return at(last);
  const lower = base + ((count - 1) >> 1);
  const upper = base + (count >> 1);
  return lower === upper ? at(lower) : (at(lower) + at(upper)) / 2;
}
