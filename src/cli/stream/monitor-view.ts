// What the command line tells of a monitor: what was expected of every value, what happened, and sentences about it.
import { formatTime } from '../../calibrate/looks/zone-clock.ts';
import { alarmSentence } from '../../calibrate/monitors/alarm-sentence.ts';
import type { DatedIncident, IncidentEvent, Monitor } from '../../calibrate.ts';
import { ALARM_FIELDS } from '../alarms/runs.ts';
import type { FieldKind, Row, View } from '../alarms/view.ts';
import { fail, show } from '../errors.ts';
import { jsonNumber, type Note } from '../output/formats.ts';
import { countOfValues, plain, shortNumber } from '../output/text.ts';
import { inZone } from '../time/zone-texts.ts';

/** What is wanted of a {@link monitorView}. */
export interface MonitorViewOptions {
  /** `expected`, `alarm`, `since` and `surprise` of every value. */
  readonly hasFields: boolean;
  /** `low` and `high` besides, and `expected` of all values: else of those in an incident. */
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

/** The fields in the order in which earlier versions had some of them. */
function fieldsOf({ hasFields, hasBand }: MonitorViewOptions): FieldKind[] {
  const number = (name: string): FieldKind => ({ name, isFlag: false });
  if (!hasFields) return [];
  return [number('expected'), ...(hasBand ? [number('low'), number('high')] : []), ...ALARM_FIELDS, number('surprise')];
}

/** Tells of monitors what is wanted. */
export function monitorView(options: MonitorViewOptions): View<Monitor> {
  const { hasFields, hasBand, hasEvents, explains, timezone } = options;
  const isPlain = !hasFields && !hasEvents && !explains;
  const fields = fieldsOf(options);
  const [alarmField, sinceField, surpriseField] = ['alarm', 'since', 'surprise'].map((name) =>
    fields.findIndex((field) => field.name === name),
  ) as [number, number, number];
  const show = (detector: Monitor, value: number, row: Row): number => {
    // The last value was one of an incident: what is expected costs too much to be told of every value.
    const expected = hasBand || (hasFields && isOpen(detector.last.incident)) ? detector.expected : NaN;
    if (hasBand) for (const [f, x] of [detector.low, detector.high].entries()) row.tell(f + 1, x);
    const time = momentFor(row, options);
    const surprise = detector.update(value, Number.isNaN(time) ? undefined : { time });
    const { event, alarm, incident, surprise: raw } = detector.last;
    if (event === 'begin') row.memo.since = row.time;
    if (hasFields) {
      row.tell(0, event === 'begin' && Number.isNaN(expected) ? incident!.expected : expected);
      row.tell(alarmField, Number(alarm));
      row.tell(sinceField, event === 'end' || isOpen(incident) ? sinceText(row, incident!, timezone) : '');
      row.tell(surpriseField, raw);
    }
    if (event !== undefined || alarm) {
      const text = alarm
        ? inZone(alarmSentence(detector, value, row.time || String(row.index)), timezone)
        : endSentence(event!, incident!, timezone);
      if (explains) process.stderr.write(`${row.column === undefined ? '' : `${plain(row.column)}: `}${text}\n`);
      const told = incident && { incident: jsonIncident(incident, timezone) };
      // A state of an earlier version has alarms, but no incidents.
      if (hasEvents) row.note({ event: event ?? 'alarm', text, ...told });
    }
    if (event === 'end') row.memo.since = '';
    return surprise;
  };
  const update: View<Monitor>['update'] = (detector, value, row) => {
    if (!isPlain) return show(detector, value, row);
    const time = momentFor(row, options);
    const surprise = detector.update(value, Number.isNaN(time) ? undefined : { time });
    // What began here may end in a later run, which tells since when.
    if (row.time !== '') remember(detector, row);
    return surprise;
  };
  return { fields, threshold: (detector) => detector.threshold, update };
}

/** Keeps the time of the row in which an incident begins, until it ends. */
function remember(detector: Monitor, { memo, time }: Row): void {
  const { event } = detector.last;
  if (event === 'begin') memo.since = time;
  else if (event === 'end') memo.since = '';
}

function isOpen(incident: DatedIncident | undefined): boolean {
  return incident !== undefined && incident.end === undefined;
}

/** Since when an incident lasts: the time as it was written, or else the index. */
function sinceText({ memo, time }: Row, { begin, dates }: DatedIncident, timezone: string | undefined): string {
  if (time === '') return String(begin);
  // A state of an earlier version does not know how the time was written.
  return memo.since === '' ? whenText(begin, dates?.begin, timezone) : memo.since;
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
  const numValues = countOfValues(duration);
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
