// Which of our engines is faster, where? engine × series × n × w × k, one thread; `auto` should be near the best. The cells
// where it is not come last, the worst at the very end.
//   npx tsx bench/engines.ts --n 10000,100000 --series rw,steps --window 20 --k 5

import { compare, integers, ours, type Row, save, settings, time } from './harness.ts';
import { seriesFile, seriesNames } from './series.ts';

const options = settings({
  engines: 'brute,kdtree,diagonal',
  series: seriesNames.join(','),
  n: '1000,10000,100000',
  window: '1,5,10,20,50,256',
  k: '1,5,50',
  rounds: '5',
  budget: '10',
  stop: '60',
  patience: '5', // an engine that takes this many times as long as `auto` is not the best
});
const effort = {
  rounds: Number(options.rounds),
  budget: Number(options.budget),
  stop: Number(options.stop),
  patience: Number(options.patience),
};

/** How much longer `auto` took than the best engine, round by round: its own row is the first. */
function overBest([auto, ...named]: Row[]): { overBest: number; best: string } {
  const ranked = named.filter((row) => row.median).sort((a, b) => (a.ratio?.[0] ?? 0) - (b.ratio?.[0] ?? 0));
  const best = ranked[0];
  if (auto!.skipped || !best) return { overBest: best ? Infinity : 1, best: best?.contender ?? 'auto' };
  return { overBest: 1 / best.ratio![0], best: best.contender };
}

const versions: Record<string, string> = {};
const rows: object[] = [];
const cells: { overBest: number; line: string }[] = [];
for (const series of options.series.split(',')) {
  for (const n of integers(options.n)) {
    const file = seriesFile(series, n);
    if (file === null) continue;
    for (const w of integers(options.window).filter((w) => w < n)) {
      for (const k of integers(options.k)) {
        const engines = ['auto', ...options.engines.split(',')];
        const found = await compare(
          engines.map((engine) => ours(engine, file, w, k, engine)),
          effort,
          versions,
        );
        const verdict = overBest(found);
        rows.push(...found.map((row, r) => ({ series, n, w, k, ...row, ...(r === 0 && verdict) })));
        const figures = found.map((row) => `${row.contender} ${row.median ? time(row.median) : row.skipped}`);
        const line = `${series} n=${n} w=${w} k=${k}: ${figures.join(', ')}; auto / best ${verdict.overBest.toFixed(2)}`;
        console.log(line);
        cells.push({ overBest: verdict.overBest, line });
        save('engines', options.out, { versions, effort }, rows);
      }
    }
  }
}
cells.sort((a, b) => a.overBest - b.overBest);
console.log(
  `\n${cells.filter((cell) => cell.overBest <= 1.2).length} of ${cells.length} cells within 20 % of the best`,
);
for (const { overBest, line } of cells.slice(-20)) if (overBest > 1.2) console.log(line);
