// An incident of one series of a query, in the terms of a server: seconds and labels.
import type { Monitor } from '../calibrate/monitors/monitor.ts';
import type { Labels } from './labels.ts';

/** An incident as it stood when something happened to it. Times are in seconds since 1970. */
export interface IncidentReport {
  /** What happened. An incident has also ended when its series was forgotten. */
  readonly event: 'begin' | 'worse' | 'end';
  /** The step in which it happened. */
  readonly time: number;
  /** The name of the query. */
  readonly query: string;
  readonly labels: Labels;
  /** See {@link seriesKey}. */
  readonly key: string;
  /** The first strange value. */
  readonly begin: number;
  /** The most surprising value so far. */
  readonly peak: number;
  /** The last strange value; `undefined` until the incident has ended. */
  readonly end: number | undefined;
  /** The value at the peak, and its surprise. */
  readonly value: number;
  readonly surprise: number;
  /** What was expected where it began, NaN if nothing was; and whether its first value was above or below. */
  readonly expected: number;
  readonly direction: 'up' | 'down' | undefined;
  /** Alarms so far. */
  readonly alarms: number;
  /** The sentence of its last alarm. */
  readonly text: string;
}

/** Where an incident is told from. */
export interface ReportContext {
  readonly event: IncidentReport['event'];
  readonly query: string;
  readonly labels: Labels;
  readonly key: string;
  readonly time: number;
  /** The time of the monitor's last value, and seconds from one value to the next. */
  readonly last: number;
  readonly step: number;
  readonly text: string;
}

/** The last incident of a monitor, which has one. Each tick gave it a value, so an index tells the time. */
export function reportOf(
  monitor: Monitor,
  { event, time, last, step, query, labels, key, text }: ReportContext,
): IncidentReport {
  const { begin, peak, end, duration, value, worst, expected, direction, numAlarms } = monitor.last.incident!;
  const timeOf = (index: number): number => last - (monitor.seen - 1 - index) * step;
  // An incident of a series that was forgotten has an end only here.
  const isOver = end !== undefined || event === 'end';
  return {
    ...{ event, time, query, labels, key, begin: timeOf(begin), peak: timeOf(peak) },
    end: isOver ? timeOf(end ?? begin + duration - 1) : undefined,
    ...{ value, surprise: worst, expected, direction, alarms: numAlarms, text },
  };
}

/** Incidents in the order in which they began. */
export function byBegin(reports: readonly IncidentReport[]): IncidentReport[] {
  const order = (a: IncidentReport, b: IncidentReport): number =>
    a.begin - b.begin || compare(a.query, b.query) || compare(a.key, b.key);
  return [...reports].sort(order);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
