// One thread: how does the library compare with every peer, per series and length?
//   npx tsx bench/versus.ts --n 1000,10000 --series rw,metrics --peers ckdtree,naive --rounds 5

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Contender,
  compare,
  integers,
  ours,
  processContender,
  type Row,
  save,
  settings,
  time,
} from './harness.ts';
import { seriesFile, seriesNames } from './series.ts';

// Direct distances differ in the order of summation only. scikit-learn's brute force expands |a|² + |b|² − 2ab: a
// distance near 0 comes out as the root of a rounding error, whatever its own size.
const direct = { relative: 1e-12 };
const expanded = { relative: 1e-9, absolute: 1e-6 };
/** Name, program, longest series it is asked for without `--all`, tolerance, arguments. */
const peers: Record<string, [string, string, number, Contender['tolerance'], ...string[]]> = {
  plain: ['knn-anomaly, plain JavaScript', '../ours.mjs', Infinity, { relative: 0 }, 'plain'],
  ckdtree: ['SciPy cKDTree', 'ckdtree.py', Infinity, direct],
  sklearn: ['scikit-learn k-d tree', 'sklearn_knn.py', Infinity, direct, 'kd_tree'],
  brute: ['scikit-learn brute', 'sklearn_knn.py', 2e4, expanded, 'brute'],
  naive: ['naive JS loops', 'naive.mjs', 2e4, direct],
  'static-kdtree': ['npm static-kdtree', 'static-kdtree.mjs', 1e5, direct],
  'ml-knn': ['npm ml-knn', 'ml-knn.mjs', 1e4, direct],
};

const options = settings({
  n: '1000,10000,100000',
  series: seriesNames.join(','),
  peers: Object.keys(peers).join(','),
  window: '5',
  k: '5',
  rounds: '5',
  budget: '30',
  stop: '120',
  all: false,
});

/** The command that runs a peer, or what to do to get it. */
function locate(id: string, script: string): { command: string[] } | { missing: string } {
  const path = join(import.meta.dirname, 'versus', script);
  if (script.endsWith('.mjs')) {
    const found = id === 'naive' || id === 'plain' || existsSync(join(import.meta.dirname, 'versus/node_modules', id));
    return found ? { command: [process.execPath, path] } : { missing: 'npm run bench:setup' };
  }
  const module = id === 'ckdtree' ? 'scipy' : 'sklearn';
  // One Python for both, if there is one.
  for (const imports of ['scipy, sklearn', module]) {
    for (const python of ['python3', '/usr/bin/python3']) {
      if (spawnSync(python, ['-c', `import ${imports}`]).status === 0) return { command: [python, path] };
    }
  }
  return { missing: `apt-get install python3-${module}` };
}

const [w, k] = [integers(options.window)[0]!, integers(options.k)[0]!];
const effort = { rounds: Number(options.rounds), budget: Number(options.budget), stop: Number(options.stop) };
const asked = options.peers.split(',').map((id) => {
  const peer = peers[id];
  if (peer === undefined) throw new RangeError(`--peers must be of ${Object.keys(peers).join(', ')}, got ${id}`);
  return { peer, where: locate(id, peer[1]) };
});

const versions: Record<string, string> = {};
const rows: object[] = [];
for (const series of options.series.split(',')) {
  const stopped = new Set<string>(); // too slow for this series: not asked at a greater length
  for (const n of integers(options.n).sort((a, b) => a - b)) {
    const file = seriesFile(series, n);
    if (file === null) {
      console.log(`\n${series}: skipped, its data are not there (see bench/README.md)`);
      break;
    }
    const contenders = [ours('knn-anomaly', file, w, k)];
    const absent: Row[] = [];
    for (const { peer, where } of asked) {
      const [contender, , maxN, tolerance, ...args] = peer;
      if ('missing' in where) absent.push({ contender, skipped: `missing, try ${where.missing}` });
      else if (n > maxN && !options.all) absent.push({ contender, skipped: `left out above n = ${maxN}` });
      else if (stopped.has(contender)) absent.push({ contender, skipped: 'stopped at a smaller n' });
      else {
        const command = [...where.command, file, String(w), String(k), ...args];
        contenders.push(processContender(contender, command, tolerance));
      }
    }
    console.log(`\n${series}, n = ${n}, w = ${w}, k = ${k}`);
    for (const row of [...(await compare(contenders, effort, versions)), ...absent]) {
      if (row.skipped?.startsWith('stopped')) stopped.add(row.contender);
      rows.push({ series, n, w, k, ...row });
      const { median, min, max, first, ratio } = row;
      const spread = median && `${time(median)} (${time(min!)} to ${time(max!)}), first ${time(first!)}`;
      const times = ratio
        ? `, ${ratio[0].toPrecision(3)}× (${ratio[1].toPrecision(3)} to ${ratio[2].toPrecision(3)})`
        : '';
      console.log(`  ${row.contender.padEnd(30)} ${spread ?? row.skipped}${times}`);
    }
    save('versus', options.out, { versions, effort }, rows); // after every cell: a long run may be cut short
  }
}
