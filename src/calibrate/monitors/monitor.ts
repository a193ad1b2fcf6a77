// The detector an engineer wants for a metric: values in, one calibrated number out, few alarms per incident.

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
  /** `'novelty'`: how far from every value before; `'views'`: the same, for running order statistics too. */
  preset?: MonitorPreset;
  /** A detector of your own in the place of a preset. */
  detector?: StreamingDetector;
  /** Scores that are passed over at the start, at least 0; default 100. */
  warmup?: number;
  /** Number of values in which only a larger surprise is another alarm, at least 1; default 100. */
  hold?: number;
  /** An alarm is an emitted surprise ≥ this number, or above a learned threshold; default 4.65, for `'views'` 24.4. */
  threshold?: number | Threshold;
  /** Values and scores that are kept at most, at least 1; default 100 000. Beyond, a uniform sample of all of them. */
  maxValues?: number;
  /** An integer that decides which are kept; default 1. */
  seed?: number;
}

/** What is known of the last value. */
export interface MonitorResult {
  /** The detector's score; NaN for a missing value, or a window that touches one. */
  readonly score: number;
  /** Its surprise, −ln p, before the refractory. */
  readonly surprise: number;
  /** Whether this value raises an alarm. */
  readonly alarm: boolean;
  /** Values since the last alarm: 0 at an alarm, Infinity before the first. */
  readonly since: number;
}

const OPTIONS = ['preset', 'detector', 'warmup', 'hold', 'threshold', 'maxValues', 'seed'];

const KIND = 'Monitor';
const FORMAT = 1;

/**
 * Watches one series: every value gets a surprise, −ln p, that means the same on every series, and few of them are alarms.
 * A detector's score is calibrated ({@link Calibrator}), bursts collapse to their record-setters ({@link Refractory}), and
 * what then is at or above the threshold is an alarm. One threshold serves all series.
 *
 * `update` returns the emitted surprise, 0 within a burst and NaN for a missing value; `last` has the rest.
 * O(log n) per value for the presets.
 *
 * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
 *
 * @example
 * const cpu = monitor();
 * for (let t = 0; t < 1000; t++) cpu.update(20 + ((t * 37) % 11));
 * cpu.update(95) > 4.65; // => true
 * cpu.last.alarm; // => true
 * cpu.update(94); // => 0
 */
export function monitor(options: MonitorOptions = {}): Monitor {
  checkOptions(options, OPTIONS);
  const { preset = 'novelty', detector } = options;
  checkChoice(preset, 'preset', Object.keys(PRESETS));
  const defaults = detector === undefined ? PRESETS[preset] : CALIBRATED;
  const { warmup = defaults.warmup, hold = defaults.hold, maxValues = 100_000, seed = 1 } = options;
  checkInteger(warmup, 'warmup', 0);
  checkInteger(maxValues, 'maxValues', 1);
  if (detector !== undefined) {
    checkDetector(detector);
    if (options.preset !== undefined) throw new RangeError('preset and detector exclude each other: give one of them');
  }
  const threshold = options.threshold ?? defaults.threshold;
  checkThreshold(threshold);
  const ruleOptions = { warmup, maxValues, seed };
  const rule = detector === undefined ? PRESETS[preset].make(ruleOptions) : calibrate(detector, ruleOptions);
  return new Monitor(rule, new Refractory({ hold }), threshold);
}

/** See {@link monitor}, which makes one. */
export class Monitor implements StreamingDetector {
  readonly #rule: Rule;
  #refractory: Refractory;
  #threshold: number | Threshold;
  #last: MonitorResult;
  /** The last value, and its place in the stream; −1 before the first. */
  #value: number;
  #time: number;

  /** @internal */
  constructor(rule: Rule, refractory: Refractory, threshold: number | Threshold) {
    this.#rule = rule;
    this.#refractory = refractory;
    this.#threshold = threshold;
    this.#last = NOTHING;
    this.#value = NaN;
    this.#time = -1;
  }

  /** What is known of the last value. */
  get last(): MonitorResult {
    return this.#last;
  }

  /** The number that an emitted surprise must reach, or exceed if it is learned. */
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
    this.#last = NOTHING;
    this.#value = NaN;
    this.#time = -1;
  }

  /**
   * Why the last value has its surprise: what was seen, what past values it is nearest to and when they came, and how often
   * that comes by chance, as data and in one sentence. Made on demand: O(maxValues).
   *
   * @param k past values to name; default 3
   * @throws RangeError before the first value, and for a detector of your own, which knows its reasons itself
   *
   * @example
   * const cpu = monitor();
   * for (let t = 0; t < 1000; t++) cpu.update(20 + ((t * 37) % 11));
   * cpu.update(95);
   * cpu.explain().text; // => '95 at 1000 is 65 above the nearest value before, 30 at 998: an alarm, by chance less than once in a million values'
   */
  explain(k = 3): AlarmExplanation {
    const { pastValues, strangest } = this.#rule;
    if (pastValues === undefined) {
      throw new RangeError("explain() knows the presets' reasons only: ask the detector that the monitor was given");
    }
    if (this.#time < 0) throw new RangeError('explain() is about the last value: update(x) first');
    const [value, time] = [this.#value, this.#time];
    const neighbors = Number.isNaN(value) ? [] : pastValues.nearest(value, k, { before: time });
    return explainAlarm({ value, time, ...this.#last }, neighbors, strangest);
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
   * @param options.detector restores a detector of your own from its state: its class's `load`
   * @param options.threshold restores a threshold of your own
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

const NOTHING: MonitorResult = { score: NaN, surprise: NaN, alarm: false, since: Infinity };

function checkDetector(detector: unknown): void {
  const methods = ['update', 'peek', 'reset', 'save'];
  if (typeof detector === 'object' && detector !== null) {
    if (methods.every((name) => typeof (detector as Record<string, unknown>)[name] === 'function')) return;
  }
  throw new TypeError(`detector must be a streaming detector, got ${describe(detector)}`);
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
