// Recipes of golden states: Fleet and Monitors that are ticked.
import { Monitors, type MonitorsOptions } from '../../../src/calibrate.ts';
import { Fleet } from '../../../src/index.ts';
import { type Recipe, type Step, type Subject, series } from './recipe.ts';

/** One series of a tick. Steps with the same `tick` are one. */
interface Given {
  readonly id: string;
  readonly x: number | null;
}

const NAMES: readonly string[] = ['web-1', 'web-2', '', 'db-größe', '__proto__'];

/** Whole and quarter numbers, now and then missing or far away; at times a series is not named. */
function ticksOf(seed: number, length: number, leap: number): Given[][] {
  const draws = series(seed, length * NAMES.length);
  return Array.from({ length }, (_, t) =>
    NAMES.flatMap((id, p): Given[] => {
      const drawn = draws[t * NAMES.length + p]!;
      if ((3 * t + 5 * p) % 17 === 4 || (p === 4 && t % 12 < 8)) return [];
      if ((t + p) % 19 === 7) return [{ id, x: null }];
      return [{ id, x: t % 13 >= 12 - (p % 2) && p < 3 ? drawn + leap * (t + 1) : drawn }];
    }),
  );
}

/** A tick as a step of a recipe: JSON as text. */
const stepsOf = (ticks: readonly Given[][]): Step[] => ticks.map((given) => JSON.stringify(given));

interface Tickable {
  readonly position: number;
  tick(time: number, ids: string[], values: (number | null)[]): unknown;
  ids(): Iterable<string>;
  save(): Iterable<Uint8Array>;
}

/** The recipe of something that is ticked, every 60. */
function ticked<T extends Tickable>(
  name: string,
  made: string,
  { make, load, look }: { make(): T; load(bytes: Uint8Array): Promise<T>; look(one: T): unknown },
  seed: number,
  numTicks: number,
): Recipe {
  const subject = (one: T): Subject => {
    let time = Number.isFinite(one.position) ? one.position : 0;
    return {
      save: () => Uint8Array.from([...one.save()].flatMap((chunk) => [...chunk])),
      proceed: (steps) => [
        look(one),
        ...steps.map((step) => {
          const given = JSON.parse(step as string) as Given[];
          time += 60;
          const ids = given.map(({ id }) => id);
          return toPlain(
            one.tick(
              time,
              ids,
              given.map(({ x }) => x),
            ),
          );
        }),
        look(one),
      ],
    };
  };
  const build = (): Subject => {
    const one = make();
    subject(one).proceed(stepsOf(ticksOf(seed, numTicks, 50)));
    return subject(one);
  };
  const next = stepsOf(ticksOf(seed + 1, 20, 900));
  return { name, made, next, build, load: async (bytes) => subject(await load(bytes)) };
}

/** Typed arrays as arrays, without the sentences, whose words may change. */
function toPlain(result: unknown): unknown {
  if (result instanceof Float64Array) return Array.from(result);
  const { surprises, alarms, incidents } = result as ReturnType<Monitors['tick']>;
  const plain = alarms.map(({ text: _, ...alarm }) => alarm);
  return { surprises: Array.from(surprises), alarms: plain, incidents };
}

const group = (id: string): string => id.slice(0, 2);

function monitors(name: string, made: string, options: MonitorsOptions): Recipe {
  const functions = options.incidents?.group === undefined ? {} : { group };
  return ticked(
    name,
    made,
    {
      make: () => new Monitors({ preset: 'novelty', warmup: 4, hold: 4, maxValues: 8, ...options }),
      load: (bytes) => Monitors.load([bytes], functions),
      look: (one) => [[...one.ids()], one.stats, one.position, one.threshold ?? null, one.incidents],
    },
    31,
    40,
  );
}

const fleet: Recipe = ticked(
  'fleet-ticked',
  'a fleet that was ticked, of which series leave by ticks',
  {
    make: () => new Fleet({ windowSize: 2, k: 2, history: 6, maxIdle: 3 }),
    load: (bytes) => Fleet.load([bytes]),
    look: (one) => [[...one.ids()], { ...one.stats, bytes: undefined }, one.position], // bytes depend on WASM
  },
  29,
  30,
);

/** All of them. */
export const tickedOnes: readonly Recipe[] = [
  fleet,
  monitors('monitors', 'many series, of which some raise no alarms', {
    threshold: 2,
    maxSeries: 5,
    maxIdle: 5,
    only: /^w|b/,
    mute: 9,
  }),
  monitors('monitors-incident', 'an incident of the fleet under way, and a threshold on its way', {
    threshold: 0.75,
    hold: 2,
    worse: 1,
    resolve: 1,
    incidents: { group, series: 2, within: 2 },
    budget: { perDay: 40, step: 600 },
  }),
];
