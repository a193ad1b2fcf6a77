// How soon is a profile useful? `refine`: how many of the ten strangest places are known after which share of the work. No time
// is taken, so the machine need not be quiet; plots.ts draws the results.
//   npx tsx bench/anytime.ts --n 20000 --series rw --window 50 --k 1

import type { KNN as KNNClass, topAnomalies as topAnomaliesType } from '../src/index.ts';
import { integers, save, settings } from './harness.ts';
import { readValues, seriesFile } from './series.ts';

const options = settings({ n: '100000', series: 'metrics,ecg,rw,noise', window: '50,256', k: '5', places: '10' });
const [k, places] = [integers(options.k)[0]!, integers(options.places)[0]!];

const name: string = 'knn-anomaly'; // the built package, with the types of the source
const built: { KNN: typeof KNNClass; topAnomalies: typeof topAnomaliesType } = await import(name);

const rows: object[] = [];
for (const w of integers(options.window)) {
  for (const series of options.series.split(',')) {
    for (const n of integers(options.n)) {
      const file = seriesFile(series, n);
      if (file === null) continue;
      const values = readValues(file);
      const topOf = (scores: Float64Array): number[] =>
        built.topAnomalies(scores, places, { separation: w }).map(({ index }) => index);
      // Along the diagonals, whatever would be fastest: a tree has one refinement, the exact one.
      const found: { work: number; top: number[] }[] = [];
      for await (const { scores, progress } of new built.KNN(w, k, { engine: 'diagonal' }).refine(values)) {
        found.push({ work: progress.done / progress.total, top: topOf(scores) });
      }
      const strangest = found.at(-1)!.top;
      for (const { work, top } of found) {
        const known = strangest.filter((place) => top.some((t) => Math.abs(t - place) < w));
        const share = known.length / strangest.length;
        rows.push({ series, n, w, k, work, share });
        console.log(
          `${series}, n = ${n}, w = ${w}: ${(100 * work).toFixed(0)} % of the work, ${100 * share} % of the places`,
        );
      }
      save('anytime', options.out, { versions: {}, places }, rows);
    }
  }
}
