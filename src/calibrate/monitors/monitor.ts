// The monitor of one metric: every value gets one calibrated number, and an incident gets few alarms.

import { checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, learnOf, type StreamingDetector } from '../../core/streaming-detector.ts';
import { CalibratedDetector, type LoadDetector } from '../calibration/calibrated-detector.ts';
import { AlarmFilter } from '../incidents/alarm-filter.ts';
import { Alarms, type Outside } from '../incidents/alarms.ts';
import { type AlarmExplanation, explainAlarm } from '../incidents/explain-alarm.ts';
import { type Incident, type IncidentEvent, IncidentTracker } from '../incidents/incident-tracker.ts';
import type { Interval } from '../incidents/quiet-interval.ts';
import { Refractory } from '../incidents/refractory.ts';
import { Undo } from '../incidents/undo.ts';
import type { Outlook } from '../rules/outlook.ts';
import type { Rule } from '../rules/rule.ts';
import type { LoadThreshold, Threshold } from '../thresholds/threshold.ts';
import { checkThreshold, type MonitorOptions, settingsOf } from './options.ts';
import { loadRule } from './presets.ts';
import { loadDetector, loadThreshold } from './saved-parts.ts';

/** The result for one value. */
export interface MonitorResult {
  /** The detector's score; NaN for a missing value, and for a window that touches one. For `'views'`, the surprise. */
  readonly score: number;
  /** The surprise of that score, before incidents: see {@link Calibrator}. */
  readonly surprise: number;
  /** Whether this value raises an alarm: an incident begins with it, or gets worse. */
  readonly alarm: boolean;
  /** Number of values since the last alarm: 0 at an alarm, Infinity before the first. */
  readonly since: number;
  /** What happened to the incident at this value, if anything. */
  readonly event?: IncidentEvent | undefined;
  /** The incident under way, or the last one; `undefined` before the first. */
  readonly incident?: Incident | undefined;
}

/** Where a rule is not understood well enough to be inverted. */
const NOT_KNOWN: Interval = { low: NaN, high: NaN };

const KIND = 'Monitor';
/** Of states without incidents: an alarm is a surprise at or above the threshold that sets a record. They go on by that. */
const RECORDS_FORMAT = 1;
const FORMAT = 2;

/** Scores that must be known before any surprises: see {@link Calibrator}. */
const FEWEST_SCORES = 10;

/**
 * Makes a monitor of one series. A detector scores each value, and a {@link Calibrator} turns the score into a surprise, which
 * means the same on every series: one threshold serves all. A surprise at or above the threshold begins an incident, which is one
 * alarm however long it lasts, and a further one only when it gets worse: see {@link Incident}.
 *
 * `update` returns the surprise at an alarm and 0 in the rest of an incident. Outside of incidents it returns the surprise if it
 * is the largest of the last `hold` values, else 0; NaN for a missing value. `last` has all results of the last value;
 * `expected`, `low` and `high` say what would be normal next. About 3 µs per value and 18 KB for `'metrics'`, 1 µs and 7 KB for
 * `'novelty'`.
 *
 * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
 *
 * @example
 * const cpu = monitor();
 * for (let t = 0; t < 1000; t++) cpu.update(20 + ((t * 37) % 11));
 * cpu.update(95) > 4; // => true
 * cpu.last.alarm; // => true
 * cpu.update(94); // => 0
 * cpu.last.incident?.duration; // => 2
 */
export function monitor(options: MonitorOptions = {}): Monitor {
  const { rule, hold, threshold, filter, mute, holdsBack, undo, ...incidentRule } = settingsOf(options);
  const incidents = new IncidentTracker(incidentRule);
  const alarms = new Alarms({ refractory: new Refractory({ hold }), threshold, incidents, filter, mute });
  return new Monitor(rule, alarms, holdsBack, undo ? new Undo() : undefined);
}

/** See {@link monitor}, which makes one. */
export class Monitor implements StreamingDetector {
  /** Turns values into surprises, which raise alarms. */
  #rule: Rule;
  #alarms: Alarms;
  /** Whether strange values of an incident are not learned. */
  readonly #holdsBack: boolean;
  #undo: Undo | undefined;
  #paused: boolean;
  /** The last values that the next window begins with, NaN before the first and for missing ones; and the last present one. */
  readonly #recent: Float64Array;
  #present: number;
  /** The results of the last value. */
  #score: number;
  #surprise: number;
  /** The index of the last value in the stream; −1 before the first. */
  #time: number;
  /** What is known of the next value, if it was asked for: what is expected, and what would be quiet. */
  #next: { readonly outlook: Outlook | undefined; readonly expected: number } | undefined;
  #quiet: Interval | undefined;
  /** For the alarms, which ask where they have to. */
  readonly #outside: Outside;

  /** @internal */
  constructor(rule: Rule, alarms: Alarms, holdsBack: boolean, undo: Undo | undefined) {
    this.#rule = rule;
    this.#alarms = alarms;
    this.#holdsBack = holdsBack;
    this.#undo = undo;
    this.#paused = false;
    this.#recent = new Float64Array(rule.windowSize).fill(NaN);
    this.#present = NaN;
    this.#score = NaN;
    this.#surprise = NaN;
    this.#time = -1;
    this.#next = undefined;
    this.#quiet = undefined;
    this.#outside = { expected: () => this.expected, quiet: () => this.#quietValues() };
  }

  /** The result for the last value. Before the first value its numbers are NaN, and `since` is Infinity. */
  get last(): MonitorResult {
    const { since, event, incident, hasIncidents } = this.#alarms;
    const result = { score: this.#score, surprise: this.#surprise, alarm: since === 0, since };
    return hasIncidents ? { ...result, event, incident } : result;
  }

  /** A given threshold: an emitted surprise ≥ this number is an alarm. A learned threshold: one above this number is. */
  get threshold(): number {
    return this.#alarms.level;
  }

  /** Replaces the threshold, from the next value on. @throws what `monitor({ threshold })` throws */
  set threshold(threshold: number | Threshold) {
    checkThreshold(threshold);
    this.#alarms.threshold = threshold;
    this.#next = undefined;
    this.#quiet = undefined;
  }

  /** Values so far, missing ones included. */
  get seen(): number {
    return this.#time + 1;
  }

  /** Whether a value can raise an alarm: warm-up and `mute` are over. */
  get ready(): boolean {
    return this.#rule.numScores >= FEWEST_SCORES && this.seen >= this.#alarms.mute;
  }

  /**
   * The value to expect next: what the windows that are most like the last values went on with, where the rule has windows;
   * else the last value. NaN before the first value. O(1000).
   */
  get expected(): number {
    return this.#look().expected;
  }

  /**
   * The least value that would raise no alarm next, outside of an incident: from `low` to `high` all are quiet, and the next
   * float beyond is not. Further quiet values may lie beyond. −Infinity where there is no least one; NaN where no value is
   * quiet, as in the middle of an incident, and with a detector other than `Novelty` and a plain `StreamingKNN`. About 100
   * surprises, once per value.
   */
  get low(): number {
    return this.#quietValues().low;
  }

  /** The greatest value that would raise no alarm next: see `low`. */
  get high(): number {
    return this.#quietValues().high;
  }

  /** Whether nothing is learned, since `pause()`. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Learns nothing from now on, as with `{ learn: false }`, until `resume()`. Values are judged as before. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  /**
   * @param options.learn `false`: the value is judged but not learned; default `true`
   * @throws TypeError when `x` is neither a number nor missing
   */
  update(x: Value, options?: { learn?: boolean }): number {
    const value = toNumber(x);
    const learn = learnOf(options);
    return this.#update(value, learn, true);
  }

  peek(x: Value): number {
    const value = toNumber(x);
    const surprise = this.#alarms.lifted(value, this.#rule.peek(value));
    return this.#alarms.peek(value, surprise, this.#time + 1, this.#outside).emitted;
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#rule.reset();
    this.#alarms.reset();
    this.#undo?.clear();
    this.#paused = false;
    this.#recent.fill(NaN);
    this.#present = NaN;
    this.#score = NaN;
    this.#surprise = NaN;
    this.#time = -1;
    this.#next = undefined;
    this.#quiet = undefined;
  }

  /**
   * Unlearns the incident under way, or the last one: the monitor is as if its values, from `begin` to `end`, had come with
   * `{ learn: false }`. To the bit, and with all values since. O(values since it began).
   *
   * @throws RangeError without `undo: true`, without an incident, and when it began more than 1000 values ago
   *
   * @example
   * const cpu = monitor({ undo: true });
   * for (let t = 0; t < 1000; t++) cpu.update(20 + ((t * 37) % 11));
   * cpu.update(95); // an incident
   * cpu.forget();
   * for (let t = 0; t < 10; t++) cpu.update(20 + ((t * 37) % 11));
   * cpu.update(95) > 4; // => true
   */
  forget(): void {
    const { begin, end = this.#time } = this.#undoable('forget');
    this.#replay((time) => (time >= begin && time <= end ? 'never' : 'usual'));
  }

  /**
   * Says that the incident under way, or the last one, is normal: with `repeat: 'always'`, what was held back of it is learned
   * after all. It is `accepted`, and ends. O(values since it began).
   *
   * @throws where `forget` does
   */
  confirm(): void {
    const { begin, end = this.#time } = this.#undoable('confirm');
    this.#replay((time) => (time >= begin && time <= end ? 'always' : 'usual'));
    this.#alarms.accept();
  }

  /**
   * Explains the surprise of the last value, as data and in one sentence: which past values are nearest and when they came,
   * and how often such a surprise comes by chance. O(maxValues), on demand.
   *
   * @param k number of past values to name; default 3
   * @throws RangeError before the first value, and with a detector of your own: ask that for its reasons
   *
   * @example
   * const cpu = monitor();
   * for (let t = 0; t < 1000; t++) cpu.update(20 + ((t * 37) % 11));
   * cpu.update(95);
   * cpu.explain().text; // => '95 at 1000 is 65 above the nearest value before, 30 at 998: an alarm, not seen in 900 values'
   */
  explain(k = 3): AlarmExplanation {
    const { pastValues, strangest } = this.#rule;
    if (pastValues === undefined) {
      throw new RangeError("explain() knows the presets' reasons only: ask the detector that the monitor was given");
    }
    if (this.#time < 0) throw new RangeError('explain() is about the last value: update(x) first');
    const [value, time] = [this.#recent.at(-1)!, this.#time];
    const neighbors = Number.isNaN(value) ? [] : pastValues.nearest(value, k, { before: time });
    const { numScores } = this.#rule;
    return explainAlarm({ value, time, numScores, ...this.last }, neighbors, strangest);
  }

  save(): Uint8Array {
    return this.#save(true);
  }

  /** @param withUndo whether the state before the last incident is part of the state */
  #save(withUndo: boolean): Uint8Array {
    const alarms = this.#alarms;
    const state = alarms.hasIncidents ? new StateWriter(KIND, FORMAT) : new StateWriter(KIND, RECORDS_FORMAT);
    state.bytes(this.#rule.save());
    state.bytes(alarms.saveRefractory());
    const last = this.#recent[this.#recent.length - 1]!;
    const { since } = alarms;
    for (const n of [this.#score, this.#surprise, Number(since === 0), since, last, this.#time]) state.f64(n);
    alarms.writeThreshold(state);
    if (!alarms.hasIncidents) return state.finish();
    alarms.write(state);
    state.u8(Number(this.#holdsBack));
    state.u8(Number(this.#paused));
    state.f64(this.#present);
    state.f64s(this.#recent);
    state.u8(Number(this.#undo !== undefined));
    if (this.#undo !== undefined) (withUndo ? this.#undo : new Undo()).write(state);
    return state.finish();
  }

  /**
   * The monitor that `save` wrote; it goes on bit for bit. One saved by a version without incidents has none: a surprise that
   * sets a record among the last `hold` values is an alarm of its own there.
   *
   * @param options.detector the `load` of your own detector's class
   * @param options.threshold the `load` of your own threshold's class
   * @throws RangeError for damaged or newer bytes
   *
   * @example
   * const before = monitor({ detector: new ChangeFinder(2, 0.05, 2, 0.05, 5) });
   * before.learn([1, 2, 1, 2]);
   * const after = Monitor.load(before.save(), { detector: ChangeFinder.load });
   * after.update(1) === before.update(1); // => true
   */
  static load(bytes: Uint8Array, options: { detector?: LoadDetector; threshold?: LoadThreshold } = {}): Monitor {
    checkOptions(options, ['detector', 'threshold']);
    const state = new StateReader(bytes, KIND, FORMAT);
    const rule = loadRule(state.bytes(), (inner) => loadDetector(inner, options.detector));
    const refractory = Refractory.load(state.bytes());
    const [score, surprise] = [state.f64(), state.f64()];
    state.f64(); // whether it was an alarm: then `since` is 0
    const [since, value, time] = [state.f64(), state.f64(), state.f64()];
    const [number, learned] = [state.f64(), state.bytes()];
    const threshold = learned.length === 0 ? number : loadThreshold(learned, options.threshold);
    const isOld = state.format === RECORDS_FORMAT;
    const old = { refractory, threshold, incidents: undefined, filter: new AlarmFilter({}), mute: 0 };
    const alarms = isOld ? new Alarms(old) : Alarms.read(state, refractory, threshold);
    alarms.since = since;
    const holdsBack = !isOld && state.u8() === 1;
    const paused = !isOld && state.u8() === 1;
    const monitor = new Monitor(rule, alarms, holdsBack, undefined);
    monitor.#paused = paused;
    monitor.#score = score;
    monitor.#surprise = surprise;
    monitor.#time = time;
    monitor.#recent[monitor.#recent.length - 1] = value;
    monitor.#present = value;
    if (!isOld) {
      monitor.#present = state.f64();
      monitor.#recent.set(state.f64s());
      if (state.u8() === 1) monitor.#undo = Undo.read(state);
    }
    state.end();
    return monitor;
  }

  /**
   * @param learn what the user says
   * @param mayHoldBack whether `repeat: 'always'` may decide otherwise
   */
  #update(value: number, learn: boolean, mayHoldBack: boolean): number {
    // Where an incident is to leave no trace, it must be known before the value is learned.
    const isFirstJudged = this.#undo !== undefined || this.#holdsBack;
    const isHeldBack = isFirstJudged && this.#prepare(value) && this.#holdsBack && mayHoldBack;
    const alarms = this.#alarms;
    const surprise = alarms.lifted(value, this.#rule.judge(value, learn && !this.#paused && !isHeldBack));
    this.#time++;
    const emitted = alarms.update(value, surprise, this.#time, this.#outside);
    this.#rule.settle();
    this.#undo?.add({ value, learn, paused: this.#paused, threshold: numberOf(alarms.threshold) });
    this.#score = this.#rule.score;
    this.#surprise = surprise;
    const recent = this.#recent;
    for (let p = 1; p < recent.length; p++) recent[p - 1] = recent[p]!;
    recent[recent.length - 1] = value;
    if (!Number.isNaN(value)) this.#present = value;
    this.#next = undefined;
    this.#quiet = undefined;
    return emitted;
  }

  /** Keeps what an incident that begins with `value` is undone by. Returns whether the value belongs to an incident. */
  #prepare(value: number): boolean {
    const surprise = this.#alarms.lifted(value, this.#rule.peek(value));
    const { event, isOfIncident } = this.#alarms.peek(value, surprise, this.#time + 1, this.#outside);
    if (event === 'begin') this.#undo?.start(this.#save(false));
    return isOfIncident;
  }

  /** What is expected in the place of the next value, or of the one that is being judged. */
  #look(): { readonly outlook: Outlook | undefined; readonly expected: number } {
    if (this.#next !== undefined) return this.#next;
    const outlook = this.#rule.outlook(this.#recent.slice(1));
    const isKnown = outlook !== undefined && !Number.isNaN(outlook.expected);
    this.#next = { outlook, expected: isKnown ? outlook.expected : this.#present };
    return this.#next;
  }

  /** What would raise no alarm there. */
  #quietValues(): Interval {
    if (this.#quiet !== undefined) return this.#quiet;
    const { outlook, expected } = this.#look();
    const { filter, leastAlarm } = this.#alarms;
    this.#quiet = outlook === undefined ? NOT_KNOWN : filter.quietInterval(outlook, leastAlarm, expected);
    return this.#quiet;
  }

  #undoable(method: string): Incident {
    const { incident } = this.#alarms;
    if (this.#undo === undefined) throw new RangeError(`${method}() needs what monitor({ undo: true }) keeps`);
    if (incident === undefined) throw new RangeError(`${method}() is about an incident: there was none yet`);
    if (this.#undo.before === undefined) {
      const reason = 'the values of the last 1000 steps are kept';
      throw new RangeError(`${method}() comes too late for the incident that began at ${incident.begin}: ${reason}`);
    }
    return incident;
  }

  /** Goes back to before the incident and through all values since, each of which is learned as `learning` says. */
  #replay(learning: (time: number) => 'usual' | 'never' | 'always'): void {
    const { before, values } = this.#undo!;
    const [paused, threshold] = [this.#paused, this.#alarms.threshold];
    this.#assume(Monitor.load(before!, loadersOf(this.#rule, threshold)));
    for (const one of values) {
      const how = learning(this.#time + 1);
      this.#paused = one.paused;
      if (!Number.isNaN(one.threshold)) this.#alarms.threshold = one.threshold;
      this.#update(one.value, one.learn && how !== 'never', how !== 'always');
    }
    this.#paused = paused;
    if (typeof threshold === 'number') this.#alarms.threshold = threshold;
  }

  /** Goes on as another monitor with the same options. */
  #assume(other: Monitor): void {
    this.#rule = other.#rule;
    this.#alarms = other.#alarms;
    this.#undo = other.#undo;
    this.#recent.set(other.#recent);
    this.#present = other.#present;
    this.#score = other.#score;
    this.#surprise = other.#surprise;
    this.#time = other.#time;
    this.#next = undefined;
    this.#quiet = undefined;
  }
}

/** A given threshold; NaN for one that learns. */
function numberOf(threshold: number | Threshold): number {
  return typeof threshold === 'number' ? threshold : NaN;
}

/** What loads the user's own detector and threshold again: the `load` of their classes. */
function loadersOf(rule: Rule, threshold: number | Threshold): { detector?: LoadDetector; threshold?: LoadThreshold } {
  const loadOf = (part: object): unknown => (part.constructor as { load?: unknown }).load;
  const detector = rule instanceof CalibratedDetector ? loadOf(rule.detector) : undefined;
  const loadThreshold = typeof threshold === 'number' ? undefined : loadOf(threshold);
  return {
    ...(typeof detector === 'function' && { detector: detector as LoadDetector }),
    ...(typeof loadThreshold === 'function' && { threshold: loadThreshold as LoadThreshold }),
  };
}
