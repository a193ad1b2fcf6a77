// Does every engine give the bits of the definition, hour after hour? Random hostile joins through the public interface of
// the built package: neighbors, their distances and the scores of each engine against brute force, and that against
// test/naive.ts where it is small. A case follows from --seed and its number alone.
//   npx tsx test/slow/exactness.ts --seconds 3600        any number of cases for an hour
//   npx tsx test/slow/exactness.ts --first 4711 --cases 1
//   npx tsx test/slow/exactness.ts --plain               without WebAssembly
//   npx tsx test/slow/exactness.ts --turns --cases 1000000 --long 0   a million cases, each with one of the engines

import { parseArgs } from 'node:util';
import type { EngineName, KNN as KNNClass, KNNOptions } from '../../src/index.ts';
import { naiveNeighbors, scoreOf, tableOf } from '../naive.ts';
import { mulberry32 } from '../support/series.ts';
import { hostile } from './hostile.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: 'Infinity' },
    seconds: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    engines: { type: 'string', default: 'auto,kdtree,diagonal' },
    long: { type: 'string', default: '1000' }, // one case in so many has 5000 values and more; 0: none
    plain: { type: 'boolean', default: false },
    turns: { type: 'boolean', default: false }, // one engine per case, and the naive definition in one of TURNS
  },
});
const isBounded = values.cases !== 'Infinity' || values.seconds !== 'Infinity';
const [seed, first, long] = [Number(values.seed), Number(values.first), Number(values.long)];
const [numCases, maxSeconds] = [Number(values.cases), isBounded ? Number(values.seconds) : 60];
const engines = values.engines.split(',') as EngineName[];

// Without WASM the kernels are looked for, and not found, at the first call.
if (values.plain) Reflect.deleteProperty(globalThis, 'WebAssembly');
const name: string = 'knn-anomaly'; // the built package, with the types of the source
const { KNN }: { KNN: typeof KNNClass } = await import(name);

interface Case {
  kind: string;
  series: Float64Array;
  w: number;
  k: number;
  options: KNNOptions;
  reference?: Float64Array;
}

function caseOf(number: number): Case {
  const random = mulberry32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b));
  const between = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
  const isLong = long > 0 && number % long === long - 1;
  const isMedium = random() < 0.003;
  const size = isLong ? 5000 * 4 ** random() : isMedium ? 1000 * 3 ** random() : 20 * 20 ** random();
  const wide = random() < 0.5 ? between(1, 12) : between(1, isLong ? 100 : 300);
  const n = Math.round(isLong ? Math.min(size, Math.max(5000, Math.sqrt(3e9 / wide))) : size); // brute force is O(n²w)
  const w = Math.min(wide, random() < 0.01 ? n + 1 : n);
  const k = n <= 400 && random() < 0.02 ? n + between(0, 5) : between(1, random() < 0.5 ? 5 : 40);
  const { kind, series } = hostile(n, random);
  const modes = ['none', 'none', 'none', 'mean', 'zscore'] as const;
  const normalize = w > 1 ? modes[between(0, modes.length - 1)]! : 'none';
  if (random() < 0.15) {
    const reference = hostile(isLong ? between(500, 5000) : between(w, w + 300), random);
    return { kind: `${kind} / ${reference.kind}`, series, w, k, options: { normalize }, reference: reference.series };
  }
  const exclusionZone = random() < 0.6 ? 0 : random() < 0.8 ? between(1, w) : between(1, n);
  return { kind, series, w, k, options: { normalize, exclusionZone, side: random() < 0.25 ? 'left' : 'both' } };
}

type Answer =
  | { indices: ArrayLike<number>; distances: ArrayLike<number>; score: ArrayLike<number> }
  | { error: string };

function answer({ series, w, k, options, reference }: Case, engine: EngineName): Answer {
  try {
    const knn = new KNN(w, k, { ...options, engine });
    const join = reference === undefined ? {} : { reference };
    const { indices, distances } = knn.neighbors(series, join);
    return { indices, distances, score: knn.score(series, join) };
  } catch (error) {
    if (error instanceof RangeError) return { error: error.message };
    throw error;
  }
}

function naiveAnswer({ series, w, k, options, reference }: Case): Answer {
  const rows = naiveNeighbors(series, w, k, { ...options, ...(reference && { reference }) } as object);
  return { ...tableOf(rows, k), score: scoreOf(rows, series.length, w) };
}

/** Where the answers differ first, in words; undefined if they are the same to the bit. */
function difference(got: Answer, want: Answer): string | undefined {
  if ('error' in got || 'error' in want) {
    const [said, expected] = [got, want].map((a) => ('error' in a ? a.error : 'an answer'));
    return said === expected ? undefined : `${said}, expected ${expected}`;
  }
  for (const part of ['indices', 'distances', 'score'] as const) {
    const [a, b] = [got[part], want[part]];
    if (a.length !== b.length) return `${a.length} ${part}, expected ${b.length}`;
    for (let p = 0; p < b.length; p++) {
      if (!Object.is(a[p], b[p])) return `${part}[${p}] is ${a[p]}, expected ${b[p]}`;
    }
  }
  return undefined;
}

const SMALL = 2e5; // values that the naive definition may compare
const TURNS = 16;
const counts = { cases: 0, long: 0, naive: 0, pairs: 0, differences: 0 };
let firstDifference = '';

function hold(number: number): void {
  const it = caseOf(number);
  const { series, w, k, options, reference } = it;
  const numColumns = Math.max(0, (reference ?? series).length - w + 1);
  const pairs = Math.max(0, series.length - w + 1) * numColumns;
  const want = answer(it, 'brute');
  const asked = values.turns ? [engines[number % engines.length]!] : engines;
  const others: [string, Answer][] = asked.map((engine) => [engine, answer(it, engine)]);
  if (!('error' in want) && pairs * w <= SMALL && !(values.turns && number % TURNS > 0)) {
    others.push(['naive', naiveAnswer(it)]);
    counts.naive++;
  }
  for (const [who, got] of others) {
    if ('error' in got && got.error.includes('cannot serve')) continue;
    const found = difference(got, want);
    if (found === undefined) continue;
    counts.differences++;
    const setting = JSON.stringify({ n: series.length, w, k, ...options, reference: reference?.length });
    firstDifference ||= `case ${number} (${it.kind}; ${setting}), ${who}: ${found}
npx tsx test/slow/exactness.ts --seed ${seed} --long ${long} --first ${number} --cases 1${values.plain ? ' --plain' : ''}${values.turns ? ' --turns' : ''}`;
  }
  counts.cases++;
  counts.pairs += pairs;
  if (series.length >= 5000) counts.long++;
}

const start = performance.now();
const seconds = () => (performance.now() - start) / 1e3;
const report = () =>
  `${Math.round(seconds())} s: ${counts.cases} cases (${counts.long} long, ${counts.naive} naive, too), ` +
  `${counts.pairs.toPrecision(3)} pairs, ${counts.differences} differences`;
let reported = 0;
for (let number = first; number < first + numCases && seconds() < maxSeconds; number++) {
  hold(number);
  if (seconds() - reported >= 10) {
    reported = seconds();
    console.log(report());
  }
}
console.log(`${report()}; seed ${seed}, cases ${first} to ${first + counts.cases - 1}`);
if (firstDifference) console.log(`first difference: ${firstDifference}`);
process.exitCode = counts.differences > 0 ? 1 : 0;
