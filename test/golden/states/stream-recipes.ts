// Recipes of golden states: StreamingKNN with everything that it remembers in its own way, and Fleet.
import { StreamingKNN, type StreamingKNNOptions } from '../../../src/index.ts';
import { mahalanobis } from '../../../src/metrics.ts';
import { detector, fleet, type Marks, NEXT, type Recipe, type Step, series, steps } from './recipe.ts';

/** A function metric: sums of whole and quarter numbers are exact. */
function cityBlock(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, l) => sum + Math.abs(x - b[l]!), 0);
}

const PAST: Marks = { missing: [20, 41], unlearned: [30, 31, 57] };

/** StreamingKNN after 60 values of which the third last but one was not learned. */
function knn(
  name: string,
  made: string,
  windowSize: number,
  k: number,
  options: StreamingKNNOptions,
  { past = steps(1, 60, PAST), next = NEXT }: { past?: readonly Step[]; next?: readonly Step[] } = {},
): Recipe {
  const { metric } = options;
  return detector(`knn-${name}`, {
    made,
    make: () => new StreamingKNN(windowSize, k, options),
    load: (bytes) => StreamingKNN.load(bytes, typeof metric === 'function' ? { metric } : {}),
    past,
    next,
    look: (one) => [one.windowSize, one.k, one.peek(50)],
  });
}

const REFERENCE: readonly (number | null)[] = series(2, 40).map((x, t) => (t === 17 ? null : x));

export const streams: readonly Recipe[] = [
  knn('values', 'windows of one value, past their history', 1, 3, { history: 25 }),
  knn('values-excluded', 'windows of one value and an exclusion zone', 1, 2, {
    history: 20,
    exclusionZone: 4,
    aggregation: 'max',
  }),
  knn('short', 'short windows, whose distances are summed', 4, 3, { history: 30 }),
  knn('short-excluded', 'short windows and an exclusion zone', 3, 2, {
    history: 35,
    exclusionZone: 6,
    aggregation: 'median',
  }),
  knn('lags', 'long windows, whose distances are carried by lag', 12, 2, { history: 40 }),
  knn(
    'lags-throw',
    'long windows that remember everything and refuse missing values',
    10,
    5,
    {
      history: Infinity,
      exclusionZone: 7,
      aggregation: 'max',
      missing: 'throw',
    },
    { past: steps(3, 50, { unlearned: [12, 46] }) },
  ),
  knn(
    'young',
    'fewer values than a window has',
    6,
    4,
    { history: 9 },
    { past: [5, null, { x: 7.5, learn: false }, 6] },
  ),
  knn('mean', 'windows without their mean', 5, 3, { history: 33, normalize: 'mean' }),
  knn('zscore', 'z-scored windows', 6, 2, { history: 28, normalize: 'zscore', aggregation: 'median' }),
  knn('function', 'a function metric', 4, 3, { history: 31, exclusionZone: 2, metric: cityBlock }),
  knn('mahalanobis', 'a Mahalanobis metric with shrinkage', 3, 2, {
    history: 29,
    metric: mahalanobis.fit(REFERENCE, 3),
  }),
  knn('mahalanobis-mean', 'a Mahalanobis metric without full rank, of windows without their mean', 4, 2, {
    history: 27,
    exclusionZone: 3,
    normalize: 'mean',
    metric: mahalanobis.fit(REFERENCE, 4, { covariance: 'pinv', normalize: 'mean' }),
  }),
  knn('reference', 'a reference with a missing value', 3, 2, { reference: REFERENCE, aggregation: 'max' }),
  knn('reference-values', 'a reference and windows of one value', 1, 4, { reference: REFERENCE }),
  knn('reference-mahalanobis', 'a reference and a Mahalanobis metric of z-scored windows', 4, 3, {
    reference: REFERENCE,
    normalize: 'zscore',
    aggregation: 'median',
    metric: mahalanobis.fit(REFERENCE, 4, { covariance: { ridge: 0.25 }, normalize: 'zscore' }),
  }),
];

/** Values of series whose names are in `names`, in an order that looks random. */
function scrapes(seed: number, length: number, names: readonly string[]): Step[] {
  const draws = series(seed, 2 * length);
  return Array.from({ length }, (_, p) => {
    const id = names[Math.floor((draws[2 * p]! * names.length) / 100)]!;
    const x = p % 23 === 19 ? null : draws[2 * p + 1]!;
    return p % 17 === 11 ? { id, x, learn: false } : { id, x };
  });
}

const HOSTS: readonly string[] = ['cpu', 'disk', 'memory', 'réseau', '', 'gpu', 'fan'];

const MANY: readonly string[] = Array.from({ length: 70 }, (_, p) => `s${p}`);

export const fleets: readonly Recipe[] = [
  fleet('fleet-records', {
    made: '70 series, more than a record holds',
    options: { windowSize: 2, k: 1, history: 5 },
    past: [...scrapes(20, 200, MANY), ...MANY.map((id, p) => ({ id, x: p }))],
    next: scrapes(21, 80, MANY),
  }),
  fleet('fleet-idle', {
    made: 'series that leave when they are idle, or when there are too many',
    options: { windowSize: 1, k: 2, history: 7, maxSeries: 5, maxIdle: 9, aggregation: 'max' },
    past: scrapes(22, 90, HOSTS),
    next: scrapes(23, 60, HOSTS),
  }),
  fleet('fleet-lags', {
    made: 'long windows that refuse missing values',
    options: { windowSize: 10, k: 3, history: 12, exclusionZone: 2, maxIdle: 40, missing: 'throw' },
    past: scrapes(24, 120, HOSTS.slice(0, 3)),
    next: scrapes(25, 40, HOSTS.slice(0, 4)),
  }),
  fleet('fleet-function', {
    made: 'a function metric and z-scored windows',
    options: { windowSize: 3, k: 2, history: 8, normalize: 'zscore', aggregation: 'median', maxSeries: 6 },
    metric: cityBlock,
    past: scrapes(26, 80, HOSTS),
    next: scrapes(27, 40, HOSTS),
  }),
  fleet('fleet-reference', {
    made: 'a reference and a Mahalanobis metric',
    options: { windowSize: 3, k: 2, reference: REFERENCE, metric: mahalanobis.fit(REFERENCE, 3) },
    past: scrapes(28, 40, HOSTS.slice(0, 4)),
    next: scrapes(29, 30, HOSTS.slice(0, 5)),
  }),
];
