// Fleet: many streams by name in one process. It starts, updates, evicts and saves its series.
import { checkInteger, checkOptions, describe } from '../core/checks.ts';
import type { DistanceFunction } from '../core/metric.ts';
import { missingError, toNumber, type Value } from '../core/series.ts';
import { StateReader, StateWriter } from '../core/state.ts';
import { learnOf } from '../core/streaming-detector.ts';
import { type HistorySearch, NO_VALUES, openHistory } from './history/history.ts';
import { checkedSettings, OPTION_NAMES, optionsOf, type StreamingKNNOptions, type StreamSettings } from './settings.ts';
import { readHistoryState, readSettings, writeHistory, writeSettings } from './settings-state.ts';
import { windowScore } from './window-score.ts';

/** Options of {@link Fleet}: those of every `StreamingKNN` in it, and who has to leave. */
export interface FleetOptions extends StreamingKNNOptions {
  /** Number of values in a window (w), at least 1. */
  windowSize: number;
  /** Number of neighbors, at least 1. */
  k: number;
  /** `Infinity`: at most so many series; for one more the one leaves that had no value for the longest. */
  maxSeries?: number;
  /** `Infinity`: a series leaves when the fleet has had so many values since its last one. */
  maxIdle?: number;
}

/** What a fleet counts. */
export interface FleetStats {
  /** Series that are there. */
  series: number;
  /** Values in all, those of series that have left included. */
  updates: number;
  /** Series that had to leave. */
  evicted: number;
  /** Bytes of what is remembered. */
  bytes: number;
}

const FORMAT = 1;

/** Series per record: about 300 KB of short histories. */
const SERIES_PER_RECORD = 64;

/** A series, and those that had their last value just before and just after its own. */
interface Member {
  readonly id: string;
  readonly history: HistorySearch;
  count: number;
  /** The fleet's updates when it had its last value. */
  last: number;
  older: Member | undefined;
  newer: Member | undefined;
}

/**
 * Many streams in one process, each with the scores of a `StreamingKNN` of its own. A series is there from its first value on.
 * Short plain windows take 8 bytes per value of `history` in memory that all share: 100 000 series with a history of 512 fit
 * in 600 MB.
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
    checkOptions(options, ['windowSize', 'k', 'maxSeries', 'maxIdle', ...OPTION_NAMES]);
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
   * The score of the next value of a series, which is then learned: see `StreamingKNN.update`.
   *
   * @param id the name of the series; a new one starts
   * @throws where `StreamingKNN.update` does; TypeError when `id` is no string
   */
  update(id: string, x: Value, options?: { learn?: boolean }): number {
    checkId(id);
    const value = this.#valueOf(id, x);
    return this.#update(id, value, learnOf(options));
  }

  /**
   * The scores of one value each of many series, as one scrape brings them; a series may come more than once.
   *
   * @param ids names, one per value
   * @returns scores, one per value
   * @throws where `update` does. A name or value of the wrong kind is found before anything is learned; where a function
   * metric fails, the values before are.
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

  /** The score that `update(id, x)` would return; changes nothing, and starts no series. */
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

  /** Whether this series is there. */
  has(id: string): boolean {
    return this.#members.has(id);
  }

  /** The names of the series, from the one that has had no value for the longest to the last that had one. */
  *ids(): Generator<string, void, undefined> {
    for (let member = this.#oldest; member; member = member.newer) yield member.id;
  }

  /** Forgets a series. Returns whether it was there. */
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

  /** What it has counted, and how much it remembers. O(series). */
  get stats(): FleetStats {
    let bytes = 0;
    for (const { history } of this.#members.values()) bytes += history.bytes;
    return { series: this.#members.size, updates: this.#updates, evicted: this.#evicted, bytes };
  }

  /**
   * All of the state as chunks of bytes, to be written one after the other; each is made when it is asked for, so a large fleet
   * needs no second copy of itself. Nothing may be updated before the last one.
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
   * A fleet as `save` left it, from its chunks or from the same bytes cut in any other way, as files are read.
   *
   * @param options.metric the function metric it was made with, if it was
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
    const member = known ?? this.#start(id, history); // not where a metric threw
    member.count++;
    member.last = ++this.#updates;
    if (member !== this.#newest) {
      this.#unlink(member);
      this.#append(member);
    }
    while (this.#oldest!.last < this.#updates - this.#maxIdle) this.#leave(this.#oldest!);
    return score;
  }

  /** A new series, as if it had had a value last; the oldest makes room. */
  #start(id: string, history: HistorySearch): Member {
    if (this.#members.size >= this.#maxSeries) this.#leave(this.#oldest!);
    return this.#add(id, history, 0, this.#updates);
  }

  #add(id: string, history: HistorySearch, count: number, last: number): Member {
    const member: Member = { id, history, count, last, older: undefined, newer: undefined };
    this.#members.set(id, member);
    this.#append(member);
    return member;
  }

  #leave(member: Member): void {
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

/** A record with its length, 32 bits, little-endian, before it. */
function framed(writer: StateWriter): Uint8Array {
  const record = writer.finish();
  const chunk = new Uint8Array(4 + record.length);
  new DataView(chunk.buffer).setUint32(0, record.length, true);
  chunk.set(record, 4);
  return chunk;
}

/** The records of framed bytes, however they are cut. */
async function* records(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let pending: Uint8Array[] = [];
  let size = 0;
  let needed = 4;
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
