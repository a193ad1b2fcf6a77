// The monitor of one metric: every value gets one calibrated number, and an incident gets few alarms.

import { checkInteger, checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';
import type { LoadDetector } from '../calibration/calibrated-detector.ts';
import { AlarmFilter } from '../incidents/alarm-filter.ts';
import { Alarms } from '../incidents/alarms.ts';
import { type AlarmExplanation, explainAlarm } from '../incidents/explain-alarm.ts';
import { type Incident, IncidentTracker } from '../incidents/incident-tracker.ts';
import { Refractory } from '../incidents/refractory.ts';
import { Undo } from '../incidents/undo.ts';
import { Looks } from '../looks/looks.ts';
import { formatTime } from '../looks/zone-clock.ts';
import type { Rule } from '../rules/rule.ts';
import type { LoadThreshold, Threshold } from '../thresholds/threshold.ts';
import { Intake, type Moment, type MonitorUpdateOptions, updateOptionsOf } from './intake.ts';
import { checkThreshold, type MonitorOptions, settingsOf } from './options.ts';
import { loadRule } from './presets.ts';
import { Prospect } from './prospect.ts';
import type { DatedIncident, MonitorResult } from './result.ts';
import { loadDetector, loadersOf, loadThreshold } from './saved-parts.ts';

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
 * `expected`, `low` and `high` say what would be normal next. About 2 µs per value and 19 KB for `'metrics'`, 1 µs and 7 KB for
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
  const { rule, hold, threshold, filter, mute, looks, rate, holdsBack, undo, ...incidentRule } = settingsOf(options);
  const incidents = new IncidentTracker(incidentRule);
  const alarms = new Alarms({ refractory: new Refractory({ hold }), threshold, incidents, filter, mute });
  return new Monitor({ rule, looks, alarms, intake: new Intake(rate), holdsBack, undo: undo ? new Undo() : undefined });
}

/** What a monitor is made of. */
interface MonitorParts {
  /** Turns values into surprises, */
  readonly rule: Rule;
  /** as these do besides, */
  readonly looks: Looks;
  /** which raise alarms. */
  readonly alarms: Alarms;
  /** What comes before: rates and times. */
  readonly intake: Intake;
  /** Whether strange values of an incident are not learned. */
  readonly holdsBack: boolean;
  readonly undo: Undo | undefined;
}

/** See {@link monitor}, which makes one. */
export class Monitor implements StreamingDetector {
  #rule: Rule;
  #looks: Looks;
  #alarms: Alarms;
  #intake: Intake;
  readonly #holdsBack: boolean;
  #undo: Undo | undefined;
  #paused: boolean;
  #prospect: Prospect;
  /** The results of the last value. */
  #score = NaN;
  #surprise = NaN;
  /** The index of the last value in the stream; −1 before the first. */
  #time = -1;

  /** @internal */
  constructor({ rule, looks, alarms, intake, holdsBack, undo }: MonitorParts) {
    this.#rule = rule;
    this.#looks = looks;
    this.#alarms = alarms;
    this.#intake = intake;
    this.#holdsBack = holdsBack;
    this.#undo = undo;
    this.#paused = false;
    this.#prospect = new Prospect(rule, alarms);
  }

  /** The result for the last value. Before the first value its numbers are NaN, and `since` is Infinity. */
  get last(): MonitorResult {
    const { since, event, hasIncidents } = this.#alarms;
    const result = { score: this.#score, surprise: this.#surprise, alarm: since === 0, since };
    return hasIncidents ? { ...result, event, incident: this.#datedIncident } : result;
  }

  /** @internal Whether the last value raised an alarm: `last.alarm`, without the rest. */
  get isAlarm(): boolean {
    return this.#alarms.since === 0;
  }

  /** A given threshold: an emitted surprise ≥ this number is an alarm. A learned threshold: one above this number is. */
  get threshold(): number {
    return this.#alarms.level;
  }

  /** Replaces the threshold, from the next value on. @throws what `monitor({ threshold })` throws */
  set threshold(threshold: number | Threshold) {
    checkThreshold(threshold);
    this.#alarms.threshold = threshold;
    this.#prospect.forget();
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
    return this.#prospect.expected();
  }

  /**
   * The least value that would raise no alarm next, outside of an incident: from `low` to `high` all are quiet, and the next
   * float beyond is not. Further quiet values may lie beyond. −Infinity where there is no least one; NaN where no value is
   * quiet, as in the middle of an incident, and with a detector other than `Novelty` and a plain `StreamingKNN`. About 100
   * surprises, once per value.
   */
  get low(): number {
    return this.#prospect.quiet().low;
  }

  /** The greatest value that would raise no alarm next: see `low`. */
  get high(): number {
    return this.#prospect.quiet().high;
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
   * @throws TypeError when `x` is neither a number nor missing, RangeError for a negative counter with `rate: true`, and for a
   * time that is missing and needed, or goes back. An error changes nothing.
   */
  update(x: Value, options?: MonitorUpdateOptions): number {
    const number = toNumber(x);
    const { learn, time } = updateOptionsOf(options);
    this.#looks.check(time);
    return this.#update(number, time, learn, true);
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.#rule.touch() + this.#alarms.touch() + this.#intake.touch() + this.#prospect.touch();
  }

  peek(x: Value, options?: { time?: Moment }): number {
    const number = toNumber(x);
    const { time } = updateOptionsOf(options);
    this.#looks.check(time);
    const value = this.#intake.peek(number, time);
    return this.#alarms.peek(value, this.#peekSurprise(value, time), this.#time + 1, this.#prospect).emitted;
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#rule.reset();
    this.#looks.reset();
    this.#intake.reset();
    this.#alarms.reset();
    this.#undo?.clear();
    this.#paused = false;
    this.#prospect.reset();
    this.#score = NaN;
    this.#surprise = NaN;
    this.#time = -1;
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
   * Explains the surprise of the last value, as data and in one sentence: what was expected, which past values and windows are
   * nearest and when they came, and how often such a surprise comes by chance; and where an incident began, what would have
   * been quiet. O(maxValues) and O(history), on demand.
   *
   * @param k number of past values and windows to name; default 3
   * @throws RangeError before the first value, and with a detector of your own without windows: ask that for its reasons
   *
   * @example
   * const cpu = monitor({ preset: 'novelty' });
   * for (let t = 0; t < 1000; t++) cpu.update(20 + ((t * 37) % 11));
   * cpu.update(25.5);
   * cpu.explain().text; // => '25.5 at 1000 is 0.5 below the nearest value before, 26 at 997; 23 would have been quiet: an alarm, not seen in 900 values'
   */
  explain(k = 3): AlarmExplanation {
    const { pastValues, windowSize, numScores, score } = this.#rule;
    checkInteger(k, 'k', 1);
    const { value, before } = this.#prospect;
    const time = this.#time;
    // A state without incidents goes on to explain by values alone.
    const compared = this.#alarms.hasIncidents ? this.#rule.comparedWindows(before) : undefined;
    if (pastValues === undefined && compared === undefined) {
      throw new RangeError("explain() knows the presets' reasons only: ask the detector that the monitor was given");
    }
    if (time < 0) throw new RangeError('explain() is about the last value: update(x) first');
    const { incident } = this.#alarms;
    const surprise = this.#surprise;
    const ends = `ends ${windowSize} values that are ${Number(score.toPrecision(4))} from the most similar ones`;
    const byRule = this.#rule.strangest ?? { name: 'value', seen: value, surprise, ...(!pastValues && { says: ends }) };
    const byLook = this.#looks.strangest(surprise, this.#alarms.leastAlarm);
    return explainAlarm({
      value,
      time,
      numScores,
      ...this.last,
      values: Number.isNaN(value) || !pastValues ? [] : pastValues.nearest(value, k, { before: time }),
      windows: compared && { size: windowSize, similar: compared.similarTo(value, k), expected: compared.expected },
      incident: this.#alarms.isInIncident ? incident : undefined,
      strangest: byLook ? { ...byLook, seen: value } : byRule,
      dateOf: (index) => this.#intake.dateOf(index),
      show: (date) => formatTime(date, this.#looks.timezone),
    });
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
    const { since } = alarms;
    const last = this.#prospect.value;
    for (const n of [this.#score, this.#surprise, Number(since === 0), since, last, this.#time]) state.f64(n);
    alarms.writeThreshold(state);
    if (!alarms.hasIncidents) return state.finish();
    alarms.write(state);
    this.#looks.write(state);
    this.#intake.write(state);
    state.u8(Number(this.#holdsBack));
    state.u8(Number(this.#paused));
    this.#prospect.write(state);
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
    const old = { refractory, threshold, incidents: undefined, filter: AlarmFilter.of({}), mute: 0 };
    const alarms = isOld ? new Alarms(old) : Alarms.read(state, refractory, threshold);
    alarms.since = since;
    const looks = isOld ? Looks.of({}) : Looks.read(state);
    const intake = isOld ? new Intake(false) : Intake.read(state);
    const holdsBack = !isOld && state.u8() === 1;
    const monitor = new Monitor({ rule, looks, alarms, intake, holdsBack, undo: undefined });
    monitor.#score = score;
    monitor.#surprise = surprise;
    monitor.#time = time;
    monitor.#prospect.push(value);
    if (!isOld) {
      monitor.#paused = state.u8() === 1;
      monitor.#prospect.read(state);
      if (state.u8() === 1) monitor.#undo = Undo.read(state);
    }
    state.end();
    return monitor;
  }

  /**
   * @param x the value, or the counter that it comes from
   * @param learn what the user says
   * @param mayHoldBack whether `repeat: 'always'` may decide otherwise
   */
  #update(x: number, moment: number, learn: boolean, mayHoldBack: boolean): number {
    const alarms = this.#alarms;
    const value = this.#intake.peek(x, moment); // whatever is refused is refused here, before anything changes
    // Where an incident is to leave no trace, it must be known before the value is learned.
    const isFirstJudged = this.#undo !== undefined || this.#holdsBack;
    const isHeldBack = isFirstJudged && this.#prepare(value, moment) && this.#holdsBack && mayHoldBack;
    this.#intake.take(x, moment, this.#time + 1);
    const isLearned = learn && !this.#paused && !isHeldBack;
    const byRule = this.#rule.judge(value, isLearned);
    const byLooks = this.#looks.isNone ? 0 : this.#looks.update(value, isLearned, moment, alarms.leastAlarm);
    const surprise = alarms.joined(value, byRule, byLooks);
    this.#time++;
    const emitted = alarms.update(value, surprise, this.#time, this.#prospect);
    this.#rule.settle();
    this.#undo?.add({ value: x, moment, learn, paused: this.#paused, threshold: alarms.given });
    this.#score = this.#rule.score;
    this.#surprise = surprise;
    this.#prospect.push(value);
    return emitted;
  }

  /** Keeps what an incident that begins with `value` is undone by. Returns whether the value belongs to an incident. */
  #prepare(value: number, moment: number): boolean {
    const surprise = this.#peekSurprise(value, moment);
    const { event, isOfIncident } = this.#alarms.peek(value, surprise, this.#time + 1, this.#prospect);
    if (event === 'begin') this.#undo?.start(this.#save(false));
    return isOfIncident;
  }

  #peekSurprise(value: number, moment: number): number {
    const byLooks = this.#looks.isNone ? 0 : this.#looks.peek(value, moment, this.#alarms.leastAlarm);
    return this.#alarms.joined(value, this.#rule.peek(value), byLooks);
  }

  get #datedIncident(): DatedIncident | undefined {
    const { incident } = this.#alarms;
    if (incident === undefined || !this.#intake.hasTimes) return incident;
    return { ...incident, dates: this.#intake.datesOf(incident) };
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
      this.#update(one.value, one.moment, one.learn && how !== 'never', how !== 'always');
    }
    this.#paused = paused;
    if (typeof threshold === 'number') this.#alarms.threshold = threshold;
  }

  /** Goes on as another monitor with the same options. */
  #assume(other: Monitor): void {
    this.#rule = other.#rule;
    this.#looks = other.#looks;
    this.#intake = other.#intake;
    this.#alarms = other.#alarms;
    this.#undo = other.#undo;
    this.#prospect = other.#prospect;
    this.#score = other.#score;
    this.#surprise = other.#surprise;
    this.#time = other.#time;
  }
}
