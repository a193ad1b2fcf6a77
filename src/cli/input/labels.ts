// Known faults: reads a file of labeled intervals, and tells which of them a window touches.

import { CliError, fail, show } from '../errors.ts';
import type { StringColumn } from './columns.ts';
import { openSource } from './source.ts';
import { CsvRecords } from './table/records.ts';
import { clockOf } from './time-column.ts';
import { type Clock, parseDate } from './times.ts';

/** A labeled interval, both ends inclusive, in milliseconds, in the numbers of the time column, or in indices. */
export interface Label {
  readonly begin: number;
  readonly end: number;
  /** Name of the fault; empty if the file has none. */
  readonly name: string;
  /** The one column that the label is about; `undefined`: all columns. */
  readonly metric: string | undefined;
}

const INDICES: Clock = {
  read: (text) => (/^\d+$/.test(text) ? Number(text) : NaN),
  isDate: false,
  expectation: 'an index from 0',
};

/** The labels of one input. */
export class Labels {
  readonly all: readonly Label[];
  readonly #clock: Clock;
  readonly #times: StringColumn | undefined;

  constructor(all: readonly Label[], clock: Clock, times: StringColumn | undefined) {
    this.all = all;
    this.#clock = clock;
    this.#times = times;
  }

  /** Reads a CSV file with the columns begin, end and perhaps fault or label, and metric. */
  static async read(path: string, times: StringColumn | undefined): Promise<Labels> {
    const clock = (times && clockOf(times)) ?? INDICES;
    const source = await openSource(path);
    try {
      const lines: string[] = [];
      for await (const batch of source.lines()) for (const line of batch) lines.push(line);
      return new Labels(await parseLabels(lines, clock), clock, times);
    } catch (error) {
      throw error instanceof CliError ? new CliError(`${source.name}: ${error.message}`, error.status) : error;
    }
  }

  /** The labels that are about a column. */
  for(column: string | undefined): Label[] {
    return this.all.filter(({ metric }) => metric === undefined || metric === column);
  }

  /**
   * The labels about a column as ranges of the `n` indices, in order, those that overlap joined: from the first to the
   * last value within the label's interval. Throws for a label without a value. O(n) per label.
   */
  rangesFor(column: string | undefined, n: number): { begin: number; end: number }[] {
    const at = Float64Array.from({ length: n }, (_, t) => this.#at(t));
    const ranges = this.for(column).map(({ begin, end }) => {
      const isWithin = (time: number): boolean => begin <= time && time <= end;
      const range = { begin: at.findIndex(isWithin), end: at.findLastIndex(isWithin) };
      if (range.begin >= 0) return range;
      const write = (at: number): string => (this.#clock.isDate ? new Date(at).toISOString() : String(at));
      return fail(`no value lies within the label from ${write(begin)} to ${write(end)}`);
    });
    ranges.sort((a, b) => a.begin - b.begin);
    const joined: { begin: number; end: number }[] = [];
    for (const range of ranges) {
      const before = joined.at(-1);
      if (before === undefined || range.begin > before.end) joined.push(range);
      else before.end = Math.max(before.end, range.end);
    }
    return joined;
  }

  /** True if the values from index `start` to index `end` touch the label's interval. */
  touches(label: Label, start: number, end: number): boolean {
    return this.#at(start) <= label.end && this.#at(end) >= label.begin;
  }

  #at(t: number): number {
    return this.#times === undefined ? t : this.#clock.read(this.#times.at(t).trim());
  }
}

async function parseLabels(lines: readonly string[], clock: Clock): Promise<Label[]> {
  const records = await CsvRecords.for(lines.slice(0, 100));
  const labels: Label[] = [];
  let columns: LabelColumns | undefined;
  for (const [i, line] of lines.entries()) {
    const cells = records.add(line, i + 1)?.map((cell) => cell.trim());
    if (cells === undefined) continue;
    if (columns === undefined) columns = labelColumns(cells);
    else labels.push(labelOf(cells, columns, clock, records.firstLine));
  }
  records.end();
  if (labels.length === 0) fail('there are no labels');
  return labels;
}

type LabelColumns = { begin: number; end: number; name: number; metric: number };

function labelColumns(header: readonly string[]): LabelColumns {
  const at = (name: string): number => header.findIndex((cell) => cell.toLowerCase() === name);
  for (const name of ['begin', 'end']) {
    if (at(name) < 0) {
      fail(`no column ${show(name)}; labels need the columns begin and end, here are ${header.join(', ')}`);
    }
  }
  const name = at('fault') >= 0 ? at('fault') : at('label');
  return { begin: at('begin'), end: at('end'), name, metric: at('metric') };
}

function labelOf(cells: readonly string[], columns: LabelColumns, clock: Clock, lineNumber: number): Label {
  const [begin, end] = (['begin', 'end'] as const).map((name) => {
    const text = cells[columns[name]] ?? '';
    const asDate = clock.isDate ? parseDate(text) : NaN; // labels may be dates where the times are numbers since 1970
    const value = Number.isNaN(asDate) ? clock.read(text) : asDate;
    if (Number.isNaN(value)) fail(`line ${lineNumber}: ${name} must be ${clock.expectation}, got ${show(text)}`);
    return value;
  }) as [number, number];
  if (begin > end) fail(`line ${lineNumber}: the label ends before it begins`);
  return { begin, end, name: cells[columns.name] ?? '', metric: cells[columns.metric] || undefined };
}
