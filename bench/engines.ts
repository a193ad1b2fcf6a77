// Which of our engines is faster, where? engine × series × n × w × k, one thread; `auto` should be near the best.

import { compare, integers, ours, save, settings, time } from './harness.ts';
import { seriesFile } from './series.ts';

const options = settings({
  engines: 'auto,brute,kdtree',
  series: 'rw,metrics,noise,steps',
  n: '1000,10000',
  window: '1,5,20,50',
  k: '1,5',
  rounds: '5',
  budget: '10',
  stop: '120',
});
const effort = { rounds: Number(options.rounds), budget: Number(options.budget), stop: Number(options.stop) };
const versions: Record<string, string> = {};
const rows: object[] = [];
for (const series of options.series.split(',')) {
  for (const n of integers(options.n)) {
    const file = seriesFile(series, n);
    if (file === null) continue;
    for (const w of integers(options.window)) {
      for (const k of integers(options.k)) {
        const contenders = options.engines.split(',').map((engine) => ours(engine, file, w, k, engine));
        const found = await compare(contenders, effort, versions);
        rows.push(...found.map((row) => ({ series, n, w, k, ...row })));
        const cells = found.map((row) => `${row.contender} ${row.median ? time(row.median) : row.skipped}`);
        console.log(`${series} n=${n} w=${w} k=${k}: ${cells.join(', ')}`);
        save('engines', options.out, { versions, effort }, rows);
      }
    }
  }
}
