// Compares contenders: same file, answers checked before they are timed, warm-up, alternating rounds, ratios with an
// interval, results as JSON. Each contender is a process of its own, so that start-up is not counted, on one core unless it
// says otherwise.

import { execFileSync, fork, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { mulberry32, readValues, scratch } from './series.ts';

type Info = { versions: Record<string, string>; rss: number };

export interface Contender {
  name: string;
  /** How far its answers may be from the first contender's: `relative` of the score + `absolute` of the largest. */
  tolerance: { relative: number; absolute?: number };
  /** What it is asked, if not what the first is: answers are held to those of the first that is asked the same. */
  question?: string;
  /** Starts it with the series loaded; tells the versions of what runs and the peak memory so far, in bytes. */
  prepare(): Promise<Info>;
  /** Mean seconds of one computation out of `reps`; throws `Stopped` after `stop` seconds. */
  run(reps: number, stop?: number): Promise<number>;
  scores(): Promise<Float64Array>;
  /** Ends it; peak memory in bytes. */
  end(): Promise<number>;
}

export interface Row {
  contender: string;
  /** Why there are no figures. */
  skipped?: string;
  /** Seconds: the first call, then min, median and max of the rounds. */
  first?: number;
  min?: number;
  median?: number;
  max?: number;
  rounds?: number;
  /** This contender's time over the first contender's, round by round: median and its 95 % bootstrap interval. */
  ratio?: [median: number, low: number, high: number];
  /** Peak resident memory of the process in bytes: with the series loaded, and at the end. */
  rss?: [loaded: number, end: number];
  /** Largest difference from the first contender's scores, relative and absolute. */
  error?: [relative: number, absolute: number];
  /** Sum of the scores. */
  checksum?: number;
}

class Stopped extends Error {}
class WrongAnswer extends Error {}

const THREADS = ['OMP', 'OPENBLAS', 'MKL', 'NUMEXPR', 'BLIS'].map((name) => [`${name}_NUM_THREADS`, '1']);
const env = { ...process.env, ...Object.fromEntries(THREADS), PYTHONDONTWRITEBYTECODE: '1' };

/** Prefix of every measured command: one core, the last this process may use, where taskset is available. */
export const pin: string[] = (() => {
  const allowed = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' }).stdout;
  const core = /(\d+)\s*$/.exec(allowed ?? '')?.[1];
  return core === undefined ? [] : ['taskset', '-c', core];
})();

export function runPinned(command: string[]): SpawnSyncReturns<string> {
  const [program, ...args] = [...pin, ...command];
  return spawnSync(program!, args, { encoding: 'utf8', env });
}

/**
 * A process that speaks the line protocol of versus/child.mjs: a line of JSON when ready, then one per request. It has one
 * core unless `pinned` is false.
 */
export function processContender(
  name: string,
  command: string[],
  { pinned = true, ...options }: Partial<Pick<Contender, 'tolerance' | 'question'>> & { pinned?: boolean } = {},
): Contender {
  let ask: (request: string, stop?: number) => Promise<Info & { seconds: number }>;
  return {
    name,
    tolerance: { relative: 0 },
    ...options,
    async prepare() {
      const [program, ...args] = [...(pinned ? pin : []), ...command];
      const child = spawn(program!, args, { env });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      let complaint = '';
      child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-2000)));
      child.stdin.on('error', () => {}); // a dead child shows as the end of its lines
      child.on('error', (error) => (complaint += error.message));
      ask = async (request, stop = 3600) => {
        if (request !== '') child.stdin.write(`${request}\n`);
        let late = false;
        const timer = setTimeout(() => (late = child.kill('SIGKILL')), 1e3 * stop);
        const { value, done } = await lines.next();
        clearTimeout(timer);
        if (late) throw new Stopped(`stopped after ${Number(stop.toPrecision(3))} s`);
        if (done) throw new Error(`no answer: ${lastWords(complaint)}`);
        return JSON.parse(value);
      };
      return ask('');
    },
    run: async (reps, stop) => (await ask(`run ${reps}`, stop)).seconds,
    async scores() {
      const file = join(scratch, 'scores.f64');
      await ask(`save ${file}`);
      return readValues(file);
    },
    end: async () => (await ask('end')).rss,
  };
}

/** The line that says what went wrong: Python's last, in Node the one before the stack. */
function lastWords(complaint: string): string | undefined {
  const lines = complaint.trim().split('\n');
  return lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
}

/** Our built package; `engine` is one by name, 'plain' or 'threads:2', and 'auto' unless given. */
export function ours(name: string, file: string, windowSize: number, k: number, engine = 'auto'): Contender {
  const command = [
    process.execPath,
    join(import.meta.dirname, 'ours.mjs'),
    file,
    String(windowSize),
    String(k),
    engine,
  ];
  return processContender(name, command, { pinned: !/^threads:(?!1$)/.test(engine) });
}

/** Largest differences; throws where one is beyond the tolerance or not a number. */
function check(c: Contender, got: Float64Array, want: Float64Array): [number, number] {
  if (got.length !== want.length) throw new WrongAnswer(`${c.name} gave ${got.length} scores, not ${want.length}`);
  const { relative, absolute = 0 } = c.tolerance;
  const slack = absolute * want.reduce((max, v) => Math.max(max, v), 0);
  const worst: [number, number] = [0, 0];
  for (let t = 0; t < want.length; t++) {
    const error = Math.abs(got[t]! - want[t]!);
    if (!(error <= relative * Math.abs(want[t]!) + slack)) {
      throw new WrongAnswer(`${c.name} is wrong at ${t}: score ${got[t]}, expected ${want[t]}`);
    }
    if (want[t] !== 0) worst[0] = Math.max(worst[0], error / Math.abs(want[t]!));
    worst[1] = Math.max(worst[1], error);
  }
  return worst;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const mid = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[mid]! : (sorted[mid - 1]! + sorted[mid]!) / 2;
}

/** Median and its 95 % percentile-bootstrap interval, seeded. */
export function medianInterval(values: number[]): [number, number, number] {
  const random = mulberry32(1);
  const draws = Array.from({ length: 2000 }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)]!)),
  ).sort((a, b) => a - b);
  return [median(values), draws[49]!, draws[1949]!];
}

/**
 * Runs the contenders against each other; the first is the reference of answers and ratios. `budget` is what one may
 * spend on its rounds, in seconds: fewer rounds when slow, the first call alone when very slow; `stop` ends a first call,
 * and so does `patience` times the first contender's first call, but not before a second.
 */
export async function compare(
  contenders: Contender[],
  effort: { rounds: number; budget: number; stop: number; patience?: number },
  versions: Record<string, string>,
): Promise<Row[]> {
  const rows: Row[] = [];
  const running: { c: Contender; row: Row; reps: number; rounds: number; times: number[]; loaded: number }[] = [];
  const answers = new Map<string | undefined, Float64Array>();
  for (const c of contenders) {
    const row: Row = { contender: c.name };
    rows.push(row);
    try {
      const info = await c.prepare();
      Object.assign(versions, info.versions);
      const patience = Math.max(1, (effort.patience ?? Infinity) * (rows[0]!.first ?? Infinity));
      let seconds = (row.first = await c.run(1, Math.min(effort.stop, patience)));
      const scores = await c.scores();
      const want = answers.get(c.question) ?? scores;
      answers.set(c.question, want);
      row.error = check(c, scores, want);
      row.checksum = scores.reduce((sum, v) => sum + v, 0);
      const times: number[] = seconds > effort.budget ? [seconds] : [];
      for (let spent = seconds; spent < 1; spent += seconds) seconds = await c.run(1, effort.stop); // warm-up
      const reps = Math.ceil(0.02 / Math.max(seconds, 1e-6)); // a round takes 20 ms or more
      const affordable = Math.max(1, Math.floor(effort.budget / seconds));
      running.push({ c, row, reps, rounds: Math.min(effort.rounds, affordable), times, loaded: info.rss });
    } catch (error) {
      if (error instanceof WrongAnswer || (c === contenders[0] && !(error instanceof Stopped))) throw error;
      row.skipped = (error as Error).message;
    }
  }
  for (let round = 0; round < effort.rounds; round++) {
    for (const { c, reps, rounds, times } of running) {
      if (times.length < rounds) times.push(await c.run(reps));
    }
  }
  const base = running[0]?.c === contenders[0] ? running[0]!.times : [];
  for (const { c, row, times, loaded } of running) {
    Object.assign(row, { min: Math.min(...times), median: median(times), max: Math.max(...times) });
    row.rounds = times.length;
    const ratios = times === base ? [] : times.slice(0, base.length).map((t, r) => t / base[r]!);
    if (ratios.length > 0) row.ratio = medianInterval(ratios);
    row.rss = [loaded, await c.end()];
  }
  return rows;
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd: import.meta.dirname });
}

/** Where and on what the figures were taken; numbers without this are rumors. */
function provenance(): Record<string, unknown> {
  let commit = 'none';
  try {
    commit = git('rev-parse', 'HEAD').trim() + (git('status', '--porcelain', '--', '../src').trim() && ' + changes');
  } catch {} // not a repository, or no commit yet
  const cpu = cpus();
  const machine = {
    cpu: cpu[0]?.model.trim() ?? 'unknown',
    cores: cpu.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release().split('.').slice(0, 2).join('.')} ${arch()}`,
    pinned: pin.length > 0,
  };
  return { date: new Date().toISOString().slice(0, 10), commit, machine };
}

/** Writes `bench/results/NAME.json`, or the file given: one row a line, so that a change shows as one. */
export function save(name: string, file: string | undefined, head: Record<string, unknown>, rows: object[]): void {
  const path = file ?? join(import.meta.dirname, 'results', `${name}.json`);
  mkdirSync(dirname(path), { recursive: true });
  const top = JSON.stringify({ bench: name, ...provenance(), ...head }, null, 2).slice(0, -2);
  const rounded = (_: string, v: unknown) => (typeof v === 'number' ? Number(v.toPrecision(12)) : v);
  const body = rows.map((row) => `    ${JSON.stringify(row, rounded)}`).join(',\n');
  writeFileSync(path, `${top},\n  "rows": [\n${body}\n  ]\n}\n`);
}

/**
 * Measures each of several numbers in a process of its own, which runs this same program with `--name number`.
 *
 * @param name the option that holds the numbers
 * @param tell prints what one measurement found
 * @returns the rows; in a process that measures, nothing: it has sent its row
 */
export async function measureApart(
  name: string,
  numbers: readonly number[],
  measure: (number: number) => Promise<object>,
  tell: (number: number, row: Record<string, number>) => void,
): Promise<object[] | undefined> {
  if (process.send) {
    process.send(await measure(numbers[0]!));
    return undefined;
  }
  const [, program, ...given] = process.argv;
  const args = given.filter((arg, p) => arg !== `--${name}` && given[p - 1] !== `--${name}`);
  const rows: object[] = [];
  for (const number of numbers) {
    const child = fork(program!, [...args, `--${name}`, String(number)], {
      execArgv: [...process.execArgv, '--expose-gc'],
    });
    const row = await new Promise<object>((resolve, reject) => {
      child.once('message', (message) => resolve(message as object));
      child.once('exit', (status) => reject(new Error(`a measurement ended with status ${status}`)));
    });
    rows.push(row);
    tell(number, row as Record<string, number>);
  }
  return rows;
}

/** Seconds with three digits, in the unit that suits. */
export function time(seconds: number): string {
  const [value, unit] = seconds < 1e-3 ? [seconds * 1e6, 'µs'] : seconds < 1 ? [seconds * 1e3, 'ms'] : [seconds, 's'];
  return `${value < 100 ? value.toPrecision(value < 10 ? 2 : 3) : Math.round(value)} ${unit}`;
}

type Settings<D> = { [K in keyof D]: D[K] extends boolean ? boolean : string } & { out?: string };

/** Command-line options with these defaults, `--name value` or a mere `--name` for false, and `--out` for another file. */
export function settings<D extends Record<string, string | boolean>>(defaults: D): Settings<D> {
  const options = Object.entries(defaults).map(([name, value]) => {
    return [name, { type: typeof value as 'string' | 'boolean', default: value }] as const;
  });
  return parseArgs({ options: { ...Object.fromEntries(options), out: { type: 'string' } } }).values as Settings<D>;
}

/** The positive integers of an option such as `1000,1e4`. */
export function integers(list: string): number[] {
  const values = list.split(',').map(Number);
  if (values.every((value) => Number.isInteger(value) && value > 0)) return values;
  throw new RangeError(`expected positive integers, got ${list}`);
}
