// How many values a second does one core judge in Monitors, what does a tick cost beside the monitors themselves, how much memory
// do many series take, how long does saving take? Each number of series in a process of its own. The first results are checked
// against monitor().
//   npx tsx bench/monitors.ts --series 1000,1563,100000 --preset metrics

import type * as Calibrate from '../src/calibrate.ts';
import { integers, measureApart, save, settings } from './harness.ts';
import { mulberry32 } from './series.ts';

const options = settings({
  series: '1000,1563,100000',
  preset: 'metrics',
  past: '300',
  updates: '1000000',
  budget: '0',
});
const [past, updates, perDay] = [options.past, options.updates, options.budget].map(Number) as [number, number, number];

/** What is measured is what is published: `npm run build` first. */
const dist: string = '../dist/calibrate.js';

/** Makes monitors, lets them learn more than their warm-up, then measures them. */
async function measure(numSeries: number): Promise<object> {
  const { Monitors, monitor } = (await import(dist)) as typeof Calibrate;
  const random = mulberry32(1);
  const noise = Float64Array.from({ length: 1 << 16 }, () => random() + random() + random());
  const ids = Array.from({ length: numSeries }, (_, p) => `host-${p}/cpu`);
  const values = new Float64Array(numSeries);
  let at = 0;
  const next = (): Float64Array => {
    for (let p = 0; p < numSeries; p++) values[p] = noise[(at = (at + 7919) & 0xffff)]!;
    return values;
  };
  const preset = options.preset as Calibrate.MonitorPreset;
  const site = new Monitors({ preset, ...(perDay > 0 && { budget: { perDay } }) });
  const one = monitor({ preset });
  let time = 0;
  for (; time < past; time++) {
    const surprise = site.tick(time, ids, next()).surprises[0]!;
    const expected = one.update(values[0]!);
    if (surprise !== expected) throw new Error(`surprise ${surprise}, expected ${expected}`);
  }
  const monitors = ids.map((id) => site.get(id)!);
  const rounds = Math.max(2, Math.round(updates / numSeries / 2));
  const seconds = { tick: 0, alone: 0 };
  for (let round = 0; round < rounds; round++, time++) {
    next();
    const start = performance.now();
    site.tick(time, ids, values);
    seconds.tick += (performance.now() - start) / 1e3;
    next();
    const again = performance.now();
    for (let p = 0; p < numSeries; p++) monitors[p]!.update(values[p]!);
    seconds.alone += (performance.now() - again) / 1e3;
  }
  (globalThis as { gc?: () => void }).gc?.();
  const rss = process.memoryUsage().rss;
  const start = performance.now();
  let saved = 0;
  for (const chunk of site.save()) saved += chunk.length;
  const saving = (performance.now() - start) / 1e3;
  const numValues = rounds * numSeries;
  return {
    series: numSeries,
    preset,
    updates: numValues,
    perSecond: numValues / seconds.tick,
    overhead: (1e9 * (seconds.tick - seconds.alone)) / numValues,
    rss,
    saved,
    saving,
  };
}

const rows = await measureApart('series', integers(options.series), measure, (numSeries, row) => {
  const { perSecond, overhead, rss, saved, saving } = row;
  const [resident, file] = [rss!, saved!].map((size) => `${(size / 1e6).toFixed(0)} MB`);
  console.log(
    `${numSeries} series: ${Math.round(perSecond!)} values/s, ${Math.round(overhead!)} ns a value beside the monitors`,
  );
  console.log(`  ${resident} resident; saving: ${file} in ${saving!.toFixed(3)} s`);
});
if (rows !== undefined) save('monitors', options.out, { unit: 'values per second, nanoseconds, bytes, seconds' }, rows);
