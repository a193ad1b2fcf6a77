// The options of Monitors, and the parts that they make.
import { checkInteger, checkOptions, describe } from '../../core/checks.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import type { LoadDetector } from '../calibration/calibrated-detector.ts';
import { type Monitor, monitor } from '../monitors/monitor.ts';
import { OPTIONS as MONITOR_OPTIONS, type MonitorOptions } from '../monitors/options.ts';
import type { LoadThreshold, Threshold } from '../thresholds/threshold.ts';
import { type AlarmBudget, type BudgetOptions, makeBudget } from './alarm-budget.ts';
import { type FleetIncidentOptions, FleetIncidents } from './fleet-incidents.ts';
import { NameFilter, type NamePattern } from './name-filter.ts';

/** Options of {@link Monitors}: those of every `monitor` in it, and what concerns all series together. */
export interface MonitorsOptions extends Omit<MonitorOptions, 'detector' | 'threshold'> {
  /** Makes the detector of a new series, the same each time and a new one each time; instead of a preset. */
  detector?: () => StreamingDetector;
  /** As in `monitor`. A threshold that learns cannot be shared: a function makes that of a new series. */
  threshold?: number | (() => Threshold);
  /** `Infinity`: the largest number of series. For a new one beyond it, the series that was not named for the longest leaves. */
  maxSeries?: number;
  /** `Infinity`: a series leaves when more than this many ticks in a row did not name it, at least 1. */
  maxIdle?: number;
  /**
   * Which series raise alarms; default: all. The others learn in silence. A function of the name, asked once per series; a RegExp
   * that finds something in the name; or a text such as `'web-*'` for the whole name, where `*` stands for any characters.
   */
  only?: NamePattern;
  /** Many series of a group with alarms at nearly the same time are one incident; default: no such incidents. */
  incidents?: FleetIncidentOptions;
  /**
   * Alarms of all series together per day, in the long run: a common threshold moves slowly. Default: the threshold stays. With
   * `incidents`, alarms that belong to one do not count; the incident counts as one.
   */
  budget?: BudgetOptions;
}

/** What bytes cannot hold, for {@link Monitors.load}. */
export interface LoadMonitorsOptions {
  /** The `load` of the detector's class, if the series were made with a detector of your own. */
  detector?: LoadDetector;
  /** The `load` of the threshold's class, if it is one of your own. */
  threshold?: LoadThreshold;
  /** The function `incidents.group`, if there was one; takes effect for all series. */
  group?: (id: string) => string;
  /** The function `only`, if there was one; or a pattern that takes the place of the saved one. */
  only?: NamePattern;
}

/** What monitors are made of, apart from the series. */
export interface MonitorsSettings {
  /** Makes the monitor of a new series. */
  readonly make: () => Monitor;
  /** What `make` makes, saved: after a restart new series are made from it, whatever the defaults of a later version are. */
  readonly template: Uint8Array;
  /** The threshold of a new series, if it is a number. */
  readonly threshold: number | undefined;
  readonly maxSeries: number;
  readonly maxIdle: number;
  /** Whether values are those of counters, and whether monitors need their times. */
  readonly areCounters: boolean;
  readonly needTimes: boolean;
  readonly filter: NameFilter;
  readonly incidents: FleetIncidents | undefined;
  readonly budget: AlarmBudget | undefined;
}

const OWN_OPTIONS = ['maxSeries', 'maxIdle', 'only', 'incidents', 'budget'] as const;

/** @throws TypeError for an option of the wrong kind, RangeError for a wrong value */
export function settingsOf(options: MonitorsOptions): MonitorsSettings {
  checkOptions(options, [...OWN_OPTIONS, ...MONITOR_OPTIONS]);
  const { maxSeries = Infinity, maxIdle = Infinity, only, incidents, budget, ...rest } = options;
  if (maxSeries !== Infinity) checkInteger(maxSeries, 'maxSeries', 1);
  if (maxIdle !== Infinity) checkInteger(maxIdle, 'maxIdle', 1);
  const make = makerOf(rest);
  const first = make();
  const threshold = typeof rest.threshold === 'function' ? undefined : first.threshold;
  if (budget !== undefined && threshold === undefined) {
    throw new RangeError('budget moves a threshold that is a number: leave out the function threshold, or the budget');
  }
  return {
    make,
    template: first.save(),
    threshold,
    maxSeries,
    maxIdle,
    areCounters: rest.rate === true,
    needTimes: rest.calendar !== undefined,
    filter: new NameFilter(only),
    incidents: incidents === undefined ? undefined : new FleetIncidents(incidents),
    budget: budget === undefined ? undefined : makeBudget(budget, rest.step, threshold!),
  };
}

/** The maker of monitors: each has a detector and a threshold of its own. */
function makerOf(options: Pick<MonitorsOptions, 'detector' | 'threshold'>): () => Monitor {
  const { detector, threshold, ...plain } = options;
  if (detector !== undefined) checkMaker(detector, 'detector');
  if (threshold !== undefined && typeof threshold !== 'number') checkMaker(threshold, 'threshold');
  let [lastDetector, lastThreshold]: [unknown, unknown] = [undefined, undefined];
  return () => {
    const parts: { detector?: StreamingDetector; threshold?: number | Threshold } = {};
    if (detector !== undefined) {
      parts.detector = detector();
      checkNew(parts.detector, lastDetector, 'detector');
      lastDetector = parts.detector;
    }
    if (typeof threshold === 'function') {
      parts.threshold = threshold();
      checkNew(parts.threshold, lastThreshold, 'threshold');
      lastThreshold = parts.threshold;
    } else if (threshold !== undefined) parts.threshold = threshold;
    return monitor({ ...plain, ...parts });
  };
}

function checkMaker(value: unknown, argument: 'detector' | 'threshold'): void {
  if (typeof value === 'function') return;
  const [expectation, example] =
    argument === 'detector'
      ? ['a function that makes one', '() => new ChangeFinder(2, 0.05, 2, 0.05, 5)']
      : ['a number or a function that makes one', '() => new SpotThreshold(0.001)'];
  const message = `${argument} must be ${expectation}, as in ${argument}: ${example}, got ${describe(value)}`;
  if (typeof value !== 'object' || value === null) throw new TypeError(message);
  throw new RangeError(`${message}: many series cannot share it`);
}

function checkNew(made: unknown, last: unknown, argument: string): void {
  if (made !== last || typeof made !== 'object') return;
  throw new RangeError(`${argument} must make a new one each time, got the same twice: many series cannot share it`);
}
