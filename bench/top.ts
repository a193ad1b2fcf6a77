// What does `top` cost against the scores of all windows, where it serves and where it does not? Both in processes of their own,
// by CPU seconds of the first call, and their peak memory; the places of both are compared.
//   npx tsx bench/top.ts                                  the table of bench/README.md: minutes
//   npx tsx bench/top.ts --n 10000000 --series server --window 100 --out FILE

import { integers, runPinned, save, settings, time } from './harness.ts';
import { seriesFile } from './series.ts';

const options = settings({
  n: '100000,1000000',
  series: 'server,metrics,rw,ecg,noise,jittered-sine,jittered-square,integers,uniform',
  window: '5,100',
  k: '1',
  places: '10',
  separation: '0', // 0: the window
  normalize: 'none',
  all: '100000', // longer series at windows of more than 8 values: without the scores of all, which take minutes to hours
  slow: 'integers,uniform', // these fall back on them, and are left out there
});

/** What a process measures: CPU seconds, peak memory and the answer. */
interface Measured {
  seconds: number;
  rss: number;
  places: unknown;
}

/** Computes in a process of its own, with the built package. */
function measure(file: string, w: number, k: number, separation: number, isTop: boolean): Measured {
  const code = `
    import { readFileSync } from 'node:fs';
    import { KNN, topAnomalies } from 'knn-anomaly';
    const { buffer, byteOffset, length } = readFileSync(${JSON.stringify(file)});
    const series = new Float64Array(buffer, byteOffset, length / 8);
    const knn = new KNN(${w}, ${k}, { exclusionZone: ${w >> 1}, normalize: '${options.normalize}' });
    const options = { separation: ${separation} };
    const begin = process.cpuUsage();
    const places = ${isTop ? `knn.top(series, ${options.places}, options)` : `topAnomalies(knn.score(series), ${options.places}, options)`};
    const { user, system } = process.cpuUsage(begin);
    console.log(JSON.stringify({ seconds: (user + system) / 1e6, rss: process.resourceUsage().maxRSS * 1024, places }));`;
  const { stdout, stderr, status } = runPinned([process.execPath, '--input-type=module', '-e', code]);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}

const rows: object[] = [];
for (const w of integers(options.window)) {
  for (const series of options.series.split(',')) {
    for (const n of integers(options.n)) {
      for (const k of integers(options.k)) {
        const isQuick = w <= 8 || n <= integers(options.all)[0]!;
        const file = !isQuick && options.slow.split(',').includes(series) ? null : seriesFile(series, n);
        if (file === null) continue;
        const separation = options.separation === '0' ? w : integers(options.separation)[0]!;
        const { places, ...top } = measure(file, w, k, separation, true);
        const all = isQuick ? measure(file, w, k, separation, false) : undefined;
        if (all && JSON.stringify(all.places) !== JSON.stringify(places)) throw new Error(`${series}: other places`);
        rows.push({
          series,
          n,
          w,
          k,
          places: Number(options.places),
          separation,
          top,
          ...(all && { all: { ...all, places: undefined } }),
        });
        const ratio = all ? `, all scores ${time(all.seconds)}: ${(all.seconds / top.seconds).toFixed(1)} times` : '';
        const memory = `${Math.round(top.rss / 2 ** 20)} MiB`;
        console.log(`${series}, n = ${n}, w = ${w}, k = ${k}: ${time(top.seconds)}, ${memory}${ratio}`);
        save('top', options.out, { versions: {} }, rows);
      }
    }
  }
}
