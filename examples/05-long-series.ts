// %% [markdown]
// # A million values
//
// Two years of a metric, one value a minute: a daily wave, a weekly one, noise. Three things are wrong in it, and none has a value
// that would be strange by itself: a day that was skipped, an hour that is frozen, and ten minutes that repeat.

// %%
import { KNN, topAnomalies } from 'knn-anomaly';
import { plotSVG } from 'knn-anomaly/plot';
import { normal, wave } from './series.ts';

const n = 1_000_000;
const DAY = 1440;
const noise = normal(5);
const series = Float64Array.from({ length: n }, (_, t) => {
  const shift = t >= 400_000 && t < 400_000 + DAY / 2 ? 0.5 : 0; // half a day that runs as if it were night
  return 50 + 20 * wave(t / DAY + shift) + 5 * wave(t / (7 * DAY)) + noise();
});
