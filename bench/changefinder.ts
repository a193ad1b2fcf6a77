// What does a value cost ChangeFinder, by its orders, beside plain transcriptions of the Ruby gem in JavaScript and of the
// Python package in NumPy? And beside KNN and StreamingKNN: cost per value, memory, delay on four levels, parameters.
//   npx tsx bench/changefinder.ts --soak 1e7    also feeds so many hostile values and counts what is not finite

import { join } from 'node:path';
import { ChangeFinder, KNN, StreamingKNN } from '../src/index.ts';
import { normal } from '../test/support/series.ts';
import { type Contender, compare, integers, median, processContender, runPinned, save, settings } from './harness.ts';
import { mulberry32, seriesFile } from './series.ts';

const options = settings({ n: '10000', long: '100000', rounds: '7', budget: '10', seeds: '40', soak: '0' });
const effort = { rounds: Number(options.rounds), budget: Number(options.budget), stop: 120 };
const versions: Record<string, string> = {};
const rows: object[] = [];

const script = (name: string) => join(import.meta.dirname, name);

function detector(kind: string, file: string, ...numbers: number[]): Contender {
  const name = kind === 'ChangeFinder' ? 'knn-anomaly' : `${kind}(${numbers.join(', ')})`;
  const command = [process.execPath, script('detectors.mjs'), file, '1', '1', kind, ...numbers.map(String)];
  return processContender(name, command, { question: kind });
}

function others(name: string, file: string, kind: 'gem' | 'package', ...orders: number[]): Contender {
  const path = script('versus/changefinder-others.mjs');
  const command = [process.execPath, '--import', 'tsx', path, file, '1', '1', kind, ...orders.map(String)];
  return processContender(name, command, { question: kind });
}

/** Its answers are held to those of the transcription in JavaScript. */
function numpy(file: string, order: number): Contender {
  const command = ['python3', script('versus/changefinder_package.py'), file, '1', '1', String(order)];
  const tolerance = { relative: 1e-6, absolute: 1e-9 };
  return processContender('Python package in NumPy', command, { question: 'package', tolerance });
}

/** Times of one length, as rows with nanoseconds a value. */
async function measure(what: object, n: number, contenders: Contender[]): Promise<void> {
  for (const row of await compare(contenders, effort, versions)) {
    const ns = row.median && (1e9 * row.median) / n;
    rows.push({ ...what, n, ...row, ...(ns && { nsPerValue: ns }) });
    const figure = ns ? `${ns.toPrecision(3)} ns a value` : row.skipped;
    const ratio = row.ratio ? `, ${row.ratio[0].toPrecision(3)}×` : '';
    console.log(`  ${row.contender.padEnd(30)} ${figure}${ratio}`);
  }
  save('changefinder', options.out, { versions, effort }, rows); // after every cell: a long run may be cut short
}

// 1. By order. The Python package has one order and one discount for both stages.
const n = integers(options.n)[0]!;
const noise = seriesFile('noise', n)!;
for (const [outlier, change] of [
  [1, 1],
  [2, 2],
  [5, 5],
  [5, 10],
  [10, 10],
  [20, 20],
  [50, 50],
] as const) {
  // biome-ignore format: pairs
  console.log(`\norders ${outlier} and ${change}, n = ${n}`);
  const contenders = [detector('ChangeFinder', noise, outlier, change)];
  if (change <= 10) contenders.push(others('Ruby gem in JavaScript', noise, 'gem', outlier, change));
  if (outlier === change && change <= 10) {
    contenders.push(others('Python package in JavaScript', noise, 'package', outlier), numpy(noise, outlier));
  }
  await measure({ what: 'orders', outlierOrder: outlier, changeOrder: change }, n, contenders);
}

// 2. Beside the neighbors: cost on a long series.
const long = integers(options.long)[0]!;
for (const series of ['rw', 'metrics', 'noise']) {
  const file = seriesFile(series, long);
  console.log(
    `\n${series}, n = ${long}${file === null ? ': skipped, its data are not there (see bench/README.md)' : ''}`,
  );
  if (file === null) continue;
  const contenders = [
    detector('ChangeFinder', file, 5, 10),
    detector('StreamingKNN', file, 5, 5),
    detector('KNN', file, 5, 5),
  ];
  await measure({ what: 'detectors', series }, long, contenders);
}

// 3. Memory of one detector, and of its saved state.
console.log();
for (const [kind, ...numbers] of [
  ['ChangeFinder', 5, 10],
  ['ChangeFinder', 50, 50],
  ['StreamingKNN', 5, 5],
] as const) {
  // biome-ignore format: tuples
  const command = [process.execPath, '--expose-gc', script('detectors.mjs'), 'memory', '1', '1', kind];
  const { stdout, stderr } = runPinned([...command, ...numbers.map(String)]);
  if (stdout === '') throw new Error(stderr);
  const { bytes, saved } = JSON.parse(stdout);
  rows.push({ what: 'memory', contender: `${kind}(${numbers.join(', ')})`, bytes, saved });
  console.log(`${kind}(${numbers.join(', ')}): ${Math.round(bytes)} bytes, ${saved} saved`);
}

/** Levels 0.7, 1.5, 0.6, 1.3 with noise of 0.05, 300 values each. */
function fourSegments(seed: number): Float64Array {
  const random = mulberry32(seed);
  const levels = [0.7, 1.5, 0.6, 1.3];
  return Float64Array.from({ length: 1200 }, (_, t) => levels[Math.floor(t / 300)]! + 0.05 * normal(random));
}

/**
 * Values from a change to the first score above every score of the quiet stretches, which begin 150 values after a change
 * and end before the next; Infinity where there is none within 150.
 */
function delays(scores: ArrayLike<number>): number[] {
  let quiet = -Infinity;
  for (let t = 150; t < 1200; t++) if (t % 300 >= 150) quiet = Math.max(quiet, scores[t]!);
  return [300, 600, 900].map((change) => {
    for (let t = change; t < change + 150; t++) if (scores[t]! > quiet) return t - change;
    return Infinity;
  });
}

// 4. Delay, and how far a change stands out.
console.log();
const contestants: Record<string, (series: Float64Array) => ArrayLike<number>> = {
  'ChangeFinder(5, 0.01, 10, 0.01, 5)': (x) => new ChangeFinder(5, 0.01, 10, 0.01, 5).learn(x),
  'StreamingKNN(5, 5)': (x) => new StreamingKNN(5, 5).learn(x),
  'KNN(5, 5)': (x) => new KNN(5, 5).score(x),
};
const parameters: Record<string, number> = { 'ChangeFinder(5, 0.01, 10, 0.01, 5)': 5, 'StreamingKNN(5, 5)': 3, 'KNN(5, 5)': 2 }; // biome-ignore format: one line
for (const [contender, score] of Object.entries(contestants)) {
  const seeds = Array.from({ length: integers(options.seeds)[0]! }, (_, seed) => seed + 1);
  const seen = seeds.flatMap((seed) => delays(score(fourSegments(seed))));
  const found = seen.filter(Number.isFinite);
  const delay = found.length > 0 ? [median(found), Math.max(...found)] : [];
  const missed = seen.length - found.length;
  rows.push({ what: 'delay', contender, changes: seen.length, missed, delay, parameters: parameters[contender] });
  console.log(`${contender}: ${missed} of ${seen.length} missed, delay ${delay.join(', at most ')}`);
}

// 5. Soak: hostile values for hours, if asked.
const soak = Number(options.soak);
if (soak > 0) {
  const random = mulberry32(9);
  const detector = new ChangeFinder(5, 0.01, 10, 0.01, 5);
  let [wrong, level] = [0, 0];
  for (let t = 0; t < soak; t++) {
    if (random() < 1e-4) level = (random() < 0.5 ? -1 : 1) * 10 ** Math.floor(26 * random() - 13);
    const still = Math.floor(t / 20_000) % 3 === 0; // a constant for a while
    if (!Number.isFinite(detector.update(still ? level : level * (1 + 0.1 * normal(random))))) wrong++;
  }
  rows.push({ what: 'soak', contender: 'ChangeFinder(5, 0.01, 10, 0.01, 5)', values: soak, wrong });
  console.log(`\n${soak} hostile values: ${wrong} scores that are not finite`);
}
save('changefinder', options.out, { versions, effort }, rows);
