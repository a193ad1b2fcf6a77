// What would have been alarms of the last days, had a follower run: on the history of a server.
import { shardOf } from '../calibrate/fleet/shard-of.ts';
import { type Monitor, monitor } from '../calibrate/monitors/monitor.ts';
import { PRESETS } from '../calibrate/monitors/presets.ts';
import { checkNumber, isPositive } from '../core/checks.ts';
import { turn } from '../core/steps.ts';
import { SLICE } from './answer.ts';
import { Server } from './call.ts';
import { byBegin, type IncidentReport, reportOf } from './incident-report.ts';
import type { Labels } from './labels.ts';
import { byKey, type RangeChunk, readRange, SeriesPool } from './query.ts';
import { type Followed, type FollowOptions, followedOf } from './settings.ts';
import { type AlarmRule, type Counted, Tally } from './tally.ts';

/** Options of {@link backtestQueries}: those of `follow` that are not about the future, and what is to be found out. */
export interface BacktestQueriesOptions extends Omit<FollowOptions, 'store' | 'onIncident' | 'tellHistory'> {
  /** Seconds before the present of which alarms are counted, above 0; what lies before is learned. At most `history`. */
  period: number;
  /** Alarms per day of all series together that are wanted, above 0: finds the threshold for it. */
  perDay?: number;
}

/** What a threshold would have meant for all series of a query. */
export interface QueryCount extends Counted {
  readonly threshold: number;
  /** Alarms per day. */
  readonly perDay: number;
}

/** A series of a backtest, with an alarm. */
export interface SeriesCount extends Counted {
  readonly labels: Labels;
  readonly key: string;
}

/** A query of a backtest. */
export interface QueryBacktest {
  readonly name: string;
  readonly numSeries: number;
  readonly numValues: number;
  /** Series beyond `maxSeries`, which were not looked at. */
  readonly numRefused: number;
  /** The first and the last time of which alarms were counted, in seconds since 1970, and the days between. */
  readonly begin: number;
  readonly end: number;
  readonly days: number;
  /** The query's own threshold, and the alarms at it. */
  readonly threshold: number;
  readonly own: QueryCount;
  /** The same at other thresholds: 0.75, 1, 1.5, 2, 3 and 4 times its own. */
  readonly counts: readonly QueryCount[];
  /** With `perDay`: the least threshold found at which this query alone has no more alarms than that; `undefined` without values. */
  readonly suggested: QueryCount | undefined;
  /** The series with alarms, the one with most of them first. */
  readonly series: readonly SeriesCount[];
}

/** The result of {@link backtestQueries}. */
export interface QueriesBacktest {
  readonly queries: readonly QueryBacktest[];
  /** All incidents that began in the period, in the order of their beginnings. */
  readonly incidents: readonly IncidentReport[];
  /**
   * With `perDay`: the least common threshold found at which all queries together have no more alarms than that. `undefined`
   * where queries have several presets, whose surprises cannot be compared; each query has its own then. And without any values.
   */
  readonly suggested: QueryCount | undefined;
}

const SECONDS_PER_DAY = 86_400;
const FACTORS = [0.75, 1, 1.5, 2, 3, 4];

/** Halvings of the interval in which the threshold for a budget lies. */
const HALVINGS = 24;

/** The defaults of `monitor`. */
const WORSE = 3;
const RESOLVE = 5;

/**
 * Goes through the history of a server as `follow` would have, value by value, and counts the alarms of the last `period`
 * seconds: by query, by threshold and by series. The incidents are those that a follower would have told, to the bit.
 *
 * One run over the history, about 3 µs per value beside reading it, and 16 bytes for each of the larger surprises.
 *
 * @throws QueryError when a query fails; TypeError for an option of the wrong kind, RangeError for a wrong value
 */
export async function backtestQueries(options: BacktestQueriesOptions): Promise<QueriesBacktest> {
  const { period, perDay, ...rest } = options;
  checkNumber(period, 'period', 'a finite number of seconds above 0', isPositive);
  if (perDay !== undefined) checkNumber(perDay, 'perDay', 'a finite number above 0', isPositive);
  const history = Math.max(rest.history ?? 14 * SECONDS_PER_DAY, period);
  const followed = followedOf({ ...rest, history });
  const server = new Server(rest);
  const now = rest.now?.() ?? Date.now() / 1000;
  const runs: QueryRun[] = [];
  for (const query of followed) {
    const run = new QueryRun(query, Math.floor((now - query.delay) / query.step) * query.step, period);
    await run.read(server);
    runs.push(run);
  }
  const presets = new Set(followed.map(({ monitors }) => monitors.preset));
  return {
    queries: runs.map((run) => run.result(perDay)),
    incidents: byBegin(runs.flatMap((run) => run.incidents)),
    suggested: presets.size > 1 ? undefined : suggest(runs, perDay),
  };
}

/** A series with its monitor. */
interface Watched {
  readonly labels: Labels;
  readonly monitor: Monitor;
  readonly tally: Tally;
  /** The step of its first value, which has index 0; and of its last one. */
  readonly first: number;
  seen: number;
  text: string;
}

/** The run of one query over its history. */
class QueryRun {
  readonly #query: Followed;
  readonly #end: number;
  readonly #begin: number;
  readonly #rule: AlarmRule;
  readonly #least: number;
  readonly #watched: Map<string, Watched>;
  /** All that were watched, those that were forgotten included, with their keys. */
  readonly #all: (readonly [key: string, one: Watched])[];
  readonly #refused: Set<string>;
  readonly incidents: IncidentReport[];
  readonly threshold: number;
  #numValues: number;
  /** The first step with a value. */
  #firstStep: number;

  constructor(query: Followed, end: number, period: number) {
    const { preset = 'metrics', threshold = PRESETS[preset].threshold, mute = 0 } = query.monitors;
    this.#query = query;
    this.#end = end;
    this.#begin = end - Math.ceil(period / query.step) * query.step + query.step;
    this.threshold = threshold as number;
    this.#least = FACTORS[0]! * this.threshold;
    this.#rule = { hold: PRESETS[preset].hold, mute, worse: WORSE, resolve: RESOLVE };
    this.#watched = new Map();
    this.#all = [];
    this.#refused = new Set();
    this.incidents = [];
    this.#numValues = 0;
    this.#firstStep = NaN;
  }

  async read(server: Server): Promise<void> {
    const { expr, step, numHistory, lookback } = this.#query;
    const start = this.#end - numHistory * step;
    const range = { start, end: this.#end, step, lookback, pool: new SeriesPool() };
    for await (const chunk of readRange(server, expr, range)) await this.#feed(chunk);
    for (const [key, one] of this.#watched) if (isOpen(one.monitor)) this.#tell('begin', key, one, this.#end);
  }

  /** Days of which alarms were counted. */
  get days(): number {
    return Math.max(this.#query.step, this.#end - this.#since + this.#query.step) / SECONDS_PER_DAY;
  }

  get numValues(): number {
    return this.#numValues;
  }

  get least(): number {
    return this.#least;
  }

  get largest(): number {
    return this.#all.reduce((most, [, { tally }]) => Math.max(most, tally.largest), 0);
  }

  count(threshold: number): Counted {
    let [alarms, incidents] = [0, 0];
    for (const [, one] of this.#all) {
      const counted = this.#countOf(one, threshold);
      alarms += counted.alarms;
      incidents += counted.incidents;
    }
    return { alarms, incidents };
  }

  result(perDay: number | undefined): QueryBacktest {
    const { name } = this.#query;
    const countAt = (threshold: number): QueryCount => {
      const counted = this.count(threshold);
      return { threshold, ...counted, perDay: counted.alarms / this.days };
    };
    const series = this.#all.map(([key, one]) => ({ key, labels: one.labels, ...this.#countOf(one, this.threshold) }));
    return {
      ...{ name, numSeries: this.#all.length, numValues: this.#numValues, numRefused: this.#refused.size },
      ...{ begin: this.#since, end: this.#end, days: this.days, threshold: this.threshold },
      own: countAt(this.threshold),
      counts: FACTORS.map((factor) => countAt(factor * this.threshold)),
      suggested: suggest([this], perDay),
      series: series.filter(({ alarms }) => alarms > 0).sort((a, b) => b.alarms - a.alarms),
    };
  }

  /** The step from which on alarms are counted: where the history is shorter than the period, its first one. */
  get #since(): number {
    return Math.max(this.#begin, Number.isNaN(this.#firstStep) ? this.#begin : this.#firstStep);
  }

  #countOf({ tally, first }: Watched, threshold: number): Counted {
    return tally.count(threshold, Math.ceil((this.#begin - first) / this.#query.step), this.#rule);
  }

  /** All steps of a chunk, series by series: what one does does not concern another. */
  async #feed({ from, step, count, series }: RangeChunk): Promise<void> {
    const { shard, maxSeries } = this.#query;
    const values = new Map(series.map((one) => [one.key, one]));
    let slice = performance.now();
    for (const { key, labels } of byKey(series)) {
      if (this.#watched.has(key) || (shard && shardOf(key, shard.count) !== shard.index)) continue;
      if (this.#watched.size >= maxSeries) this.#refused.add(key);
      else this.#begins(key, labels, from + step * firstIn(values.get(key)!.values));
    }
    for (const key of [...this.#watched.keys()]) {
      for (let p = 0; p < count; p++) this.#update(key, from + p * step, values.get(key)?.values[p] ?? NaN);
      if (performance.now() - slice < SLICE) continue;
      await turn();
      slice = performance.now();
    }
  }

  #begins(key: string, labels: Labels, first: number): Watched {
    const { preset, threshold, mute, maxValues, step } = this.#query.monitors;
    const options = { preset, threshold, mute, maxValues, step };
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const one = { labels, monitor: monitor(given), tally: new Tally(this.#least), first, seen: first, text: '' };
    this.#watched.set(key, one);
    this.#all.push([key, one]);
    if (!(this.#firstStep <= first)) this.#firstStep = first;
    return one;
  }

  #update(key: string, time: number, value: number): void {
    let one = this.#watched.get(key);
    const isMissing = !Number.isFinite(value);
    if (one === undefined) {
      if (isMissing) return;
      one = this.#begins(key, this.#all.find(([other]) => other === key)![1].labels, time); // it was forgotten
    }
    if (time < one.first) return;
    const { step, monitors } = this.#query;
    if (isMissing && time - one.seen > monitors.maxIdle! * step) {
      if (isOpen(one.monitor)) this.#tell('end', key, one, time - step);
      this.#watched.delete(key);
      return;
    }
    if (!isMissing) {
      one.seen = time;
      this.#numValues++;
    }
    one.monitor.update(value, { time: time * 1000 });
    const { surprise, alarm, event } = one.monitor.last;
    one.tally.add(one.monitor.seen - 1, surprise);
    if (alarm) one.text = one.monitor.explain().text;
    if (event === 'end') this.#tell('end', key, one, time);
  }

  /** Keeps an incident that is over, or the last one, if it began in the period. */
  #tell(event: 'begin' | 'end', key: string, { monitor, labels, text }: Watched, time: number): void {
    const { name: query, step } = this.#query;
    const report = reportOf(monitor, { event, time, last: time, step, query, labels, key, text });
    if (report.begin >= this.#begin) this.incidents.push(report);
  }
}

function isOpen({ last: { incident } }: Monitor): boolean {
  return incident !== undefined && incident.end === undefined;
}

/** The index of the first value. */
function firstIn(values: Float64Array): number {
  return Math.max(0, values.findIndex(Number.isFinite));
}

/** The least common threshold for a budget that bisection finds, between the least one that was looked at and the largest surprise. */
function suggest(all: readonly QueryRun[], wanted: number | undefined): QueryCount | undefined {
  const runs = all.filter(({ numValues }) => numValues > 0);
  if (wanted === undefined || runs.length === 0) return undefined;
  const countAt = (threshold: number): QueryCount => {
    let [alarms, incidents, perDay] = [0, 0, 0];
    for (const run of runs) {
      const counted = run.count(threshold);
      alarms += counted.alarms;
      incidents += counted.incidents;
      perDay += counted.alarms / run.days;
    }
    return { threshold, alarms, incidents, perDay };
  };
  let low = Math.max(...runs.map(({ least }) => least));
  const atLow = countAt(low);
  if (atLow.perDay <= wanted) return atLow;
  let best = countAt(1.001 * Math.max(low, ...runs.map(({ largest }) => largest)));
  for (let p = 0, high = best.threshold; p < HALVINGS; p++) {
    const middle = Math.sqrt(low * high);
    const at = countAt(middle);
    if (at.perDay <= wanted) [best, high] = [at, middle];
    else low = middle;
  }
  const short = countAt(inFewDigits(best.threshold));
  return short.perDay <= wanted ? short : best;
}

/** The next larger number of four digits. */
function inFewDigits(threshold: number): number {
  const unit = 10 ** (Math.floor(Math.log10(threshold)) - 3);
  return Number((Math.ceil(threshold / unit) * unit).toPrecision(4));
}
