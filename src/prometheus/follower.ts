// follow: watches the queries of a server, step by step, over restarts of either.
import { describe } from '../core/checks.ts';
import { pause, QueryError, Server } from './call.ts';
import { exposition } from './exposition.ts';
import { newHealth, type QueryHealth } from './health.ts';
import type { IncidentReport } from './incident-report.ts';
import { QueryFollower } from './query-follower.ts';
import { type Followed, type FollowOptions, followedOf, type StateStore } from './settings.ts';

/** Seconds of a wait at most: a timer of Node cannot be longer than 24 days. */
const LONGEST_WAIT = 3600;

/** Milliseconds that `stop` may take to save what was not saved. */
const MOST_SAVING = 1500;

/**
 * Watches every series that some queries of a Prometheus give: makes a monitor of each, teaches it by the history of the server,
 * then judges each step as it comes. `run` does so until its signal ends it; `catchUp` judges what there is and returns.
 *
 * The server is the log: a follower's state is a function of the steps that it read. It is saved in parts, in turn, each with
 * the time up to which it has read. After a restart, however it ended, it reads what is missing and goes on to the bit.
 *
 * @throws TypeError for an option of the wrong kind, RangeError for a wrong value
 *
 * @example
 * const values = Array.from({ length: 300 }, (_, t): [number, string] => [60 * t, t === 290 ? '95' : String((t * 37) % 11)]);
 * const fetch = async (_: string, { body }: RequestInit) => {
 *   const isCount = String(body).includes('count'); // before the values of a query its series are counted
 *   const result = isCount ? [] : [{ metric: { job: 'web' }, values }];
 *   return Response.json({ status: 'success', data: { resultType: 'matrix', result } });
 * };
 * const found: string[] = [];
 * const follower = follow({
 *   url: 'http://localhost:9090', fetch, // without `fetch`: a server
 *   queries: { load: 'load' },
 *   history: 299 * 60,
 *   now: () => 299 * 60 + 30, // without `now`: the clock
 *   tellHistory: true,
 *   onIncident: ({ event, labels, begin }) => found.push(`${event} ${labels.job} ${begin}`),
 * });
 * await follower.catchUp();
 * found[0]; // => 'begin web 17400'
 */
export function follow(options: FollowOptions): Follower {
  return new Follower(options);
}

/** See {@link follow}, which makes one. */
export class Follower {
  readonly #queries: readonly QueryFollower[];
  readonly #health: readonly QueryHealth[];
  readonly #store: StateStore | undefined;
  readonly #now: () => number;
  readonly #warn: (text: string) => void;
  /** Ends calls that are under way. */
  readonly #stop: AbortController;
  #isLoaded: boolean;
  #isReady: boolean;

  /** @internal */
  constructor(options: FollowOptions) {
    const followed = followedOf(options);
    const { store, tellHistory = false } = options;
    for (const name of ['onIncident', 'onWarning', 'now'] as const) {
      if (options[name] === undefined || typeof options[name] === 'function') continue;
      throw new TypeError(`${name} must be a function, got ${describe(options[name])}`);
    }
    if (typeof tellHistory !== 'boolean') {
      throw new TypeError(`tellHistory must be true or false, got ${describe(tellHistory)}`);
    }
    this.#stop = new AbortController();
    const { signal } = options;
    if (signal?.aborted) this.#stop.abort(signal.reason);
    signal?.addEventListener('abort', () => this.#stop.abort(signal.reason), { once: true });
    const server = new Server({ ...options, signal: this.#stop.signal });
    this.#warn = options.onWarning ?? (() => {});
    const listener = { onIncident: options.onIncident ?? (() => {}), onWarning: this.#warn, tellHistory };
    this.#queries = followed.map((query) => new QueryFollower(query, server, listener));
    this.#health = followed.map(newHealth);
    this.#store = store;
    this.#now = options.now ?? (() => Date.now() / 1000);
    this.#isLoaded = false;
    this.#isReady = false;
  }

  /** Whether the history of all queries has been read. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** The queries with their positions: the last step that all series had, in seconds since 1970; −Infinity before the first. */
  get positions(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#queries.map(({ query, position }) => [query.name, position]));
  }

  /** The queries for whose present the server has no values at all, with the time of the last ones. */
  get waiting(): Readonly<Record<string, number>> {
    const waiting = this.#queries.filter(({ isWaiting }) => isWaiting);
    return Object.fromEntries(waiting.map(({ query, position }) => [query.name, position]));
  }

  /** The number of series by query. */
  get numSeries(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#queries.map(({ query, numSeries }) => [query.name, numSeries]));
  }

  /** The incidents under way. */
  get incidents(): IncidentReport[] {
    return this.#queries.flatMap((query) => [...query.incidents()]);
  }

  /**
   * Judges all steps up to the present: at first the saved states are loaded and the history is read, later what came since.
   * Between slices of 10 ms of work, timers and requests have their turn.
   *
   * @throws the QueryError of the first query that failed, when all others are done
   */
  async catchUp(): Promise<void> {
    await this.#load();
    const errors = await this.#round();
    for (const { query, error } of errors.slice(1)) this.#failed(query, error.message);
    if (errors.length > 0) throw errors[0]!.error;
  }

  /**
   * Judges each step when its values have arrived, until the signal is aborted; then saves what was not saved. A query that fails
   * is told and asked again at its next step, with what it missed.
   *
   * @throws QueryError when a query fails for good before the history is read, as with an error of syntax
   */
  async run(signal: AbortSignal): Promise<void> {
    await this.#load();
    const stop = (): void => this.#stop.abort(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const ended = this.#stop.signal;
    try {
      while (!ended.aborted) {
        const errors = await this.#round();
        const fatal = this.#isReady ? undefined : errors.find(({ error }) => !error.isTemporary);
        if (fatal !== undefined) throw fatal.error;
        for (const { query, error } of errors) this.#failed(query, error.message);
        await pause(this.#untilNext(), ended);
      }
    } catch (error) {
      if (!ended.aborted) throw error;
    }
    await this.save();
  }

  /** Saves what was not saved yet; for 1.5 seconds at most, after which a restart reads the rest again. */
  async save(): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    const end = performance.now() + MOST_SAVING;
    for (const query of this.#queries) await query.saveAll(store, () => performance.now() > end);
  }

  /** Everything in the text format of Prometheus, for `/metrics`: see the table in examples/prometheus. */
  metrics(): string {
    return exposition(this.#queries, this.#health, this.#isReady);
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    if (this.#store !== undefined) for (const query of this.#queries) await query.load(this.#store);
    this.#isLoaded = true;
  }

  /** One step of every query that has one. Returns what failed. */
  async #round(): Promise<Failure[]> {
    const errors: Failure[] = [];
    for (const [q, query] of this.#queries.entries()) {
      const health = this.#health[q]!;
      const start = performance.now();
      const end = lastStep(this.#now(), query.query);
      if (end <= query.position) continue;
      try {
        const numSteps = await query.catchUp(end);
        health.stepSeconds = (performance.now() - start) / 1000;
        this.#recovered(query, health);
        if (this.#store !== undefined) await this.#save(query, health, numSteps, this.#store);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        health.queryErrors++;
        // With several queries a message says whose it is.
        const { name } = query.query;
        errors.push({
          query: query.query,
          error: new QueryError(`${name}: ${error.message}`, error.isTemporary, error.status, error),
        });
      }
    }
    this.#isReady ||= errors.length === 0;
    return errors;
  }

  async #save(query: QueryFollower, health: QueryHealth, numSteps: number, store: StateStore): Promise<void> {
    try {
      await query.save(store, numSteps);
      health.saved = this.#now();
    } catch (error) {
      health.saveErrors++;
      this.#warn(`${query.query.name}: the state was not saved: ${(error as Error).message}`);
    }
  }

  /** Tells what is wrong, once. */
  #failed({ name }: Followed, message: string): void {
    const health = this.#health[this.#queries.findIndex(({ query }) => query.name === name)]!;
    if (health.trouble !== message) this.#warn(message);
    health.trouble = message;
  }

  #recovered({ query, isWaiting, position }: QueryFollower, health: QueryHealth): void {
    const trouble = isWaiting ? `the server has no values of the present: ${lastOf(position)}` : undefined;
    const isNew = (trouble === undefined) !== (health.trouble === undefined);
    if (isNew) this.#warn(`${query.name}: ${trouble ?? 'goes on'}`);
    health.trouble = trouble;
  }

  /** Seconds until the values of a next step have arrived. */
  #untilNext(): number {
    const now = this.#now();
    return Math.min(
      LONGEST_WAIT,
      ...this.#queries.map(({ query }) => lastStep(now, query) + query.step + query.delay - now),
    );
  }
}

/** A query that failed, with its name in the message. */
interface Failure {
  readonly query: Followed;
  readonly error: QueryError;
}

/** The last step whose values have arrived. */
function lastStep(now: number, { delay, step }: { delay: number; step: number }): number {
  return Math.floor((now - delay) / step) * step;
}

function lastOf(position: number): string {
  if (position === -Infinity) return 'there are none in the history, either';
  return `the last ones are of ${new Date(position * 1000).toISOString().replace('.000Z', 'Z')}`;
}
