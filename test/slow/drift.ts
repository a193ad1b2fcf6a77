// Do carried distances stay exact? Ten million values, then the same state in a new detector: the next scores are equal to the
// bit, or this ends with status 1. Resident memory is told on the way.
//   npx tsx test/slow/drift.ts --updates 100000000

import { integers, settings } from '../../bench/harness.ts';
import { mulberry32 } from '../../bench/series.ts';
import type { StreamingKNN as StreamingKNNClass } from '../../src/stream/streaming-knn.ts';

const options = settings({ updates: '10000000', history: '512', window: '12', k: '5' });
const updates = integers(options.updates)[0]!;
const [history, windowSize, k] = [options.history, options.window, options.k].map(Number) as [number, number, number];

const dist: string = '../../dist/stream/streaming-knn.js';
const { StreamingKNN } = (await import(dist)) as { StreamingKNN: typeof StreamingKNNClass };

const random = mulberry32(1);
let level = 0;
/** Noise on a level that wanders and jumps, with a spike of 10⁶ and a missing value now and then. */
function next(): number {
  const u = random();
  if (u < 1e-3) return u < 5e-4 ? 1e6 : NaN;
  if (u < 1.01e-3) level += 1e4 * (random() - 0.5);
  level += 0.01 * (random() - 0.5);
  return level + u + random();
}

const CHECKS = 10;
const detector = new StreamingKNN(windowSize, k, { history });
for (let check = 1; check <= CHECKS; check++) {
  const start = performance.now();
  for (let t = 0; t < updates / CHECKS; t++) detector.update(next());
  const nanoseconds = ((performance.now() - start) / (updates / CHECKS)) * 1e6;
  const fresh = StreamingKNN.load(detector.save());
  for (let t = 0; t < 1000; t++) {
    const x = next();
    const [score, expected] = [detector.update(x), fresh.update(x)];
    if (!Object.is(score, expected)) {
      console.log(`wrong after ${(check * updates) / CHECKS} values: ${score}, a fresh detector says ${expected}`);
      process.exit(1);
    }
  }
  const rss = (process.memoryUsage().rss / 1e6).toFixed(0);
  console.log(
    `${(check * updates) / CHECKS} values, ${nanoseconds.toFixed(0)} ns each: equal to the bit, ${rss} MB resident`,
  );
}
