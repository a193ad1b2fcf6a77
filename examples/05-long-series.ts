// %% [markdown]
// # A million values
//
// Two years of a metric, one value a minute: a daily wave, a weekly one, and noise. Three places are wrong, and none of them has a
// value that is out of range.

// %%
import { KNN, type Progress, topAnomalies } from 'knn-anomaly';
import { plotSVG } from 'knn-anomaly/plot';
import { normal, wave } from './series.ts';

const DAY = 1440;
const noise = normal(5);
const series = Float64Array.from({ length: 1_000_000 }, (_, t) => {
  return 50 + 20 * wave(t / DAY) + 5 * wave(t / (7 * DAY)) + noise();
});
const faults = [
  { at: 204_120, length: 1, label: 'spike at night', values: [48] },
  { at: 515_520, length: 8, label: 'zigzag', values: [8, -8, 8, -8, 8, -8, 8, -8].map((x) => 50 + x) },
  { at: 849_960, length: 5, label: 'gap by day', values: [55, 30, 30, 31, 54] },
];
for (const { at, values } of faults) series.set(values, at);

// %% [markdown]
// `scoreAsync` uses all processors, leaves the thread to others meanwhile, and says how far it is. The exclusion zone keeps windows
// from being the neighbors of those they overlap: the score then is the *profile*, the distance to the nearest other occurrence,
// and its peaks are the *discords*.

// %%
const knn = new KNN(8, 1, { exclusionZone: 8 });
let progress: Progress | undefined; // a bar would be drawn from it, ten times a second
const profile = await knn.scoreAsync(series, { onProgress: (state) => (progress = state) });
console.log(`${progress?.done} of ${progress?.total} windows`);

// %%
const discords = topAnomalies(profile, 5, { separation: 60 });
discords.map(({ index, score }) => {
  const fault = faults.find(({ at, length }) => index >= at && index < at + length + 7);
  return { index, score: Number(score.toFixed(2)), fault: fault?.label ?? 'none' };
});

// %% [markdown]
// All three faults come first, by far; what follows is noise. A figure of a million values has what can be seen of them: the
// least and the largest value of every column of pixels as an area, and the line of the medians. It takes a second and some 50 KB.

// %%
const labels = faults.map(({ at, length, label }) => ({ begin: at, end: at + length - 1, label }));
const alarms = discords.slice(0, 3).map(({ index }) => index);
plotSVG({
  title: 'A million values, three discords',
  series,
  name: 'two years, by minute',
  scores: [{ label: 'distance to the nearest other window', values: profile, alarms, windowSize: 8 }],
  labels,
});

// %% [markdown]
// Two hours around the strangest one, and what `explain` says is in its place elsewhere.

// %%
const { index, start, window, expected } = knn.explain(series, discords[0]!.index);
console.log('there    ', window.map((x) => x.toFixed(0)).join(' '));
console.log('elsewhere', expected.map((x) => x.toFixed(0)).join(' '));
const from = start - 60;
const until = index + 60;
plotSVG({
  title: 'The strangest place, seen closely',
  series: series.subarray(from, until),
  time: Float64Array.from({ length: until - from }, (_, i) => from + i),
  name: 'value',
  scores: [{ label: 'distance to the nearest other window', values: profile.subarray(from, until) }],
});
