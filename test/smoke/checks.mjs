// What every runtime must do with the installed package. Plain JavaScript without dependencies: RUNTIME checks.mjs REFERENCE,
// where REFERENCE is a file of matrix.ts with what Node answered. The last line printed is the number of checks.
import { readFileSync } from 'node:fs';
import { KNN, StreamingKNN } from 'knn-anomaly';
import { monitor } from 'knn-anomaly/calibrate';
import { prAuc } from 'knn-anomaly/evaluate';
import { manhattan } from 'knn-anomaly/metrics';
import { plotSVG } from 'knn-anomaly/plot';

const reference = JSON.parse(readFileSync(process.argv[2], 'utf8'));
let numChecks = 0;

/** Both to the bit; NaN, which JSON does not know, as null. */
function same(what, actual, expected) {
  numChecks++;
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what}: got ${a.slice(0, 200)}, not ${b.slice(0, 200)}`);
}

const law = [0, Math.SQRT2, Math.sqrt(65), Math.sqrt(65), Math.SQRT2];
same('the law', new KNN(2, 1).score([1, 2, 10, 2, 1]), law);
same('manhattan', new KNN(2, 1, { metric: manhattan }).score([1, 2, 10, 2, 1]), [0, 2, 9, 9, 2]);

for (const { name, series, windowSize, k, scores, state, next, streamed } of reference) {
  for (const engine of ['auto', 'brute', 'kdtree', 'diagonal']) {
    same(`${name}, ${engine}`, new KNN(windowSize, k, { engine }).score(series), scores);
  }
  const loaded = StreamingKNN.load(Uint8Array.from(atob(state), (c) => c.charCodeAt(0)));
  same(`${name}, a loaded state`, loaded.learn(next), streamed);
  same(`${name}, saved and loaded once more`, StreamingKNN.load(loaded.save()).peek(1), loaded.peek(1));
}

const { series, windowSize, k, scores } = reference.at(-1);
let threads = 0;
const onProgress = (progress) => {
  threads = Math.max(threads, progress.threads);
};
same('scoreAsync', await new KNN(windowSize, k).scoreAsync(series, { threads: 2, onProgress }), scores);
same('workers that did it', threads > 0, true);

same('monitor', monitor().update(1), 0);
same('prAuc', prAuc([0, 0, 1], [{ begin: 2, end: 2 }]), 1);
same('plotSVG', plotSVG({ series: [1, 2, 1] }).startsWith('<svg'), true);

console.log(numChecks);
