// From surprises to alarms: what is passed on, what is an alarm, and what incident it belongs to.
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { Threshold } from '../thresholds/threshold.ts';
import { AlarmFilter } from './alarm-filter.ts';
import { type Incident, type IncidentEvent, IncidentTracker, type Judged, STRANGE } from './incident-tracker.ts';
import { type Interval, nextFloat } from './quiet-interval.ts';
import type { Refractory } from './refractory.ts';

/** What is asked for where it matters: the value that was expected, and the interval that would have been quiet. */
export interface Outside {
  expected(): number;
  quiet(): Interval;
}

/** What a value would do. */
interface Verdict {
  /** What `update` returns. */
  readonly emitted: number;
  readonly event: IncidentEvent | undefined;
  /** Whether the value is part of an incident, and not yet of what is normal. */
  readonly isOfIncident: boolean;
}

/** What happened at a value, as it is numbered in saved bytes. */
const EVENTS = [undefined, 'begin', 'worse', 'accepted', 'end'] as const satisfies (IncidentEvent | undefined)[];

/** The parts that alarms are made of. */
export interface AlarmParts {
  readonly refractory: Refractory;
  readonly threshold: number | Threshold;
  /** `undefined` in a state without incidents: every surprise that is passed on and reaches the threshold is an alarm. */
  readonly incidents: IncidentTracker | undefined;
  readonly filter: AlarmFilter;
  /** Values at the start that raise no alarm. */
  readonly mute: number;
}

/** The second half of a monitor; its rule is the first. */
export class Alarms {
  readonly #refractory: Refractory;
  readonly #incidents: IncidentTracker | undefined;
  readonly filter: AlarmFilter;
  readonly mute: number;
  threshold: number | Threshold;
  /** Number of values since the last alarm: 0 at an alarm, Infinity before the first. */
  since: number = Infinity;
  event: IncidentEvent | undefined;

  constructor({ refractory, threshold, incidents, filter, mute }: AlarmParts) {
    this.#refractory = refractory;
    this.#incidents = incidents;
    this.filter = filter;
    this.mute = mute;
    this.threshold = threshold;
    this.event = undefined;
  }

  get incident(): Incident | undefined {
    return this.#incidents?.incident;
  }

  /** Whether the last value is part of an incident that is under way. */
  get isInIncident(): boolean {
    return this.#incidents?.isOpen === true;
  }

  get hasIncidents(): boolean {
    return this.#incidents !== undefined;
  }

  /** The number that is compared with. */
  get level(): number {
    return typeof this.threshold === 'number' ? this.threshold : this.threshold.value;
  }

  /** A given threshold; NaN for one that learns. */
  get given(): number {
    return typeof this.threshold === 'number' ? this.threshold : NaN;
  }

  /** The least surprise that is an alarm. */
  get leastAlarm(): number {
    return typeof this.threshold === 'number' ? this.threshold : nextFloat(this.threshold.value, 1);
  }

  /**
   * The surprise of a value by all that is known: by its rule, by further looks, and by the bounds, out of which it is at least
   * the threshold. A missing value has none, unless looks find it strange.
   */
  joined(value: number, byRule: number, byLooks: number): number {
    if (Number.isNaN(value)) return byLooks > 0 && byLooks >= STRANGE * this.level ? byLooks : NaN;
    const surprise = Math.max(byRule, byLooks);
    return this.filter.isOutside(value) ? Math.max(surprise, this.level) : surprise;
  }

  /** What a value at `time` would do. Changes nothing. */
  peek(value: number, surprise: number, time: number, outside: Outside): Verdict {
    const emitted = this.#refractory.peek(surprise);
    const { threshold } = this;
    const exceeds = typeof threshold === 'number' ? emitted >= threshold : emitted > threshold.value;
    const tracker = this.#incidents;
    const event = tracker?.peek(this.#judged(value, surprise, exceeds, time, outside));
    const isOpen = tracker?.isOpen === true;
    const isHeld = isOpen && tracker.incident?.accepted === false && event !== 'accepted';
    const isOfIncident = event === 'begin' || (isHeld && surprise >= STRANGE * this.level);
    return { emitted: this.#emitted(surprise, emitted, exceeds, event, isOpen), event, isOfIncident };
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.since + this.#refractory.touch() + (this.isInIncident ? 1 : 0);
  }

  /** Takes the surprise of a value at `time`; returns what is passed on. */
  update(value: number, surprise: number, time: number, outside: Outside): number {
    const emitted = this.#refractory.update(surprise);
    const { threshold } = this;
    const exceeds = typeof threshold === 'number' ? emitted >= threshold : threshold.update(emitted);
    const tracker = this.#incidents;
    if (tracker?.isOpen === false && !exceeds && !this.filter.isOutside(value)) {
      this.event = undefined; // by far the most values
      this.since++;
      return emitted;
    }
    const wasOpen = tracker?.isOpen === true;
    this.event = tracker?.update(this.#judged(value, surprise, exceeds, time, outside), outside);
    const isAlarm = tracker === undefined ? exceeds : raisesAlarm(this.event);
    this.since = isAlarm ? 0 : this.since + 1;
    return this.#emitted(surprise, emitted, exceeds, this.event, wasOpen);
  }

  /** Ends the incident under way, or the last one, as the new normal. */
  accept(): void {
    if (this.incident !== undefined) this.#incidents!.accept();
  }

  reset(): void {
    this.#refractory.reset();
    this.#incidents?.clear();
    if (typeof this.threshold !== 'number') this.threshold.reset();
    this.since = Infinity;
    this.event = undefined;
  }

  saveRefractory(): Uint8Array {
    return this.#refractory.save();
  }

  /** The threshold, as a number or as the bytes of one that learns. */
  writeThreshold(state: StateWriter): void {
    const { threshold } = this;
    state.f64(this.given);
    state.bytes(typeof threshold === 'number' ? new Uint8Array() : threshold.save());
  }

  /** All but refractory, threshold and `since`. */
  write(state: StateWriter): void {
    this.#incidents!.write(state);
    this.filter.write(state);
    state.u32(this.mute);
    state.u8(EVENTS.indexOf(this.event));
  }

  static read(state: StateReader, refractory: Refractory, threshold: number | Threshold): Alarms {
    const [incidents, filter, mute] = [IncidentTracker.read(state), AlarmFilter.read(state), state.u32()];
    const alarms = new Alarms({ refractory, threshold, incidents, filter, mute });
    alarms.event = EVENTS[state.u8()];
    return alarms;
  }

  /** @param exceeds whether what is passed on reaches the threshold */
  #judged(value: number, surprise: number, exceeds: boolean, time: number, outside: Outside): Judged {
    const threshold = this.level;
    const filter = this.filter;
    const isOutside = filter.isOutside(value);
    let isWanted = time >= this.mute;
    if (isWanted && !isOutside && filter.needsExpected && surprise >= threshold) {
      isWanted = filter.lets(value, outside.expected());
    }
    return { time, value, surprise, threshold, isAlarm: isWanted && (exceeds || isOutside), mayWorsen: isWanted };
  }

  /** What `update` returns. */
  #emitted(
    surprise: number,
    emitted: number,
    exceeds: boolean,
    event: IncidentEvent | undefined,
    isInside: boolean,
  ): number {
    if (this.#incidents === undefined || Number.isNaN(surprise)) return emitted;
    if (raisesAlarm(event)) return surprise;
    return isInside || exceeds ? 0 : emitted;
  }
}

function raisesAlarm(event: IncidentEvent | undefined): boolean {
  return event === 'begin' || event === 'worse';
}
