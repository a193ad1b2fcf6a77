// Fleet: many streams by name in one process. It starts, updates, evicts and saves its series.
import { checkInteger, checkOptions, describe } from '../core/checks.ts';
import type { DistanceFunction } from '../core/metric.ts';
import { missingError, toFloat64, toNumber, type Value } from '../core/series.ts';
import { StateReader, StateWriter } from '../core/state.ts';
import { learnOf } from '../core/streaming-detector.ts';
import { type HistorySearch, NO_VALUES, openHistory } from './history/history.ts';
import { checkedTime, checkId, checkNumIds, checkNumSeries, type Member, Members, UNLINKED } from './members.ts';
import { framed, readName, records, SERIES_PER_RECORD, writeName } from './members-records.ts';
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
  /**
   * `Infinity`: a series is evicted when the fleet has received more than this many values since the last one of the series; in a
   * fleet that is ticked, when more than this many ticks in a row did not name it.
   */
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

/** Of the first record, when the fleet was ticked: it has the position, too. */
const TICKED_FORMAT = 2;

/** A series of the fleet. */
interface Stream extends Member<Stream> {
  readonly history: HistorySearch;
  count: number;
}

/**
 * Many streams in one process, each with the scores of a `StreamingKNN` of its own. The first value of a series adds it to the
 * fleet. Short plain windows take 10 bytes per value of `history`, in memory that all series share: 100 000 series with a
 * history of 512 fit in 800 MB.
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
  readonly #members: Members<Stream>;
  #updates: number;
  #evicted: number;
  /** The time of the last tick, −Infinity before the first; and the number of ticks. */
  #position: number;
  #ticks: number;

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
    this.#members = new Members();
    this.#updates = 0;
    this.#evicted = 0;
    this.#position = -Infinity;
    this.#ticks = 0;
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
    checkNumIds(ids, numValues);
    const learn = learnOf(options);
    const scores = new Float64Array(numValues);
    for (let p = 0; p < numValues; p++) {
      checkId(ids[p]);
      scores[p] = this.#valueOf(ids[p]!, values[p]);
    }
    for (let p = 0; p < numValues; p++) scores[p] = this.#update(ids[p]!, scores[p]!, learn);
    return scores;
  }

  /**
   * One step of all series: the values that these have now. A series of the fleet that is not named gets a missing value, so
   * that no window closes over the step. The time of the last tick is a part of the state: no step counts twice, and after a
   * restart `position` says where to go on.
   *
   * From the first tick on `maxIdle` counts ticks: a series leaves that more than `maxIdle` ticks in a row did not name.
   *
   * @param time above `position`: a finite number in any unit, or a date, which stands for its milliseconds since 1970
   * @param ids names, one per value, each at most once; an unknown name adds a series
   * @returns scores, one per value
   * @throws RangeError for a time at or before `position`, a name that comes twice, more than `maxSeries` names, and with
   * `missing: 'throw'` a series that is not named or has no value; TypeError for a wrong kind. Nothing is changed then. When a
   * function metric fails, all other series have had their step.
   *
   * @example
   * const fleet = new Fleet({ windowSize: 2, k: 1 });
   * for (let t = 0; t < 4; t++) fleet.tick(60 * t, ['cpu', 'disk'], [1 + (t % 2), 5]);
   * fleet.tick(240, ['cpu'], [9]); // => Float64Array.of(Math.sqrt(50))
   * fleet.position; // => 240
   * fleet.tick(300, ['cpu', 'disk'], [1, 5]); // => Float64Array.of(7, NaN)
   */
  tick(
    time: number | Date,
    ids: ArrayLike<string>,
    values: ArrayLike<Value>,
    options?: { learn?: boolean },
  ): Float64Array {
    const position = checkedTime(time, this.#position);
    const given = toFloat64(values, 'values');
    checkNumIds(ids, given.length);
    const learn = learnOf(options);
    const { members: found, numNew } = this.#members.find(ids, given.length);
    checkNumSeries(found.length, this.#maxSeries);
    if (this.#settings.missing === 'throw') this.#checkNoneMissing(ids, values, given, numNew);
    // Nothing was changed so far, and nothing is refused from here on.
    if (this.#ticks === 0) for (const member of this.#members) member.last = 0; // it was a count of values
    const last = ++this.#ticks;
    this.#position = position;
    for (let p = 0; numNew > 0 && p < found.length; p++) {
      found[p] ??= { id: ids[p]!, history: openHistory(this.#settings, NO_VALUES), count: 0, last, ...UNLINKED };
    }
    const members = found as Stream[];
    this.#members.advance(members, last);
    this.#evictIdle();
    while (this.#members.size > this.#maxSeries) this.#evictOverLimit(this.#members.oldest!);
    const scores = new Float64Array(members.length);
    const failures: unknown[] = [];
    for (let p = 0; p < members.length; p++) scores[p] = this.#step(members[p]!, given[p]!, learn, failures);
    for (let m = this.#members.oldest; m && m.last < last; m = m.newer) this.#step(m, NaN, learn, failures);
    this.#updates += members.length;
    if (failures.length > 0) throw failures[0];
    return scores;
  }

  /** The time of the last tick; −Infinity before the first. */
  get position(): number {
    return this.#position;
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
    return this.#members.get(id) !== undefined;
  }

  /** The names of the series, from the one with the oldest last value to the one with the newest. */
  *ids(): Generator<string, void, undefined> {
    for (const { id } of this.#members) yield id;
  }

  /** Forgets a series. Returns whether the fleet held it. */
  evict(id: string): boolean {
    const member = this.#members.get(id);
    if (member) this.#evict(member);
    return member !== undefined;
  }

  /** Forgets all series. */
  reset(): void {
    for (const { history } of this.#members) history.close?.();
    this.#members.clear();
    this.#updates = 0;
    this.#evicted = 0;
    this.#position = -Infinity;
    this.#ticks = 0;
  }

  /** The numbers of series, updates and evictions, and the bytes of memory. O(series). */
  get stats(): FleetStats {
    let bytes = 0;
    for (const { history } of this.#members) bytes += history.bytes;
    return { series: this.#members.size, updates: this.#updates, evicted: this.#evicted, bytes };
  }

  /**
   * The whole state as chunks of bytes, to be written one after the other. Each chunk is made when it is requested, so a large
   * fleet needs no second copy in memory. The fleet must not be updated before the last chunk.
   *
   * @throws RangeError when the fleet was updated in between
   */
  *save(): Generator<Uint8Array, void, undefined> {
    const [updates, ticks, numSeries] = [this.#updates, this.#ticks, this.#members.size];
    const head = ticks > 0 ? new StateWriter('Fleet', TICKED_FORMAT) : new StateWriter('Fleet', FORMAT);
    writeSettings(head, this.#settings);
    head.f64s([this.#maxSeries, this.#maxIdle, updates, this.#evicted, numSeries]);
    if (ticks > 0) head.f64s([this.#position, ticks]);
    yield framed(head);
    for (let member = this.#members.oldest; member; ) {
      const record = new StateWriter('Fleet series', FORMAT);
      const members: Stream[] = [];
      for (; member && members.length < SERIES_PER_RECORD; member = member.newer) members.push(member);
      record.u32(members.length);
      for (const { id, last, history } of members) {
        writeName(record, id);
        record.f64(last);
        writeHistory(record, history);
      }
      yield framed(record);
      if (this.#updates !== updates || this.#ticks !== ticks || this.#members.size !== numSeries) {
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
      const reader = new StateReader(record, 'Fleet', TICKED_FORMAT);
      const settings = readSettings(reader, options.metric);
      const [maxSeries = 0, maxIdle = 0, updates = 0, evicted = 0, size = 0] = reader.f64s();
      const [position = -Infinity, ticks = 0] = reader.format === TICKED_FORMAT ? reader.f64s() : [];
      reader.end();
      const { windowSize, k } = settings;
      fleet = new Fleet({ windowSize, k, maxSeries, maxIdle, ...optionsOf(settings) });
      fleet.#updates = updates;
      fleet.#evicted = evicted;
      fleet.#position = position;
      fleet.#ticks = ticks;
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

  /** Throws when a series would get a missing value. */
  #checkNoneMissing(ids: ArrayLike<string>, values: ArrayLike<Value>, given: Float64Array, numNew: number): void {
    const p = given.findIndex(Number.isNaN);
    if (p >= 0) throw missingError(`the value of ${describe(ids[p])}`, values[p]);
    if (given.length - numNew === this.#members.size) return;
    const named = new Set(Array.from(ids));
    const absent = [...this.ids()].find((id) => !named.has(id));
    throw new RangeError(`ids must name ${describe(absent)} while missing is 'throw': name it, evict it, or omit`);
  }

  /** The score of a series' value of a tick. An error of a function metric is put off, for the others to have their step. */
  #step(member: Stream, value: number, learn: boolean, failures: unknown[]): number {
    const { history } = member;
    try {
      const score = windowScore(this.#settings, history, history.update(value, learn), member.count);
      member.count++;
      return score;
    } catch (failure) {
      failures.push(failure);
      return NaN;
    }
  }

  #update(id: string, value: number, learn: boolean): number {
    const known = this.#members.get(id);
    const history = known ? known.history : openHistory(this.#settings, NO_VALUES);
    const score = windowScore(this.#settings, history, history.update(value, learn), known ? known.count : 0);
    const member = known ?? this.#start(id, history); // after update: no series is added when a metric throws
    member.count++;
    this.#updates++;
    member.last = this.#clock;
    this.#members.touch(member);
    this.#evictIdle();
    return score;
  }

  /** What idleness is counted in: ticks, or values in a fleet that was not ticked. */
  get #clock(): number {
    return this.#ticks > 0 ? this.#ticks : this.#updates;
  }

  #evictIdle(): void {
    const least = this.#clock - this.#maxIdle;
    for (let { oldest } = this.#members; oldest && oldest.last < least; { oldest } = this.#members) {
      this.#evictOverLimit(oldest);
    }
  }

  /** Adds a new series as the newest. The oldest one is evicted if there are `maxSeries`. */
  #start(id: string, history: HistorySearch): Stream {
    if (this.#members.size >= this.#maxSeries) this.#evictOverLimit(this.#members.oldest!);
    const member = { id, history, count: 0, last: this.#clock, ...UNLINKED };
    this.#members.add(member);
    return member;
  }

  /** Evicts a series because of a limit, which counts in `stats`. */
  #evictOverLimit(member: Stream): void {
    this.#evict(member);
    this.#evicted++;
  }

  #evict(member: Stream): void {
    this.#members.remove(member);
    member.history.close?.();
  }

  #readMembers(reader: StateReader): void {
    for (let left = reader.u32(); left > 0; left--) {
      const id = readName(reader);
      const last = reader.f64();
      const state = readHistoryState(reader, this.#settings);
      if (this.#members.get(id)) throw new RangeError(`bytes are damaged: ${describe(id)} is there twice`);
      const history = openHistory(this.#settings, state);
      this.#members.add({ id, history, count: state.numValues, last, ...UNLINKED });
    }
    reader.end();
  }
}

function lengthOf(list: unknown, argument: string): number {
  const length = (list as ArrayLike<unknown> | null | undefined)?.length;
  if (typeof list === 'object' && Number.isSafeInteger(length)) return length!;
  throw new TypeError(`${argument} must be an array, got ${describe(list)}`);
}
