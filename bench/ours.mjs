// The built package as a contender. It stands outside versus/, whose package.json would end the self-reference.

import { readFileSync } from 'node:fs';
import { KNN } from 'knn-anomaly';
import { serve } from './versus/child.mjs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

serve({ 'knn-anomaly': version }, (series, windowSize, k, engine = 'auto') => {
  const [kind, threads] = engine.split(':');
  // 'plain' is the library where WASM is refused: its kernels are looked for at the first call.
  if (kind === 'plain') globalThis.WebAssembly = undefined;
  const knn = new KNN(windowSize, k, { engine: kind === 'plain' || kind === 'threads' ? 'auto' : kind });
  if (kind !== 'threads') return knn.score(series);
  if (!knn.scoreAsync) throw new Error(`knn-anomaly ${version} has no KNN.scoreAsync`);
  return knn.scoreAsync(series, { threads: Number(threads) });
});
