// What do threads gain? `scoreAsync` with one thread and more against `score`, which has one core for itself.
//   npx tsx bench/threads.ts --n 100000 --series noise --window 50 --threads 1,2,4

import { compare, integers, ours, save, settings, time } from './harness.ts';
import { seriesFile } from './series.ts';

const options = settings({
  n: '1000,10000,30000,100000',
  series: 'rw,metrics,noise',
  window: '5,50',
  k: '5',
  threads: '1,2',
  rounds: '5',
  budget: '20',
  stop: '120',
});
const effort = { rounds: Number(options.rounds), budget: Number(options.budget), stop: Number(options.stop) };
const k = integers(options.k)[0]!;
const versions: Record<string, string> = {};
const rows: object[] = [];
for (const series of options.series.split(',')) {
  for (const w of integers(options.window)) {
    for (const n of integers(options.n)) {
      const file = seriesFile(series, n);
      if (file === null) continue;
      const contenders = [
        ours('score', file, w, k),
        ...integers(options.threads).map((t) => ours(`scoreAsync, threads: ${t}`, file, w, k, `threads:${t}`)),
      ];
      console.log(`\n${series}, n = ${n}, w = ${w}, k = ${k}`);
      for (const row of await compare(contenders, effort, versions)) {
        rows.push({ series, n, w, k, ...row });
        const gain = row.ratio ? `, ${(1 / row.ratio[0]).toPrecision(3)} times as fast` : '';
        console.log(`  ${row.contender.padEnd(22)} ${row.median ? time(row.median) : row.skipped}${gain}`);
      }
      save('threads', options.out, { versions, effort }, rows);
    }
  }
}
