// The built package as a contender. It stands outside versus/, whose package.json would end the self-reference.

import { readFileSync } from 'node:fs';
import { KNN } from 'knn-anomaly';
import { serve } from './versus/child.mjs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

serve({ 'knn-anomaly': version }, (series, windowSize, k, engine = 'auto') => {
  // 'plain' is the library where WASM is refused: its kernels are looked for at the first call.
  if (engine === 'plain') globalThis.WebAssembly = undefined;
  return new KNN(windowSize, k, { engine: engine === 'plain' ? 'auto' : engine }).score(series);
});
