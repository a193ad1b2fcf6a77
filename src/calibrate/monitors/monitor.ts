// The monitor of one metric: every value gets one calibrated number, and an incident gets few alarms.

import { checkChoice, checkInteger, checkOptions, describe } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';
import type { LoadDetector } from '../calibration/calibrated-detector.ts';
import { type AlarmExplanation, explainAlarm } from '../incidents/explain-alarm.ts';
import { Refractory } from '../incidents/refractory.ts';
import type { Rule } from '../rules/rule.ts';
import type { LoadThreshold, Threshold } from '../thresholds/threshold.ts';
import { CALIBRATED, calibrate, loadRule, type MonitorPreset, PRESETS } from './presets.ts';
import { loadDetector, loadThreshold } from './saved-parts.ts';

/** Options of {@link monitor}; the defaults are those of the published figures. */
export interface MonitorOptions {
  /**
   * `'metrics'` (default): a window of the last 5 values is strange against the last day and against all of the past, or
   * its value is new. `'novelty'`: the distance to the nearest value before, alone; an equal fault is one alarm for ever.
   * `'views'`: the novelty of the value, of running order statistics and of runs of equal values, summed.
   */
  preset?: MonitorPreset;
  /** A detector of your own, instead of a preset. */
  detector?: StreamingDetector;
  /** Number of scores to skip at the start, at least 0; default 100. */
  warmup?: number;
  /**
   * Number of values after an alarm in which only a larger surprise is another alarm, at least 1; default 10 for
   * `'metrics'`, else 100.
   */
  hold?: number;
  /**
   * An alarm is an emitted surprise ≥ this number, or above a learned threshold; default 4 for `'metrics'`, 24.4 for
   * `'views'`, else 4.65.
   */
  threshold?: number | Threshold;
  /** Largest number of values that a preset's novelty keeps, at least 2: see `Novelty` of knn-anomaly; default 200. */
  maxValues?: number;
  /**
   * Seconds from one value to the next, above 0: what `'metrics'` needs to know how many values make a day; default 60. A
   * "day" of fewer than 1000 values is taken as 1000: shorter means are too rough.
   */
  step?: number;
}

/** The result for one value. */
export interface MonitorResult {
  /** The detector's score; NaN for a missing value, and for a window that touches one. For `'views'`, the surprise. */
  readonly score: number;
  /** The surprise of that score, before the refractory: see {@link Calibrator}. */
  readonly surprise: number;
  /** Whether this value raises an alarm. */
  readonly alarm: boolean;
  /** Number of values since the last alarm: 0 at an alarm, Infinity before the first. */
  readonly since: number;
}

const OPTIONS = ['preset', 'detector', 'warmup', 'hold', 'threshold', 'maxValues', 'step'];

const SECONDS_PER_DAY = 86_400;

/** Values that a "day" has at least. */
const SHORTEST_DAY = 1000;

const KIND = 'Monitor';
const FORMAT = 1;

/**
 * Makes a monitor of one series. A detector scores each value, a {@link Calibrator} turns the score into a surprise, and a
 * {@link Refractory} emits only the surprises that set a record among the last `hold` values. An emitted surprise at or above
 * the threshold is an alarm. Surprises mean the same on every series, so one threshold serves all series.
 *
 * `update` returns the emitted surprise: 0 for a surprise that sets no record, NaN for a missing value. `last` has all
 * results of the last value. About 4 µs per value and 18 KB for `'metrics'`, 1 µs and 7 KB for `'novelty'`.
 *
 * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
 *
 * @example
 * const cpu = monitor();
 * for (let t = 0; t < 1000; t++) cpu.update(20 + ((t * 37) % 11));
 * cpu.update(95) > 4; // => true
 * cpu.last.alarm; // => true
 * cpu.update(94); // => 0
 */
export function monitor(options: MonitorOptions = {}): Monitor {
  checkOptions(options, OPTIONS);
  const { preset = 'metrics', detector, step = 60 } = options;
  checkChoice(preset, 'preset', Object.keys(PRESETS));
  const defaults = detector === undefined ? PRESETS[preset] : CALIBRATED;
  const { warmup = defaults.warmup, hold = defaults.hold, maxValues = 200 } = options;
  checkInteger(warmup, 'warmup', 0);
  checkStep(step);
  if (detector !== undefined) {
    checkDetector(detector);
    if (options.preset !== undefined) throw new RangeError('preset and detector exclude each other: give one of them');
  }
  const threshold = options.threshold ?? defaults.threshold;
  checkThreshold(threshold);
  const ruleOptions = { warmup, maxValues, day: Math.max(SHORTEST_DAY, Math.round(SECONDS_PER_DAY / step)) };
  const rule = detector === undefined ? PRESETS[preset].make(ruleOptions) : calibrate(detector, ruleOptions);
  return new Monitor(rule, new Refractory({ hold }), threshold);
}

/** See {@link monitor}, which makes one. */
export class Monitor implements StreamingDetector {
  /** Turns values into surprises. */
  readonly #rule: Rule;
  #refractory: Refractory;
  #threshold: number | Threshold;
  #last: MonitorResult;
  /** The last value; NaN before the first. */
  #value: number;
  /** The index of the last value in the stream; −1 before the first. */
  #time: number;

  /** @internal */
  constructor(rule: Rule, refractory: Refractory, threshold: number | Threshold) {
    this.#rule = rule;
    this.#refractory = refractory;
    this.#threshold = threshold;
    this.#last = NO_RESULT;
    this.#value = NaN;
    this.#time = -1;
  }

  /** The result for the last value. Before the first value its numbers are NaN, and `since` is Infinity. */
  get last(): MonitorResult {
    return this.#last;
  }

  /** A given threshold: an emitted surprise ≥ this number is an alarm. A learned threshold: one above this number is. */
  get threshold(): number {
    return typeof this.#threshold === 'number' ? this.#threshold : this.#threshold.value;
  }

  update(x: Value, options: { learn?: boolean } = {}): number {
    const surprise = this.#rule.update(x, options);
    this.#value = toNumber(x);
    this.#time++;
    const emitted = this.#refractory.update(surprise);
    const { since } = this.#last;
    const alarm = this.#isAlarm(emitted);
    this.#last = { score: this.#rule.score, surprise, alarm, since: alarm ? 0 : since + 1 };
    return emitted;
  }

  peek(x: Value): number {
    return this.#refractory.peek(this.#rule.peek(x));
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#rule.reset();
    this.#refractory.reset();
    if (typeof this.#threshold !== 'number') this.#threshold.reset();
    this.#last = NO_RESULT;
    this.#value = NaN;
    this.#time = -1;
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
    const [value, time] = [this.#value, this.#time];
    const neighbors = Number.isNaN(value) ? [] : pastValues.nearest(value, k, { before: time });
    const { numScores } = this.#rule;
    return explainAlarm({ value, time, numScores, ...this.#last }, neighbors, strangest);
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    state.bytes(this.#rule.save());
    state.bytes(this.#refractory.save());
    const { score, surprise, alarm, since } = this.#last;
    for (const number of [score, surprise, Number(alarm), since, this.#value, this.#time]) state.f64(number);
    const threshold = this.#threshold;
    state.f64(typeof threshold === 'number' ? threshold : NaN);
    state.bytes(typeof threshold === 'number' ? new Uint8Array() : threshold.save());
    return state.finish();
  }

  /**
   * The monitor that `save` wrote; it goes on bit for bit.
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
    const [score, surprise, alarm, since] = [state.f64(), state.f64(), state.f64() === 1, state.f64()];
    const [value, time] = [state.f64(), state.f64()];
    const [number, learned] = [state.f64(), state.bytes()];
    state.end();
    const threshold = learned.length === 0 ? number : loadThreshold(learned, options.threshold);
    const monitor = new Monitor(rule, refractory, threshold);
    monitor.#last = { score, surprise, alarm, since };
    monitor.#value = value;
    monitor.#time = time;
    return monitor;
  }

  #isAlarm(emitted: number): boolean {
    if (typeof this.#threshold === 'number') return emitted >= this.#threshold;
    return this.#threshold.update(emitted);
  }
}

/** The result before the first value. */
const NO_RESULT: MonitorResult = { score: NaN, surprise: NaN, alarm: false, since: Infinity };

function checkDetector(detector: unknown): void {
  const methods = ['update', 'peek', 'reset', 'save'];
  if (typeof detector === 'object' && detector !== null) {
    if (methods.every((name) => typeof (detector as Record<string, unknown>)[name] === 'function')) return;
  }
  throw new TypeError(`detector must be a streaming detector, got ${describe(detector)}`);
}

function checkStep(step: unknown): void {
  const expectation = 'step must be a number of seconds above 0';
  if (typeof step !== 'number') throw new TypeError(`${expectation}, got ${describe(step)}`);
  if (!(step > 0 && step < Infinity)) throw new RangeError(`${expectation}, got ${step}`);
}

function checkThreshold(threshold: unknown): void {
  const expectation = 'threshold must be a positive number or a threshold that learns';
  if (typeof threshold === 'number') {
    if (threshold > 0) return;
    throw new RangeError(`${expectation}, got ${threshold}`);
  }
  if (typeof (threshold as Threshold | null)?.update === 'function') return;
  throw new TypeError(`${expectation}, got ${describe(threshold)}`);
}
