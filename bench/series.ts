// The series of the benchmarks: seeded, so that every run and every contender sees the same bits, and written as raw
// little-endian float64 files, so that contenders in other languages can read them.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Uniform numbers in [0, 1): mulberry32. */
export function mulberry32(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normal numbers N(0, 1): Box–Muller. */
function gaussian(seed: number): () => number {
  const u = mulberry32(seed);
  return () => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());
}

function randomWalk(n: number): Float64Array {
  const g = gaussian(1);
  let level = 0;
  return new Float64Array(n).map(() => (level += g()));
}

/** Five bumps a beat (P, Q, R, S, T), beats of 196–204 samples, slow wander, N(0, 0.02) noise. */
function ecg(n: number): Float64Array {
  const g = gaussian(3);
  const u = mulberry32(4);
  const bumps = [0.2, 0.15, 0.025, 0.37, -0.15, 0.01, 0.4, 1, 0.012, 0.43, -0.25, 0.01, 0.65, 0.3, 0.04]; // at, height, width
  let period = 200;
  let start = 0;
  return new Float64Array(n).map((_, i) => {
    if (i - start >= period) {
      start = i;
      period = 196 + Math.floor(9 * u());
    }
    let value = 0.1 * Math.sin(i / 500) + 0.02 * g();
    for (let b = 0; b < bumps.length; b += 3) {
      value += bumps[b + 1]! * Math.exp(-0.5 * (((i - start) / period - bumps[b]!) / bumps[b + 2]!) ** 2);
    }
    return value;
  });
}

/** Levels 0 to 4, held for 1000 samples on average. */
function steps(n: number): Float64Array {
  const u = mulberry32(5);
  let level = 0;
  return new Float64Array(n).map(() => {
    if (u() < 0.001) level = Math.floor(5 * u());
    return level;
  });
}

/** A sine of period 100 that repeats to the bit. */
function periodic(n: number): Float64Array {
  return new Float64Array(n).map((_, i) => Math.sin((2 * Math.PI * (i % 100)) / 100));
}

/** Copies of a period that are nearly equal: N(0, 10⁻⁸) on each value. */
function jittered(x: Float64Array): Float64Array {
  const g = gaussian(8);
  return x.map((value) => value + 1e-8 * g());
}

/** The folder with the series of the Numenta Anomaly Benchmark, beside the repository; NAB_DIR names another. */
const NAB = process.env.NAB_DIR ?? join(import.meta.dirname, '../../shared/data/nab');

/** A value a minute of a server: a day, a week, AR(1) noise, and a burst of 5 to 60 values every 2000 on average. */
function server(n: number): Float64Array {
  const g = gaussian(9);
  const u = mulberry32(10);
  let noise = 0;
  let burst = 0;
  let left = 0;
  return new Float64Array(n).map((_, i) => {
    const day = (2 * Math.PI * (i % 1440)) / 1440;
    const week = Math.floor(i / 1440) % 7 < 5 ? 1 : 0.4;
    noise = 0.8 * noise + g();
    if (left > 0) left--;
    else burst = 0;
    if (left === 0 && u() < 1 / 2000) {
      left = 5 + Math.floor(55 * u());
      burst = -12 * Math.log(1 - u());
    }
    return 50 + week * (20 * Math.sin(day) + 5 * Math.sin(2 * day)) + noise + burst;
  });
}

/** Two levels, half periods of 48 to 52 values. */
function square(n: number): Float64Array {
  const u = mulberry32(11);
  let left = 50;
  let level = 0;
  return new Float64Array(n).map(() => {
    if (left-- === 0) {
      level = 1 - level;
      left = 47 + Math.floor(5 * u());
    }
    return level;
  });
}

/** Real metrics: (x − median) / std of each file, one after the other by file name, tiled with N(0, 1e-3) jitter. */
function metrics(n: number): Float64Array | null {
  if (!existsSync(NAB)) return null;
  const files = readdirSync(NAB, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.csv.gz'));
  const names = new Map(files.map((name) => [basename(name), name]));
  const all: number[] = [];
  for (const name of [...names.keys()].sort()) {
    const lines = gunzipSync(readFileSync(join(NAB, names.get(name)!)))
      .toString()
      .trim()
      .split('\n');
    const x = Float64Array.from(lines.slice(1), (line) => Number(line.split(',')[1]));
    const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
    const std = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length) || 1;
    const sorted = x.slice().sort();
    const mid = x.length >> 1;
    const median = x.length % 2 === 1 ? sorted[mid]! : (sorted[mid - 1]! + sorted[mid]!) / 2;
    for (const v of x) all.push((v - median) / std);
  }
  if (all.length === 0) return null;
  const g = gaussian(6);
  return new Float64Array(n).map((_, i) => all[i % all.length]! + (i < all.length ? 0 : 1e-3 * g()));
}

const generators: Record<string, (n: number) => Float64Array | null> = {
  rw: randomWalk,
  metrics,
  ecg,
  noise: (n) => new Float64Array(n).map(gaussian(2)),
  steps,
  integers: (n) => {
    const u = mulberry32(7);
    return new Float64Array(n).map(() => Math.floor(4 * u()));
  },
  server,
  uniform: (n) => new Float64Array(n).map(mulberry32(12)),
  'jittered-square': (n) => jittered(square(n)),
  constant: (n) => new Float64Array(n).fill(7),
  periodic,
  jittered: (n) => jittered(periodic(n)),
  // Every other period is seen half a sample later.
  'jittered-sine': (n) => jittered(new Float64Array(n).map((_, i) => Math.sin((2 * Math.PI * i) / 100.5))),
  glitch: (n) => new Float64Array(n).map(gaussian(2)).fill(1e9, n >> 1, (n >> 1) + 1),
};

export const seriesNames: string[] = Object.keys(generators);

/** A folder for this run's files, gone when the process ends. */
export const scratch: string = mkdtempSync(join(tmpdir(), 'knn-anomaly-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** The values of a file of `seriesFile`, or of scores. */
export function readValues(file: string): Float64Array {
  return new Float64Array(Uint8Array.from(readFileSync(file)).buffer);
}

/** The file that holds the first n values of a series, or null when its data are not there. */
export function seriesFile(name: string, n: number): string | null {
  const generate = generators[name];
  if (generate === undefined) throw new RangeError(`--series must be of ${seriesNames.join(', ')}, got ${name}`);
  const file = join(scratch, `${name}-${n}.f64`);
  if (existsSync(file)) return file;
  const x = generate(n);
  if (x === null) return null;
  writeFileSync(file, x);
  return file;
}
