// The command `worker`: scores its share of many live series over Redis.
import { redisLog, type WorkerEvent, type WorkerOptions, type WorkerStats, worker } from '../../redis.ts';
import type { Command } from '../command.ts';
import { formatCount } from '../cost.ts';
import { CliError, reasonOf, UsageError } from '../errors.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { OptionName } from '../options/table.ts';
import { uninterrupted } from '../signals.ts';
import { MONITOR_GROUPS } from '../stream/monitor-kind.ts';
import { detectorsOf, FLEET_OPTIONS, MONITOR_OPTIONS } from './options.ts';

/** The options of monitors that a worker has. */
const OWN_OPTIONS: readonly OptionName[] = MONITOR_OPTIONS;

/** The command `knn-anomaly worker`. */
export const workerCommand: Command = {
  usage: '--redis URL --shards N [options]',
  about: `Scores live series together with other workers: the ticks that append() of
knn-anomaly/redis writes to Redis Streams. Each takes its share of the shards;
when one is killed the others go on from its snapshots, and every tick is
answered once, with the bits of one process. It runs until a signal ends it.`,
  groups: [
    {
      title: 'Redis',
      options: ['redis', 'shards', 'prefix', 'keep-scores'],
      note: `Redis keeps an append-only file and evicts nothing: appendonly yes,
maxmemory-policy noeviction. Needs the package redis: npm install redis.`,
    },
    { title: 'This worker', options: ['max-shards', 'lease', 'every', 'snapshots', 'upgrade-from'] },
    { title: 'Detector', options: ['detector', 'max-idle'] },
    { title: 'Detector knn', options: FLEET_OPTIONS },
    ...MONITOR_GROUPS.map(({ title, options }) => ({
      title: `Detector monitor: ${title.toLowerCase()}`,
      options: options.filter((name) => OWN_OPTIONS.includes(name)),
    })),
    { title: 'Times of a calendar', options: ['timezone'] },
    { title: 'Help', options: ['help'] },
  ],
  note: `Workers of other options, or of another version, are refused: the snapshots
tell. The scores stand in the streams PREFIXout:SHARD under the times of their
ticks, alarms in their field alarms.`,
  exitStatus: '1 no attempt will help, 2 bad usage, 130 interrupted,\n143 terminated.',
  examples: `knn-anomaly worker --redis redis://10.0.0.5:6379 --shards 64
knn-anomaly worker --redis redis://10.0.0.5:6379 --shards 64 --detector knn \\
  --window 5 --neighbors 5 --history 512 --snapshots /mnt/shared/snapshots`,
  run: async (given) => await run(given),
};

async function run(given: ParsedOptions): Promise<void> {
  for (const name of ['redis', 'shards'] as const) {
    if (!given.has(name)) throw new UsageError(`worker needs --${name} (see knn-anomaly worker --help)`);
  }
  if (given.positionals.length > 0) throw new UsageError(`worker takes no FILE, got ${given.positionals.join(' ')}`);
  const log = asUsage(() =>
    redisLog(given.text('redis')!, {
      prefix: given.text('prefix')!,
      ...(given.has('snapshots') && { snapshots: given.text('snapshots')! }),
      ...(given.has('keep-scores') && { keepScores: given.integer('keep-scores') }),
    }),
  );
  const end = new AbortController();
  const options: WorkerOptions = {
    log,
    shards: given.integer('shards'),
    ...detectorsOf(given),
    every: given.integer('every'),
    lease: Math.round(1000 * given.seconds('lease')),
    ...(given.has('max-shards') && { maxShards: given.integer('max-shards') }),
    ...(given.has('upgrade-from') && { upgradeFrom: given.text('upgrade-from')! }),
    signal: end.signal,
    onEvent: teller(),
  };
  const running = asUsage(() => worker(options));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end.abort());
  await uninterrupted(async () => {
    try {
      tell(wordsOf(await running));
    } catch (error) {
      throw new CliError((error as Error).message);
    } finally {
      await log.close();
    }
  });
}

/** What the library refuses before anything is done is bad usage. */
function asUsage<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof TypeError || error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

function tell(text: string): void {
  process.stderr.write(`knn-anomaly: ${text}\n`);
}

function wordsOf({ ticks, values, replayed }: WorkerStats): string {
  const again = replayed === 0 ? '' : `, ${formatCount(replayed)} of them again after a change of workers`;
  return `scored ${formatCount(values)} values in ${formatCount(ticks)} ticks of shards${again}`;
}

/** Milliseconds of quiet after which a change of the shards is told. */
const QUIET = 1000;

/** Tells events in a line each; shards that come and go are told together. */
function teller(): (event: WorkerEvent) => void {
  const shards = new Set<number>();
  const unsaved = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  const tellShards = (): void => tell(`has ${shards.size} shard${shards.size === 1 ? '' : 's'}`);
  return (event) => {
    if (event.type === 'took' || event.type === 'gave') {
      if (event.type === 'took') shards.add(event.shard);
      else shards.delete(event.shard);
      clearTimeout(timer);
      timer = setTimeout(tellShards, QUIET);
      timer.unref();
    } else if (event.type === 'broken') {
      shards.clear();
      clearTimeout(timer);
      // Snapshots that cannot be read or begun are no problem of Redis.
      const where = Object.hasOwn(event.error as object, 'path') ? 'snapshots' : 'Redis';
      tell(`${where}: ${reasonOf(event.error)}; trying again, from the snapshots`);
    } else if (event.type === 'back') tell('going on');
    else if (!unsaved.has(event.shard)) {
      unsaved.add(event.shard);
      const reason = reasonOf(event.error);
      tell(`no snapshot of shard ${event.shard} could be written: ${reason}; its ticks stay in Redis, trying again`);
    }
  };
}
