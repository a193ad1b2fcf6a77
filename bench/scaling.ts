// How does the time grow with the length of the series, the window, k, and with threads? One axis at a time, against peers;
// a contender that took longer than --enough seconds is not asked further along the axis. plots.ts draws the results.
//   npx tsx bench/scaling.ts --axes n --n 1000,10000 --peers ckdtree
//   npx tsx bench/scaling.ts --axes threads --out bench/results/scaling-threads.json

import { type Contender, compare, integers, ours, type Row, save, settings, time } from './harness.ts';
import { contendersOf, locate } from './peers.ts';
import { seriesFile } from './series.ts';

const options = settings({
  axes: 'n,w,k',
  n: '1000,3000,10000,30000,100000,300000,1000000',
  window: '5,10,20,50,100,200,500,1000',
  k: '1,2,5,10,20,50,100',
  threads: '2',
  at: '20000', // n where it does not vary
  peers: 'ckdtree,brute,faiss',
  rounds: '5',
  budget: '10',
  stop: '120',
  enough: '10',
});
const effort = { rounds: Number(options.rounds), budget: Number(options.budget), stop: Number(options.stop) };
const at = integers(options.at)[0]!;

interface Cell {
  series: string;
  n: number;
  w: number;
  k: number;
}

/** One curve of every contender: what varies, and all else. */
const panels: (Cell & { axis: string })[] = [
  { axis: 'n', series: 'metrics', n: 0, w: 5, k: 5 },
  { axis: 'n', series: 'metrics', n: 0, w: 50, k: 5 },
  { axis: 'w', series: 'metrics', n: at, w: 0, k: 5 },
  { axis: 'w', series: 'noise', n: at, w: 0, k: 5 },
  { axis: 'k', series: 'metrics', n: at, w: 5, k: 0 },
  { axis: 'k', series: 'metrics', n: at, w: 50, k: 0 },
  { axis: 'threads', series: 'metrics', n: 0, w: 5, k: 5 },
  { axis: 'threads', series: 'metrics', n: 0, w: 50, k: 5 },
];

const asked = options.peers.split(',').filter(Boolean).map(locate);
for (const { peer, missing } of asked) if (missing) console.log(`${peer.name}: missing, try ${missing}`);

function contenders(axis: string, { n, w, k, series }: Cell): Contender[] {
  const file = seriesFile(series, n);
  if (file === null) return [];
  if (axis !== 'threads') {
    const there = asked.filter(({ missing }) => !missing);
    return [ours('knn-anomaly', file, w, k), ...there.flatMap((located) => contendersOf(located, file, w, k))];
  }
  const counts = integers(options.threads);
  return [ours('1 thread', file, w, k), ...counts.map((t) => ours(`${t} threads`, file, w, k, `threads:${t}`))];
}

const lists: Record<string, string> = { n: options.n, w: options.window, k: options.k, threads: options.n };
const versions: Record<string, string> = {};
const rows: (Cell & Row & { axis: string })[] = [];
for (const { axis, ...fixed } of panels.filter((panel) => options.axes.split(',').includes(panel.axis))) {
  const along = axis === 'threads' ? 'n' : axis;
  const tired = new Set<string>();
  for (const x of integers(lists[axis]!).sort((a, b) => a - b)) {
    const cell = { ...fixed, [along]: x };
    const fresh = contenders(axis, cell).filter(({ name }) => !tired.has(name));
    if (fresh.length === 0) break;
    for (const row of await compare(fresh, effort, versions)) {
      rows.push({ axis, ...cell, ...row });
      if (row.skipped || row.first! > Number(options.enough)) tired.add(row.contender);
      const { series, n, w, k } = cell;
      const figure = row.median ? time(row.median) : row.skipped;
      console.log(`${axis}: ${series} n=${n} w=${w} k=${k} ${row.contender} ${figure}`);
    }
    save('scaling', options.out, { versions, effort }, rows);
  }
}
