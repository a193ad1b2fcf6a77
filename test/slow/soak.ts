// Is memory flat over a very long stream? Updates at full speed, a JSON line now and then, and an error if it grows.
//
//   tsx --expose-gc test/slow/soak.ts [--updates 1e8] [--window 5] [--neighbors 5] [--history 1000] [--normalize none]
//
// What is held after a collection, heap and array buffers, is compared between the first tenth (structures are full by
// then) and every later line: more than 8 MB above it is growth, for a leak of one byte per update would be 100 MB.
import { parseArgs } from 'node:util';
import { StreamingKNN, type StreamingKNNOptions } from '../../src/index.ts';

const TEXT = { type: 'string' } as const;
const { values } = parseArgs({
  options: { updates: TEXT, window: TEXT, neighbors: TEXT, history: TEXT, normalize: TEXT, lines: TEXT },
});
const numUpdates = Number(values.updates ?? 1e8);
const numLines = Math.max(20, Number(values.lines ?? 100));
const detector = new StreamingKNN(Number(values.window ?? 5), Number(values.neighbors ?? 5), {
  history: Number(values.history ?? 1000),
  normalize: (values.normalize ?? 'none') as NonNullable<StreamingKNNOptions['normalize']>,
});
const GROWTH = 8 * 2 ** 20;

if (globalThis.gc === undefined) throw new Error('run it with --expose-gc: garbage is not growth');

let seed = 1;
let level = 0;
/** A metric with noise, spikes and gaps: all of it from one linear congruential generator. */
function next(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
  const uniform = (seed >>> 0) / 2 ** 32;
  level = 0.999 * level + uniform - 0.5;
  if (uniform < 0.001) return NaN;
  return uniform > 0.999 ? 1e6 : level;
}

let base: number | undefined;
let sum = 0;
const begin = performance.now();
for (let line = 1, done = 0; line <= numLines; line++) {
  for (const end = Math.round((line * numUpdates) / numLines); done < end; done++) {
    const score = detector.update(next());
    if (!Number.isNaN(score)) sum += score;
  }
  globalThis.gc();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const held = heapUsed + arrayBuffers;
  const seconds = (performance.now() - begin) / 1000;
  const state = detector.save().length;
  console.log(
    JSON.stringify({ updates: done, seconds, perSecond: done / seconds, rss, heapUsed, arrayBuffers, state }),
  );
  if (line * 10 >= numLines) base ??= held;
  if (base !== undefined && held > base + GROWTH) throw new Error(`memory grew from ${base} to ${held} bytes`);
}
console.log(JSON.stringify({ flat: true, sum }));
