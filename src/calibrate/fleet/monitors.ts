// Monitors: the monitors of many series by name. A tick is one step of all of them.
import { checkOptions, describe } from '../../core/checks.ts';
import { toFloat64, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnOf } from '../../core/streaming-detector.ts';
import { checkedTime, checkNumIds, checkNumSeries, type Member, Members, UNLINKED } from '../../stream/members.ts';
import { framed, readName, records, SERIES_PER_RECORD, writeName } from '../../stream/members-records.ts';
import type { AlarmExplanation } from '../incidents/explain-alarm.ts';
import { checkTime } from '../looks/zone-clock.ts';
import { CheckedOptions } from '../monitors/intake.ts';
import { Monitor } from '../monitors/monitor.ts';
import type { FleetIncident, FleetIncidentEvent, GroupedAlarm } from './fleet-incidents.ts';
import { type LoadMonitorsOptions, type MonitorsOptions, type MonitorsSettings, settingsOf } from './options.ts';
import { GROUP, prefetch } from './prefetch.ts';
import { readSettings, writeSettings } from './settings-state.ts';

/** An alarm of one series in a tick. */
export interface FleetAlarm {
  /** The name of the series. */
  readonly id: string;
  /** The time of the tick; that of a date in milliseconds since 1970. */
  readonly time: number;
  /** NaN for a missing value. */
  readonly value: number;
  /** What `update` of the monitor returned. */
  readonly surprise: number;
  /**
   * The sentence of `explain`; where the tick's time was no date, it counts in values of the series, one per tick. For a detector
   * of your own, and after the first 100 alarms of a tick, the value and its surprise alone: see {@link Monitors.explain}.
   */
  readonly text: string;
  /** The number of the fleet's incident that it belongs to; `undefined` where there is none. */
  readonly incident: number | undefined;
}

/** The result of {@link Monitors.tick}. */
export interface TickResult {
  /** What `update` of each series' monitor returned, one per given value. */
  readonly surprises: Float64Array;
  /** In the order of the names; then those of series that were not named. */
  readonly alarms: readonly FleetAlarm[];
  /** The fleet's incidents that ended and began; empty without the option `incidents`. */
  readonly incidents: readonly FleetIncidentEvent[];
  /** The names of the series that left in this tick, because of `maxIdle` or `maxSeries`. */
  readonly evicted: readonly string[];
}

/** What monitors count. */
export interface MonitorsStats {
  /** Number of series. */
  series: number;
  ticks: number;
  /** Number of given values, including those of series that have left. */
  values: number;
  /** Number of alarms that `tick` returned. */
  alarms: number;
  /** Number of series that left because of `maxSeries` or `maxIdle`. */
  evicted: number;
}

/** A series. */
interface Watched extends Member<Watched> {
  readonly monitor: Monitor;
  /** Whether it raises alarms: see the option `only`. */
  readonly raises: boolean;
  /** Its group in incidents of the fleet. */
  readonly group: string;
}

/** What a tick gathers. */
interface Gathered {
  readonly alarms: (GroupedAlarm & { time: number; value: number; surprise: number; text: string })[];
  /** The group of each alarm. */
  readonly groups: string[];
  /** Errors of the user's own detectors and thresholds. */
  readonly failures: unknown[];
}

const KIND = 'Monitors';
const FORMAT = 1;
const SERIES_KIND = 'Monitors series';

/** Alarms of a tick that are explained at once, at 0.1 ms each: an outage of all series must not stop the program. */
const MOST_EXPLAINED = 100;

/**
 * The monitors of many series, by name. `tick` is one step of all of them: it takes the values of one scrape, and returns their
 * surprises and the alarms with their reasons. The first value of a series adds it. A known series that is not named gets a
 * missing value, so that its windows do not close over the gap. The time of the last tick is part of the state, so that after a
 * restart no step counts twice and none is left out.
 *
 * Apart from `budget` every series is judged as by a monitor of its own, bit for bit. A tick adds about 0.1 µs a value to what the
 * monitors cost, where the names come in the same order each time; else it looks each name up.
 *
 * Many small ones are saved in less time each than one large one: give every series a shard by {@link shardOf}, one `Monitors`
 * per shard, tick them all, and save one of them per tick, in turn. After a restart each says by `position` where to go on.
 *
 * @example
 * const site = new Monitors({ mute: 200, maxIdle: 1440 });
 * for (let t = 0; t < 1000; t++) site.tick(60 * t, ['cpu', 'disk'], [20 + ((t * 37) % 11), 50 + ((t * 17) % 7)]);
 * const { alarms } = site.tick(60_000, ['cpu', 'disk'], [95, 54]);
 * alarms.map(({ id, time, value }) => [id, time, value]); // => [['cpu', 60000, 95]]
 * alarms[0]?.text.split(';')[0]; // => '95 at 1000 is 65 above the nearest value before, 30 at 998'
 * const again = await Monitors.load(site.save());
 * again.position; // => 60000
 */
export class Monitors {
  #settings: MonitorsSettings;
  readonly #members: Members<Watched>;
  #position: number;
  #ticks: number;
  #values: number;
  #alarms: number;
  #evicted: number;
  /** Number of changes, which `save` must not see. */
  #changes: number;

  /**
   * @param options those of `monitor`, which every series gets; `maxSeries`, `maxIdle`, `only`, `incidents` and `budget`
   * @throws TypeError for an option of the wrong kind, RangeError for a wrong value
   */
  constructor(options: MonitorsOptions = {}) {
    this.#settings = settingsOf(options);
    this.#members = new Members();
    this.#position = -Infinity;
    this.#ticks = 0;
    this.#values = 0;
    this.#alarms = 0;
    this.#evicted = 0;
    this.#changes = 0;
  }

  /**
   * One step of all series. Those that are not named get a missing value.
   *
   * @param time above `position`: a date, which explanations then name; or a finite number in any unit, and explanations count
   * values. With `calendar` a number is in milliseconds since 1970, too
   * @param ids names, one per value, each at most once; an unknown name adds a series
   * @param values `null`, `undefined`, NaN, ±Infinity and |x| > 2⁵⁰⁰ are missing
   * @param options.learn `false`: the values are judged but not learned, those that are missing included; default `true`
   * @throws RangeError for a time at or before `position`, a name that comes twice, more than `maxSeries` names, and with
   * `rate: true` a counter below 0; TypeError for a wrong kind. Nothing is changed then. An error of a detector or a threshold of
   * your own is thrown at the end: all other series have had their step.
   */
  tick(
    time: number | Date,
    ids: ArrayLike<string>,
    values: ArrayLike<Value>,
    options?: { learn?: boolean },
  ): TickResult {
    const position = checkedTime(time, this.#position);
    const given = toFloat64(values, 'values');
    checkNumIds(ids, given.length);
    const learn = learnOf(options);
    const { areCounters, needTimes } = this.#settings;
    if (areCounters) checkCounters(given);
    if (needTimes) checkTime(position, 'a calendar is set');
    const isDated = time instanceof Date || needTimes;
    const passedOn = new CheckedOptions(learn, isDated ? position : NaN);
    const { members: found, numNew } = this.#members.find(ids, given.length);
    checkNumSeries(found.length, this.#settings.maxSeries);
    const members = numNew === 0 ? (found as Watched[]) : this.#withNew(found, ids);
    // Nothing was changed so far, and nothing is refused from here on.
    const evicted = this.#advance(position, members);
    const surprises = new Float64Array(members.length);
    const gathered: Gathered = { alarms: [], groups: [], failures: [] };
    for (let from = 0; from < members.length; from += GROUP) {
      const to = Math.min(from + GROUP, members.length);
      prefetch(members, from, to);
      for (let p = from; p < to; p++) surprises[p] = this.#step(members[p]!, given[p]!, passedOn, gathered);
    }
    for (let m = this.#members.oldest; m && m.last < this.#ticks; m = m.newer) this.#step(m, NaN, passedOn, gathered);
    const incidents = this.#conclude(gathered);
    if (gathered.failures.length > 0) throw gathered.failures[0];
    return { surprises, alarms: gathered.alarms, incidents, evicted };
  }

  /** The time of the last tick; −Infinity before the first. */
  get position(): number {
    return this.#position;
  }

  /** The threshold of all series: with `budget`, where it stands now. `undefined` when each learns its own. */
  get threshold(): number | undefined {
    return this.#settings.budget?.threshold ?? this.#settings.threshold;
  }

  /** The incidents of the fleet that are under way, in the order in which they began. */
  get incidents(): FleetIncident[] {
    return this.#settings.incidents?.open ?? [];
  }

  /** Whether there is such a series. */
  has(id: string): boolean {
    return this.#members.get(id) !== undefined;
  }

  /** The monitor of a series, to be read: values come by `tick` alone. `undefined` if there is no such series. */
  get(id: string): Monitor | undefined {
    return this.#members.get(id)?.monitor;
  }

  /**
   * Explains the last value of a series: see {@link Monitor.explain}.
   *
   * @throws RangeError when there is no such series, and where `explain` of its monitor does
   */
  explain(id: string, k?: number): AlarmExplanation {
    const member = this.#members.get(id);
    if (member === undefined) throw new RangeError(`id must name a series, got ${describe(id)}: see ids()`);
    return member.monitor.explain(k);
  }

  /** The names of the series, from the one that was not named for the longest to the one that was named last. */
  *ids(): Generator<string, void, undefined> {
    for (const { id } of this.#members) yield id;
  }

  /** Forgets a series. Returns whether there was one. */
  evict(id: string): boolean {
    const member = this.#members.get(id);
    if (member === undefined) return false;
    this.#members.remove(member);
    this.#changes++;
    return true;
  }

  /** Forgets everything: as newly constructed. */
  reset(): void {
    this.#members.clear();
    this.#settings.incidents?.reset();
    this.#settings.budget?.reset();
    this.#position = -Infinity;
    this.#ticks = 0;
    this.#values = 0;
    this.#alarms = 0;
    this.#evicted = 0;
    this.#changes++;
  }

  get stats(): MonitorsStats {
    const { size } = this.#members;
    return {
      series: size,
      ticks: this.#ticks,
      values: this.#values,
      alarms: this.#alarms,
      evicted: this.#evicted,
    };
  }

  /**
   * The whole state as chunks of bytes, to be written one after the other. Each chunk is made when it is requested. There must be
   * no tick before the last chunk.
   *
   * @throws RangeError when there was a change in between
   */
  *save(): Generator<Uint8Array, void, undefined> {
    const changes = this.#changes;
    yield framed(this.#head());
    for (let member = this.#members.oldest; member; ) {
      const record = new StateWriter(SERIES_KIND, FORMAT);
      const members: Watched[] = [];
      for (; member && members.length < SERIES_PER_RECORD; member = member.newer) members.push(member);
      record.u32(members.length);
      for (const { id, last, monitor } of members) {
        writeName(record, id);
        record.f64(last);
        record.bytes(monitor.save());
      }
      yield framed(record);
      if (this.#changes !== changes) {
        throw new RangeError('the monitors were changed while they were saved: save() again, without ticks in between');
      }
    }
  }

  /**
   * Loads what `save` wrote, from its chunks or from the same bytes cut in any other way, such as those of a file stream. Goes on
   * bit for bit.
   *
   * @param options what bytes cannot hold: functions, and the `load` of classes of your own
   * @throws RangeError when they are damaged, cut short, of something else, or written by a newer version; and for a function
   * that is missing
   */
  static async load(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: LoadMonitorsOptions = {},
  ): Promise<Monitors> {
    checkOptions(options, ['detector', 'threshold', 'group', 'only']);
    const { detector, threshold } = options;
    const loads = { ...(detector && { detector }), ...(threshold && { threshold }) };
    let monitors: Monitors | undefined;
    let numSeries = 0;
    for await (const record of records(chunks)) {
      if (monitors) monitors.#readMembers(new StateReader(record, SERIES_KIND, FORMAT), loads);
      else {
        monitors = new Monitors();
        numSeries = monitors.#readHead(new StateReader(record, KIND, FORMAT), options);
      }
    }
    if (!monitors) throw new RangeError('bytes must be what save() returned, got none');
    const { size } = monitors.#members;
    if (size !== numSeries) throw new RangeError(`bytes are cut short: they hold ${size} of ${numSeries} series`);
    return monitors;
  }

  /** The members with these names, new ones included, which are not added. */
  #withNew(found: readonly (Watched | undefined)[], ids: ArrayLike<string>): Watched[] {
    return found.map((member, p) => member ?? this.#make(ids[p]!, this.#newMonitor(), 0));
  }

  #newMonitor(): Monitor {
    const { make, budget } = this.#settings;
    const monitor = make();
    if (budget !== undefined) monitor.threshold = budget.threshold;
    return monitor;
  }

  #make(id: string, monitor: Monitor, last: number): Watched {
    const { filter, incidents } = this.#settings;
    const raises = filter.includes(id);
    return { id, last, monitor, raises, group: incidents?.groupOf(id) ?? '', ...UNLINKED };
  }

  /** Begins a tick of these members. Returns who leaves: those that were idle for too long, or for which there are too many. */
  #advance(position: number, members: Watched[]): string[] {
    const { maxSeries, maxIdle } = this.#settings;
    this.#position = position;
    this.#ticks++;
    this.#values += members.length;
    this.#changes++;
    this.#members.advance(members, this.#ticks);
    const evicted: string[] = [];
    for (let { oldest } = this.#members; oldest; { oldest } = this.#members) {
      if (oldest.last >= this.#ticks - maxIdle && this.#members.size <= maxSeries) break;
      this.#members.remove(oldest);
      this.#evicted++;
      evicted.push(oldest.id);
    }
    return evicted;
  }

  /** Gives a series its value. An error of the user's own code is put off, for the others to have their step. */
  #step(member: Watched, value: number, passedOn: CheckedOptions, gathered: Gathered): number {
    try {
      const surprise = member.monitor.update(value, passedOn);
      if (member.monitor.isAlarm && member.raises) this.#gather(member, value, surprise, gathered);
      return surprise;
    } catch (failure) {
      gathered.failures.push(failure);
      return NaN;
    }
  }

  #gather({ id, group, monitor }: Watched, value: number, surprise: number, { alarms, groups }: Gathered): void {
    const text = textOf(monitor, value, surprise, alarms.length < MOST_EXPLAINED);
    alarms.push({ id, time: this.#position, value, surprise, text, incident: undefined });
    groups.push(group);
  }

  /** Ends a tick: incidents of the fleet, then the budget, for which an incident is one alarm. */
  #conclude({ alarms, groups }: Gathered): FleetIncidentEvent[] {
    const { incidents, budget } = this.#settings;
    const events = incidents?.step(this.#ticks, this.#position, alarms, groups) ?? [];
    this.#alarms += alarms.length;
    if (budget !== undefined) {
      const alone = alarms.filter(({ incident }) => incident === undefined).length;
      const begun = events.filter(({ type }) => type === 'begin').length;
      const before = budget.threshold;
      budget.count(alone + begun);
      if (budget.threshold !== before) {
        for (let m = this.#members.oldest; m; m = m.newer) m.monitor.threshold = budget.threshold;
      }
    }
    return events;
  }

  #head(): StateWriter {
    const head = new StateWriter(KIND, FORMAT);
    writeSettings(head, this.#settings);
    head.f64(this.#position);
    for (const count of [this.#ticks, this.#values, this.#alarms, this.#evicted]) head.uint(count);
    head.u32(this.#members.size);
    return head;
  }

  /** Returns the number of series that follow. */
  #readHead(state: StateReader, options: LoadMonitorsOptions): number {
    this.#settings = readSettings(state, options);
    this.#position = state.f64();
    [this.#ticks, this.#values, this.#alarms, this.#evicted] = [state.uint(), state.uint(), state.uint(), state.uint()];
    const numSeries = state.u32();
    state.end();
    return numSeries;
  }

  #readMembers(state: StateReader, loads: Pick<LoadMonitorsOptions, 'detector' | 'threshold'>): void {
    for (let left = state.u32(); left > 0; left--) {
      const id = readName(state);
      const last = state.f64();
      const monitor = Monitor.load(state.bytes(), loads);
      if (this.has(id)) throw new RangeError(`bytes are damaged: ${describe(id)} is there twice`);
      this.#members.add(this.#make(id, monitor, last));
    }
    state.end();
  }
}

function checkCounters(values: Float64Array): void {
  const p = values.findIndex((value) => value < 0);
  if (p >= 0) throw new RangeError(`values[${p}] must be a counter of at least 0 with rate: true, got ${values[p]}`);
}

/** Why this was an alarm, in a sentence. */
function textOf(monitor: Monitor, value: number, surprise: number, isExplained: boolean): string {
  try {
    if (isExplained) return monitor.explain().text;
  } catch {
    // A detector of the user's own has reasons that only the user knows.
  }
  const [shown, strangeness] = [value, surprise].map((number) => Number(number.toPrecision(4)));
  return `${Number.isNaN(value) ? 'a missing value' : shown}: an alarm, surprise ${strangeness}`;
}
