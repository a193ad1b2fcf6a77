// One query that is followed: its buckets, and how they are brought to the present.
import { shardOf } from '../calibrate/fleet/shard-of.ts';
import { turn } from '../core/steps.ts';
import { joined } from '../stream/members-records.ts';
import { SLICE } from './answer.ts';
import { Bucket, type Rows } from './bucket.ts';
import type { Server } from './call.ts';
import type { IncidentReport } from './incident-report.ts';
import { byKey, type RangeChunk, type RangeSeries, readRange, resultOf, SeriesPool } from './query.ts';
import type { Followed, StateStore } from './settings.ts';

/** A small part of all series, for a save to be short; saved in turn. */
const NUM_BUCKETS = 64;

/** Series whose buckets are remembered. */
const MOST_REMEMBERED = 100_000;

/** Steps without a value after which a series is no longer shown. */
export const STEPS_SHOWN = 5;

/** What a query says to whoever runs it. */
export interface Listener {
  readonly onIncident: (report: IncidentReport) => void;
  readonly onWarning: (text: string) => void;
  /** Whether incidents of the history are told. */
  readonly tellHistory: boolean;
}

/** Names end in one of these where values only rise. */
const COUNTER = /(_total|_count|_sum|_bucket)$/;

const RATE = /\b(rate|irate|increase|delta|idelta|resets|changes|deriv|histogram_quantile)\s*\(/;

export class QueryFollower {
  readonly query: Followed;
  readonly #server: Server;
  readonly #listener: Listener;
  readonly #buckets: Bucket[];
  /** Buckets whose history is being read: what they find is not told before they reach the present. */
  readonly #silent: Set<Bucket>;
  /** Buckets with incidents that were told and not saved. */
  readonly #news: Set<Bucket>;
  /** The bucket that is saved next. */
  #next: number;
  /** The bucket of each series that came lately: to find it takes longer than to judge a value. */
  readonly #bucketOf: Map<string, number>;
  /** The series of the last answer, for the next one; `undefined` while they are in use. */
  #pool: SeriesPool | undefined;
  /** What was warned of already. */
  readonly #told: Set<string>;
  /** Series of the last answer that were not watched, as there are too many. */
  numRefused: number;
  /** Whether the server has no values of the present. */
  isWaiting: boolean;

  constructor(query: Followed, server: Server, listener: Listener) {
    this.query = query;
    this.#server = server;
    this.#listener = listener;
    this.#buckets = Array.from({ length: NUM_BUCKETS }, () => Bucket.empty(query));
    this.#silent = new Set();
    this.#news = new Set();
    this.#next = 0;
    this.#bucketOf = new Map();
    this.#pool = undefined;
    this.#told = new Set();
    this.numRefused = 0;
    this.isWaiting = false;
  }

  /** The last step that all buckets had; −Infinity before the first. */
  get position(): number {
    return this.#buckets.reduce((least, { position }) => Math.min(least, position), Infinity);
  }

  get buckets(): readonly Bucket[] {
    return this.#buckets;
  }

  get numSeries(): number {
    return this.#buckets.reduce((sum, { numSeries }) => sum + numSeries, 0);
  }

  /** The incidents under way, but for those of a history that is being read. */
  *incidents(): Generator<IncidentReport, void, undefined> {
    for (const bucket of this.#buckets) if (!this.#silent.has(bucket)) yield* bucket.incidents();
  }

  /** Reads the states. Damaged ones and those of other settings are told, and begin anew. */
  async load(store: StateStore): Promise<void> {
    let numOther = 0;
    for (let b = 0; b < NUM_BUCKETS; b++) {
      const bytes = await store.read(this.#nameOf(b));
      if (bytes === undefined) continue;
      try {
        const bucket = await Bucket.load(this.query, bytes);
        if (bucket === undefined) numOther++;
        else this.#buckets[b] = bucket;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        this.#warn(`the state ${this.#nameOf(b)} is refused, and its history is read again: ${error.message}`);
      }
      await turn();
    }
    if (numOther > 0) this.#warn('the saved states are those of other settings: the history is read again');
  }

  /**
   * Reads and judges all steps up to `end`.
   *
   * @returns the number of steps
   * @throws QueryError when the server does not answer; all steps before that are judged
   */
  async catchUp(end: number): Promise<number> {
    const { expr, step, numHistory, lookback } = this.query;
    const begin = end - numHistory * step;
    for (const bucket of this.#buckets) if (bucket.position === -Infinity) this.#silent.add(bucket);
    const oldest = this.position;
    const start = oldest === -Infinity ? begin : oldest + step;
    if (start > end) return 0;
    // A call for few steps is small whatever the series are; for more they are counted first.
    const numSeries = (end - start) / step < STEPS_SHOWN && oldest !== -Infinity ? this.numSeries : undefined;
    let from = start;
    const pool = this.#pool ?? new SeriesPool();
    this.#pool = undefined;
    for await (const chunk of readRange(this.#server, expr, { start, end, step, lookback, numSeries, pool })) {
      const last = lastFilled(chunk);
      if (last === undefined) continue; // perhaps there is nothing yet: see below
      await this.#feed(nothing(from, chunk.from, step));
      await this.#feed(chunk, last);
      from = last + step;
    }
    this.#pool = pool;
    // Steps at the end without any value: the series are gone, or the server has nothing so late.
    this.isWaiting = from <= end && !(await this.#hasValuesAt(end));
    if (!this.isWaiting) await this.#feed(nothing(from, end + step, step));
    this.#breakSilence();
    return Math.max(0, Math.round((this.position - start) / step) + 1);
  }

  /** Saves as many buckets in turn as there were steps, and those with news, for a restart not to tell them again. */
  async save(store: StateStore, numSteps: number): Promise<void> {
    const due = new Set(this.#news);
    this.#news.clear();
    for (let left = Math.min(NUM_BUCKETS, numSteps); left > 0; left--) {
      due.add(this.#buckets[this.#next]!);
      this.#next = (this.#next + 1) % NUM_BUCKETS;
    }
    for (const bucket of due) await this.#saveBucket(store, bucket);
  }

  /** Saves everything that was not saved, until `isLate` says so: a restart reads the rest again. */
  async saveAll(store: StateStore, isLate: () => boolean): Promise<void> {
    for (const bucket of this.#buckets) if (!isLate()) await this.#saveBucket(store, bucket);
  }

  async #saveBucket(store: StateStore, bucket: Bucket): Promise<void> {
    if (!bucket.isChanged) return;
    await store.write(this.#nameOf(this.#buckets.indexOf(bucket)), joined(bucket.save()));
    bucket.isChanged = false;
    await turn();
  }

  #nameOf(b: number): string {
    return `${this.query.name}-${String(b).padStart(2, '0')}.state`;
  }

  /** Gives the buckets the steps of a chunk up to `last`, those that they did not have yet. */
  async #feed(chunk: RangeChunk, last = chunk.from + (chunk.count - 1) * chunk.step): Promise<void> {
    const { from, step } = chunk;
    const count = Math.round((last - from) / step) + 1;
    await turn();
    const rows = this.#deal(chunk.series);
    await turn();
    let slice = performance.now();
    for (const [b, bucket] of this.#buckets.entries()) {
      const tell = (report: IncidentReport): void => {
        if (this.#silent.has(bucket) && !this.#listener.tellHistory) return;
        this.#news.add(bucket);
        this.#listener.onIncident(report);
      };
      const first = Math.max(0, Math.round((bucket.position - from) / step) + 1);
      for (let p = first; p < count; p++) {
        bucket.step(from + p * step, p, rows[b]!, tell);
        if (performance.now() - slice < SLICE) continue;
        await turn();
        slice = performance.now();
      }
    }
  }

  /** The series of each bucket in the order of their keys. */
  #deal(series: readonly RangeSeries[]): Rows[] {
    const { shard, maxSeries } = this.query;
    const rows = this.#buckets.map(() => ({ keys: [] as string[], values: [] as Float64Array[] }));
    let numFree = maxSeries - this.numSeries;
    let numRefused = 0;
    for (const { key, labels, values } of byKey(series)) {
      if (shard !== undefined && shardOf(key, shard.count) !== shard.index) continue;
      const b = this.#bucketFor(key);
      if (!this.#buckets[b]!.has(key) && --numFree < 0) {
        numRefused++;
        continue;
      }
      this.#adviseRate(labels.__name__ ?? '');
      rows[b]!.keys.push(key);
      rows[b]!.values.push(values);
    }
    if (numRefused > 0) {
      this.#warnOnce(`${numRefused} series are not watched: there are more than maxSeries = ${maxSeries}`, 'refused');
    }
    if (series.length > 0) this.numRefused = numRefused;
    return rows;
  }

  #bucketFor(key: string): number {
    let b = this.#bucketOf.get(key);
    if (b !== undefined) return b;
    // A line feed is in no key, so that buckets do not depend on shards.
    b = shardOf(`${key}\n`, NUM_BUCKETS);
    if (this.#bucketOf.size >= MOST_REMEMBERED) this.#bucketOf.clear();
    this.#bucketOf.set(key, b);
    return b;
  }

  #adviseRate(name: string): void {
    if (!COUNTER.test(name) || RATE.test(this.query.expr)) return;
    this.#warnOnce(`${name} looks like a counter, which only rises: watch its rate, as in rate(${name}[5m])`, 'rate');
  }

  /**
   * Whether the server has values of the present at all: Prometheus has `up` for each of its targets. Those that came during the
   * delay count, too: with a step shorter than the scrape interval there are none just before most steps.
   */
  async #hasValuesAt(time: number): Promise<boolean> {
    const { lookback, delay } = this.query;
    const asked = { query: 'count(up)', time: String(time + delay), lookback_delta: `${lookback + delay}s` };
    return resultOf(await this.#server.call('query', asked), 'vector').length > 0;
  }

  /** The history of new buckets was read: from now on they are heard. Incidents that are under way have begun unheard. */
  #breakSilence(): void {
    if (this.position === -Infinity) return;
    for (const bucket of this.#silent) {
      this.#silent.delete(bucket);
      if (this.#listener.tellHistory) continue;
      for (const report of bucket.incidents()) this.#listener.onIncident(report);
    }
  }

  #warn(text: string): void {
    this.#listener.onWarning(`${this.query.name}: ${text}`);
  }

  #warnOnce(text: string, kind: string): void {
    if (!this.#told.has(kind)) this.#warn(text);
    this.#told.add(kind);
  }
}

/** The last step at which a series has a value; `undefined` if none has. */
function lastFilled({ from, step, count, series }: RangeChunk): number | undefined {
  for (let p = count - 1; p >= 0; p--) {
    for (const { values } of series) if (Number.isFinite(values[p])) return from + p * step;
  }
  return undefined;
}

/** Steps from `from` to before `to` without a value. */
function nothing(from: number, to: number, step: number): RangeChunk {
  return { from, step, count: Math.max(0, Math.round((to - from) / step)), series: [] };
}
