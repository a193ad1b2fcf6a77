// worker: takes its share of the shards, scores their ticks, and keeps snapshots.
//
// What makes it right: an answer is written under the position of its tick, which a stream takes once; scoring is deterministic, so
// whoever writes writes the same bits; a shard's state and position are one; a tick says which one it follows. Leases only
// keep two workers from doing the same work. Position and state are trusted together with an unbroken connection only: after any
// error of the log all shards are forgotten and loaded again.
import type { LoggedTick } from '../log/tick-log.ts';
import { MissingPackage, Refusal } from '../refusal.ts';
import type { WorkerEvent } from './events.ts';
import { type WorkerOptions, type WorkerSettings, workerSettingsOf } from './options.ts';
import { Hole, Shard, type ShardWork } from './shard.ts';

/** What a worker has done. */
export interface WorkerStats {
  /** Ticks of shards, and values of series. */
  readonly ticks: number;
  readonly values: number;
  /** Values whose scores were there already: they were scored again to come from a snapshot to the end of the scores. */
  readonly replayed: number;
  /** Answers that another worker had written at the same time. */
  readonly refused: number;
  readonly snapshots: number;
  /** How often the log failed. */
  readonly failures: number;
}

/** Milliseconds: to wait for ticks, between two looks at the share, and before the first and the last attempt after a failure. */
const WAIT = 200;
const BETWEEN_SHARES = 300;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2000;

/** Shards that are given back at a time. */
const MOST_GIVEN = 4;

/**
 * Scores the ticks that {@link append} puts into the log, with any number of other workers, until `signal` ends it. The scores of a
 * tick stand in the log's stream `out` under the tick's time: the field `scores` has the scores of `Fleet.tick`, or the surprises of
 * `Monitors.tick`, as float64 (the lowest byte first), `ids` the names, and `alarms`, if there are any, a JSON array.
 *
 * Each tick of each shard is answered once, in order, with the bits that one process would have: whichever workers are killed, stand
 * still, lose their connection or have a shard twice. A worker that comes takes its share of the shards; those of one that is killed
 * go to others when their lease ends, from the last snapshot on.
 *
 * Not promised: anything without an append-only file, or where keys are evicted (see {@link redisLog}); workers of different versions or
 * settings, which are refused; alarms of a series in several shards (a name is in one shard always); order between shards.
 *
 * About 3.6 µs of CPU per value of a `Fleet` with a history of 512, 1 µs of them for the log.
 *
 * @returns what it has done, when `signal` has ended it
 * @throws TypeError for a wrong kind, RangeError for a wrong value. Rejects with a RangeError when no attempt will help: a tick that
 * cannot be scored, a log with a hole, a snapshot of another version or of other settings. Errors of the log are told as events, and
 * tried again for ever; that of a first connection, too
 *
 * @example
 * const log = redisLog('redis://127.0.0.1:6379');
 * const end = new AbortController();
 * setTimeout(() => end.abort(), 50);
 * const fleet = { windowSize: 5, k: 5, history: 512 };
 * const stats = await worker({ log, shards: 64, fleet, signal: end.signal });
 * stats.values; // => 0
 * await log.close();
 */
export function worker(options: WorkerOptions): Promise<WorkerStats> {
  return new Worker(workerSettingsOf(options)).run();
}

class Worker {
  readonly #settings: WorkerSettings;
  readonly #shards: Map<number, Shard>;
  readonly #work: ShardWork;
  #snapshots: number;
  #failures: number;
  /** Workers that are alive, this one included. */
  #workers: number;
  /** When the leases were renewed, and when the share was looked at. */
  #renewedAt: number;
  #sharedAt: number;
  /** What a listener has thrown. */
  #thrown: { readonly error: unknown } | undefined;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#shards = new Map();
    this.#work = { ticks: 0, values: 0, replayed: 0, refused: 0 };
    this.#snapshots = 0;
    this.#failures = 0;
    this.#workers = 0;
    this.#renewedAt = -Infinity;
    this.#sharedAt = -Infinity;
    this.#thrown = undefined;
  }

  async run(): Promise<WorkerStats> {
    const { signal } = this.#settings;
    let pause = 0;
    while (!signal?.aborted) {
      try {
        await this.#round();
        if (pause > 0) this.#tell({ type: 'back' });
        pause = 0;
      } catch (error) {
        if (error instanceof Refusal || error instanceof MissingPackage || error === this.#thrown?.error) {
          await this.#leave();
          throw error;
        }
        this.#failures++;
        if (pause === 0) this.#tell({ type: 'broken', error, shards: this.#shards.size });
        this.#forget();
        pause = Math.min(LONGEST_PAUSE, 2 * pause || FIRST_PAUSE);
        await sleep(pause, signal);
      }
    }
    await this.#leave();
    return { ...this.#work, snapshots: this.#snapshots, failures: this.#failures };
  }

  /** Looks after the leases, waits for ticks, and scores them. */
  async #round(): Promise<void> {
    await this.#upkeep();
    if (this.#shards.size === 0) {
      await sleep(WAIT / 4, this.#settings.signal);
      return;
    }
    const after = new Map([...this.#shards].map(([number, { position }]) => [number, position]));
    const found = await this.#settings.log.read(after, WAIT);
    const answers: Promise<void>[] = [];
    for (const [number, ticks] of found) {
      const shard = this.#shards.get(number);
      if (shard !== undefined) await this.#score(shard, ticks, answers);
      await this.#renewIfDue();
    }
    await Promise.all(answers);
    for (const number of found.keys()) {
      const shard = this.#shards.get(number);
      if (shard?.isDue) await this.#save(shard);
      await this.#renewIfDue();
    }
  }

  /** Scores ticks of a shard; adds the answers that are on their way. */
  async #score(shard: Shard, ticks: readonly LoggedTick[], answers: Promise<void>[]): Promise<void> {
    try {
      for (const tick of ticks) {
        const answer = shard.take(tick, this.#work);
        answer?.catch(() => {}); // it is waited for later
        if (answer !== undefined) answers.push(answer);
      }
    } catch (error) {
      if (!(error instanceof Hole)) throw error;
      await this.#reload(shard, error);
    }
  }

  /** A shard with a hole: somebody else has had it and dropped ticks behind a later snapshot. Without one the log has lost ticks. */
  async #reload(shard: Shard, hole: Hole): Promise<void> {
    const loaded = await Shard.load(shard.number, this.#settings);
    if (loaded.loadedAt <= shard.loadedAt) {
      throw new Refusal(`${hole.message}, and no later snapshot is there: the log has lost ticks`);
    }
    this.#shards.set(shard.number, loaded);
  }

  /** A snapshot that cannot be written is no reason to stop: the ticks stay in the log. */
  async #save(shard: Shard): Promise<void> {
    try {
      await shard.save();
      this.#snapshots++;
    } catch (error) {
      this.#tell({ type: 'unsaved', shard: shard.number, error });
    }
  }

  async #renewIfDue(): Promise<void> {
    if (performance.now() - this.#renewedAt > this.#settings.lease / 3) await this.#lease([], 0, []);
  }

  /** Renews the leases, takes shards if it has fewer than its share, gives some back if it has more. */
  async #upkeep(): Promise<void> {
    await this.#renewIfDue();
    if (performance.now() - this.#sharedAt < BETWEEN_SHARES) return;
    this.#sharedAt = performance.now();
    const { agreement, maxShards } = this.#settings;
    const { shards } = agreement;
    const share = Math.min(maxShards, Math.ceil(shards / Math.max(1, this.#workers)));
    const missing = share - this.#shards.size;
    if (missing < 0) await this.#giveBack(Math.min(MOST_GIVEN, -missing));
    if (missing <= 0) return;
    // Each worker begins elsewhere, so that two of them seldom ask for the same.
    const offset = Math.floor(Math.random() * shards);
    const others = Array.from({ length: shards }, (_, s) => (offset + s) % shards).filter((s) => !this.#shards.has(s));
    for (const number of await this.#lease(others, missing, [])) await this.#take(number);
  }

  async #take(number: number): Promise<void> {
    const shard = await Shard.load(number, this.#settings);
    this.#shards.set(number, shard);
    this.#tell({ type: 'took', shard: number, position: shard.position });
    await this.#renewIfDue();
  }

  async #giveBack(count: number): Promise<void> {
    const given = [...this.#shards.values()].slice(0, count);
    for (const shard of given) await this.#save(shard); // the next worker has nothing to score again
    for (const shard of given) this.#drop(shard);
    await this.#lease(
      [],
      0,
      given.map(({ number }) => number),
    );
  }

  #drop(shard: Shard): void {
    this.#shards.delete(shard.number);
    this.#tell({ type: 'gave', shard: shard.number, position: shard.position });
  }

  /** Asks for the leases of what it has, and of others; returns those of the others that it got. */
  async #lease(take: readonly number[], most: number, drop: readonly number[], leave = false): Promise<number[]> {
    const { log, name, lease: duration } = this.#settings;
    const hold = [...this.#shards.keys()];
    const begun = performance.now();
    const { held, workers } = await log.lease({ worker: name, duration, hold, take, most, drop, leave });
    this.#renewedAt = begun;
    this.#workers = workers;
    const isHeld = new Set(held);
    for (const number of hold) if (!isHeld.has(number)) this.#drop(this.#shards.get(number)!);
    return take.filter((number) => isHeld.has(number));
  }

  /** What the listener throws is not tried again. */
  #tell(event: WorkerEvent): void {
    try {
      this.#settings.tell(event);
    } catch (error) {
      this.#thrown = { error };
      throw error;
    }
  }

  #forget(): void {
    this.#shards.clear();
    this.#renewedAt = -Infinity;
    this.#sharedAt = -Infinity;
  }

  /** Gives all shards back at once, if the log still answers. */
  async #leave(): Promise<void> {
    const drop = [...this.#shards.keys()];
    this.#forget();
    await this.#lease([], 0, drop, true).catch(() => {}); // leases end by themselves
  }
}

/** Waits, but no longer than until `signal`. */
async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
  });
}
