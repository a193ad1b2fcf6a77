// The option `incidents` of Monitors: many series of a group that raise alarms at nearly the same time are one incident.
import { checkInteger, checkOptions, describe } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';
import { readName, writeName } from '../../stream/members-records.ts';

/** The option `incidents` of `Monitors`. */
export interface FleetIncidentOptions {
  /** The group of a series, such as its service or its rack; default: all series are one group, named ''. Asked once per series. */
  group?: (id: string) => string;
  /** An incident begins when this many different series of a group raised alarms within `within` ticks, at least 1; default 3. */
  series?: number;
  /** Number of ticks, at least 1; default 5. An incident ends when no series of its group raised an alarm in as many. */
  within?: number;
}

/** An incident of many series. */
export interface FleetIncident {
  /** Incidents are numbered from 1. */
  readonly number: number;
  readonly group: string;
  /** The time of the tick in which it began. */
  readonly begin: number;
  /** The time of the last alarm in it so far. */
  readonly last: number;
  /** The series in it so far, in the order of their first alarms. */
  readonly series: readonly string[];
}

/** An incident of many series begins, or has ended. */
export interface FleetIncidentEvent extends FleetIncident {
  readonly type: 'begin' | 'end';
  /** The time of the tick that says so. */
  readonly time: number;
}

/** What is known of a group that had alarms lately. */
interface Group {
  /** The series with alarms in the last `within` ticks, each with the tick of its last one; unused in an incident. */
  readonly recent: Map<string, number>;
  open: { number: number; begin: number; last: number; lastTick: number; series: Set<string> } | undefined;
}

/** An alarm, as far as it matters here; `incident` is set. */
export interface GroupedAlarm {
  readonly id: string;
  incident: number | undefined;
}

export class FleetIncidents {
  readonly #groupOf: ((id: string) => string) | undefined;
  readonly #series: number;
  readonly #within: number;
  readonly #groups: Map<string, Group>;
  /** Number of incidents so far. */
  #count: number;

  /** @throws TypeError for a wrong kind, RangeError for a wrong value */
  constructor(options: FleetIncidentOptions) {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      throw new TypeError(`incidents must be an object such as { series: 3, within: 5 }, got ${describe(options)}`);
    }
    checkOptions(options, ['group', 'series', 'within']);
    const { group, series = 3, within = 5 } = options;
    if (group !== undefined && typeof group !== 'function') {
      throw new TypeError(`incidents.group must be a function of the name, got ${describe(group)}`);
    }
    checkInteger(series, 'incidents.series', 1);
    checkInteger(within, 'incidents.within', 1);
    this.#groupOf = group;
    this.#series = series;
    this.#within = within;
    this.#groups = new Map();
    this.#count = 0;
  }

  /** The group of a series. @throws TypeError when the user's function returns no string */
  groupOf(id: string): string {
    const group: unknown = this.#groupOf === undefined ? '' : this.#groupOf(id);
    if (typeof group === 'string') return group;
    throw new TypeError(`incidents.group must return a string, got ${describe(group)} for ${describe(id)}`);
  }

  /** The incidents under way, in the order in which they began. */
  get open(): FleetIncident[] {
    const open = [...this.#groups].filter(([, group]) => group.open !== undefined);
    return open.map(([name, group]) => incidentOf(name, group)).sort((a, b) => a.number - b.number);
  }

  /**
   * Takes the alarms of a tick, in their order.
   *
   * @param groups the group of each alarm's series
   * @returns what ended and what began, in this order
   */
  step(tick: number, time: number, alarms: readonly GroupedAlarm[], groups: readonly string[]): FleetIncidentEvent[] {
    for (const [a, { id }] of alarms.entries()) this.#note(groups[a]!, id, tick, time);
    const ended: FleetIncidentEvent[] = [];
    const begun: FleetIncidentEvent[] = [];
    for (const [name, group] of this.#groups) {
      for (const [id, last] of group.recent) if (last <= tick - this.#within) group.recent.delete(id);
      if (group.open && group.open.lastTick <= tick - this.#within) {
        ended.push({ type: 'end', time, ...incidentOf(name, group) });
        group.open = undefined;
      } else if (!group.open && group.recent.size >= this.#series) {
        const series = new Set(group.recent.keys());
        group.open = { number: ++this.#count, begin: time, last: time, lastTick: tick, series };
        group.recent.clear();
        begun.push({ type: 'begin', time, ...incidentOf(name, group) });
      }
      if (!group.open && group.recent.size === 0) this.#groups.delete(name);
    }
    for (const [a, alarm] of alarms.entries()) alarm.incident = this.#groups.get(groups[a]!)?.open?.number;
    return [...ended, ...begun];
  }

  reset(): void {
    this.#groups.clear();
    this.#count = 0;
  }

  write(state: StateWriter): void {
    state.u8(Number(this.#groupOf !== undefined));
    for (const count of [this.#series, this.#within, this.#count, this.#groups.size]) state.uint(count);
    for (const [name, { recent, open }] of this.#groups) {
      writeName(state, name);
      state.uint(recent.size);
      for (const [id, tick] of recent) {
        writeName(state, id);
        state.uint(tick);
      }
      state.uint(open === undefined ? 0 : open.number);
      if (open === undefined) continue;
      state.f64(open.begin);
      state.f64(open.last);
      state.uint(open.lastTick);
      state.uint(open.series.size);
      for (const id of open.series) writeName(state, id);
    }
  }

  /** @param group the function, which bytes cannot hold */
  static read(state: StateReader, group: ((id: string) => string) | undefined): FleetIncidents {
    const hadGroup = state.u8() === 1;
    if (hadGroup && group === undefined) {
      throw new RangeError(
        'incidents.group was given, which bytes cannot hold: give it again: load(chunks, { group })',
      );
    }
    const [series, within, count, numGroups] = [state.uint(), state.uint(), state.uint(), state.uint()];
    const incidents = new FleetIncidents(group === undefined ? { series, within } : { group, series, within });
    incidents.#count = count;
    for (let g = 0; g < numGroups; g++) {
      const name = readName(state);
      const recent = new Map<string, number>();
      for (let left = state.uint(); left > 0; left--) recent.set(readName(state), state.uint());
      const number = state.uint();
      incidents.#groups.set(name, { recent, open: number === 0 ? undefined : readOpen(state, number) });
    }
    return incidents;
  }

  /** Notes an alarm: of the incident under way, or as one of those that may become one. */
  #note(name: string, id: string, tick: number, time: number): void {
    let group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, (group = { recent: new Map(), open: undefined }));
    const { open, recent } = group;
    if (open !== undefined) {
      open.series.add(id);
      open.last = time;
      open.lastTick = tick;
      return;
    }
    recent.set(id, tick); // a series that is there keeps its place in the order
  }
}

function readOpen(state: StateReader, number: number): Group['open'] {
  const [begin, last, lastTick] = [state.f64(), state.f64(), state.uint()];
  const series = new Set<string>();
  for (let left = state.uint(); left > 0; left--) series.add(readName(state));
  return { number, begin, last, lastTick, series };
}

function incidentOf(name: string, { open }: Group): FleetIncident {
  const { number, begin, last, series } = open!;
  return { number, group: name, begin, last, series: [...series] };
}
