// %% [markdown]
// # KNN beside ChangeFinder
//
// Two detectors with opposite ideas. **ChangeFinder** (Takeuchi and Yamanishi, 2006) fits an autoregressive model that forgets,
// takes the loss of each prediction, averages a few of them, and fits a second model to these averages: it asks *has the
// process changed?* **KNN** keeps everything and asks *was there ever a window like this one?*
//
// Each figure has the series on top, `ChangeFinder(5, 0.01, 10, 0.01, 5)` above `KNN(5, 5)`, and the true changes marked. The
// thresholds come from one rule for both: the largest score on a calm series, made in the same way without any change. The
// first 100 scores are left out (a gray bar): they are ChangeFinder's start.

// %%
import { ChangeFinder, KNN, StreamingKNN } from 'knn-anomaly';
import { plotSVG } from 'knn-anomaly/plot';
import { type Changing, levels, oscillation, searches, slopes, spikes, variances } from './series.ts';

const START = 100;
const withoutStart = (scores: number[]) => scores.map((score, t) => (t < START ? NaN : score));

const detectors: Record<string, (values: number[]) => number[]> = {
  'ChangeFinder(5, 0.01, 10, 0.01, 5)': (values) => withoutStart(new ChangeFinder(5, 0.01, 10, 0.01, 5).learn(values)),
  'KNN(5, 5)': (values) => withoutStart(new KNN(5, 5).score(values)),
};

const largest = (scores: number[]) => scores.reduce((most, score) => (score > most ? score : most), -Infinity);

function compare(title: string, make: (seed: number, isCalm?: boolean) => Changing, label: string): string {
  const { values, changes } = make(1);
  const scores = Object.entries(detectors).map(([name, score]) => {
    const windowSize = name.startsWith('KNN') ? 5 : 1; // ChangeFinder's scores are about single values
    const threshold = largest(score(make(1001, true).values));
    return { label: name, values: score(values), threshold, windowSize, warmup: START };
  });
  const labels = changes.map((begin) => ({ begin, end: begin + 4, label }));
  return plotSVG({ title, series: values, name: 'value', scores, labels });
}

// %% [markdown]
// ## New levels
//
// The classic picture: 0.7, 1.5, 0.6, 1.3, noise 0.05. Both see every change at once. KNN's peaks are as high as the jumps, on
// the scale of the data; ChangeFinder's are on a scale of its own. Between the changes ChangeFinder is silent. KNN at this low
// threshold also names the fringes of levels that last only 300 values; at 0.2 it would not.

// %%
compare('Four levels: both see every change at once', levels, 'new level');

// %% [markdown]
// ## A trend and one burst
//
// How often something was looked for, by day: slowly more popular, quiet on weekends, once in the news. The burst is unlike
// anything before or after, which is what KNN looks for, and is no match for what the model predicted.

// %%
compare('A slow trend and one burst: an easy one', searches, 'in the news');

// %% [markdown]
// ## Spikes
//
// Lone outliers. Nothing changes here, but ChangeFinder reports changes all the same: a mean of five losses does not hide one
// that is a thousand times as large. KNN says for five values (as long as the spike is in the window) that this was strange,
// which is what it was asked.

// %%
compare('Three spikes: outliers to both, though nothing changes', spikes, 'spike');

// %% [markdown]
// ## More noise, less noise
//
// The level stays, its noise goes from 0.1 to 0.5, back to 0.1 and to 1. Every window of a noisy part is far from every other,
// so KNN is high all along and falls when it ends. ChangeFinder misses the first increase here, sees the second and is soon used
// to it. Neither reports noise that becomes *less*: a calm window is like other calm windows, and well predicted.

// %%
compare('More noise and less: KNN stays high while it is noisy', variances, 'new noise');

// %% [markdown]
// ## Jumps of an oscillating process
//
// xₜ = 0.6 xₜ₋₁ − 0.5 xₜ₋₂ + noise, on a level that jumps by 9, 6 and 3 (the noise is 1). A
// model of the dynamics should pay here, but ChangeFinder misses the first jump, when it has seen little yet. KNN misses the
// third, for it knows what comes later: two thirds of the windows around 17 are ahead. Knowing the past only, it finds all
// three (the table below).

// %%
compare('Jumps of 9, 6 and 3 in an oscillating process: each misses one', oscillation, 'jump');

// %% [markdown]
// ## A rising line
//
// Three times it becomes twice as steep. Few values are where the line is now, so KNN, which knows levels and not slopes, raises
// alarms all the time. ChangeFinder follows the line and stays below its threshold, though it does not report the changes,
// either. `normalize: 'mean'` compares shapes instead of levels, and is nearly as quiet.

// %%
compare('A line that becomes steeper: ChangeFinder follows it, KNN cannot', slopes, 'steeper');

// %% [markdown]
// ## In figures
//
// Twenty series of each kind. *Found*: a score above the threshold within 50 values after a change. *Delay*: values until then.
// *False alarms*: runs above the threshold anywhere else, per 1,000 values. `StreamingKNN(5, 5)` knows the past only, as
// ChangeFinder does. The threshold is again that of a calm series, another one for each. Of the changes of noise those to more
// noise count.

// %%
const moreNoise: typeof variances = (seed, isCalm) => {
  const { values, changes } = variances(seed, isCalm);
  return { values, changes: changes.filter((change) => change !== 600) }; // where noise becomes less
};
const kinds = { levels, searches, spikes, 'more noise': moreNoise, oscillation, slopes };
const rivals: typeof detectors = {
  ChangeFinder: detectors['ChangeFinder(5, 0.01, 10, 0.01, 5)']!,
  StreamingKNN: (values) => withoutStart(new StreamingKNN(5, 5).learn(values)),
  '… of mean-normalized': (values) => withoutStart(new StreamingKNN(5, 5, { normalize: 'mean' }).learn(values)),
};
const NEAR = 50;

function judge(make: (typeof kinds)[keyof typeof kinds], score: (values: number[]) => number[]) {
  const delays: number[] = [];
  let [numChanges, falseAlarms, numValues] = [0, 0, 0];
  for (let seed = 1; seed <= 20; seed++) {
    const { values, changes } = make(seed);
    const threshold = largest(score(make(1000 + seed, true).values));
    const isHigh = score(values).map((x) => x > threshold);
    const isNear = isHigh.map((_, t) => changes.some((change) => t >= change && t < change + NEAR));
    for (const change of changes) {
      const delay = isHigh.slice(change, change + NEAR).indexOf(true);
      if (delay >= 0) delays.push(delay);
    }
    numChanges += changes.length;
    falseAlarms += isHigh.filter((high, t) => high && !isHigh[t - 1] && !isNear[t]).length;
    numValues += values.length - START;
  }
  return { numChanges, delays, falseAlarms: (1000 * falseAlarms) / numValues };
}

Object.entries(kinds).flatMap(([kind, make]) =>
  Object.entries(rivals).map(([detector, score]) => {
    const { numChanges, delays, falseAlarms } = judge(make, score);
    const delay = delays.reduce((sum, x) => sum + x, 0) / delays.length;
    return {
      series: kind,
      detector,
      found: `${delays.length} of ${numChanges}`,
      'mean delay': delay.toFixed(1),
      'false alarms per 1,000': falseAlarms.toFixed(1),
    };
  }),
);

// %% [markdown]
// What each is good at:
//
// | | ChangeFinder | KNN |
// |---|---|---|
// | quiet at one threshold | **wins**: it adapts, and hardly ever raises a false alarm | a new level stays strange until it was seen often; on slopes it is useless without `normalize` |
// | finds what is new | misses changes of noise and smaller jumps, the more the earlier ones were larger | **wins**: 60 of 60 jumps, 40 of 40 changes to more noise |
// | delay, where it finds | under one value on jumps | under one value on jumps |
// | score | a log-loss: no unit, no common scale | a distance in the units of the data |
// | parameters | five | two |
// | says why | no | the neighbors, the expected window, each value's share |
// | memory | O(order²), whatever the length | the past, or the last `history` windows of it |
//
// ChangeFinder costs 0.6 µs per value (orders 5 and 10), `StreamingKNN(5, 5)` with 10,000 windows of history about 0.1 ms, and
// `KNN(5, 5)` 1.3 µs per value of a series of 100,000 (AMD EPYC, one thread, Node 20, white noise). What to do about KNN's false alarms on new levels is a matter of
// calibration, not of the distance: `knn-anomaly/calibrate` turns scores into surprises with one threshold for all series.
