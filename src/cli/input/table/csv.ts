// Rows of a table: which lines are rows, which cells of them are wanted, and what in them is not as the first rows promise.
import { fail, failLine, LineError, show } from '../../errors.ts';
import { isBlank, parseCell } from '../cells.ts';
import { dropPartialRow, emptyTable } from '../columns.ts';
import type { Dialect } from '../dialect.ts';
import { NumberColumn } from '../numbers.ts';
import { BadLines, type BlankLines, BlankRows, type ReaderMemory, type RowReader } from '../rows.ts';
import { seriesName } from '../time/series-name.ts';
import { looksLikeTime } from '../times.ts';
import { isEnough, isTextRow, type Layout, layoutOf, type SampleRow, type Wanted } from './layout.ts';
import { CsvRecords } from './records.ts';
import { isLabelOf, momentOf, refuseSeries, refuseSeveral } from './several.ts';

/** What reports write below a table, in its first cell. */
const FOOTER =
  /^(?:grand )?(?:totals?|sum|average|avg|mean|summe|gesamt|mittelwert|合計|平均)\b|^(?:合計|平均)|^(?:Average|Total):/i;

/** What is asked for of a table. */
export interface TableOptions {
  /** Names or numbers; `*` alone: all columns of numbers. */
  readonly columns: readonly string[];
  readonly series?: readonly string[] | undefined;
  readonly time: string | undefined;
  readonly dialect: Dialect;
}

/**
 * A reader of a table for these columns, each the name of a column or its number from 1.
 *
 * @param sample the first lines of the input, from which delimiter, header and columns are found
 * @param isWhole whether `sample` is the whole input
 */
export async function csvRows(
  sample: readonly string[],
  isWhole: boolean,
  options: TableOptions,
  blanks: BlankLines,
  bad: BadLines,
): Promise<RowReader> {
  const records = await recordsOf(sample, options);
  const found = sampleRows(records.fresh(), sample, options.dialect);
  if (found.rows.length === 0) found.records.end();
  if (isWhole) found.records.end();
  const layout = layoutOf(found.rows, wantedOf(options, records, blanks === 'immediate'));
  refuseSeries(layout, options.dialect, blanks);
  return new TableReader(records, layout, options, blanks, bad);
}

/** A reader of rows that are cells already, under these names of their columns. Whole numbers must be exact. */
export async function cellRows(
  names: readonly string[],
  sample: readonly (readonly string[])[],
  options: TableOptions,
): Promise<RowReader & { pushCells(cells: readonly string[], row: number): void }> {
  const records = await CsvRecords.for([], { delimiter: ',' });
  const rows = [names, ...sample].map((cells, line) => ({ cells, line, isAfterBlank: false, comment: undefined }));
  const layout = layoutOf(rows, { ...wantedOf(options, records, false), hasHeader: true });
  refuseSeries(layout, options.dialect, 'deferred');
  return new TableReader(records, layout, options, 'deferred', new BadLines(options.dialect.badLines));
}

/** Whether the first lines of an input suffice to find delimiter, header and columns. */
export async function isTelling(sample: readonly string[], options: TableOptions): Promise<boolean> {
  const records = await recordsOf(sample, options);
  return isEnough(sampleRows(records.fresh(), sample, options.dialect).rows, wantedOf(options, records, true));
}

async function recordsOf(sample: readonly string[], { dialect }: TableOptions): Promise<CsvRecords> {
  const { delimiter, comment, notation } = dialect;
  const hasDecimalComma = notation.decimal === ',' || notation.thousands === ',';
  return await CsvRecords.for(sample, { delimiter, comment, hasDecimalComma });
}

function wantedOf(
  { columns: given, series = [], time, dialect }: TableOptions,
  { delimiter }: CsvRecords,
  isStream: boolean,
): Wanted {
  const { notation, where } = dialect;
  const isAll = given.length === 1 && given[0] === '*';
  const columns = isAll ? [] : given;
  const isCsv = delimiter === ',' || delimiter === ';';
  const takesBad = dialect.badLines !== 'stop';
  return { columns, isAll, series, time, notation, where, isCsv, isStream, takesBad };
}

function sampleRows(
  records: CsvRecords,
  sample: readonly string[],
  { skipLines, badLines }: Dialect,
): { rows: SampleRow[]; records: CsvRecords } {
  const rows: SampleRow[] = [];
  let isAfterBlank = false;
  let comment: string[] | undefined;
  for (const [i, line] of sample.entries()) {
    const wasOpen = records.isOpen;
    const cells = recordIn(records, line, skipLines + i + 1, badLines !== 'stop');
    if (cells !== undefined) {
      rows.push({ cells, line: records.firstLine, isAfterBlank, comment });
      isAfterBlank = false;
      comment = undefined;
    } else if (!wasOpen && !records.isOpen) {
      isAfterBlank ||= isBlank(line);
      comment = records.commentCells(line);
    }
  }
  return { rows, records };
}

/** The record that ends with a line; none for a line that cannot be read: that is found when its turn comes. */
function recordIn(records: CsvRecords, line: string, lineNumber: number, takesBad: boolean): string[] | undefined {
  try {
    return records.add(line, lineNumber);
  } catch (problem) {
    if (!takesBad || !(problem instanceof LineError)) throw problem;
    return undefined;
  }
}

/** Takes the lines of a table. */
class TableReader implements RowReader {
  readonly table: RowReader['table'];
  readonly #records: CsvRecords;
  readonly #layout: Layout;
  readonly #columns: readonly NumberColumn[];
  readonly #blank: BlankRows;
  readonly #bad: BadLines;
  readonly #where: string | undefined;
  /** Whether `--time` names all columns of the time. */
  readonly #areTimesNamed: boolean;
  /** Texts of the text columns that are the same in all first rows, by column. */
  readonly #constant: readonly { readonly index: number; readonly text: string }[];
  /** Those of them that say what the values are of, wherever another text comes. */
  readonly #labels: readonly { readonly index: number; readonly text: string }[];
  #isHeader: boolean;
  /** True from the first line of a further file to its header, or its first row. */
  #isFileBegin: boolean;
  /** False before the first line of the table. */
  #hasBegun: boolean;
  #lastTime: string;
  #oddTime: string | undefined;
  #numFooters: number;
  /** Whether no row came since the last line that is no record. */
  #isAfterGap: boolean;
  /** The first of the sentences that no row may follow, and their number. */
  #below: { readonly line: number; readonly text: string } | undefined;
  #numBelow: number;
  #numHeaders: number;

  constructor(records: CsvRecords, layout: Layout, options: TableOptions, blanks: BlankLines, bad: BadLines) {
    this.#bad = bad;
    const { names, indices, rows, timeIndices, textColumns } = layout;
    const { notation, where } = options.dialect;
    this.table = emptyTable(
      names,
      timeIndices.length === 0 ? undefined : options.dialect,
      layout.seriesIndices.length > 0,
    );
    this.#records = records;
    this.#layout = layout;
    this.#columns = indices.map((index, c) => {
      const cells = rows.map((row) => row.cells[index] ?? '');
      return new NumberColumn(
        this.table.columns[c]!.values,
        notation,
        names[c],
        bad.canWait(blanks, indices.length),
        cells,
      );
    });
    this.#blank = new BlankRows(this.table, blanks);
    this.#where = where?.value;
    this.#areTimesNamed = options.time?.includes(',') ?? true;
    this.#constant = textColumns.flatMap((index) => {
      const text = rows[0]?.cells[index] ?? '';
      return rows.every(({ cells }) => cells[index] === text) ? [{ index, text }] : [];
    });
    const isOne = layout.whereIndex === undefined && layout.seriesIndices.length === 0 && names.length === 1;
    this.#labels = isOne ? this.#constant.filter(({ index }) => isLabelOf(layout.header?.[index] ?? '', names[0])) : [];
    this.#isHeader = layout.hasHeader;
    this.#isFileBegin = false;
    this.#hasBegun = false;
    this.#lastTime = '';
    this.#oddTime = undefined;
    this.#numFooters = 0;
    this.#isAfterGap = false;
    this.#below = undefined;
    this.#numBelow = 0;
    this.#numHeaders = 0;
  }

  push(line: string, lineNumber: number): void {
    const { width, firstLine } = this.#layout;
    const records = this.#records;
    const cells = records.add(line, lineNumber);
    if (cells === undefined) {
      // In a table of one column a blank line is an empty cell; in a wider one it is no row.
      if (width === 1 && !records.isOpen && !this.#isHeader && isBlank(line)) this.#blank.add();
      this.#isAfterGap ||= width > 1 && !records.isOpen;
      return;
    }
    if (!this.#hasBegun && records.firstLine < firstLine) return;
    this.#hasBegun = true;
    if (this.#isFileBegin && this.#isBeforeRows(cells)) return;
    if (this.#isHeader) {
      this.#isHeader = false;
      return;
    }
    if (this.#isAfterGap && this.#isBelow(cells)) return;
    if (cells.length !== width && this.#isOther(cells)) return;
    this.#take(cells);
  }

  /** Whether a record behind a blank line is a sentence below the table; throws for a row below such a sentence. */
  #isBelow(cells: readonly string[]): boolean {
    const { header, preamble, whereIndex } = this.#layout;
    const isHeader = header?.every((name, c) => name === cells[c]?.trim()) || preamble.has(cells.join('\n'));
    if (!isHeader && isTextRow(cells) && whereIndex === undefined && this.#bad.how === 'stop') {
      this.#below ??= { line: this.#records.firstLine, text: cells.join(' ') };
      this.#numBelow++;
      return true;
    }
    this.#isAfterGap = false;
    if (this.#below === undefined) return false;
    failLine(`line ${this.#below.line}: expected a row of the table, got ${show(this.#below.text.trim())}`);
  }

  /** Takes a row that is no line of text. */
  pushCells(cells: readonly string[], row: number): void {
    this.#records.firstLine = row;
    for (const [c, index] of this.#layout.indices.entries()) checkExact(cells[index]!, row, this.#layout.names[c]!);
    this.#take(cells);
  }

  #take(cells: readonly string[]): void {
    const { indices, timeIndices, seriesIndices, guard, whereIndex } = this.#layout;
    if (whereIndex !== undefined && cells[whereIndex]?.trim() !== this.#where) return;
    if (guard !== undefined && this.#isFooter(cells, guard)) return;
    for (const { index, text } of this.#labels) {
      const cell = cells[index] ?? '';
      if (cell !== text && cell !== this.#layout.header?.[index])
        refuseSeveral(this.#layout.header![index]!, [text, cell]);
    }
    this.#blank.flush();
    const bad = this.#bad;
    const numBefore = bad.count;
    for (let c = 0; c < indices.length; c++) {
      const cell = cells[indices[c]!];
      if (cell !== undefined && cell === this.#layout.header?.[indices[c]!] && this.#isRepeated(cells)) return;
      if (bad.how === 'missing') bad.orMissing(this.table.columns[c]!, () => this.#push(c, cell, cells.length));
      else this.#push(c, cell, cells.length);
    }
    if (seriesIndices.length > 0) {
      this.table.series!.push(
        seriesName(seriesIndices.map((c) => cells[c] ?? this.#missingCell('series', cells.length))),
      );
    }
    if (timeIndices.length === 0) return;
    const time = this.#timeIn(cells, timeIndices);
    // A line that is none of the table's has no time either.
    if (bad.count > numBefore && !looksLikeTime(time) && !(parseCell(time)! < Infinity)) {
      dropPartialRow(this.table);
      bad.numLeftOut++;
    } else this.table.times!.push(time);
  }

  #push(c: number, cell: string | undefined, numCells: number): void {
    this.#columns[c]!.push(cell ?? this.#missingCell(this.#layout.names[c]!, numCells), this.#records.firstLine);
  }

  get isOpen(): boolean {
    return this.#records.isOpen;
  }

  beginFile(): void {
    this.#records.beginFile();
    this.#isFileBegin = true;
  }

  get memory(): ReaderMemory {
    const columns = this.#columns.map(({ memory }) => memory);
    return { columns, lastTime: this.#lastTime, isFileBegin: this.#isFileBegin };
  }

  resume({ columns, lastTime = '', isFileBegin = false }: ReaderMemory): void {
    for (const [c, column] of this.#columns.entries()) column.resume(columns[c]!);
    this.#lastTime = lastTime;
    this.#isFileBegin = isFileBegin;
  }

  end(): void {
    this.#records.end();
    for (const column of this.#columns) column.end();
  }

  notices(): string[] {
    const { firstLine, preamble, timeIndices, leftOut } = this.#layout;
    const notices = this.#columns.flatMap(({ notice }) => notice ?? []);
    if (leftOut.length > 0) {
      const [which, are] =
        leftOut.length === 1 ? [`column ${show(leftOut[0]!)} has`, 'is'] : [`${leftOut.length} columns have`, 'are'];
      notices.push(`${which} no value in the first rows and ${are} left out`);
    }
    if (timeIndices.length > 1 && !this.#areTimesNamed) {
      const [day, clock] = timeIndices.map((c) => show(this.#layout.header?.[c] ?? String(c + 1)));
      notices.push(`the times are those of column ${day} with ${clock}`);
    }
    const lines = (n: number, what: string): string => `skipped ${n} line${n === 1 ? '' : 's'} ${what}`;
    if (this.#numHeaders > 0) notices.push(lines(this.#numHeaders, 'that repeat the header'));
    if (this.#numFooters > 0) notices.push(lines(this.#numFooters, 'of totals below or between the rows'));
    if (this.#below !== undefined) {
      notices.push(`${lines(this.#numBelow, 'below the table')}: ${show(this.#below.text.trim())}`);
    }
    if (preamble.size > 0) notices.push(`the table begins on line ${firstLine}`);
    if (this.#oddTime !== undefined) notices.push(this.#oddTime);
    return notices;
  }

  /** Whether a row of another width is none of the table's; throws if it has a cell too many. */
  #isOther(cells: readonly string[]): boolean {
    const { width, hasHeader } = this.#layout;
    if (FOOTER.test(cells[0]!.trim())) {
      this.#numFooters++;
      return true;
    }
    if (this.#layout.preamble.has(cells.join('\n'))) {
      this.#numHeaders++;
      return true;
    }
    if (cells.length < width || cells.slice(width).every(isBlank)) return false;
    const than = hasHeader ? 'the header has' : 'the rows before have';
    failLine(
      `line ${this.#records.firstLine}: the row has ${cells.length} cells, ${than} ${width}: is a comma decimal or for thousands (then quote it, or --delimiter, --decimal), or a cell not quoted?`,
    );
  }

  /** Whether a first record of a further file is no row: one before the table, or its header. Throws for another header. */
  #isBeforeRows(cells: readonly string[]): boolean {
    const { header, hasHeader, preamble } = this.#layout;
    if (preamble.has(cells.join('\n'))) return true;
    this.#isFileBegin = false;
    const names = cells.map((cell) => cell.trim());
    if (header !== undefined && names.length === header.length && header.every((name, c) => name === names[c])) {
      return true;
    }
    if (!hasHeader || !isTextRow(cells)) return false;
    const line = `line ${this.#records.firstLine}`;
    fail(
      `${line}: the columns are ${names.join(', ')}, and were ${header!.join(', ')} in the file before: a series has the same columns`,
    );
  }

  #isRepeated(cells: readonly string[]): boolean {
    const { indices, header } = this.#layout;
    if (!indices.every((index) => cells[index] === header![index]) || looksLikeValue(cells[indices[0]!]!)) return false;
    this.#numHeaders++;
    return true;
  }

  /** The time of a row, from one column or several. */
  #timeIn(cells: readonly string[], timeIndices: readonly number[]): string {
    const cell = (c: number): string => (cells[c] ?? this.#missingCell('time', cells.length)).trim();
    return timeIndices.length === 1 ? cell(timeIndices[0]!) : timeIndices.map(cell).join(' ').trim();
  }

  /** Whether a row has a word such as Total where the others have a time. Looks, too, whether times go back. */
  #isFooter(cells: readonly string[], guard: number): boolean {
    const { timeIndices, header, seriesIndices } = this.#layout;
    const time = timeIndices.length > 1 ? timeIndices.map((c) => cells[c] ?? '').join(' ') : (cells[guard] ?? '');
    const first = time.charCodeAt(0);
    if ((first < 48 || first > 57) && FOOTER.test(time.trim())) {
      this.#numFooters++;
      return true;
    }
    if (seriesIndices.length > 0) return false;
    const isBack = time < this.#lastTime && momentOf(time.trim()) < momentOf(this.#lastTime.trim());
    if (isBack || (time === this.#lastTime && time.trim() !== '')) {
      for (const { index, text } of this.#constant) {
        if (cells[index] !== text) refuseSeveral(header?.[index] ?? String(index + 1), [text, cells[index] ?? '']);
      }
      const name = show(header?.[guard] ?? String(guard + 1));
      const line = `line ${this.#records.firstLine}`;
      const what = isBack
        ? `the times in column ${name} go back on ${line}`
        : `${line} has the time of the line before in column ${name}`;
      if (timeIndices.length === 0) this.#oddTime ??= `${what}; with --time ${name} times are looked at`;
    }
    this.#lastTime = time;
    return false;
  }

  #missingCell(column: string, numCells: number): never {
    failLine(`line ${this.#records.firstLine}: no cell in column ${show(column)}: the row ends after ${numCells}`);
  }
}

/** Throws for a whole number that float64 cannot hold. */
function checkExact(cell: string, row: number, column: string): void {
  if (cell.length < 16 || !/^-?\d+$/.test(cell) || BigInt(cell) === BigInt(Number(cell))) return;
  fail(
    `row ${row}: ${cell} in column ${show(column)} has more digits than a number here can hold: it would be ${Number(cell)}`,
  );
}

/** Whether a name of a column could be one of its values, so that its repetition is no header. */
function looksLikeValue(name: string): boolean {
  return name.trim() === '' || !Number.isNaN(Number(name));
}
