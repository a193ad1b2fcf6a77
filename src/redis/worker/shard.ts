// A shard that a worker has: its detectors, and where they stand. What it answers is written under the position of the tick.
import type { Fields, LoggedTick, TickLog } from '../log/tick-log.ts';
import { Refusal } from '../refusal.ts';
import { TickReader } from '../tick-fields.ts';
import type { Detectors } from './detectors.ts';
import type { WorkerSettings } from './options.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';

/** A tick does not follow the one before: somebody else has had the shard meanwhile, or the log has a hole. */
export class Hole extends Error {
  readonly shard: number;

  constructor(shard: number, position: number, tick: LoggedTick) {
    super(`shard ${shard}: the tick at ${tick.position} follows one at ${tick.previous}, not the one at ${position}`);
    this.shard = shard;
  }
}

/** What a shard has done. */
export interface ShardWork {
  ticks: number;
  values: number;
  /** Values that were scored although their scores were there, to come to where the scores end. */
  replayed: number;
  /** Answers that somebody else had written. */
  refused: number;
}

export class Shard {
  readonly number: number;
  /** The position of the snapshot that it began with. */
  readonly loadedAt: number;
  readonly #settings: WorkerSettings;
  readonly #detectors: Detectors;
  readonly #reader: TickReader;
  /** The last tick, and the last answer that was there when it was loaded. */
  #position: number;
  readonly #top: number;
  /** Ticks since the last snapshot. */
  #unsaved: number;

  private constructor(number: number, position: number, top: number, detectors: Detectors, settings: WorkerSettings) {
    this.number = number;
    this.loadedAt = position;
    this.#settings = settings;
    this.#detectors = detectors;
    this.#reader = new TickReader();
    this.#position = position;
    this.#top = top;
    // Shards that begin together take their snapshots in turn.
    const { every, agreement } = settings;
    this.#unsaved = position > 0 ? 0 : Math.floor((number / agreement.shards) * every);
  }

  /**
   * The shard as its latest snapshot has it. A shard without one gets one that is empty, so that later workers see with which
   * settings it began.
   */
  static async load(number: number, settings: WorkerSettings): Promise<Shard> {
    const { log, agreement, maker } = settings;
    const top = await log.top('out', number);
    let snapshot = await log.loadSnapshot(number, top);
    if (snapshot === undefined) {
      await checkIsNew(log, number, top);
      const bytes = encodeSnapshot(number, maker.make().save(), agreement);
      await log.keepSnapshot(number, { position: 0, bytes });
      snapshot = (await log.loadSnapshot(number, top)) ?? { position: 0, bytes };
    }
    const state = decodeSnapshot(number, snapshot.bytes, agreement);
    return new Shard(number, snapshot.position, top, await maker.load(state), settings);
  }

  get position(): number {
    return this.#position;
  }

  /**
   * Scores a tick and begins to write its answer, if that is not there.
   *
   * @throws Hole when it does not follow the tick before, Refusal when it cannot be scored
   */
  take(tick: LoggedTick, work: ShardWork): Promise<void> | undefined {
    const { position } = tick;
    if (position <= this.#position) return undefined;
    if (tick.previous !== this.#position) throw new Hole(this.number, this.#position, tick);
    const [numValues, answer] = this.#score(tick);
    this.#position = position;
    this.#unsaved++;
    work.ticks++;
    work.values += numValues;
    if (position <= this.#top) {
      work.replayed += numValues;
      return undefined;
    }
    return this.#write(position, answer, work);
  }

  #score({ position, fields }: LoggedTick): [number, Fields] {
    try {
      const { ids, values, shards } = this.#reader.read(fields);
      const { agreement } = this.#settings;
      if (shards !== agreement.shards) {
        throw new RangeError(`its producer has ${shards} shards, this worker ${agreement.shards}`);
      }
      return [values.length, { ids: fields.ids!, ...this.#detectors.tick(position, ids, values) }];
    } catch (error) {
      throw new Refusal(`shard ${this.number}: the tick at ${position} cannot be scored: ${(error as Error).message}`);
    }
  }

  async #write(position: number, answer: Fields, work: ShardWork): Promise<void> {
    if (!(await this.#settings.log.append('out', this.number, position, answer))) work.refused++;
  }

  /** Whether a snapshot is due. */
  get isDue(): boolean {
    return this.#unsaved >= this.#settings.every && this.#position > this.loadedAt;
  }

  /** Keeps a snapshot. The answers of all ticks must be written. */
  async save(): Promise<void> {
    if (this.#position === 0) return;
    const { log, agreement } = this.#settings;
    const bytes = encodeSnapshot(this.number, this.#detectors.save(), agreement);
    await log.keepSnapshot(this.number, { position: this.#position, bytes });
    this.#unsaved = 0;
  }
}

/** Throws unless a shard without a snapshot that could be continued has no scores, either. */
async function checkIsNew(log: TickLog, number: number, top: number): Promise<void> {
  const ahead = await log.loadSnapshot(number, Infinity);
  const problem = `shard ${number}: the scores end at ${top}, `;
  if (ahead !== undefined && ahead.position > top) {
    throw new Refusal(
      `${problem}before the oldest snapshot, which is at ${ahead.position}: the log has lost more than can be repaired`,
    );
  }
  if (top > 0) throw new Refusal(`${problem}but its snapshot is gone: was it evicted, or its folder another one?`);
}
