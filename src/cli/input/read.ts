// From a path to a table: finds the format, chooses the reader, and calls back after every batch of lines.
import { extname } from 'node:path';
import { CliError, FileError, fail, UsageError } from '../errors.ts';
import { atExit } from '../signals.ts';
import { isBlank, parseCell } from './cells.ts';
import { columnarFormatOf } from './columnar/columnar.ts';
import { dropPartialRow, numRows, type Table, truncate } from './columns.ts';
import { ANY_DIALECT, type Dialect, type InputFormat, type InputOptions } from './dialect.ts';
import { isDocument } from './json/documents.ts';
import { allFields, jsonRows, onlyField, refuseSeries } from './json/lines.ts';
import { parseJson } from './json/parse.ts';
import { jsonDocument, type ReadText, textDocument } from './json/text-documents.ts';
import { isMissingIn, looksNumeric } from './numbers.ts';
import { inOrder, StreamOrder } from './order.ts';
import { BadLines, type BlankLines, numberLines, numberRow, type RowReader } from './rows.ts';
import { nameOf, openSource, type Source } from './source.ts';
import { csvRows, isTelling } from './table/csv.ts';
import { refuseMarkup, refuseOneLine } from './table/others.ts';
import { ownScores, withoutIndex } from './table/own-output.ts';
import { StreamRange, withinRange } from './time/range.ts';
import { resampled } from './time/resample.ts';

export type { InputFormat, InputOptions } from './dialect.ts';

/** Called after every batch of lines with the table so far; may throw to stop. */
export type Watch = (source: Source, table: Table) => void | Promise<void>;

/** Number of lines from which format, delimiter, header and columns are found. */
const SAMPLE = 100;

const EXTENSIONS: Record<string, InputFormat> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.json': 'json',
  '.jsonl': 'json',
  '.ndjson': 'json',
};

/**
 * Reads an input to its end. What is to be said about it goes to standard error.
 *
 * @param rows whether rows with times are put in their order; `'as read'` for those who do that themselves
 */
export async function readTable(
  path: string,
  options: InputOptions,
  watch: Watch,
  rows: 'sorted' | 'as read' = 'sorted',
): Promise<Table> {
  const columnar = options.format === 'auto' ? await columnarFormatOf(path) : undefined;
  return await reading(
    path,
    options,
    async (source) => {
      const read =
        columnar === undefined
          ? await readSource(source, path, options, 'deferred', watch)
          : await (await import('./columnar/open.ts')).readColumnar(path, columnar, options, (table) =>
              watch(source, table),
            );
      if (read === undefined || numRows(read.table) === 0) failEmpty(read, source);
      const inside = withinRange(read.table, options.dialect?.range);
      const whole = resampled(inside.table, options.dialect?.resample);
      const { table, notices } = rows === 'sorted' ? inOrder(whole.table) : { table: whole.table, notices: [] };
      tell(source, [...source.notices, ...read.notices, ...inside.notices, ...whole.notices, ...notices]);
      return table;
    },
    columnar !== undefined,
  );
}

/**
 * Reads an input row by row. Every row is in the table as soon as its line has arrived; `take` has to empty the table.
 * Format, header and columns are found from as few lines as possible, and from the same lines however they arrive. A line
 * that cannot be read, and a time that goes back, is an error after all rows before it were taken; so is an input without
 * a single row, unless it `mayBeEmpty`.
 */
export async function readLive(
  path: string,
  options: InputOptions,
  take: (table: Table) => Promise<void>,
  mayBeEmpty = false,
): Promise<void> {
  if (options.format === 'auto' && (await columnarFormatOf(path)) !== undefined) {
    throw new UsageError(`${path} is a whole table, not a stream: score, locate, eval, backtest and plot read it`);
  }
  await reading(path, options, async (source) => {
    const order = new StreamOrder();
    const range = new StreamRange(options.dialect?.range);
    let hasRows = false;
    const read = await readSource(source, path, options, 'immediate', async (_, table) => {
      const problem = order.check(table);
      hasRows ||= numRows(table) > 0;
      await take(range.take(table));
      truncate(table, 0);
      if (problem !== undefined) fail(problem);
    });
    if (!hasRows && !mayBeEmpty) failEmpty(read, source);
    tell(source, [...source.notices, ...(read?.notices ?? [])]);
  });
}

/** A source of a file that is not read as text. */
function unread(path: string): Source {
  return { name: nameOf(path), size: undefined, bytesRead: 0, notices: [], lines: async function* () {} };
}

function failEmpty(read: Read | undefined, { damage, notices }: Source): never {
  const said = [...(damage === undefined ? [] : notices), ...(read?.notices ?? [])];
  fail(['empty: there are no values', ...said].join('; '));
}

/**
 * A reader for lines that come by and by, as soon as these first ones tell how they are to be read; `undefined` before. It has
 * taken none of them.
 */
export async function readerOnceTold(
  path: string,
  sample: readonly string[],
  options: InputOptions,
  bad: BadLines,
): Promise<RowReader | undefined> {
  const dialect = options.dialect ?? ANY_DIALECT;
  const isFull = sample.length >= SAMPLE && sample.some((line) => isContent(line, dialect));
  if (!isFull && !(await tells(path, sample, options))) return undefined;
  const format = formatOf(path, sample, options);
  refuseOthers(sample, false, options, format);
  const isOneDocument = format === 'json' && isDocument(sample, false, options.fields.length > 0) === true;
  if (dialect.path !== undefined || isOneDocument) {
    fail('a JSON document is read as a whole, and cannot be followed: leave out --follow');
  }
  if (options.format === 'auto' && textDocument(sample) !== undefined) {
    fail('this text holds a series in every line, or one in several, and cannot be followed: leave out --follow');
  }
  return await readerFor(format, sample, false, options, 'immediate', bad);
}

/** Says something about an input. */
export function tell(source: Pick<Source, 'name'>, notices: readonly string[]): void {
  for (const notice of notices) process.stderr.write(`knn-anomaly: ${source.name}: ${notice}\n`);
}

async function reading<T>(
  path: string,
  { dialect }: InputOptions,
  read: (source: Source) => Promise<T>,
  isColumnar = false,
): Promise<T> {
  const isLenient = dialect !== undefined && dialect.badLines !== 'stop';
  const source = isColumnar ? unread(path) : await openSource(path, dialect?.encoding, isLenient);
  try {
    return await read(source);
  } catch (error) {
    throw inputError(error, source.name);
  }
}

/** An error in the middle of an input, with the name of the input before it. */
export function inputError(error: unknown, name: string): unknown {
  const isFinal = error instanceof UsageError || error instanceof FileError;
  return error instanceof CliError && !isFinal ? new CliError(`${name}: ${error.message}`) : error;
}

/** What was read and what is to be said about it. */
interface Read {
  readonly table: Table;
  readonly notices: readonly string[];
}

/** `undefined` for an input without a single row. */
async function readSource(
  source: Source,
  path: string,
  options: InputOptions,
  blanks: BlankLines,
  watch: Watch,
): Promise<Read | undefined> {
  const batches = source.lines();
  try {
    return await readLines(source, batches, path, options, blanks, watch);
  } finally {
    await batches.return(undefined); // an input that goes on would keep the program alive
  }
}

async function readLines(
  source: Source,
  batches: AsyncGenerator<string[]>,
  path: string,
  given: InputOptions,
  blanks: BlankLines,
  watch: Watch,
): Promise<Read | undefined> {
  const dialect = given.dialect ?? ANY_DIALECT;
  let hasContent = false;
  const isEnough = (sample: readonly string[]): boolean | Promise<boolean> => {
    hasContent ||= isContent(sample.at(-1)!, dialect);
    return (hasContent && sample.length >= SAMPLE) || (blanks === 'immediate' && tells(path, sample, given));
  };
  const { sample, rest, isWhole, fault } = await takeSample(batches, dialect.skipLines, isEnough);
  const format = formatOf(path, sample, given);
  const own = ownScores(sample, format, given);
  const options = own ?? given;
  if (!hasContent && fault !== undefined) throw fault;
  if (!hasContent && (blanks === 'deferred' || format === 'csv')) return undefined;
  refuseOthers(sample, isWhole, options, format);
  const text = options.format === 'auto' ? textDocument(sample) : undefined;
  if (text !== undefined) {
    if (options.series !== undefined || dialect.where !== undefined || options.time !== undefined) {
      fail('--series, --where and --time are for rows; here --column takes one of the series, with its times');
    }
    return await readDocument(source, [...sample, ...rest], batches, options, watch, text);
  }
  if (
    format === 'json' &&
    (dialect.path !== undefined || isDocument(sample, isWhole, options.fields.length > 0) === true)
  ) {
    if (options.series !== undefined) {
      fail(
        "--series is for tables and JSON lines; of a document --column takes one of its series, and '*' all of them",
      );
    }
    if (dialect.where !== undefined) {
      fail('--where is for tables and JSON lines; of a document --column takes one of its series');
    }
    return await readDocument(source, [...sample, ...rest], batches, options, watch);
  }
  const bad = new BadLines(dialect.badLines);
  const reader = await readerFor(format, sample, isWhole, options, blanks, bad);
  const forget = atExit(() => tell(source, bad.notice === undefined ? [] : [bad.notice]));
  let lineNumber = dialect.skipLines;
  const push = async (lines: readonly string[]): Promise<void> => {
    try {
      for (const line of lines) takeLine(line, ++lineNumber, reader, bad);
    } catch (error) {
      dropPartialRow(reader.table);
      if (blanks === 'immediate') await watch(source, reader.table);
      throw error;
    }
    await watch(source, reader.table);
  };
  await push(sample);
  await push(rest);
  if (fault !== undefined) throw fault;
  for await (const lines of batches) await push(lines);
  reader.end();
  forget();
  const table = own === undefined ? reader.table : withoutIndex(reader.table);
  return { table, notices: [...reader.notices(), ...(bad.notice === undefined ? [] : [bad.notice])] };
}

/** Takes a line, or does about one that cannot be read what is wanted. Without its time it cannot be a row of a timed table. */
export function takeLine(line: string, lineNumber: number, reader: RowReader, bad: BadLines): void {
  try {
    reader.push(line, lineNumber);
  } catch (problem) {
    bad.take(problem);
    const { table } = reader;
    dropPartialRow(table);
    if (bad.how === 'skip') return;
    if (table.times === undefined) for (const { values } of table.columns) values.push(NaN);
    else bad.numLeftOut++;
  }
}

/** Reads a JSON document to its end. */
async function readDocument(
  source: Source,
  begin: readonly string[],
  batches: AsyncGenerator<string[]>,
  { columns, fields, time, dialect }: InputOptions,
  watch: Watch,
  read: ReadText = jsonDocument,
): Promise<Read> {
  const lines = [...begin];
  for await (const batch of batches) for (const line of batch) lines.push(line);
  const found = read(lines, [...columns, ...fields], time, dialect ?? ANY_DIALECT);
  await watch(source, found.table);
  return found;
}

interface Sample {
  /** The first lines. */
  readonly sample: readonly string[];
  /** Lines that were read with them. */
  readonly rest: readonly string[];
  /** Whether `sample` is all of the input. */
  readonly isWhole: boolean;
  /** What ended the reading before its end: to be thrown when the sample is used up. */
  readonly fault?: unknown;
}

async function takeSample(
  batches: AsyncGenerator<string[]>,
  skip: number,
  isEnough: (sample: readonly string[]) => boolean | Promise<boolean>,
): Promise<Sample> {
  const sample: string[] = [];
  let numSkipped = 0;
  for (;;) {
    let next: IteratorResult<string[], unknown>;
    try {
      next = await batches.next();
    } catch (fault) {
      return { sample, rest: [], isWhole: false, fault };
    }
    if (next.done) return { sample, rest: [], isWhole: true };
    for (const [l, line] of next.value.entries()) {
      if (numSkipped < skip) {
        numSkipped++;
        continue;
      }
      sample.push(line);
      if (await isEnough(sample)) return { sample, rest: next.value.slice(l + 1), isWhole: false };
    }
  }
}

function isContent(line: string, { comment }: Dialect): boolean {
  return !isBlank(line) && (comment === undefined || !line.startsWith(comment));
}

/** Whether these first lines tell how to read the input. */
async function tells(path: string, sample: readonly string[], options: InputOptions): Promise<boolean> {
  const format = formatOf(path, sample, options);
  if (format === 'csv') return await isTelling(sample, { ...options, dialect: options.dialect ?? ANY_DIALECT });
  if (format === 'json') return isDocument(sample, false, options.fields.length > 0) !== undefined;
  return format !== undefined;
}

/** `undefined` for nothing but blank lines that could be anything. */
function formatOf(path: string, sample: readonly string[], options: InputOptions): InputFormat | undefined {
  const { format, columns, fields, time, dialect = ANY_DIALECT } = options;
  if (format !== 'auto') return format;
  if (dialect.path !== undefined) return 'json';
  const known = EXTENSIONS[extname(path.toLowerCase().replace(/\.gz$/, ''))];
  const first = sample.find((line) => isContent(line, dialect));
  const isJson = first !== undefined && looksLikeJson(first);
  if (known !== undefined && !(known === 'csv' && isJson)) return known;
  if (isJson && (columns.length === 0 || isDocument(sample, true, false))) return 'json';
  if (columns.length > 0 || dialect.delimiter !== undefined) return 'csv';
  if (fields.length > 0) return 'json';
  if (first === undefined) return undefined;
  return time !== undefined ||
    options.series !== undefined ||
    !(isMissingIn(first, dialect.notation) || isLoneNumber(first, dialect))
    ? 'csv'
    : 'lines';
}

function looksLikeJson(line: string): boolean {
  if (!/^\s*[{[]/.test(line)) return false;
  try {
    parseJson(line);
    return true;
  } catch {
    return /^\s*[{[]\s*(?:$|["{[])/.test(line) || /^\s*\[\s*-?[\d.eE+-]+\s*,?\s*$/.test(line) || /^\s*\{/.test(line);
  }
}

/** Whether a line is one number: a comma is a delimiter, unless it is decimal or for thousands. */
function isLoneNumber(line: string, { notation }: Dialect): boolean {
  if (parseCell(line) !== undefined) return true;
  const isMarked = notation.decimal !== undefined || notation.thousands !== undefined;
  return (isMarked || !/[,;\t|]/.test(line)) && looksNumeric(line);
}

/** What is no table of numbers, and what has none of the usual forms. */
function refuseOthers(
  sample: readonly string[],
  isWhole: boolean,
  { format: given, columns, time, dialect = ANY_DIALECT }: InputOptions,
  format: InputFormat | undefined,
): void {
  if (format === 'json' || format === 'row' || given !== 'auto') return;
  refuseMarkup(sample);
  if (isWhole && columns.length === 0 && time === undefined) {
    refuseOneLine(sample.filter((line) => isContent(line, dialect)));
  }
}

async function readerFor(
  format: InputFormat | undefined,
  sample: readonly string[],
  isWhole: boolean,
  options: InputOptions,
  blanks: BlankLines,
  bad: BadLines,
): Promise<RowReader> {
  const { columns: given, fields: paths, series, time, dialect = ANY_DIALECT } = options;
  // All columns are all fields, too.
  const isAll = format === 'json' && given.length === 1 && given[0] === '*';
  const [columns, fields] = isAll ? [[], ['*']] : [given, paths];
  if (format !== 'csv' && columns.length > 0)
    throw new UsageError(`--column is for CSV, the input is read as ${format}`);
  if (format !== 'json' && fields.length > 0)
    throw new UsageError(`--field is for JSON, the input is read as ${format}`);
  if (format === 'csv') return await csvRows(sample, isWhole, { columns, series, time, dialect }, blanks, bad);
  if (format === 'json') {
    if (fields.length === 1 && fields[0] === '*') {
      return jsonRows(allFields(sample, time, series ?? []), time, dialect, blanks, bad, series);
    }
    const chosen = fields.length === 0 && dialect.isSparse ? onlyField(sample, time) : fields;
    if (series !== undefined && chosen.length === 0)
      throw new UsageError('--series needs --field: the values beside it');
    if (series === undefined && dialect.where === undefined) refuseSeries(sample, chosen, time);
    return jsonRows(chosen, time, dialect, blanks, bad, series);
  }
  if (series !== undefined)
    throw new UsageError(`--series needs CSV or JSON, the input is read as ${format ?? 'lines'}`);
  if (time !== undefined) throw new UsageError(`--time needs CSV or JSON, the input is read as ${format ?? 'lines'}`);
  return format === 'row' ? numberRow(dialect, bad) : numberLines(sample, dialect, blanks);
}
