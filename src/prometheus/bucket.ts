// A bucket: some series of a query, with everything that is known of them, in one state that says by itself where to go on.
import { Monitors } from '../calibrate/fleet/monitors.ts';
import type { Monitor } from '../calibrate/monitors/monitor.ts';
import { StateReader, StateWriter } from '../core/state.ts';
import { framed, readName, writeName } from '../stream/members-records.ts';
import { type IncidentReport, reportOf } from './incident-report.ts';
import { labelsOfKey } from './labels.ts';
import type { Followed } from './settings.ts';

/** What is known of a series beside its monitor. */
export interface Entry {
  alarms: number;
  /** The time of the last alarm, 0 before the first; and of the last value. */
  lastAlarm: number;
  seen: number;
  /** The sentence of the last alarm while its incident is under way; else ''. */
  text: string;
}

/** Values of series at consecutive steps. */
export interface Rows {
  readonly keys: readonly string[];
  /** Of each series, a value per step of the chunk. */
  readonly values: readonly Float64Array[];
}

const KIND = 'Prometheus bucket';
const FORMAT = 1;

export class Bucket {
  readonly #query: Followed;
  readonly #monitors: Monitors;
  readonly #entries: Map<string, Entry>;
  /** The series with an incident under way. */
  readonly #open: Map<string, Monitor>;
  /** Whether there is something that was not saved. */
  isChanged: boolean;

  private constructor(query: Followed, monitors: Monitors) {
    this.#query = query;
    this.#monitors = monitors;
    this.#entries = new Map();
    this.#open = new Map();
    this.isChanged = false;
  }

  static empty(query: Followed): Bucket {
    return new Bucket(query, new Monitors(query.monitors));
  }

  /** The time of the last step in seconds; −Infinity before the first. */
  get position(): number {
    return this.#monitors.position / 1000;
  }

  get numSeries(): number {
    return this.#monitors.stats.series;
  }

  /** Values so far, and series that were forgotten. */
  get numValues(): number {
    return this.#monitors.stats.values;
  }

  get numForgotten(): number {
    return this.#monitors.stats.evicted;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Series without a value at the last step. */
  get numMissing(): number {
    const { position } = this;
    let count = 0;
    for (const { seen } of this.#entries.values()) count += Number(seen < position);
    return count;
  }

  /** The series, the one without a value for the longest first. */
  *series(): Generator<{ key: string; entry: Entry; surprise: number; isInIncident: boolean }, void, undefined> {
    for (const key of this.#monitors.ids()) {
      const { surprise } = this.#monitors.get(key)!.last;
      yield { key, entry: this.#entries.get(key)!, surprise, isInIncident: this.#open.has(key) };
    }
  }

  /** The incidents under way. */
  *incidents(): Generator<IncidentReport, void, undefined> {
    const time = this.position;
    for (const [key, monitor] of this.#open) yield this.#report('begin', key, monitor, time, time);
  }

  /**
   * One step. Series without a value are missing; a series that is not known begins with its first value.
   *
   * @param time in seconds, after `position`
   * @param p the index of the step in `rows`
   * @param tell is told of incidents
   */
  step(time: number, p: number, { keys, values }: Rows, tell: (report: IncidentReport) => void): void {
    const before = this.position;
    let ids = keys;
    let given = new Float64Array(keys.length);
    let numMissing = 0;
    for (let s = 0; s < given.length; s++) {
      given[s] = values[s]![p]!;
      if (!Number.isFinite(given[s])) numMissing++;
    }
    if (numMissing > 0) {
      const all = given;
      ids = keys.filter((_, s) => Number.isFinite(all[s]));
      given = all.filter(Number.isFinite);
    }
    const { alarms, evicted } = this.#monitors.tick(new Date(time * 1000), ids, given);
    this.isChanged = true;
    for (const key of evicted) this.#forget(key, before, time, tell);
    for (const key of ids) this.#entryOf(key).seen = time;
    for (const { id, text } of alarms) {
      const entry = this.#entryOf(id);
      entry.alarms++;
      entry.lastAlarm = time;
      entry.text = text;
      const event = this.#open.has(id) ? 'worse' : 'begin';
      const monitor = this.#monitors.get(id)!;
      this.#open.set(id, monitor);
      tell(this.#report(event, id, monitor, time, time));
    }
    for (const [key, monitor] of this.#open) {
      if (monitor.last.event !== 'end') continue;
      this.#open.delete(key);
      tell(this.#report('end', key, monitor, time, time));
      this.#entryOf(key).text = '';
    }
  }

  /** The state as bytes, the same for the same steps. */
  save(): Uint8Array[] {
    const head = new StateWriter(KIND, FORMAT);
    head.text(this.#query.fingerprint);
    head.u32(this.numSeries);
    for (const key of this.#monitors.ids()) {
      const { alarms, lastAlarm, seen, text } = this.#entries.get(key)!;
      writeName(head, key);
      head.uint(alarms);
      head.f64(lastAlarm);
      head.f64(seen);
      writeName(head, text);
    }
    return [framed(head), ...this.#monitors.save()];
  }

  /**
   * @returns the bucket, or `undefined` for bytes that were saved with other settings
   * @throws RangeError for damaged bytes
   */
  static async load(query: Followed, bytes: Uint8Array): Promise<Bucket | undefined> {
    const size = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    const head = new StateReader(bytes.subarray(4, 4 + size), KIND, FORMAT);
    if (head.text() !== query.fingerprint) return undefined;
    const bucket = new Bucket(query, await Monitors.load([bytes.subarray(4 + size)]));
    for (let left = head.u32(); left > 0; left--) {
      const key = readName(head);
      const entry = { alarms: head.uint(), lastAlarm: head.f64(), seen: head.f64(), text: readName(head) };
      const monitor = bucket.#monitors.get(key);
      if (monitor === undefined) throw new RangeError('bytes are damaged: a series is missing');
      bucket.#entries.set(key, entry);
      const { incident } = monitor.last;
      if (incident !== undefined && incident.end === undefined) bucket.#open.set(key, monitor);
    }
    head.end();
    if (bucket.#entries.size !== bucket.numSeries) throw new RangeError('bytes are damaged: a series is missing');
    return bucket;
  }

  #entryOf(key: string): Entry {
    let entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, (entry = { alarms: 0, lastAlarm: 0, seen: 0, text: '' }));
    return entry;
  }

  /** A series has left, and an incident of it with it. The series had its last step at `before`. */
  #forget(key: string, before: number, time: number, tell: (report: IncidentReport) => void): void {
    const monitor = this.#open.get(key);
    if (monitor !== undefined) tell(this.#report('end', key, monitor, before, time));
    this.#open.delete(key);
    this.#entries.delete(key);
  }

  /** @param last the time of the monitor's last value */
  #report(event: IncidentReport['event'], key: string, monitor: Monitor, last: number, time: number): IncidentReport {
    const { name: query, step } = this.#query;
    const { text } = this.#entryOf(key);
    return reportOf(monitor, { event, time, last, query, labels: labelsOfKey(key), key, step, text });
  }
}
