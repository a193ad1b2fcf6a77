// What happened in a stream, value by value: for lines of text, for rows that are alarms, and for commands.
import { eventJson, formatCsv, formatJson, type Note, type Scored, type Times } from '../output/formats.ts';
import { countOfValues, plain, shortNumber } from '../output/text.ts';
import { columnIn, nameOfSeries } from '../series/split.ts';

/** Something that happened at a value. */
export interface AlarmEvent {
  readonly index: number;
  /** The time of its row as it was written; '' without one. */
  readonly time: string;
  /** The name of its column; '' without one. */
  readonly series: string;
  /** NaN where they are not known. */
  readonly value: number;
  readonly score: number;
  readonly surprise: number;
  readonly expected: number;
  /** Where the incident began: a time, or else an index. */
  readonly since: string;
  readonly note: Note;
  /** All of it as one object of JSON. */
  readonly json: string;
}

/** The events of an alarm; others say that one is over. */
const ALARMS = ['begin', 'worse', 'alarm'];

export function isAlarm({ note }: Pick<AlarmEvent, 'note'>): boolean {
  return ALARMS.includes(note.event);
}

/**
 * What happened in these rows, in order.
 *
 * @param names of each row the name of its series, where rows are of several
 */
export function* eventsIn(
  series: readonly Scored[],
  times: Times | undefined,
  first: number,
  names?: Times,
): Generator<AlarmEvent> {
  const { length } = series[0]!.scores;
  for (let t = 0; t < length; t++) {
    for (const one of series) {
      const note = one.notes?.[t];
      if (note === undefined) continue;
      const field = (name: string) => one.fields?.find((other) => other.name === name);
      yield {
        index: first + t,
        time: times?.at(t) ?? '',
        series: nameOfSeries(names?.at(t), columnIn(names?.at(t), one.name, series.length)) ?? '',
        value: one.values[t]!,
        score: one.scores[t]!,
        surprise: field('surprise')?.values[t] ?? NaN,
        expected: field('expected')?.values[t] ?? NaN,
        since: field('since')?.texts?.[t] ?? '',
        note,
        json: eventJson(one, times, first, t, names),
      };
    }
  }
}

/** What happened, a line of JSON each: see {@link eventJson}. */
export function* formatEvents(
  series: readonly Scored[],
  times: Times | undefined,
  first: number,
  names?: Times,
): Generator<string> {
  for (const { json } of eventsIn(series, times, first, names)) yield `${json}\n`;
}

/** One line per alarm, and one where it is over: when, what, the value and what was expected in its place. */
export function* formatAlarms(
  series: readonly Scored[],
  times: Times | undefined,
  first: number,
  names?: Times,
): Generator<string> {
  for (const event of eventsIn(series, times, first, names)) {
    const where = event.time === '' ? String(event.index) : event.time;
    yield `${[where, event.note.event, event.series]
      .filter((part) => part !== '')
      .map((part) => plain(part))
      .join('  ')}  ${said(event)}\n`;
  }
}

function said(event: AlarmEvent): string {
  const { value, score, surprise, expected, since, note } = event;
  const known = (name: string, x: number): string[] => (Number.isNaN(x) ? [] : [`${name} ${shortNumber(x)}`]);
  if (isAlarm(event)) {
    const seen = Number.isNaN(value) ? 'missing' : shortNumber(value);
    const how = Number.isNaN(surprise) ? known('score', score) : known('surprise', surprise);
    return [seen, ...known('expected', expected), ...how].join(', ');
  }
  const { duration, worst } = note.incident as { duration: number; worst: number };
  const most = Number.isNaN(surprise) ? 'score' : 'surprise';
  return `since ${plain(since)}, ${countOfValues(duration)}, ${most} up to ${shortNumber(worst)}`;
}

/** The rows in which something happened, as CSV or JSON lines; of CSV the header first. */
export function* onlyEvents(
  format: 'csv' | 'json',
  series: readonly Scored[],
  times: Times | undefined,
  first: number,
  hasHeader: boolean,
  names?: Times,
): Generator<string> {
  const rowOf = (from: number, to: number): readonly Scored[] =>
    series.map((one) => ({
      ...one,
      values: one.values.subarray(from, to),
      scores: one.scores.subarray(from, to),
      fields: [
        ...(one.fields ?? []).map((field) => ({
          ...field,
          values: field.values.subarray(from, to),
          ...(field.texts && { texts: field.texts.slice(from, to) }),
        })),
        ...(format === 'csv' ? [eventField(one.notes?.slice(from, to) ?? [])] : []),
      ],
      notes: one.notes?.slice(from, to) ?? [],
    }));
  if (format === 'csv' && hasHeader) yield* formatCsv(rowOf(0, 0), times, first, true, names);
  const { length } = series[0]!.scores;
  for (let t = 0; t < length; t++) {
    if (!series.some(({ notes }) => notes?.[t] !== undefined)) continue;
    const at = times && { at: () => times.at(t) };
    const name = names && { at: () => names.at(t) };
    if (format === 'csv') yield* formatCsv(rowOf(t, t + 1), at, first + t, false, name);
    else yield* formatJson(rowOf(t, t + 1), at, first + t, name);
  }
}

function eventField(notes: readonly (Note | undefined)[]): NonNullable<Scored['fields']>[number] {
  const texts = notes.map((note) => note?.event ?? '');
  return { name: 'event', isFlag: false, values: new Float64Array(texts.length), texts };
}
