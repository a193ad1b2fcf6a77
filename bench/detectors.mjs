// A detector of the built package as a contender: one score per value of the series, from a detector made for it. With
// `memory` for a file it tells instead what one detector weighs that remembers all it can, and its saved state: bytes.

import { readFileSync } from 'node:fs';
import { ChangeFinder, KNN, StreamingKNN } from 'knn-anomaly';
import { serve } from './versus/child.mjs';

/** A new detector of a kind, and what it is given. */
const kinds = {
  ChangeFinder: (outlierOrder, changeOrder) => new ChangeFinder(outlierOrder, 0.01, changeOrder, 0.01, 5),
  StreamingKNN: (windowSize, k) => new StreamingKNN(windowSize, k),
  KNN: (windowSize, k) => new KNN(windowSize, k),
};

const [file, , , kind, ...numbers] = process.argv.slice(2);
const make = () => kinds[kind](...numbers.map(Number));

if (file === 'memory') {
  let level = 0;
  let state = 1;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  // WebAssembly's memory counts, too: what the process takes, after a collection.
  const resident = () => {
    globalThis.gc();
    return process.memoryUsage.rss();
  };
  const [count, numValues] = kind === 'ChangeFinder' ? [10_000, 100] : [200, 11_000];
  const met = () => {
    const detector = make();
    for (let t = 0; t < numValues; t++) detector.update((level += noise()));
    return detector;
  };
  for (let warm = 0; warm < 5; warm++) met();
  const before = resident();
  const detectors = Array.from({ length: count }, met);
  const bytes = (resident() - before) / count;
  console.log(JSON.stringify({ bytes, saved: detectors[0].save().length }));
} else {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  serve({ 'knn-anomaly': version }, (series) => {
    const detector = make();
    if (kind === 'KNN') return detector.score(series);
    const scores = new Float64Array(series.length);
    for (let t = 0; t < series.length; t++) scores[t] = detector.update(series[t]);
    return scores;
  });
}
