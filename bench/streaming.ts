// How long does a stream wait for its score, at the median and in the worst case, as the history grows? Against the naive scan
// in JavaScript. Detectors start with their history full; the first answers are checked against the scan.
//   npx tsx bench/streaming.ts --history 10000 --window 5 --series noise

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StateWriter } from '../src/core/state.ts';
import type { StreamingKNN } from '../src/stream/streaming-knn.ts';
import { integers, pin, save, settings } from './harness.ts';
import { withPython } from './peers.ts';
import { readValues, scratch, seriesFile } from './series.ts';

/** What is measured is what is published: `npm run build` first. */
const dist: string = '../dist/stream/streaming-knn.js';
const { StreamingKNN: Built } = (await import(dist)) as { StreamingKNN: typeof StreamingKNN };

const options = settings({
  window: '1,5,50,256',
  history: '100,512,1000,10000,100000,1000000',
  series: 'noise,metrics+gaps,noise+spikes',
  k: '5',
  updates: '20000', // where the history is short; the percentiles of fewer are coarser
  budget: '2e8', // values of history to look at per row
});
const k = integers(options.k)[0]!;
const most = integers(options.updates)[0]!;

/** Histories for which only noise is asked: the others show how stalls grow, not how the time does. */
const LONG = 10_000;

/** A detector that remembers these values, as load() makes it: learning a million takes minutes. */
function filled(w: number, history: number, values: Float64Array): StreamingKNN {
  const last = values.slice(-(history + w - 1));
  const writer = new StateWriter('StreamingKNN', 1);
  writer.f64s([w, k, history, 0]);
  for (let choice = 0; choice < 5; choice++) writer.u8(0);
  writer.f64(values.length);
  writer.f64s(last);
  let gap = last.length - 1;
  while (gap >= 0 && !Number.isNaN(last[gap])) gap--;
  const window = last.slice(last.length - (w - 1)).fill(NaN, 0, Math.max(0, gap - (last.length - w)));
  writer.f64s(w === 1 ? [] : window);
  return Built.load(writer.finish());
}

/** Every window of the history against the one that ends at t, by the definition: a left-to-right sum each. */
function scan(x: Float64Array, t: number, w: number, history: number): number {
  const nearest = new Float64Array(k).fill(Infinity);
  const i = t - w + 1;
  for (let l = 0; l < w; l++) if (Number.isNaN(x[i + l])) return NaN;
  for (let j = Math.max(0, i - history); j < i; j++) {
    let s = 0;
    for (let l = 0; l < w; l++) s += (x[i + l]! - x[j + l]!) * (x[i + l]! - x[j + l]!);
    if (!(s < nearest[k - 1]!)) continue;
    let p = k - 1;
    for (; p > 0 && nearest[p - 1]! > s; p--) nearest[p] = nearest[p - 1]!;
    nearest[p] = s;
  }
  const found = nearest.filter((s) => s < Infinity);
  return found.length === 0 ? 0 : found.reduce((sum, s) => sum + Math.sqrt(s), 0) / found.length;
}

/** Libraries that know no stream: the history is indexed anew for every value. Longer histories take too long. */
const PEERS = { scipy: 'ckdtree', sklearn: 'brute' } as const;
const LONGEST = 100_000;

/** Seconds per value of a peer, its answers checked; `undefined` where it is not there. */
function requery(needed: keyof typeof PEERS, x: Float64Array, w: number, history: number, scores: Float64Array) {
  const script = join(import.meta.dirname, 'versus/requery.py');
  const { command, missing } = withPython(script, needed);
  if (missing !== undefined || history > LONGEST) return undefined;
  const file = join(scratch, 'requery.f64');
  const points = Math.min(scores.length, 20);
  writeFileSync(file, x.subarray(0, history + points + w - 1));
  const [program, ...args] = [...pin, ...command, file, w, k, history, points, PEERS[needed]].map(String);
  const { status, stdout, stderr } = spawnSync(program!, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  const answer = JSON.parse(stdout) as { seconds: number; scores: number[]; version: string };
  versions[needed] = answer.version;
  for (const [p, score] of answer.scores.entries()) {
    // scikit-learn forms |a|² + |b|² − 2ab.
    if (Math.abs(score - scores[p]!) > 1e-6 * (1 + score)) throw new Error(`${needed} says ${score}, we ${scores[p]}`);
  }
  return answer.seconds;
}
const versions: Record<string, string> = { node: process.version.slice(1) };

/** `noise`, or `metrics`, with a missing value or a spike of 1e6 in every 1000 values. */
function valuesOf(name: string, n: number): Float64Array | null {
  const file = seriesFile(name.split('+')[0]!, n);
  if (file === null) return null;
  const x = readValues(file);
  if (name.endsWith('+gaps')) return x.map((value, t) => (t % 1000 === 999 ? NaN : value));
  return name.endsWith('+spikes') ? x.map((value, t) => (t % 1000 === 999 ? 1e6 : value)) : x;
}

function measure(name: string, w: number, history: number): object | null {
  const updates = Math.max(300, Math.min(most, Math.floor(Number(options.budget) / history)));
  const first = history + w;
  const x = valuesOf(name, first + 2 * updates);
  if (x === null) return null;
  const isPlain = name === 'noise' && history > k; // what the peers are asked, too
  const detector = filled(w, history, x.subarray(0, first));
  const checked = Math.max(2, Math.min(1000, Math.floor(1e8 / history / w)));
  const started = performance.now();
  const expected = Float64Array.from({ length: checked }, (_, p) => scan(x, first + p, w, history));
  const naive = (performance.now() - started) / checked;
  for (let t = first; t < first + updates; t++) {
    const score = detector.update(x[t]!);
    const want = expected[t - first];
    if (want !== undefined && !Object.is(score, want)) throw new Error(`${name}: ${score} at ${t}, expected ${want}`);
  }
  const times = new Float64Array(updates);
  const start = process.hrtime.bigint();
  let before = 0;
  for (let p = 0; p < updates; p++) {
    detector.update(x[first + updates + p]!);
    const now = Number(process.hrtime.bigint() - start);
    times[p] = now - before;
    before = now;
  }
  const clock = clockTime();
  for (let p = 0; p < updates; p++) times[p] = Math.max(0, times[p]! - clock);
  const mean = times.reduce((sum, time) => sum + time, 0) / updates / 1e9;
  times.sort();
  const at = (share: number): number => times[Math.min(updates - 1, Math.floor(share * updates))]! / 1e9;
  const percentiles = { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
  // Value t ends window t − w + 1, so the first checked one is window `history + 1`: the peers begin there.
  const peers = isPlain
    ? Object.fromEntries(
        (['scipy', 'sklearn'] as const).map((peer) => [peer, requery(peer, x.subarray(1), w, history, expected)]),
      )
    : {};
  return { series: name, w, k, history, updates, ...percentiles, mean, naive: naive / 1e3, ...peers, checked };
}

/** Nanoseconds of one reading of the clock: the median. */
function clockTime(): number {
  const times = new Float64Array(10_000);
  const start = process.hrtime.bigint();
  let before = 0;
  for (let p = 0; p < times.length; p++) {
    const now = Number(process.hrtime.bigint() - start);
    times[p] = now - before;
    before = now;
  }
  return times.sort()[times.length >> 1]!;
}

const rows: object[] = [];
// What a process does for the first time, it compiles: the code of every window is met before it is measured.
for (const w of integers(options.window)) measure('noise', w, 512);
for (const w of integers(options.window)) {
  for (const history of integers(options.history)) {
    for (const name of options.series.split(',')) {
      if (history > LONG && name !== 'noise') continue;
      const row = measure(name, w, history);
      if (row === null) continue;
      rows.push(row);
      const { p50, p99, p999, max, naive } = row as Record<string, number>;
      const [a, b, c, d, e] = [p50!, p99!, p999!, max!, naive!].map((seconds) => (seconds * 1e6).toPrecision(3));
      console.log(`${name}, w = ${w}, history ${history}: median ${a} µs, p99 ${b}, p99.9 ${c}, max ${d}; scan ${e}`);
    }
  }
}
save('streaming', options.out, { unit: 'seconds per update, without the reading of the clock', versions }, rows);
