// Recipes of golden states: those that several processes share, and those of commands that follow a live file.
import { mergeBlocks, scoreBlock } from '../../../src/blocks.ts';
import type { Place } from '../../../src/cli/follow/place.ts';
import { decode, encode } from '../../../src/cli/state/saved-state.ts';
import { StreamingKNN } from '../../../src/index.ts';
import { Bucket } from '../../../src/prometheus/bucket.ts';
import type { Followed } from '../../../src/prometheus/settings.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../src/redis/worker/snapshot.ts';
import { commands } from './command-recipes.ts';
import { command, type Recipe, type Subject, series } from './recipe.ts';

/** A series whose first block is saved; the other two are made anew. */
const LONG = series(61, 60);

const block: Recipe = {
  name: 'block',
  made: 'scoreBlock, block 0 of 3',
  next: [],
  build: () => blockSubject(scoreBlock(LONG, 4, 2, { block: [0, 3], aggregation: 'max' })),
  load: (bytes) => blockSubject(bytes),
};

function blockSubject(bytes: Uint8Array): Subject {
  const others = [1, 2].map((i) => scoreBlock(LONG, 4, 2, { block: [i, 3], aggregation: 'max' }));
  return { save: () => bytes, proceed: () => [...mergeBlocks([others[1]!, bytes, others[0]!])] };
}

/** What all workers of a log agree on. */
const AGREEMENT = {
  shards: 8,
  settings: Uint8Array.from({ length: 32 }, (_, p) => (7 * p) & 255),
  upgradeFrom: undefined,
};

const shard: Recipe = {
  name: 'shard',
  made: 'the snapshot of a worker, shard 5 of 8: a StreamingKNN(3, 2) in the place of a fleet',
  next: series(63, 10),
  build: () => {
    const detector = new StreamingKNN(3, 2, { history: 20 });
    for (const x of series(62, 15)) detector.update(x);
    return shardSubject(detector);
  },
  load: (bytes) => shardSubject(StreamingKNN.load(decodeSnapshot(5, bytes, AGREEMENT))),
};

function shardSubject(detector: StreamingKNN): Subject {
  return {
    save: () => encodeSnapshot(5, detector.save(), AGREEMENT),
    proceed: (steps) => steps.map((x) => detector.update(x as number)),
  };
}

const QUERY: Followed = {
  name: 'cpu',
  expr: 'node_load1',
  step: 60,
  numHistory: 100,
  delay: 30,
  lookback: 120,
  maxSeries: 10,
  shard: undefined,
  monitors: { warmup: 5, threshold: 2, maxIdle: 4 },
  fingerprint: 'golden',
};

const KEYS = ['{instance="a"}', '{instance="b",job="größe"}'];

const bucket: Recipe = {
  name: 'prometheus-bucket',
  made: 'a bucket of knn-anomaly prometheus, two series, one of them in an incident',
  next: series(65, 16),
  build: () => {
    const one = Bucket.empty(QUERY);
    proceed(one, [...series(64, 40), 900, 900]);
    return bucketSubject(one);
  },
  load: async (bytes) => bucketSubject((await Bucket.load(QUERY, bytes))!),
};

/** Two values a step: of the second series every fifth one is missing. */
function proceed(one: Bucket, draws: readonly number[]): unknown[] {
  const told: unknown[] = [];
  const begin = Number.isFinite(one.position) ? one.position : 0;
  for (let t = 0; 2 * t < draws.length; t++) {
    const values = [0, 1].map((c) => Float64Array.of(c === 1 && t % 5 === 3 ? NaN : draws[2 * t + c]!));
    one.step(begin + 60 * (t + 1), 0, { keys: KEYS, values }, (report) => told.push([report.event, report.labels]));
  }
  return told;
}

function bucketSubject(one: Bucket): Subject {
  return {
    save: () => Uint8Array.from(one.save().flatMap((chunk) => [...chunk])),
    proceed: (steps) => [
      proceed(one, steps as number[]),
      ...[...one.series()].map(({ key, entry, surprise, isInIncident }) => [key, { ...entry }, surprise, isInIncident]),
    ],
  };
}

/** A place in a live file, as a state keeps it. */
const PLACE: Place = {
  path: '/var/log/latency.log',
  dev: '2049',
  ino: '131',
  mtime: '1795000000000000000',
  offset: 512,
  line: 45,
  head: { length: 16, sha256: 'a'.repeat(64) },
  tail: { length: 16, sha256: 'b'.repeat(64) },
  isTelling: true,
  sample: ['time,cpu,disk'],
  reader: null,
  order: { last: '2026-11-18T11:06:40Z', isUnknown: false },
};

/** A recipe of a command, whose state knows a place besides. */
function placed(name: string): Recipe {
  const recipe = commands.find((one) => one.name === `command-${name}`)!;
  const build = async (): Promise<Subject> => {
    const state = decode(await (await recipe.build()).save(), 'state', name);
    return await recipe.load(encode({ ...state, place: PLACE }, name));
  };
  return { ...recipe, name: `command-${name}-place`, made: `${recipe.made}, with a place in a live file`, build };
}

/** A column with what is remembered beside its detector. */
const column = command('command-stream-diff', {
  made: 'knn-anomaly stream, the differences of plain numbers',
  args: ['stream', '-w', '3', '-k', '2', '--history=20', '--diff', '--format=csv'],
  past: series(66, 30).map(String),
  next: series(67, 15).map(String),
});

/** Lines of three hosts in turn; two of them rise from t = 8 to 11. */
const hosts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, s) => from + s).flatMap((t) =>
    ['a', 'b', 'c'].map((host, h) => `t${t},${host},${(t % 3) + (h < 2 && t >= 8 && t < 12 ? 20 * (t - 7) : 0)}`),
  );

/** Columns of several series, of which some have a run of alarms under way. */
const several = command('command-stream-series', {
  made: 'knn-anomaly stream, three series, two of them in a run of alarms',
  args: [
    ...['stream', '-w', '1', '-k', '1', '--history=20', '--threshold=10', '--series=host', '--column=cpu'],
    ...['--time=time', '--input=csv', '--format=events'],
  ],
  header: 'time,host,cpu',
  past: hosts(0, 10),
  next: hosts(10, 15),
});

export const systems: readonly Recipe[] = [
  block,
  shard,
  bucket,
  ...['stream', 'changefinder', 'monitor'].map(placed),
  column,
  several,
];
