// What the command line tells of a monitor: what was expected of every value, what happened, and sentences about it.
import { formatTime } from '../../calibrate/looks/zone-clock.ts';
import type { DatedIncident, IncidentEvent, Monitor } from '../../calibrate.ts';
import { fail, show } from '../errors.ts';
import { jsonNumber, type Note } from '../output/formats.ts';
import { plain, shortNumber } from '../output/text.ts';
import { inZone } from '../time/zone-texts.ts';
import type { Row, View } from './live-detectors.ts';

/** What is wanted of a {@link monitorView}. */
export interface MonitorViewOptions {
  /** `expected`, `low`, `high` and `alarm` of every value. */
  readonly hasBand: boolean;
  /** What happened, and the incident. */
  readonly hasEvents: boolean;
  /** Sentences on standard error. */
  readonly explains: boolean;
  /** Reads the text of a time: milliseconds since 1970, NaN where it tells none. */
  readonly momentOf: (text: string) => number;
  /** Whether every value needs its time. */
  readonly needsTimes: boolean;
  /** The time zone in which times are told; `undefined`: UTC. */
  readonly timezone: string | undefined;
}

const BAND = [
  { name: 'expected', isFlag: false },
  { name: 'low', isFlag: false },
  { name: 'high', isFlag: false },
  { name: 'alarm', isFlag: true },
];

/** Tells of monitors what is wanted. */
export function monitorView(options: MonitorViewOptions): View<Monitor> {
  const { hasBand, hasEvents, explains, timezone } = options;
  const isPlain = !hasBand && !hasEvents && !explains;
  return {
    fields: hasBand ? BAND : [],
    update: (detector, value, row) => {
      if (hasBand) for (const [f, x] of [detector.expected, detector.low, detector.high].entries()) row.tell(f, x);
      const time = momentFor(row, options);
      const surprise = detector.update(value, Number.isNaN(time) ? undefined : { time });
      if (isPlain) return surprise;
      const { event, alarm, incident } = detector.last;
      if (hasBand) row.tell(3, Number(alarm));
      // A state of an earlier version has alarms, but no incidents.
      if (event === undefined && !alarm) return surprise;
      const text = alarm ? inZone(detector.explain().text, timezone) : endSentence(event!, incident!, timezone);
      if (explains) process.stderr.write(`${row.column === undefined ? '' : `${plain(row.column)}: `}${text}\n`);
      if (hasEvents && event !== undefined) row.note({ event, text, incident: jsonIncident(incident!, timezone) });
      return surprise;
    },
  };
}

/** The time of a row; NaN where none is known. */
function momentFor({ index, time }: Row, { momentOf, needsTimes }: MonitorViewOptions): number {
  const moment = time === '' ? NaN : momentOf(time);
  if (!needsTimes || !Number.isNaN(moment)) return moment;
  if (time === '') fail(`value ${index} has no time, and --calendar needs one: name its column with --time`);
  fail(`value ${index}: --calendar needs a date, or a number and --time-unit, got the time ${show(time)}`);
}

/** What is said where an incident ends, or is taken for the new normal. */
function endSentence(event: IncidentEvent, incident: DatedIncident, timezone: string | undefined): string {
  const { begin, peak, duration, value, dates } = incident;
  const subject = `the incident since ${whenText(begin, dates?.begin, timezone)}`;
  const numValues = duration === 1 ? '1 value' : `${duration} values`;
  const state = event === 'accepted' ? `is the new normal after ${numValues}` : `is over after ${numValues}`;
  return `${subject} ${state}; its worst was ${shortNumber(value)} at ${whenText(peak, dates?.peak, timezone)}`;
}

/** The time of a value as text: its date, or its index where that is not known. */
export function whenText(index: number, date: number | undefined, timezone: string | undefined): string {
  return date === undefined || Number.isNaN(date) ? String(index) : formatTime(date, timezone);
}

/** An incident as it stands in JSON. */
export function jsonIncident(incident: DatedIncident, timezone: string | undefined): Omit<Note, 'event'> {
  const { begin, peak, end = null, duration, direction = null, numAlarms, accepted, dates } = incident;
  const { expected, low, high, value, worst } = incident;
  const numbers = Object.entries({ expected, low, high, value, worst }).map(([name, x]) => [name, jsonNumber(x)]);
  const time = (date: number | undefined): string | null =>
    date === undefined || Number.isNaN(date) ? null : formatTime(date, timezone);
  return {
    ...{ begin, peak, end, duration, direction },
    ...Object.fromEntries(numbers),
    ...{ alarms: numAlarms, accepted },
    ...(dates && { times: { begin: time(dates.begin), peak: time(dates.peak), end: time(dates.end) } }),
  };
}
