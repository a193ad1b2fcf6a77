// The options of `follow`: their meaning, their defaults and their checks.

import { Monitors } from '../calibrate/fleet/monitors.ts';
import type { MonitorsOptions } from '../calibrate/fleet/options.ts';
import type { MonitorPreset } from '../calibrate/monitors/presets.ts';
import { checkInteger, checkNumber, checkOptions, describe } from '../core/checks.ts';
import { SERVER_OPTIONS, type ServerOptions } from './call.ts';
import type { IncidentReport } from './incident-report.ts';

/** What may differ from query to query. */
export interface MonitorSettings {
  /** Whole seconds from one value to the next, at least 1; default 60. Values are taken at its multiples since 1970. */
  step?: number;
  /** The rule that judges values: see `monitor`; default `'metrics'`. */
  preset?: MonitorPreset;
  /** An alarm is a surprise of at least this, above 0; default that of the preset: 4 for `'metrics'`. */
  threshold?: number;
  /** Seconds for which a new series raises no alarm, at least 0; default 0. Its first 110 values are learned in any case. */
  mute?: number;
  /** Values of the past that the novelty of a series keeps, at least 2; default 200. */
  maxValues?: number;
}

/** A query that is followed. */
export interface QuerySettings extends MonitorSettings {
  /** An expression of PromQL that gives series. */
  expr: string;
}

/** Where states are kept: bytes by name. A name has letters, digits, `-`, `_` and `.` only. */
export interface StateStore {
  /** The bytes last written; `undefined` if there are none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the bytes as a whole: whenever the program ends, the old or the new ones are there. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** Which series of all: those of shard `index`, from 0, of `count`. */
export interface Shard {
  index: number;
  count: number;
}

/** Options of {@link follow}. */
export interface FollowOptions extends ServerOptions, MonitorSettings {
  /** The queries by name: letters, digits, `_`, `-` and `.`. An expression, or one with settings of its own. */
  queries: Readonly<Record<string, string | QuerySettings>>;
  /** Seconds before the present that are read to learn what is usual, above 0; default 14 days. */
  history?: number;
  /** Seconds after which all values of a step have arrived at the server, at least 0; default 30. Later ones are missing. */
  delay?: number;
  /** Series of a query at most, at least 1; default 20 000. Further ones are not watched: `metrics()` counts them. */
  maxSeries?: number;
  /** Seconds without a value after which a series is forgotten, above 0; default a day. */
  maxIdle?: number;
  /** Default: all series. */
  shard?: Shard;
  /** Where states are kept. Default: nowhere, and a restart reads the history again. */
  store?: StateStore;
  /** Is told of incidents as they begin, get worse and end, in the order of time. Those of the history are not told. */
  onIncident?: (report: IncidentReport) => void;
  /** Whether `onIncident` is told of incidents of the history, too; default false. */
  tellHistory?: boolean;
  /** The present in seconds since 1970; default: the clock. */
  now?: () => number;
}

/** A query with everything that concerns it. */
export interface Followed {
  readonly name: string;
  readonly expr: string;
  readonly step: number;
  /** Steps of the history. */
  readonly numHistory: number;
  readonly delay: number;
  /** Seconds for which the server takes an earlier value for a step. */
  readonly lookback: number;
  readonly maxSeries: number;
  readonly shard: Shard | undefined;
  readonly monitors: MonitorsOptions;
  /** All that a state depends on. One that was saved with another text is of no use. */
  readonly fingerprint: string;
}

export const MONITOR_KEYS = ['step', 'preset', 'threshold', 'mute', 'maxValues'] as const;

const OWN = [
  ...(['queries', 'history', 'delay', 'maxSeries', 'maxIdle', 'shard', 'store', 'onIncident'] as const),
  ...(['tellHistory', 'now'] as const),
] as const;

const SECONDS_PER_DAY = 86_400;

/** Longer than this an earlier value never stands for a later one: what servers do by themselves. */
const MOST_LOOKBACK = 300;

const NAME = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Seconds for which the server shall take an earlier value for a step. */
export function lookbackOf(step: number): number {
  return Math.min(2 * step, MOST_LOOKBACK);
}

/** @throws TypeError for an option of the wrong kind, RangeError for a wrong value */
export function followedOf(options: FollowOptions): Followed[] {
  checkOptions(options, [...OWN, ...MONITOR_KEYS, ...SERVER_OPTIONS]);
  const { queries, history = 14 * SECONDS_PER_DAY, delay = 30, maxSeries = 20_000, shard } = options;
  const { maxIdle = SECONDS_PER_DAY } = options;
  checkNumber(history, 'history', 'a finite number of seconds above 0', (x) => x > 0 && x < Infinity);
  checkNumber(delay, 'delay', 'a finite number of seconds of at least 0', (x) => x >= 0 && x < Infinity);
  checkNumber(maxIdle, 'maxIdle', 'a finite number of seconds above 0', (x) => x > 0 && x < Infinity);
  checkInteger(maxSeries, 'maxSeries', 1);
  if (shard !== undefined) checkShard(shard);
  if (typeof queries !== 'object' || queries === null || Array.isArray(queries)) {
    throw new TypeError(`queries must be an object such as { cpu: 'load1' }, got ${describe(queries)}`);
  }
  const names = Object.keys(queries);
  if (names.length === 0) throw new RangeError("queries must have at least one, such as { cpu: 'load1' }, got none");
  const defaults = Object.fromEntries(
    MONITOR_KEYS.map((key) => [key, options[key]]).filter(([, x]) => x !== undefined),
  );
  return names.map((name) => {
    const settings = settingsOf(name, queries[name]);
    const { expr, ...monitor }: QuerySettings = { ...defaults, ...settings };
    const { step = 60, mute = 0, ...rest } = monitor;
    const argument = (key: string): string => (key in settings ? `queries.${name}.${key}` : key);
    checkInteger(step, argument('step'), 1);
    checkNumber(mute, argument('mute'), 'a finite number of seconds of at least 0', (x) => x >= 0 && x < Infinity);
    const monitors: MonitorsOptions = {
      ...rest,
      step,
      mute: Math.ceil(mute / step),
      maxIdle: Math.max(1, Math.round(maxIdle / step)),
    };
    checkMonitors(monitors, argument);
    const fingerprint = JSON.stringify([expr, monitors, shard ?? null]);
    const numHistory = Math.max(1, Math.floor(history / step));
    return { name, expr, step, numHistory, delay, lookback: lookbackOf(step), maxSeries, shard, monitors, fingerprint };
  });
}

function settingsOf(name: string, query: unknown): QuerySettings {
  if (!NAME.test(name)) {
    throw new RangeError(`queries must have names of letters, digits, _, - and ., got ${describe(name)}`);
  }
  const settings = typeof query === 'string' ? { expr: query } : query;
  if (typeof settings !== 'object' || settings === null) {
    throw new TypeError(`queries.${name} must be an expression or an object with one, got ${describe(query)}`);
  }
  for (const key of Object.keys(settings)) {
    if (key === 'expr' || MONITOR_KEYS.includes(key as (typeof MONITOR_KEYS)[number])) continue;
    throw new RangeError(`queries.${name}.${key} is unknown; known are ${['expr', ...MONITOR_KEYS].join(', ')}`);
  }
  const { expr } = settings as QuerySettings;
  if (typeof expr !== 'string') throw new TypeError(`queries.${name}.expr must be a string, got ${describe(expr)}`);
  if (expr.trim() === '') throw new RangeError(`queries.${name}.expr must be an expression, got an empty string`);
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as QuerySettings &
    object;
}

/** Checks preset, threshold and maxValues as monitors do, under the names that they have here. */
function checkMonitors(monitors: MonitorsOptions, argument: (key: string) => string): void {
  try {
    new Monitors(monitors);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    const message = error.message.replace(/^\w+/, argument);
    throw error instanceof TypeError ? new TypeError(message) : new RangeError(message);
  }
}

function checkShard(shard: Shard): void {
  if (typeof shard !== 'object' || shard === null) {
    throw new TypeError(`shard must be an object such as { index: 0, count: 4 }, got ${describe(shard)}`);
  }
  const { index, count } = shard;
  checkInteger(count, 'shard.count', 1);
  checkInteger(index, 'shard.index', 0);
  if (index >= count) {
    throw new RangeError(`shard.index must be below shard.count, ${count}: they count from 0, got ${index}`);
  }
}
