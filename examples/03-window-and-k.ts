// %% [markdown]
// # Which window, how many neighbors, which distance?
//
// One series, one choice at a time. It is a heart-like rhythm of 50 values a beat on a slowly wandering base line, with
// three disturbances: a **spike** (one value), a beat that is **flat**, and a beat that comes **twice as fast**.

// %%
import { euclidean, KNN, type KNNOptions } from 'knn-anomaly';
import { mahalanobis, manhattan } from 'knn-anomaly/metrics';
import { plotSVG } from 'knn-anomaly/plot';
import { normal, wave } from './series.ts';

const noise = normal(3);
const beat = (phase: number) => Math.max(0, wave(phase)) ** 2 + 0.35 * Math.max(0, wave(phase + 0.35));
const series = Array.from({ length: 1500 }, (_, t) => {
  const isFlat = t >= 700 && t < 750;
  const isFast = t >= 1100 && t < 1150;
  const shape = isFlat ? 0.3 : beat((isFast ? 2 * t : t) / 50);
  return shape + 0.2 * wave(t / 900) + 0.03 * noise() + (t === 325 ? 1.2 : 0);
});
const labels = [
  { begin: 325, end: 325, label: 'spike' },
  { begin: 700, end: 749, label: 'flat' },
  { begin: 1100, end: 1149, label: 'twice as fast' },
];

interface Choice {
  readonly label: string;
  readonly windowSize: number;
  readonly k: number;
  readonly options?: KNNOptions;
}

function multiples(title: string, choices: readonly Choice[]): string {
  const scores = choices.map(({ label, windowSize, k, options }) => {
    return { label, values: new KNN(windowSize, k, options).score(series), windowSize };
  });
  return plotSVG({ title, series, name: 'beats', scores, labels });
}

// %% [markdown]
// ## The window
//
// With one value only new *values* are strange: the spike, and a valley that goes deeper than the others. With five the steep
// slopes of the fast beat begin to show. What is flat has a value and a slope that every beat has somewhere: it takes a whole
// beat to see that something is missing. The longer the window, the longer a disturbance stays in it.

// %%
multiples(
  'Short windows see values, long ones see shapes',
  [1, 5, 25, 50].map((windowSize) => ({ label: `window ${windowSize}`, windowSize, k: 5 })),
);

// %% [markdown]
// ## The number of neighbors
//
// k = 1 asks whether anything like it was ever there. A larger k asks whether it was there k times: scores get smoother, their
// floor rises, and faults that occur several times stay strange.

// %%
multiples(
  'More neighbors: a higher floor, and what occurs twice stays strange',
  [1, 5, 30].map((k) => ({ label: `${k} ${k === 1 ? 'neighbor' : 'neighbors'}`, windowSize: 25, k })),
);

// %% [markdown]
// ## The metric
//
// Manhattan distance sums differences as they are, so many small ones weigh more and one large one less than in Euclidean
// distance. Mahalanobis distance divides by how much windows vary in each direction: what is common for this series, such
// as a shifted beat, counts little, and what never happens, such as a jump between two values, counts much. It is the
// one that puts the spike far ahead even in a long window.

// %%
multiples('Mahalanobis sees what the series never does', [
  { label: 'Euclidean', windowSize: 25, k: 5, options: { metric: euclidean } },
  { label: 'Manhattan', windowSize: 25, k: 5, options: { metric: manhattan } },
  { label: 'Mahalanobis', windowSize: 25, k: 5, options: { metric: mahalanobis() } },
]);

// %% [markdown]
// ## Normalization
//
// `'mean'` takes each window's mean away: the wandering base line is no matter any more. `'zscore'` divides by the deviation, too:
// only shape is left. What is flat has no shape but noise, which becomes as large as a beat. Here that shows the flat beat,
// which the others overlook; where quiet stretches are normal it would be a false alarm.

// %%
multiples('Without its mean a window is its shape and size, as z-scores its shape alone', [
  { label: 'as they are', windowSize: 25, k: 5 },
  { label: "normalize: 'mean'", windowSize: 25, k: 5, options: { normalize: 'mean' } },
  { label: "normalize: 'zscore'", windowSize: 25, k: 5, options: { normalize: 'zscore' } },
]);

// %% [markdown]
// ## The exclusion zone
//
// On a smooth series the windows one step before and after are nearly the same, and in a flat stretch they are neighbors enough:
// the fault hides itself. An exclusion zone of half a window or more leaves only neighbors that really are a second time.

// %%
multiples('An exclusion zone keeps a fault from being its own neighbor', [
  { label: 'exclusionZone 0', windowSize: 25, k: 1 },
  { label: 'exclusionZone 12, half a window', windowSize: 25, k: 1, options: { exclusionZone: 12 } },
  { label: 'exclusionZone 50, a beat', windowSize: 25, k: 1, options: { exclusionZone: 50 } },
]);
