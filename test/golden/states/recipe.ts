// What a recipe of a golden state is, and the three kinds of them: of a detector, of a fleet, of the command line.
// Values are whole and quarter numbers of an integer generator, so that they are the same on every machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fleet, type FleetOptions } from '../../../src/index.ts';

/** A value, one with options or of a series of a fleet, or a line of text for the command line. */
export type Step = number | null | string | { x: number | null; learn?: boolean; time?: number; id?: string };

/** A detector somewhere in its stream. */
export interface Subject {
  /** What is answered to these values and what can be read meanwhile. Spends the subject. */
  proceed(steps: readonly Step[]): unknown[] | Promise<unknown[]>;
  save(): Uint8Array;
}

/** How a golden state is made. Never to be changed: a new case is a new recipe. */
export interface Recipe {
  readonly name: string;
  /** In words. */
  readonly made: string;
  /** The values that come after the state. */
  readonly next: readonly Step[];
  /** A new subject that has met the values before it. */
  build(): Subject | Promise<Subject>;
  load(bytes: Uint8Array): Subject | Promise<Subject>;
}

/** Whole and quarter numbers from 0 to below 100, by Lehmer's generator: products stay below 2⁵³. */
export function series(seed: number, length: number): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return (state % 400) / 4;
  });
}

/** Where a series has a missing value, one that is not to be learned, or another than drawn. */
export interface Marks {
  missing?: readonly number[];
  unlearned?: readonly number[];
  others?: Readonly<Record<number, number>>;
}

/** A series with marks. */
export function steps(seed: number, length: number, { missing = [], unlearned = [], others = {} }: Marks = {}): Step[] {
  return series(seed, length).map((drawn, t) => {
    const x = missing.includes(t) ? null : (others[t] ?? drawn);
    return unlearned.includes(t) ? { x, learn: false } : x;
  });
}

/** Steps with the times of a value every 20 minutes, the first one at `from`, which is counted in values. */
export function timed(steps: readonly Step[], from: number): Step[] {
  return steps.map((step, t) => {
    const value = typeof step === 'object' && step !== null ? step : { x: step as number | null };
    return { ...value, time: 1_200_000 * (1_477_000 + from + t) };
  });
}

/** Values that are missing, an infinite one and a sentinel among them. */
export const NEXT: readonly Step[] = steps(11, 24, { missing: [9], unlearned: [3, 4], others: { 15: 1e300, 20: 140 } });

interface Detector {
  update(x: number | null, options?: { learn?: boolean; time?: number }): unknown;
  save(): Uint8Array;
  reset(): void;
}

/** What is told of a detector. */
interface DetectorRecipe<D> {
  readonly made: string;
  make(): D;
  load(bytes: Uint8Array): D;
  readonly past: readonly Step[];
  readonly next: readonly Step[];
  /** What can be read after every value. */
  read?(detector: D): unknown;
  /** And what is read before and after all of them. */
  look?(detector: D): unknown;
  /** Whether the values come once more after `reset()`, which shows the seeds and starting states that were saved. */
  again?: boolean;
}

/** The recipe of a detector. */
export function detector<D extends Detector>(name: string, recipe: DetectorRecipe<D>): Recipe {
  const { made, make, load, past, next, read, look, again = false } = recipe;
  const answer = (one: D, step: Step): unknown => {
    const score = answered(() => one.update(...argumentsOf(step)));
    return read ? [score, read(one)] : score;
  };
  const subject = (one: D): Subject => ({
    proceed(steps) {
      const answers = [look?.(one), ...steps.map((step) => answer(one, step)), look?.(one)];
      if (!again) return answers;
      one.reset();
      return [
        ...answers,
        'reset',
        ...steps.map((step) => answered(() => one.update(...argumentsOf(step)))),
        look?.(one),
      ];
    },
    save: () => one.save(),
  });
  const build = (): Subject => {
    const one = make();
    for (const step of past) one.update(...argumentsOf(step));
    return subject(one);
  };
  return { name, made, next, build, load: (bytes) => subject(load(bytes)) };
}

function argumentsOf(step: Step): [number | null, { learn?: boolean; time?: number }?] {
  if (typeof step === 'string') throw new TypeError(`a line is no value: ${step}`);
  if (typeof step !== 'object' || step === null) return [step];
  const { x, learn, time } = step;
  if (learn === undefined && time === undefined) return [x];
  return [x, { ...(learn !== undefined && { learn }), ...(time !== undefined && { time }) }];
}

/** What is returned; of an error its class and the numbers in it, for its words may change. */
function answered(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return [(error as Error).name, ...numbersIn((error as Error).message)];
  }
}

/** The numbers in a text, whose words may change. */
export function numbersIn(text: string): number[] {
  return (text.match(/\d+(\.\d+)?(e[+-]?\d+)?/g) ?? []).map(Number);
}

/** What is told of a fleet. */
interface FleetRecipe {
  readonly made: string;
  readonly options: FleetOptions;
  readonly past: readonly Step[];
  readonly next: readonly Step[];
  readonly metric?: (a: Float64Array, b: Float64Array) => number;
}

/** The recipe of a fleet. */
export function fleet(name: string, { made, options, past, next, metric }: FleetRecipe): Recipe {
  const given = metric && { metric };
  const update = (one: Fleet, step: Step): unknown => {
    const [x, learn] = argumentsOf(step);
    return answered(() => one.update((step as { id: string }).id, x, learn));
  };
  const look = (one: Fleet): unknown => {
    const { series, updates, evicted } = one.stats;
    return { series, updates, evicted, ids: [...one.ids()] };
  };
  const subject = (one: Fleet): Subject => ({
    proceed: (steps) => [look(one), ...steps.map((step) => update(one, step)), look(one)],
    save: () => Uint8Array.from([...one.save()].flatMap((chunk) => [...chunk])),
  });
  const build = (): Subject => {
    const one = new Fleet({ ...options, ...given });
    for (const step of past) update(one, step);
    return subject(one);
  };
  return { name, made, next, build, load: async (bytes) => subject(await Fleet.load([bytes], { ...given })) };
}

/** What is told of a command that keeps a state. */
interface CommandRecipe {
  readonly made: string;
  /** The command and its options, without `--state`. */
  readonly args: readonly string[];
  /** The first line of every input. */
  readonly header?: string;
  readonly past: readonly string[];
  readonly next: readonly string[];
  /** A file beside the state. */
  readonly file?: { readonly name: string; readonly text: string };
}

/** The built program. */
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** The recipe of a state file of the command line. It proceeds in two runs: the second goes on where the first saved. */
export function command(name: string, { made, args, header, past, next, file }: CommandRecipe): Recipe {
  const inFolder = <T>(work: (path: string, run: (lines: readonly Step[]) => string[]) => T): T => {
    const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-golden-'));
    const path = join(folder, 'state');
    if (file) writeFileSync(join(folder, file.name), file.text);
    const run = (lines: readonly Step[]): string[] => {
      const input = [...(header === undefined ? [] : [header]), ...lines].map((line) => `${line}\n`).join('');
      const options = { cwd: folder, input, encoding: 'utf8' } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args, '--state', path], options);
      if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
      return `${stdout}${stderr}`.trimEnd().split('\n');
    };
    try {
      return work(path, run);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const subject = (bytes: Uint8Array): Subject => ({
    save: () => bytes,
    proceed: (lines) =>
      inFolder((path, run) => {
        writeFileSync(path, bytes);
        const half = lines.length >> 1;
        return [...run(lines.slice(0, half)), ...run(lines.slice(half))];
      }),
  });
  const build = (): Subject =>
    inFolder((path, run) => {
      run(past);
      return subject(new Uint8Array(readFileSync(path)));
    });
  return { name, made, next, build, load: subject };
}
