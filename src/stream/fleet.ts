// Fleet: many streams by name in one process. It starts, updates, evicts and saves its series.
import { checkInteger, checkOptions, describe } from '../core/checks.ts';
import type { DistanceFunction } from '../core/metric.ts';
import { missingError, toNumber, type Value } from '../core/series.ts';
import { StateReader, StateWriter } from '../core/state.ts';
import { learnOf } from '../core/streaming-detector.ts';
import { type HistorySearch, NO_VALUES, openHistory } from './history/history.ts';
import {
  checkedSettings,
  checkStreamOptions,
  OPTION_NAMES,
  optionsOf,
  type StreamingKNNOptions,
  type StreamSettings,
} from './settings.ts';
import { readHistoryState, readSettings, writeHistory, writeSettings } from './settings-state.ts';
import { windowScore } from './window-score.ts';

/** Options of {@link Fleet}: those of every `StreamingKNN` in it, and the limits beyond which series are evicted. */
export interface FleetOptions extends StreamingKNNOptions {
  /** Number of values in a window (w), at least 1. */
  windowSize: number;
  /** Number of neighbors, at least 1. */
  k: number;
  /** `Infinity`: the largest number of series. For a new one beyond it, the series with the oldest last value is evicted. */
  maxSeries?: number;
  /** `Infinity`: a series is evicted when the fleet has received more than this many values since the last one of the series. */
  maxIdle?: number;
}

/** What a fleet counts. */
export interface FleetStats {
  /** Number of series in the fleet. */
  series: number;
  /** Number of all values, including those of evicted series. */
  updates: number;
  /** Number of series that were evicted because of `maxSeries` or `maxIdle`. */
  evicted: number;
  /** Bytes of memory for the histories of all series. */
  bytes: number;
}

const FORMAT = 1;

/** Series per record: about 300 KB of short histories. */
const SERIES_PER_RECORD = 64;

/** A series, in a linked list of all series in the order of their last values. */
interface Member {
  readonly id: string;
  readonly history: HistorySearch;
  count: number;
  /** The fleet's number of updates when this series had its last value. */
  last: number;
  /** The series whose last value came before that of this one, and the series whose last value came after it. */
  older: Member | undefined;
  newer: Member | undefined;
}

/**
 * Many streams in one process, each with the scores of a `StreamingKNN` of its own. The first value of a series adds it to the
 * fleet. Short plain windows take 8 bytes per value of `history`, in memory that all series share: 100 000 series with a
 * history of 512 fit in 600 MB.
 *
 * @example
 * const fleet = new Fleet({ windowSize: 2, k: 1, history: 500 });
 * for (const x of [1, 2, 1, 2]) fleet.updateMany(['cpu', 'disk'], [x, 10 * x]);
 * Array.from(fleet.updateMany(['cpu', 'disk'], [9, 10])); // => [Math.sqrt(50), 0]
 */
export class Fleet {
  readonly #settings: StreamSettings;
  readonly #maxSeries: number;
  readonly #maxIdle: number;
  readonly #members: Map<string, Member>;
  #oldest: Member | undefined;
  #newest: Member | undefined;
  #updates: number;
  #evicted: number;

  /**
   * @param options those of `StreamingKNN`, with `windowSize` and `k` among them; `maxSeries` and `maxIdle`
   * @throws TypeError for an option of the wrong kind, RangeError for a wrong value
   */
  constructor(options: FleetOptions) {
    checkStreamOptions(options, ['windowSize', 'k', 'maxSeries', 'maxIdle', ...OPTION_NAMES]);
    const { windowSize, k, maxSeries = Infinity, maxIdle = Infinity, ...rest } = options;
    if (maxSeries !== Infinity) checkInteger(maxSeries, 'maxSeries', 1);
    if (maxIdle !== Infinity) checkInteger(maxIdle, 'maxIdle', 1);
    this.#settings = checkedSettings(windowSize, k, rest);
    this.#maxSeries = maxSeries;
    this.#maxIdle = maxIdle;
    this.#members = new Map();
    this.#oldest = undefined;
    this.#newest = undefined;
    this.#updates = 0;
    this.#evicted = 0;
  }

  /**
   * Returns the score of the next value of a series, then learns the value: see `StreamingKNN.update`.
   *
   * @param id the name of the series; an unknown name adds a series
   * @throws where `StreamingKNN.update` does; TypeError when `id` is no string
   */
  update(id: string, x: Value, options?: { learn?: boolean }): number {
    checkId(id);
    const value = this.#valueOf(id, x);
    return this.#update(id, value, learnOf(options));
  }

  /**
   * The scores of one value each of many series, such as the values of one scrape. A series may occur more than once.
   *
   * @param ids names, one per value
   * @returns scores, one per value
   * @throws where `update` does. A name or value of the wrong kind is found before anything is learned. When a function metric
   * fails, the values before it have been learned.
   */
  updateMany(ids: ArrayLike<string>, values: ArrayLike<Value>, options?: { learn?: boolean }): Float64Array {
    const numValues = lengthOf(values, 'values');
    const numIds = lengthOf(ids, 'ids');
    if (numIds !== numValues) {
      throw new RangeError(`ids must have a name per value, got ${numIds} names and ${numValues} values`);
    }
    const learn = learnOf(options);
    const scores = new Float64Array(numValues);
    for (let p = 0; p < numValues; p++) {
      checkId(ids[p]);
      scores[p] = this.#valueOf(ids[p]!, values[p]);
    }
    for (let p = 0; p < numValues; p++) scores[p] = this.#update(ids[p]!, scores[p]!, learn);
    return scores;
  }

  /** The score that `update(id, x)` would return. Changes nothing and adds no series. */
  peek(id: string, x: Value): number {
    checkId(id);
    const value = this.#valueOf(id, x);
    const member = this.#members.get(id);
    if (member) return windowScore(this.#settings, member.history, member.history.peek(value), member.count);
    const history = openHistory(this.#settings, NO_VALUES);
    const score = windowScore(this.#settings, history, history.peek(value), 0);
    history.close?.();
    return score;
  }

  /** Whether the fleet holds this series. */
  has(id: string): boolean {
    return this.#members.has(id);
  }

  /** The names of the series, from the one with the oldest last value to the one with the newest. */
  *ids(): Generator<string, void, undefined> {
    for (let member = this.#oldest; member; member = member.newer) yield member.id;
  }

  /** Forgets a series. Returns whether the fleet held it. */
  evict(id: string): boolean {
    const member = this.#members.get(id);
    if (member) this.#evict(member);
    return member !== undefined;
  }

  /** Forgets all series. */
  reset(): void {
    for (const { history } of this.#members.values()) history.close?.();
    this.#members.clear();
    this.#oldest = undefined;
    this.#newest = undefined;
    this.#updates = 0;
    this.#evicted = 0;
  }

  /** The numbers of series, updates and evictions, and the bytes of memory. O(series). */
  get stats(): FleetStats {
    let bytes = 0;
    for (const { history } of this.#members.values()) bytes += history.bytes;
    return { series: this.#members.size, updates: this.#updates, evicted: this.#evicted, bytes };
  }

  /**
   * The whole state as chunks of bytes, to be written one after the other. Each chunk is made when it is requested, so a large
   * fleet needs no second copy in memory. The fleet must not be updated before the last chunk.
   *
   * @throws RangeError when the fleet was updated in between
   */
  *save(): Generator<Uint8Array, void, undefined> {
    const updates = this.#updates;
    const numSeries = this.#members.size;
    const head = new StateWriter('Fleet', FORMAT);
    writeSettings(head, this.#settings);
    head.f64s([this.#maxSeries, this.#maxIdle, updates, this.#evicted, numSeries]);
    yield framed(head);
    for (let member = this.#oldest; member; ) {
      const record = new StateWriter('Fleet series', FORMAT);
      const members: Member[] = [];
      for (; member && members.length < SERIES_PER_RECORD; member = member.newer) members.push(member);
      record.u32(members.length);
      for (const { id, last, history } of members) {
        record.text(id);
        record.f64(last);
        writeHistory(record, history);
      }
      yield framed(record);
      if (this.#updates !== updates || this.#members.size !== numSeries) {
        throw new RangeError('the fleet was changed while it was saved: save() again, without updates in between');
      }
    }
  }

  /**
   * Loads a fleet that `save` wrote, from its chunks or from the same bytes cut in any other way, such as those of a file stream.
   *
   * @param options.metric the function metric that the fleet was made with, if it was made with one
   * @throws RangeError when they are damaged, cut short, of something else, or written by a newer version
   */
  static async load(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: { metric?: DistanceFunction } = {},
  ): Promise<Fleet> {
    checkOptions(options, ['metric']);
    let fleet: Fleet | undefined;
    let numSeries = 0;
    for await (const record of records(chunks)) {
      if (fleet) {
        fleet.#readMembers(new StateReader(record, 'Fleet series', FORMAT));
        continue;
      }
      const reader = new StateReader(record, 'Fleet', FORMAT);
      const settings = readSettings(reader, options.metric);
      const [maxSeries = 0, maxIdle = 0, updates = 0, evicted = 0, size = 0] = reader.f64s();
      reader.end();
      const { windowSize, k } = settings;
      fleet = new Fleet({ windowSize, k, maxSeries, maxIdle, ...optionsOf(settings) });
      fleet.#updates = updates;
      fleet.#evicted = evicted;
      numSeries = size;
    }
    if (!fleet) throw new RangeError('bytes must be what save() returned, got none');
    const { size } = fleet.#members;
    if (size !== numSeries) throw new RangeError(`bytes are cut short: they hold ${size} of ${numSeries} series`);
    return fleet;
  }

  #valueOf(id: string, x: Value): number {
    const value = toNumber(x);
    if (this.#settings.missing === 'throw' && Number.isNaN(value)) {
      throw missingError(`the value of ${describe(id)}`, x);
    }
    return value;
  }

  #update(id: string, value: number, learn: boolean): number {
    const known = this.#members.get(id);
    const history = known ? known.history : openHistory(this.#settings, NO_VALUES);
    const score = windowScore(this.#settings, history, history.update(value, learn), known ? known.count : 0);
    const member = known ?? this.#start(id, history); // after update: no series is added when a metric throws
    member.count++;
    member.last = ++this.#updates;
    if (member !== this.#newest) {
      this.#unlink(member);
      this.#append(member);
    }
    while (this.#oldest!.last < this.#updates - this.#maxIdle) this.#evictOverLimit(this.#oldest!);
    return score;
  }

  /** Adds a new series as the newest. The oldest one is evicted if there are `maxSeries`. */
  #start(id: string, history: HistorySearch): Member {
    if (this.#members.size >= this.#maxSeries) this.#evictOverLimit(this.#oldest!);
    return this.#add(id, history, 0, this.#updates);
  }

  #add(id: string, history: HistorySearch, count: number, last: number): Member {
    const member: Member = { id, history, count, last, older: undefined, newer: undefined };
    this.#members.set(id, member);
    this.#append(member);
    return member;
  }

  /** Evicts a series because of a limit, which counts in `stats`. */
  #evictOverLimit(member: Member): void {
    this.#evict(member);
    this.#evicted++;
  }

  #evict(member: Member): void {
    this.#members.delete(member.id);
    this.#unlink(member);
    member.history.close?.();
  }

  #append(member: Member): void {
    member.older = this.#newest;
    member.newer = undefined;
    if (this.#newest) this.#newest.newer = member;
    else this.#oldest = member;
    this.#newest = member;
  }

  #unlink({ older, newer }: Member): void {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }

  #readMembers(reader: StateReader): void {
    for (let left = reader.u32(); left > 0; left--) {
      const id = reader.text();
      const last = reader.f64();
      const state = readHistoryState(reader, this.#settings);
      if (this.#members.has(id)) throw new RangeError(`bytes are damaged: ${describe(id)} is there twice`);
      this.#add(id, openHistory(this.#settings, state), state.numValues, last);
    }
    reader.end();
  }
}

function checkId(id: unknown): asserts id is string {
  if (typeof id !== 'string') throw new TypeError(`id must be a string, got ${describe(id)}`);
}

function lengthOf(list: unknown, argument: string): number {
  const length = (list as ArrayLike<unknown> | null | undefined)?.length;
  if (typeof list === 'object' && Number.isSafeInteger(length)) return length!;
  throw new TypeError(`${argument} must be an array, got ${describe(list)}`);
}

/** A record behind its length in bytes, which is a little-endian integer of 32 bits. */
function framed(writer: StateWriter): Uint8Array {
  const record = writer.finish();
  const chunk = new Uint8Array(4 + record.length);
  new DataView(chunk.buffer).setUint32(0, record.length, true);
  chunk.set(record, 4);
  return chunk;
}

/** The records of framed bytes, which may be cut into chunks anywhere. */
async function* records(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let pending: Uint8Array[] = [];
  let size = 0;
  let needed = 4;
  // `needed` bytes are needed to go on: 4 for a length, or 4 + length for a record.
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError(`chunks must be of Uint8Array, got ${describe(chunk)}`);
    pending.push(chunk);
    size += chunk.length;
    if (size < needed) continue;
    const bytes = joined(pending, size);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (needed = 4; at + needed <= size; ) {
      const length = view.getUint32(at, true);
      if (needed === 4 && length > 0) {
        needed = 4 + length;
        continue;
      }
      yield bytes.subarray(at + 4, at + needed);
      at += needed;
      needed = 4;
    }
    pending = [bytes.slice(at)];
    size -= at;
  }
  if (size > 0) throw new RangeError(`bytes are damaged or cut short: ${size} are left over`);
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
