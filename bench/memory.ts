// How much memory does a long series take? Peak resident memory of fresh processes, before and after scoring it.

import { integers, ours, save, settings, time } from './harness.ts';
import { seriesFile } from './series.ts';

const options = settings({ n: '1000000', series: 'rw', window: '5', k: '5', stop: '600' });
const [w, k] = [integers(options.window)[0]!, integers(options.k)[0]!];
const rows: object[] = [];
let versions = {};
for (const series of options.series.split(',')) {
  for (const n of integers(options.n)) {
    const file = seriesFile(series, n);
    if (file === null) continue;
    const contender = ours('knn-anomaly', file, w, k);
    const info = await contender.prepare();
    versions = info.versions;
    const first = await contender.run(1, Number(options.stop));
    const rss = [info.rss, await contender.end()];
    rows.push({ series, n, w, k, first, rss });
    console.log(`${series} n=${n}: ${rss.map((b) => `${Math.round(b / 2 ** 20)} MiB`).join(' -> ')}, ${time(first)}`);
    save('memory', options.out, { versions }, rows);
  }
}
