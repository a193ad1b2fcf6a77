// Rows in order of time: sorts a table, says what is twice or absent, and watches the order of a stream.
import { show } from '../errors.ts';
import { Numbers, numRows, StringColumn, type Table, truncate } from './columns.ts';
import { clockOf, momentsOf, refuseTime } from './time-column.ts';
import { type Clock, clockFor } from './times.ts';

/** A step longer than this many usual ones is a hole. */
const HOLE = 1.5;

/** A table with its rows in order of time, and what is to be said about that. Times nobody understands stay as they are. */
export function inOrder(table: Table): { readonly table: Table; readonly notices: string[] } {
  const { times } = table;
  if (times === undefined || times.length < 2) return { table, notices: [] };
  const clock = clockIn(times);
  const at = clock && allMoments(times, clock);
  if (at === undefined) return { table, notices: orderIsText(times) };
  const numBack = count(at, (i) => at[i]! < at[i - 1]!);
  const notices: string[] = [];
  let sorted = table;
  if (numBack > 0) {
    const order = Uint32Array.from(at, (_, i) => i).sort((a, b) => at[a]! - at[b]! || a - b);
    sorted = reordered(table, order);
    at.sort();
    notices.push(`the rows are sorted: their times go back ${numBack} ${numBack === 1 ? 'time' : 'times'}`);
  }
  const numTwice = count(at, (i) => at[i] === at[i - 1]);
  if (numTwice > 0) {
    const first = at.findIndex((x, i) => i > 0 && x === at[i - 1]);
    notices.push(`${numTwice} rows have the time of the row before them, first ${show(sorted.times!.at(first))}`);
  }
  const hole = holesOf(at, sorted.times!);
  if (hole !== undefined) notices.push(hole);
  return { table: sorted, notices };
}

/** `undefined` for times in a notation that is not known, or that can be read in two ways. */
function clockIn(times: StringColumn): Clock | undefined {
  try {
    return clockOf(times);
  } catch {
    return undefined;
  }
}

/** The times as numbers; `undefined` if a row has none. Throws for a text that is no time of this clock. */
function allMoments(times: StringColumn, clock: Clock): Float64Array | undefined {
  const { numbers, firstOther } = momentsOf(times, clock);
  if (firstOther < 0) return numbers;
  return times.at(firstOther).trim() === '' ? undefined : refuseTime(times, firstOther, clock);
}

/** Times that can begin with the day or the month: in one of both readings the rows may be in order. */
function orderIsText(times: StringColumn): string[] {
  for (const format of ['dmy', 'mdy']) {
    const { numbers: at, firstOther } = momentsOf(times, clockFor(format)!);
    if (firstOther < 0 && count(at, (i) => at[i]! < at[i - 1]!) === 0) return [];
  }
  return [`the times, such as ${show(times.at(0))}, are not understood: their order is not looked at (--time-format)`];
}

function count(at: Float64Array, holds: (i: number) => boolean): number {
  let n = 0;
  for (let i = 1; i < at.length; i++) if (holds(i)) n++;
  return n;
}

function reordered({ columns, times }: Table, order: Uint32Array): Table {
  const moved = new StringColumn(times!.format);
  for (const i of order) moved.push(times!.at(i));
  return {
    times: moved,
    columns: columns.map(({ name, values }) => {
      const from = values.toArray();
      const to = new Numbers();
      to.unit = values.unit;
      for (const i of order) to.push(from[i]!);
      return { name, values: to };
    }),
  };
}

/** Says where rows are absent, if the times have a usual step: most of them have it, or whole multiples. */
function holesOf(at: Float64Array, times: StringColumn): string | undefined {
  const steps = Float64Array.from(at.subarray(1), (x, i) => x - at[i]!).filter((step) => step > 0);
  if (steps.length < 3) return undefined;
  const usual = steps.slice().sort()[steps.length >> 1]!;
  const holes = steps.filter((step) => step > HOLE * usual).length;
  if (holes === 0 || holes > steps.length / 10) return undefined;
  let widest = 1;
  for (let i = 1; i < at.length; i++) if (at[i]! - at[i - 1]! > at[widest]! - at[widest - 1]!) widest = i;
  const numAbsent = Math.round((at[widest]! - at[widest - 1]!) / usual) - 1;
  const between = `between ${times.at(widest - 1)} and ${times.at(widest)}`;
  const most =
    holes === 1
      ? `${numAbsent} rows are absent ${between}`
      : `rows are absent in ${holes} places, ${numAbsent} of them ${between}`;
  return `${most}: windows go across`;
}

/** What is known of the times of a stream, as JSON. */
export interface OrderMemory {
  /** The text of the last time; '' before the first one. */
  readonly last: string;
  /** Whether the times are not understood. */
  readonly isUnknown: boolean;
}

/** Watches that the times of a stream do not go back. */
export class StreamOrder {
  #clock: Clock | undefined;
  #isUnknown: boolean;
  #last: number;
  #lastText: string;

  constructor() {
    this.#clock = undefined;
    this.#isUnknown = false;
    this.#last = -Infinity;
    this.#lastText = '';
  }

  /** What was seen so far, for {@link resume}. */
  get memory(): OrderMemory {
    return { last: this.#lastText, isUnknown: this.#isUnknown };
  }

  /** Goes on where another one of the same column ended. */
  resume({ last, isUnknown }: OrderMemory, format: string | undefined): void {
    this.#isUnknown = isUnknown;
    if (last === '') return;
    const times = new StringColumn(format);
    times.push(last);
    this.#clock = clockIn(times);
    this.#lastText = last;
    this.#last = this.#clock?.read(last) ?? -Infinity;
  }

  /** Drops the first row that goes back and all after it; what is wrong then, or `undefined`. */
  check(table: Table): string | undefined {
    const { times } = table;
    if (times === undefined || this.#isUnknown) return undefined;
    for (let t = 0; t < numRows(table); t++) {
      const text = times.at(t).trim();
      if (text === '') continue;
      this.#clock ??= clockIn(times);
      const at = this.#clock?.read(text) ?? NaN;
      this.#isUnknown = Number.isNaN(at) && times.format === undefined;
      if (this.#isUnknown) return undefined;
      if (at >= this.#last) {
        [this.#last, this.#lastText] = [at, text];
        continue;
      }
      truncate(table, t);
      if (Number.isNaN(at)) return `the time must be ${this.#clock!.expectation}, got ${show(text)}`;
      return `the time goes back from ${show(this.#lastText)} to ${show(text)}: a stream takes rows in order of time (sort them, or leave out --time)`;
    }
    return undefined;
  }
}
