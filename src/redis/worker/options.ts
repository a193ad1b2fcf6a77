// The options of a worker as checked values.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { LoadMonitorsOptions, MonitorsOptions } from '../../calibrate/fleet/options.ts';
import { checkBoolean, checkInteger, checkOptions, describe } from '../../core/checks.ts';
import type { FleetOptions } from '../../stream/fleet.ts';
import type { TickLog } from '../log/tick-log.ts';
import { type DetectorMaker, fleetMaker, monitorsMaker } from './detectors.ts';
import type { WorkerEvent } from './events.ts';
import type { Agreement } from './snapshot.ts';

/** Options of {@link worker}: a log, the number of shards, and either `fleet` or `monitors`. */
export interface WorkerOptions {
  log: TickLog;
  /** The number of shards, that of {@link append}. */
  shards: number;
  /** Scores of a `Fleet` with these options; `maxSeries` is per shard. */
  fleet?: FleetOptions;
  /** Surprises and alarms of `Monitors` with these options; `maxSeries` is per shard. With several shards no `incidents` and no `budget`. */
  monitors?: MonitorsOptions;
  /** What snapshots of monitors cannot hold: the `load` of classes of your own. */
  load?: Pick<LoadMonitorsOptions, 'detector' | 'threshold'>;
  /** `true`: times of ticks are milliseconds since 1970, which alarms then name. A calendar needs it. */
  dates?: boolean;
  /** `100`: a snapshot of each shard after so many ticks, in turn. As many have to be scored again when a worker is killed. */
  every?: number;
  /** `3000`: milliseconds after which the shards of a worker that says nothing go to others. */
  lease?: number;
  /** `Infinity`: the largest number of shards that this worker takes. */
  maxShards?: number;
  /** A version of this package whose snapshots are taken over, once all of its workers are stopped. */
  upgradeFrom?: string;
  /** The worker's name, which no other may have; default: host, process and a random number. */
  name?: string;
  /** Ends the worker: it gives its shards back, and the promise is fulfilled. */
  signal?: AbortSignal;
  /** Told what happens; what it throws ends the worker. */
  onEvent?: (event: WorkerEvent) => void;
}

const NAMES = [
  'log',
  'shards',
  'fleet',
  'monitors',
  'load',
  'dates',
  'every',
  'lease',
  'maxShards',
  'upgradeFrom',
  'name',
  'signal',
  'onEvent',
];

const LOG_FUNCTIONS = ['read', 'append', 'top', 'loadSnapshot', 'keepSnapshot', 'lease'] as const;

/** What a worker works with. */
export interface WorkerSettings {
  readonly log: TickLog;
  readonly name: string;
  readonly agreement: Agreement;
  readonly maker: DetectorMaker;
  readonly every: number;
  readonly lease: number;
  readonly maxShards: number;
  readonly signal: AbortSignal | undefined;
  readonly tell: (event: WorkerEvent) => void;
}

/** The shortest lease, in milliseconds: a worker asks three times in it. */
const SHORTEST_LEASE = 100;

/** @throws TypeError for an option of the wrong kind, RangeError for a wrong value */
export function workerSettingsOf(options: WorkerOptions): WorkerSettings {
  checkOptions(options, NAMES);
  const { log, shards, every = 100, lease = 3000, maxShards = Infinity, signal, onEvent, upgradeFrom } = options;
  const { name = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}` } = options;
  checkLog(log);
  checkInteger(shards, 'shards', 1);
  checkInteger(every, 'every', 1);
  checkInteger(lease, 'lease', 1);
  if (lease < SHORTEST_LEASE)
    throw new RangeError(`lease must be at least ${SHORTEST_LEASE} milliseconds, got ${lease}`);
  if (maxShards !== Infinity) checkInteger(maxShards, 'maxShards', 1);
  for (const [key, text] of Object.entries({ name, upgradeFrom })) {
    if (text !== undefined && typeof text !== 'string')
      throw new TypeError(`${key} must be a string, got ${describe(text)}`);
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    throw new TypeError(`onEvent must be a function, got ${describe(onEvent)}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`signal must be an AbortSignal, got ${describe(signal)}`);
  }
  const maker = makerOf(options);
  const agreement = { shards, settings: maker.settings, upgradeFrom };
  return { log, name, agreement, maker, every, lease, maxShards, signal, tell: onEvent ?? (() => {}) };
}

function checkLog(log: unknown): void {
  const missing = LOG_FUNCTIONS.find((name) => typeof (log as Record<string, unknown> | null)?.[name] !== 'function');
  if (missing === undefined) return;
  throw new TypeError(`log must be a TickLog, such as redisLog(url), got ${describe(log)} without ${missing}()`);
}

function makerOf({ shards, fleet, monitors, load, dates = true }: WorkerOptions): DetectorMaker {
  checkBoolean(dates, 'dates');
  if ((fleet === undefined) === (monitors === undefined)) {
    throw new RangeError(`options must have either fleet or monitors, got ${fleet === undefined ? 'neither' : 'both'}`);
  }
  if (fleet !== undefined) {
    if (load !== undefined) throw new RangeError('load is for monitors: leave it out');
    return fleetMaker(fleet);
  }
  for (const key of ['incidents', 'budget'] as const) {
    if (monitors![key] === undefined || shards === 1) continue;
    throw new RangeError(
      `monitors.${key} is about all series together, and a shard has some: leave it out, or take shards: 1`,
    );
  }
  checkOptions(load ?? {}, ['detector', 'threshold']);
  const group = monitors!.incidents?.group;
  return monitorsMaker(monitors!, { ...load, ...(typeof group === 'function' && { group }) }, dates);
}
