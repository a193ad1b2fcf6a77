// How many values a second does one core score in a fleet, how much memory do many series take, how long does saving take?
// Each question in a process of its own. The first scores are checked against StreamingKNN.
//   npx tsx bench/fleet.ts --series 1000,100000

import type { Fleet as FleetClass } from '../src/stream/fleet.ts';
import type { StreamingKNN as StreamingKNNClass } from '../src/stream/streaming-knn.ts';
import { integers, measureApart, save, settings } from './harness.ts';
import { mulberry32 } from './series.ts';

const options = settings({ series: '1000,100000', history: '512', window: '5', k: '5', updates: '3000000' });
const [history, windowSize, k, updates] = [options.history, options.window, options.k, options.updates].map(Number) as [
  number,
  number,
  number,
  number,
];

/** What is measured is what is published: `npm run build` first. */
const dist: string = '../dist/index.js';

/** Fills a fleet, more than its history, then measures it. */
async function measure(numSeries: number): Promise<object> {
  const { Fleet, StreamingKNN } = (await import(dist)) as {
    Fleet: typeof FleetClass;
    StreamingKNN: typeof StreamingKNNClass;
  };
  const random = mulberry32(1);
  const noise = Float64Array.from({ length: 1 << 16 }, () => random() + random() + random());
  const ids = Array.from({ length: numSeries }, (_, p) => `host-${p}/cpu`);
  const values = new Float64Array(numSeries);
  let at = 0;
  const next = (): Float64Array => {
    for (let p = 0; p < numSeries; p++) values[p] = noise[(at = (at + 7919) & 0xffff)]!;
    return values;
  };
  const fleet = new Fleet({ windowSize, k, history });
  const one = new StreamingKNN(windowSize, k, { history });
  for (let round = 0; round < history + windowSize + 40; round++) {
    const score = fleet.updateMany(ids, next())[0]!;
    const expected = one.update(values[0]!);
    if (score !== expected) throw new Error(`score ${score}, expected ${expected}`);
  }
  const rounds = Math.max(2, Math.round(updates / numSeries));
  let seconds = 0;
  for (let round = 0; round < rounds; round++) {
    next();
    const start = performance.now();
    fleet.updateMany(ids, values);
    seconds += (performance.now() - start) / 1e3;
  }
  (globalThis as { gc?: () => void }).gc?.();
  const { bytes } = fleet.stats;
  const rss = process.memoryUsage().rss;
  const start = performance.now();
  let saved = 0;
  for (const chunk of fleet.save()) saved += chunk.length;
  const saving = (performance.now() - start) / 1e3;
  const perSecond = (rounds * numSeries) / seconds;
  return {
    series: numSeries,
    windowSize,
    k,
    history,
    updates: rounds * numSeries,
    perSecond,
    bytes,
    rss,
    saved,
    saving,
  };
}

const rows = await measureApart('series', integers(options.series), measure, (numSeries, row) => {
  const { perSecond, bytes, rss, saved, saving } = row;
  const [inUse, resident, file] = [bytes!, rss!, saved!].map((size) => `${(size / 1e6).toFixed(0)} MB`);
  console.log(`${numSeries} series: ${Math.round(perSecond!)} values/s; ${inUse} remembered, ${resident} resident`);
  console.log(
    `  saving: ${file} in ${saving!.toFixed(2)} s; a core does ${Math.round(10 * perSecond!)} series of 10 s`,
  );
});
if (rows !== undefined) save('fleet', options.out, { unit: 'values per second, bytes, seconds' }, rows);
