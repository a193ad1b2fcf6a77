// %% [markdown]
// # Five lines to a score and a picture
//
// How strange is each value of a series? Take the window that ends there, and measure how far it is from the windows most
// like it. `KNN(5, 5)` means: windows of five values, the mean distance to the nearest five. There is nothing to train and
// no model that could be wrong; higher is stranger.

// %%
import { KNN } from 'knn-anomaly';
import { plotSVG } from 'knn-anomaly/plot';
import { levels } from './series.ts';

const series = levels(1).values;
const scores = new KNN(5, 5).score(series);
plotSVG({ title: 'Four levels: where does it change?', series, scores: [{ label: 'KNN(5, 5)', values: scores }] });

// %% [markdown]
// Where are the strangest places? `topAnomalies` names the highest scores that do not overlap. A score stands at the end of its
// window: it rises with the first value that is different, and is highest while the window holds some of both levels.

// %%
import { topAnomalies } from 'knn-anomaly';

topAnomalies(scores, 3, { separation: 5 }).map(({ index, score }) => ({ index, score: Number(score.toFixed(3)) }));

// %% [markdown]
// And why is it strange? `explain` says what the nearest windows would have had in its place.

// %%
const { window, expected, direction } = new KNN(5, 5).explain(series, 300);
console.log('there   ', window.map((x) => x.toFixed(2)).join(' '));
console.log('expected', expected.map((x) => x.toFixed(2)).join(' '));
console.log(direction);

// %% [markdown]
// A threshold marks where the scores rise above it; ranges that are known beforehand can be marked, too.

// %%
plotSVG({
  title: 'The same, with a threshold and what is known',
  series,
  name: 'value',
  scores: [{ label: 'KNN(5, 5)', values: scores, threshold: 0.3, windowSize: 5 }],
  labels: [300, 600, 900].map((begin) => ({ begin, end: begin + 4, label: 'new level' })),
});
