// Backtest: what a monitor would have said of a series that lies there whole, to the bit of what it says live.
import { checkBoolean, checkInteger, checkNumber, describe, isPositive } from '../../core/checks.ts';
import { type Series, toFloat64 } from '../../core/series.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import type { Incident } from '../incidents/incident-tracker.ts';
import { formatTime } from '../looks/zone-clock.ts';
import { alarmSentence } from '../monitors/alarm-sentence.ts';
import { monitor } from '../monitors/monitor.ts';
import type { MonitorOptions } from '../monitors/options.ts';

/** A series with the times of its values. */
export interface TimedSeries {
  values: Series;
  /** Milliseconds since 1970, or dates; ascending. */
  times: ArrayLike<number | Date>;
}

/** Options of {@link backtest}: those of the monitor, and what is to be found out about it. */
export interface BacktestOptions extends Omit<MonitorOptions, 'detector'> {
  /** Makes a detector instead of a preset: a fresh one for every run. */
  detector?: () => StreamingDetector;
  /** Thresholds to count at; default: half, three quarters, one, one and a half, two and three times that of the monitor. */
  thresholds?: readonly number[];
  /** Alarms a day that are wanted: finds the threshold for it. */
  perDay?: number;
  /** Number of incidents to explain, the worst first; default 10. */
  worst?: number;
  /** Whether `expected`, `low` and `high` are wanted for every value; default false. They cost about 0.5 ms each. */
  band?: boolean;
}

/** What a threshold would have meant. */
export interface ThresholdCount {
  readonly threshold: number;
  readonly incidents: number;
  readonly alarms: number;
  /** Alarms per day. */
  readonly perDay: number;
}

/** An incident and the sentence of its last alarm. */
export interface ExplainedIncident {
  readonly incident: Incident;
  readonly text: string;
}

/** The result of {@link backtest}. */
export interface Backtest {
  readonly numValues: number;
  /** The length of the series in days. */
  readonly days: number;
  /** What `update` returned for each value. */
  readonly emitted: Float64Array;
  /** All incidents, in the order of their beginnings. */
  readonly incidents: readonly Incident[];
  readonly counts: readonly ThresholdCount[];
  /** With `perDay`: the least threshold found that raises no more alarms than that. */
  readonly suggested: ThresholdCount | undefined;
  readonly worst: readonly ExplainedIncident[];
  /** With `band`: what was expected in the place of each value, and what would have been quiet. */
  readonly expected?: Float64Array;
  readonly low?: Float64Array;
  readonly high?: Float64Array;
}

const FACTORS = [0.5, 0.75, 1, 1.5, 2, 3];

const MS_PER_DAY = 86_400_000;

const POSITIVE = 'a number above 0';

/** Halvings of the interval in which the threshold for a budget lies. */
const HALVINGS = 12;

/**
 * Runs a monitor over a whole series as if its values came one by one, and counts what other thresholds would have meant. Each
 * value is judged by those before it alone: the results of a part of the series are those of its beginning.
 *
 * One run of the monitor, about 4 µs per value, and another one for each threshold; 13 more to find the one for a budget.
 *
 * @param data a series, or `{ values, times }`; without times, `step` says how long a day is
 * @param options a `detector` is a function here, which makes one for each run: `() => new StreamingKNN(5, 5)`
 * @throws TypeError for arguments of the wrong kind, RangeError for wrong values
 *
 * @example
 * const cpu = Array.from({ length: 2000 }, (_, t) => 20 + ((t * 37) % 11));
 * cpu[1500] = 95;
 * const { incidents, counts } = backtest(cpu, { thresholds: [4, 400] });
 * incidents.map(({ begin, value }) => [begin, value]); // => [[1500, 95]]
 * counts.map(({ threshold, alarms }) => [threshold, alarms]); // => [[4, 1], [400, 0]]
 */
export function backtest(data: Series | TimedSeries, options: BacktestOptions = {}): Backtest {
  const { thresholds, perDay, worst = 10, band = false, detector, ...rest } = options;
  if (typeof options.threshold === 'object') {
    throw new RangeError('backtest runs many monitors, each from the start: it takes thresholds that are numbers');
  }
  if (detector !== undefined && typeof detector !== 'function') {
    throw new TypeError(
      `detector must be a function that makes a detector, such as () => new StreamingKNN(5, 5): backtest runs many monitors, each from the start; got ${describe(detector)}`,
    );
  }
  const monitorOptions: Fresh = () => ({ ...rest, ...(detector !== undefined && { detector: detector() }) });
  checkInteger(worst, 'worst', 0);
  checkBoolean(band, 'band');
  if (perDay !== undefined) checkNumber(perDay, 'perDay', POSITIVE, isPositive);
  for (const [p, threshold] of (thresholds ?? []).entries())
    checkNumber(threshold, `thresholds[${p}]`, POSITIVE, isPositive);
  const { values, times } = seriesOf(data);
  const { step = 60 } = rest;
  const own = monitor(monitorOptions()).threshold; // checks the options, too
  const days = times === undefined ? (values.length * step * 1000) / MS_PER_DAY : spanOf(times) / MS_PER_DAY;
  const count = (threshold: number): ThresholdCount => {
    const { incidents, alarms } = run(values, times, { ...monitorOptions(), threshold }, false, false);
    return { threshold, incidents: incidents.length, alarms, perDay: alarms / days };
  };
  const { emitted, incidents, texts, bands } = run(values, times, monitorOptions(), true, band);
  const order = incidents.map((_, p) => p).sort((p, q) => incidents[q]!.worst - incidents[p]!.worst || p - q);
  return {
    numValues: values.length,
    days,
    emitted,
    incidents,
    counts: (thresholds ?? FACTORS.map((factor) => factor * own)).map(count),
    suggested: perDay === undefined ? undefined : suggest(perDay, emitted, own, count),
    worst: order.slice(0, worst).map((p) => ({ incident: incidents[p]!, text: texts[p]! })),
    ...bands,
  };
}

/** Options of one run: a detector in them is not used by another one. */
type Fresh = () => MonitorOptions;

interface Run {
  readonly emitted: Float64Array;
  readonly incidents: Incident[];
  readonly alarms: number;
  /** The sentence of the last alarm of each incident. */
  readonly texts: string[];
  readonly bands: { expected: Float64Array; low: Float64Array; high: Float64Array } | undefined;
}

function run(
  values: Float64Array,
  times: Float64Array | undefined,
  options: MonitorOptions,
  explains: boolean,
  withBand: boolean,
): Run {
  const watch = monitor(options);
  const n = values.length;
  const emitted = new Float64Array(n);
  const incidents: Incident[] = [];
  const texts: string[] = [];
  const [expected, low, high] = withBand ? [0, 0, 0].map(() => new Float64Array(n)) : [];
  let alarms = 0;
  for (let t = 0; t < n; t++) {
    if (withBand) {
      expected![t] = watch.expected;
      low![t] = watch.low;
      high![t] = watch.high;
    }
    emitted[t] = watch.update(values[t]!, times && { time: times[t]! });
    const { event, incident, alarm } = watch.last;
    if (event === 'begin') incidents.push(incident!);
    else if (event !== undefined) incidents[incidents.length - 1] = incident!;
    if (!alarm) continue;
    alarms++;
    if (!explains) continue;
    const where = times === undefined ? String(t) : formatTime(times[t]!);
    texts[incidents.length - 1] = alarmSentence(watch, values[t]!, where);
  }
  if (incidents.length > 0) incidents[incidents.length - 1] = watch.last.incident!;
  return {
    emitted,
    incidents,
    alarms,
    texts,
    bands: withBand ? { expected: expected!, low: low!, high: high! } : undefined,
  };
}

/** The least threshold for a budget that bisection finds between the least and the largest surprise passed on. */
function suggest(
  perDay: number,
  emitted: Float64Array,
  own: number,
  count: (threshold: number) => ThresholdCount,
): ThresholdCount {
  const largest = emitted.reduce((most, one) => (one > most ? one : most), own);
  let low = Math.min(own, 1) / 4;
  let best = count(2 * largest);
  let high = best.threshold;
  for (let p = 0; p < HALVINGS; p++) {
    const middle = Math.sqrt(low * high);
    const at = count(middle);
    if (at.perDay <= perDay) {
      best = at;
      high = middle;
    } else low = middle;
  }
  return best;
}

function seriesOf(data: Series | TimedSeries): { values: Float64Array; times: Float64Array | undefined } {
  if (typeof data !== 'object' || data === null || !('values' in data) || typeof data.values === 'function') {
    return { values: toFloat64(data as Series, 'series'), times: undefined };
  }
  const values = toFloat64(data.values, 'values');
  const { times } = data as TimedSeries;
  if (typeof times !== 'object' || times === null || typeof times.length !== 'number') {
    throw new TypeError(`times must be an array of milliseconds or dates, got ${describe(times)}`);
  }
  if (times.length !== values.length) {
    throw new RangeError(`times must have one entry per value, got ${times.length} for ${values.length} values`);
  }
  const numbers = Float64Array.from(times, Number);
  for (let t = 0; t < numbers.length; t++) {
    if (Number.isFinite(numbers[t]) && !(t > 0 && numbers[t]! <= numbers[t - 1]!)) continue;
    throw new RangeError(`times must ascend, got ${String(times[t])} at index ${t}`);
  }
  return { values, times: numbers };
}

/** From the first value to the end of the last one's step. */
function spanOf(times: Float64Array): number {
  const n = times.length;
  return n < 2 ? MS_PER_DAY : ((times[n - 1]! - times[0]!) * n) / (n - 1);
}
