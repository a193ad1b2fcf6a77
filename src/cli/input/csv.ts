// CSV: records over several lines, the delimiter, the header, and which cells of a row are wanted.

import { fail, show } from '../errors.ts';
import { isBlank, notANumber, parseCell } from './cells.ts';
import { emptyTable } from './columns.ts';
import { type BlankLines, BlankRows, type RowReader } from './rows.ts';

type Papa = typeof import('papaparse');

const DELIMITERS = [',', ';', '\t'];

/** A record longer than this has lost a closing quote. */
const LONGEST_RECORD = 1 << 20;

let papa: Papa | undefined;

async function loadPapa(): Promise<Papa> {
  papa ??= (await import('papaparse')).default;
  return papa;
}

/** Joins lines to records and splits records into cells. Papa Parse splits the records that hold a quote. */
export class CsvRecords {
  /** Line on which the open record begins, or else the one that was returned last. */
  firstLine: number;
  readonly #papa: Papa;
  readonly #delimiter: string;
  #open: string | undefined;

  constructor(papa: Papa, delimiter: string) {
    this.#papa = papa;
    this.#delimiter = delimiter;
    this.#open = undefined;
    this.firstLine = 0;
  }

  /** The delimiter that makes the most regular table of these lines, and a reader for it. */
  static async for(sample: readonly string[]): Promise<CsvRecords> {
    const papa = await loadPapa();
    const text = sample.filter((line) => !isBlank(line)).join('\n');
    const { meta } = papa.parse(text, { preview: 10, newline: '\n', delimitersToGuess: DELIMITERS });
    return new CsvRecords(papa, meta.delimiter || ',');
  }

  /** Another reader with the same delimiter. */
  fresh(): CsvRecords {
    return new CsvRecords(this.#papa, this.#delimiter);
  }

  /** The cells of the record that ends with this line; `undefined` while a quoted cell goes on, and for a blank line. */
  add(line: string, lineNumber: number): string[] | undefined {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    const hasQuote = text.includes('"');
    if (this.#open === undefined) {
      this.firstLine = lineNumber;
      if (!hasQuote) return isBlank(text) ? undefined : text.split(this.#delimiter);
    }
    const record = this.#open === undefined ? text : `${this.#open}\n${text}`;
    this.#open = undefined;
    const cells = hasQuote ? this.#parse(record) : undefined;
    if (cells === undefined) this.#open = record;
    if (record.length > LONGEST_RECORD) this.end();
    return cells;
  }

  /** True while a quoted cell goes on. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** After the last line: a quoted cell must not be open. */
  end(): void {
    if (this.#open !== undefined) fail(`line ${this.firstLine}: unterminated quote`);
  }

  #parse(record: string): string[] | undefined {
    const { data, errors } = this.#papa.parse<string[]>(record, { delimiter: this.#delimiter, newline: '\n' });
    const codes = errors.map(({ code }) => code);
    if (codes.includes('InvalidQuotes')) fail(`line ${this.firstLine}: malformed or unterminated quote`);
    return codes.includes('MissingQuotes') ? undefined : data[0];
  }
}

/** Which cells of a row are read. */
interface Selection {
  readonly hasHeader: boolean;
  readonly names: string[];
  readonly indices: number[];
  readonly timeIndex: number | undefined;
}

/**
 * A reader of CSV for these columns, each the name of a column or its number from 1.
 *
 * @param sample the first lines of the input, from which delimiter, header and columns are found
 * @param isWhole whether `sample` is the whole input
 */
export async function csvRows(
  sample: readonly string[],
  isWhole: boolean,
  columns: readonly string[],
  time: string | undefined,
  blanks: BlankLines,
): Promise<RowReader> {
  const records = await CsvRecords.for(sample);
  const rows = sampleRows(records.fresh(), sample, isWhole);
  const width = rows[0]!.length;
  const { hasHeader, names, indices, timeIndex } = select(rows, columns, time);
  const table = emptyTable(names, timeIndex !== undefined);
  const blank = new BlankRows(table, blanks);
  let isHeader = hasHeader;
  return {
    table,
    push(line, lineNumber) {
      const cells = records.add(line, lineNumber);
      if (cells === undefined) {
        // In a table of one column a blank line is an empty cell; in a wider one it is no row.
        if (width === 1 && !records.isOpen && !isHeader) blank.add();
        return;
      }
      if (isHeader) {
        isHeader = false;
        return;
      }
      blank.flush();
      for (let c = 0; c < indices.length; c++) {
        const cell = cells[indices[c]!] ?? missingCell(records.firstLine, names[c]!, cells.length);
        const x = parseCell(cell) ?? notANumber(cell, records.firstLine, names[c]);
        table.columns[c]!.values.push(x);
      }
      if (timeIndex === undefined) return;
      table.times!.push(cells[timeIndex] ?? missingCell(records.firstLine, 'time', cells.length));
    },
    end: () => records.end(),
  };
}

/**
 * Whether the first lines of an input suffice to find delimiter, header and columns. They do if they hold a row of data,
 * or a header and a row; if no column was asked for, one column must also be known to hold numbers.
 */
export async function isTelling(
  sample: readonly string[],
  columns: readonly string[],
  time: string | undefined,
): Promise<boolean> {
  const rows = completeRows(await CsvRecords.for(sample), sample);
  if (rows.length === 0) return false;
  const first = rows[0]!.map((cell) => cell.trim());
  const indices = columns.length > 0 ? columns.map((column) => indexIn(first, column)) : [...first.keys()];
  const candidates = columns.length > 0 ? indices : indices.filter((c) => c !== (time && indexIn(first, time)));
  const below = rows.slice(rows.length > 1 ? 1 : 0);
  const isPossible = (c: number): boolean => below.every((row) => parseCell(row[c] ?? '') !== undefined);
  if (columns.length > 0) return rows.length > 1 || candidates.every(isPossible);
  if (candidates.some((c) => isNumeric(rows, c))) return true;
  return rows.length > 1 && (first.length === 1 || !candidates.some(isPossible));
}

function missingCell(lineNumber: number, column: string, numCells: number): never {
  fail(`line ${lineNumber}: no cell in column ${show(column)}: the row ends after ${numCells}`);
}

/** The complete records among the first lines: at least one. */
function sampleRows(records: CsvRecords, sample: readonly string[], isWhole: boolean): string[][] {
  const rows = completeRows(records, sample);
  if (isWhole || rows.length === 0) records.end();
  return rows;
}

function completeRows(records: CsvRecords, sample: readonly string[]): string[][] {
  const rows: string[][] = [];
  for (const [i, line] of sample.entries()) {
    const cells = records.add(line, i + 1);
    if (cells !== undefined) rows.push(cells);
  }
  return rows;
}

function select(rows: string[][], columns: readonly string[], time: string | undefined): Selection {
  const first = rows[0]!.map((cell) => cell.trim());
  const timeIndex = time === undefined ? undefined : find(first, time, rows);
  const indices =
    columns.length > 0 ? columns.map((column) => find(first, column, rows)) : [onlyNumeric(rows, timeIndex)];
  const twice = indices.findIndex((index, c) => indices.indexOf(index) !== c);
  if (twice >= 0) fail(`--column ${columns[twice]} names a column that is already chosen`);
  const hasHeader = indices.some((index) => parseCell(first[index] ?? '') === undefined);
  const names = indices.map((index) => (hasHeader ? first[index]! : `column${index + 1}`));
  return { hasHeader, names, indices, timeIndex };
}

/** The index of a column by its number or its name in the first row. Digits always are a number. */
function find(first: readonly string[], column: string, rows: string[][]): number {
  const index = indexIn(first, column);
  if (!(index in first)) fail(`no column ${show(column)}; ${listColumns(rows)}`);
  if (index !== first.indexOf(column) || first.indexOf(column, index + 1) < 0) return index;
  fail(`there are several columns ${show(column)}: choose one by its number, from 1`);
}

/** The same, but an index outside of `first` if there is no such column. */
function indexIn(first: readonly string[], column: string): number {
  return /^\d+$/.test(column) ? Number(column) - 1 : first.indexOf(column);
}

/** The one column of numbers when none was asked for. */
function onlyNumeric(rows: string[][], timeIndex: number | undefined): number {
  const width = rows[0]!.length;
  const choices = [];
  for (let c = 0; c < width; c++) if (c !== timeIndex && (width === 1 || isNumeric(rows, c))) choices.push(c);
  if (choices.length === 1) return choices[0]!;
  const problem = choices.length === 0 ? 'no column of numbers found' : `${choices.length} columns hold numbers`;
  fail(`${problem}: choose one with --column; ${listColumns(rows)}`);
}

/** True if every cell below the first row is a number or missing, and one is a number. */
function isNumeric(rows: string[][], c: number): boolean {
  const below = rows.length > 1 ? rows.slice(1) : rows;
  const numbers = below.map((row) => parseCell(row[c] ?? ''));
  return !numbers.includes(undefined) && numbers.some((x) => !Number.isNaN(x));
}

function listColumns(rows: string[][]): string {
  const first = rows[0]!;
  if (first.every((cell) => parseCell(cell) !== undefined)) {
    return `there is no header; the columns are numbered 1 to ${first.length}`;
  }
  return `the columns are ${first.map((cell) => cell.trim()).join(', ')}`;
}
