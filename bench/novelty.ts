// What does a value cost Novelty, and how evenly, by how many it remembers? Answers are checked against a sorted copy of the
// past before anything is timed. Percentiles are of single updates, less what reading the clock twice takes.
//   taskset -c 1 npx tsx bench/novelty.ts --values 100,10000 --series noise

import { Novelty } from '../src/index.ts';
import { generators, serverMetric, steps, whiteNoise } from '../test/support/series.ts';
import { integers, median, save, settings, time } from './harness.ts';

const options = settings({ values: '100,1000,10000,100000,1000000', series: 'noise,metrics,steps', updates: '100000' });
const updates = integers(options.updates)[0]!;
const kinds: Record<string, (n: number) => Float64Array> = { noise: whiteNoise, metrics: serverMetric, steps };

/** Holds 50 scores, spread over the series, to the definition. */
function check(x: Float64Array, scores: ArrayLike<number>): void {
  for (let c = 1; c <= 50; c++) {
    const t = Math.floor((c * (x.length - 1)) / 50);
    let least = Infinity;
    for (let j = 0; j < t; j++) least = Math.min(least, (x[t]! - x[j]!) * (x[t]! - x[j]!));
    if (scores[t] !== Math.sqrt(least)) throw new Error(`wrong at ${t}: ${scores[t]}, expected ${Math.sqrt(least)}`);
  }
}

const nanoseconds = (): number => Number(process.hrtime.bigint());

/** Nanoseconds per update over blocks of 1000, and of single ones. */
function measure(x: Float64Array, numValues: number): { blocks: number[]; single: Float64Array; sum: number } {
  const detector = new Novelty({ maxValues: numValues });
  let sum = 0;
  for (let t = 0; t < numValues; t++) sum += detector.update(x[t]!);
  const blocks: number[] = [];
  let t = numValues;
  for (let b = 0; b < updates / 1000; b++) {
    const start = nanoseconds();
    for (const end = t + 1000; t < end; t++) sum += detector.update(x[t]!);
    blocks.push((nanoseconds() - start) / 1000);
  }
  const single = new Float64Array(updates);
  for (let u = 0; u < updates; u++, t++) {
    const start = process.hrtime.bigint();
    sum += detector.update(x[t]!);
    single[u] = Number(process.hrtime.bigint() - start);
  }
  return { blocks, single: single.sort(), sum };
}

const clock = median(
  Array.from({ length: 100_000 }, () => {
    const start = process.hrtime.bigint();
    return Number(process.hrtime.bigint() - start);
  }),
);

const rows: object[] = [];
for (const series of options.series.split(',')) {
  const generate = kinds[series] ?? generators[series];
  if (generate === undefined) throw new RangeError(`unknown series ${series}`);
  const checked = generate(20_000);
  check(checked, new Novelty({ maxValues: Infinity }).learn(checked));
  for (const numValues of integers(options.values)) {
    const { blocks, single, sum } = measure(generate(numValues + 2 * updates), numValues);
    const at = (share: number): number => Math.max(0, single[Math.floor(share * (single.length - 1))]! - clock) * 1e-9;
    const row = {
      series,
      values: numValues,
      min: Math.min(...blocks) * 1e-9,
      median: median(blocks) * 1e-9,
      p50: at(0.5),
      p99: at(0.99),
      p999: at(0.999),
      max: at(1),
      checksum: sum,
    };
    rows.push(row);
    const { min, p50, p99, p999, max } = row;
    const figures = { min, median: row.median, p50, p99, 'p99.9': p999, max };
    const text = Object.entries(figures).map(([name, seconds]) => `${name} ${time(seconds)}`);
    console.log(`${series.padEnd(8)} ${String(numValues).padStart(8)}  ${text.join('  ')}`);
  }
}
save('novelty', options.out, { updates, versions: { node: process.versions.node }, clock: clock * 1e-9 }, rows);
