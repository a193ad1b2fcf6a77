// --since and --until: which rows lie in a range of time, both ends included.
import { fail, show, UsageError } from '../../errors.ts';
import { numRows, pickRows, type Table } from '../columns.ts';
import { clockOf, MomentSequence, momentsOf, refuseTime } from '../time-column.ts';
import { type Clock, parseDate } from '../times.ts';
import { durationOf } from './duration.ts';
import type { Zone } from './zone.ts';

/** A range of time; an end that is `undefined` is open. */
export interface TimeRange {
  readonly since: Bound | undefined;
  readonly until: Bound | undefined;
}

/** An end of a range as it was given, and what it is counted from. */
export interface Bound {
  readonly option: string;
  readonly text: string;
  /** `'begin'` and `'end'` are those of the series. */
  readonly from: 'time' | 'now' | 'begin' | 'end';
  /** What is added to that: a number of milliseconds, or of the unit of a column of numbers. */
  readonly shift: number;
  /** Whether the shift was given with a unit of time. */
  readonly hasUnit: boolean;
}

const RELATIVE = /^(now|begin|end)?\s*(?:([+-])\s*(\d.*|\.\d.*))?$/i;
const AGO = /^(\d.*?)\s+ago$/i;

/**
 * A time of any notation, `now`, `today`, `yesterday`, `begin` or `end` (of the series), each with `+2h` or `-2h` behind it;
 * `-2h` alone and `2h ago` count from now, as in journalctl.
 *
 * @throws UsageError for anything else
 */
export function boundOf(option: string, given: string): Bound {
  const text = given.trim();
  const ago = AGO.exec(text)?.[1];
  const [isRelative, name, sign, size] = ago === undefined ? (RELATIVE.exec(text) ?? []) : ['', 'now', '-', ago];
  if (text !== '' && isRelative !== undefined) {
    const from = (name?.toLowerCase() ?? 'now') as 'now' | 'begin' | 'end';
    if (size === undefined) return { option, text, from, shift: 0, hasUnit: true };
    const span = durationOf(size);
    if (span === undefined) refuse(option, given);
    const shift = (sign === '-' ? -1 : 1) * span.number * (span.unit ?? 1);
    if (span.unit !== undefined || from !== 'now') {
      return { option, text, from, shift, hasUnit: span.unit !== undefined };
    }
  }
  const isDay = /^(?:today|yesterday)$/i.test(text);
  const isClear = isDay || !Number.isNaN(Number(text || NaN)) || !Number.isNaN(parseDate(text));
  if (!isClear && Number.isNaN(parseDate(text, 'dmy')) && Number.isNaN(parseDate(text, 'mdy')) && !/\d:\d/.test(text)) {
    refuse(option, given);
  }
  return { option, text, from: 'time', shift: 0, hasUnit: false };
}

function refuse(option: string, text: string): never {
  throw new UsageError(
    `${option} must be a time such as 2024-03-01, "2024-03-01 14:00" or 1709301600, or -2h (before now), end-2h, begin+1d (of the series), today or yesterday, got ${show(text)}`,
  );
}

/** The rows of a table that lie in a range, and what is to be said about the others. */
export function withinRange(table: Table, range: TimeRange | undefined): { table: Table; notices: string[] } {
  const { times } = table;
  if (range === undefined || times === undefined || numRows(table) === 0) return { table, notices: [] };
  const clock = clockOf(times);
  if (clock === undefined) fail('no row has a time: --since and --until need one in every row');
  const { numbers, firstOther } = momentsOf(times, clock);
  if (firstOther >= 0) refuseTime(times, firstOther, clock);
  const [begin, end] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
  const low = range.since === undefined ? -Infinity : momentOf(range.since, clock, times.zone, begin, end);
  const high = range.until === undefined ? Infinity : momentOf(range.until, clock, times.zone, begin, end);
  const rows: number[] = [];
  for (let t = 0; t < numbers.length; t++) if (numbers[t]! >= low && numbers[t]! <= high) rows.push(t);
  if (rows.length === numbers.length) return { table, notices: [] };
  if (rows.length === 0) {
    const [first, last] = [numbers.indexOf(begin), numbers.indexOf(end)].map((t) => times.at(t));
    const isNow = range.since?.from === 'now' || range.until?.from === 'now';
    const remedy = isNow ? '; -2h counts from now, end-2h from the last row' : '';
    fail(`no row lies within ${inWords(range)}: the rows are from ${first} to ${last}${remedy}`);
  }
  const kept = rows.length === 1 ? '1 of' : `${rows.length} of`;
  return { table: pickRows(table, rows), notices: [`${kept} ${numbers.length} rows lie within ${inWords(range)}`] };
}

function inWords({ since, until }: TimeRange): string {
  return [since && `--since ${since.text}`, until && `--until ${until.text}`].filter(Boolean).join(' ');
}

/** A bound in the numbers of a clock. */
function momentOf(bound: Bound, clock: Clock, zone: Zone | undefined, begin: number, end: number): number {
  const { option, text, from, shift, hasUnit } = bound;
  if (from === 'begin' || from === 'end') {
    if (shift !== 0 && hasUnit !== clock.isDate) {
      const what = clock.isDate
        ? 'the time column holds dates: give a unit, as in 2h'
        : 'the time column holds numbers: give one in their unit';
      throw new UsageError(`${option} ${text}: ${what}`);
    }
    return (from === 'begin' ? begin : end) + shift;
  }
  if (from === 'now') {
    if (clock.isDate && clock.isOfDay !== true) return Date.now() + shift;
    throw new UsageError(`${option} ${text}: the time column holds no dates, which could be compared with now`);
  }
  const day = { today: 0, yesterday: 1 }[text.toLowerCase()];
  if (day !== undefined && clock.isDate && clock.isOfDay !== true) return midnight(day, zone);
  const own = clock.read(text);
  if (!Number.isNaN(own)) return own;
  const date = clock.isDate ? parseDate(text, undefined, zone) : NaN;
  if (!Number.isNaN(date)) return date;
  throw new UsageError(`${option} must be ${clock.expectation}, got ${show(text)}`);
}

/** The midnight before now, or so many days before, on the clocks of a zone. */
function midnight(numDays: number, zone: Zone | undefined): number {
  const now = Date.now();
  const local = new Date(now + (zone?.offset(now) ?? 0));
  local.setUTCHours(0, 0, 0, 0);
  local.setUTCDate(local.getUTCDate() - numDays);
  return parseDate(local.toISOString().slice(0, 10), undefined, zone);
}

/** Leaves out the rows of a stream that lie outside a range; the ends of the series cannot be known there. */
export class StreamRange {
  readonly #range: TimeRange | undefined;
  #clock: Clock | undefined;
  #sequence: MomentSequence | undefined;
  #low: number;
  #high: number;

  constructor(range: TimeRange | undefined) {
    this.#range = range;
    this.#clock = undefined;
    this.#low = -Infinity;
    this.#high = Infinity;
    for (const bound of [range?.since, range?.until]) {
      if (bound?.from === 'begin' || bound?.from === 'end') {
        throw new UsageError(
          `${bound.option} ${bound.text} is for whole files: a stream does not know its ${bound.from}`,
        );
      }
    }
  }

  /** The rows within the range; all of them if there is none. */
  take(table: Table): Table {
    const { times } = table;
    if (this.#range === undefined || times === undefined || numRows(table) === 0) return table;
    if (this.#clock === undefined) {
      this.#clock = clockOf(times);
      if (this.#clock === undefined) fail('--since and --until need a time in every row');
      this.#sequence = new MomentSequence(this.#clock);
      const { since, until } = this.#range;
      if (since !== undefined) this.#low = momentOf(since, this.#clock, times.zone, NaN, NaN);
      if (until !== undefined) this.#high = momentOf(until, this.#clock, times.zone, NaN, NaN);
    }
    const rows: number[] = [];
    for (let t = 0; t < numRows(table); t++) {
      const at = this.#sequence!.read(times.at(t).trim());
      if (Number.isNaN(at)) refuseTime(times, t, this.#clock);
      if (at >= this.#low && at <= this.#high) rows.push(t);
    }
    return rows.length === numRows(table) ? table : pickRows(table, rows);
  }
}
