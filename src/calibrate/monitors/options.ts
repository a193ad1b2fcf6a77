// The options of `monitor`: their meaning, their defaults and their checks.
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNumber,
  checkOptions,
  describe,
  isPositive,
} from '../../core/checks.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { AlarmFilter, FILTER_OPTIONS, type FilterOptions } from '../incidents/alarm-filter.ts';
import { LOOK_OPTIONS, type LookOptions, Looks } from '../looks/looks.ts';
import type { Rule } from '../rules/rule.ts';
import type { Threshold } from '../thresholds/threshold.ts';
import { CALIBRATED, calibrate, type MonitorPreset, PRESETS } from './presets.ts';

/** Options of `monitor`; the defaults are those of the published figures. */
export interface MonitorOptions extends FilterOptions, LookOptions {
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
  /** Number of values at the start that are learned and raise no alarm, at least 0; default 0. */
  mute?: number;
  /**
   * Outside of an incident, a surprise is passed on only if it is the largest of this many values, at least 1; default 10 for
   * `'metrics'`, else 100.
   */
  hold?: number;
  /**
   * An alarm is an emitted surprise ≥ this number, or above a learned threshold; default 4 for `'metrics'`, 24.4 for
   * `'views'`, else 4.65.
   */
  threshold?: number | Threshold;
  /** An incident raises a further alarm when the surprise is this many times that of its last alarm, at least 1; default 3. */
  worse?: number;
  /** Values in a row with a surprise below half of the threshold that end an incident, at least 1; default 5. */
  resolve?: number;
  /**
   * `'once'` (default): an incident is learned as it comes, so an equal one later may be nothing new. `'always'`: its strange
   * values are kept out of the memory, so each repetition is an alarm. Costs a second look at every value.
   */
  repeat?: 'once' | 'always';
  /** With `repeat: 'always'`: values after which an incident is the new normal, and learned, at least 1; default 100. */
  accept?: number;
  /** Whether `forget()` and `confirm()` are possible: keeps the state before an incident and its values; default false. */
  undo?: boolean;
  /**
   * Whether the values are those of a counter, which only rises and may start again at 0: each is judged by its increase, as
   * Prometheus counts it. Default false.
   */
  rate?: boolean;
  /** Largest number of values that a preset's novelty keeps, at least 2: see `Novelty` of knn-anomaly; default 200. */
  maxValues?: number;
  /**
   * Seconds from one value to the next, above 0: what `'metrics'` needs to know how many values make a day; default 60. A
   * "day" of fewer than 1000 values is taken as 1000: shorter means are too rough.
   */
  step?: number;
}

export const OPTIONS: readonly (keyof MonitorOptions)[] = [
  'preset',
  'detector',
  'warmup',
  'mute',
  'hold',
  'threshold',
  'worse',
  'resolve',
  'repeat',
  'accept',
  'undo',
  'rate',
  'maxValues',
  'step',
  ...FILTER_OPTIONS,
  ...LOOK_OPTIONS,
];

const SECONDS_PER_DAY = 86_400;

/** Values that a "day" has at least. */
const SHORTEST_DAY = 1000;

/** What a monitor is made of. */
export interface MonitorSettings {
  readonly rule: Rule;
  readonly hold: number;
  readonly threshold: number | Threshold;
  readonly worse: number;
  readonly resolve: number;
  /** Infinity with `repeat: 'once'`. */
  readonly accept: number;
  readonly holdsBack: boolean;
  readonly mute: number;
  readonly undo: boolean;
  readonly filter: AlarmFilter;
  readonly looks: Looks;
  readonly rate: boolean;
}

/** The settings that these options mean. @throws TypeError for an option of the wrong kind, RangeError for a wrong value */
export function settingsOf(options: MonitorOptions): MonitorSettings {
  checkOptions(options, OPTIONS);
  const { preset = 'metrics', detector, step = 60, mute = 0, worse = 3, resolve = 5 } = options;
  const { undo = false, rate = false } = options;
  const { repeat = 'once', accept = 100 } = options;
  checkChoice(preset, 'preset', Object.keys(PRESETS));
  const defaults = detector === undefined ? PRESETS[preset] : CALIBRATED;
  const { warmup = defaults.warmup, hold = defaults.hold, maxValues = 200 } = options;
  checkInteger(warmup, 'warmup', 0);
  checkInteger(mute, 'mute', 0);
  checkInteger(hold, 'hold', 1);
  checkInteger(resolve, 'resolve', 1);
  checkInteger(accept, 'accept', 1);
  checkNumber(step, 'step', 'a number of seconds above 0', isPositive);
  checkNumber(worse, 'worse', 'a number of at least 1, or Infinity', (value) => value >= 1);
  checkChoice(repeat, 'repeat', ['once', 'always']);
  if (options.accept !== undefined && repeat === 'once') {
    throw new RangeError("accept is for repeat: 'always': with 'once' every value is learned as it comes");
  }
  for (const [name, value] of Object.entries({ undo, rate })) {
    checkBoolean(value, name);
  }
  if (detector !== undefined) {
    checkDetector(detector);
    if (options.preset !== undefined) throw new RangeError('preset and detector exclude each other: give one of them');
  }
  const threshold = options.threshold ?? defaults.threshold;
  checkThreshold(threshold);
  const filter = AlarmFilter.of(options);
  const ruleOptions = { warmup, maxValues, day: Math.max(SHORTEST_DAY, Math.round(SECONDS_PER_DAY / step)) };
  const rule = detector === undefined ? PRESETS[preset].make(ruleOptions) : calibrate(detector, ruleOptions);
  const holdsBack = repeat === 'always';
  const incidents = { worse, resolve, accept: holdsBack ? accept : Infinity };
  return { rule, hold, threshold, ...incidents, holdsBack, mute, undo, filter, looks: Looks.of(options), rate };
}

export function checkThreshold(threshold: unknown): void {
  const expectation = 'threshold must be a positive number or a threshold that learns';
  if (typeof threshold === 'number') {
    if (threshold > 0) return;
    throw new RangeError(`${expectation}, got ${threshold}`);
  }
  if (typeof (threshold as Threshold | null)?.update === 'function') return;
  throw new TypeError(`${expectation}, got ${describe(threshold)}`);
}

function checkDetector(detector: unknown): void {
  const methods = ['update', 'peek', 'reset', 'save'];
  if (typeof detector === 'object' && detector !== null) {
    if (methods.every((name) => typeof (detector as Record<string, unknown>)[name] === 'function')) return;
  }
  throw new TypeError(`detector must be a streaming detector, got ${describe(detector)}`);
}
