// From a path to a table: finds the format, chooses the reader, and calls back after every batch of lines.
import { extname } from 'node:path';
import { CliError, FileError, fail, UsageError } from '../errors.ts';
import { isBlank, parseCell } from './cells.ts';
import { dropPartialRow, numRows, type Table } from './columns.ts';
import { csvRows, isTelling } from './csv.ts';
import { jsonRows } from './json.ts';
import { type BlankLines, numberLines, type RowReader } from './rows.ts';
import { openSource, type Source } from './source.ts';

/** The input formats. */
export type InputFormat = 'lines' | 'csv' | 'json';

/** How an input is to be read. */
export interface InputOptions {
  readonly format: InputFormat | 'auto';
  /** Names or numbers of CSV columns. */
  readonly columns: readonly string[];
  /** Paths of JSON fields. */
  readonly fields: readonly string[];
  /** A column or field with the time. */
  readonly time: string | undefined;
}

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

/** Reads an input to its end. */
export async function readTable(path: string, options: InputOptions, watch: Watch): Promise<Table> {
  return await reading(path, async (source) => {
    const table = await readSource(source, path, options, 'deferred', watch);
    if (table === undefined || numRows(table) === 0) fail('empty: there are no values');
    return table;
  });
}

/**
 * Reads an input row by row. Every row is in the table as soon as its line has arrived; `take` has to empty the table.
 * Format, header and columns are found from as few lines as possible, and from the same lines however they arrive. A line
 * that cannot be read is an error after all rows before it were taken.
 */
export async function readLive(
  path: string,
  options: InputOptions,
  take: (table: Table) => Promise<void>,
): Promise<void> {
  await reading(path, (source) => readSource(source, path, options, 'immediate', (_, table) => take(table)));
}

async function reading<T>(path: string, read: (source: Source) => Promise<T>): Promise<T> {
  const source = await openSource(path);
  try {
    return await read(source);
  } catch (error) {
    const isFinal = error instanceof UsageError || error instanceof FileError;
    if (!(error instanceof CliError) || isFinal) throw error;
    throw new CliError(`${source.name}: ${error.message}`);
  }
}

/** `undefined` for an input without a single row. */
async function readSource(
  source: Source,
  path: string,
  options: InputOptions,
  blanks: BlankLines,
  watch: Watch,
): Promise<Table | undefined> {
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
  options: InputOptions,
  blanks: BlankLines,
  watch: Watch,
): Promise<Table | undefined> {
  let hasContent = false;
  const isEnough = (sample: readonly string[]): boolean | Promise<boolean> => {
    hasContent ||= !isBlank(sample.at(-1)!);
    return (hasContent && sample.length >= SAMPLE) || (blanks === 'immediate' && tells(path, sample, options));
  };
  const { sample, rest, isWhole } = await takeSample(batches, isEnough);
  if (!hasContent && formatOf(path, sample, options) === 'csv') return undefined;
  const reader = await readerFor(formatOf(path, sample, options), sample, isWhole, options, blanks);
  let lineNumber = 0;
  const push = async (lines: readonly string[]): Promise<void> => {
    try {
      for (const line of lines) reader.push(line, ++lineNumber);
    } catch (error) {
      dropPartialRow(reader.table);
      if (blanks === 'immediate') await watch(source, reader.table);
      throw error;
    }
    await watch(source, reader.table);
  };
  await push(sample);
  await push(rest);
  for await (const lines of batches) await push(lines);
  reader.end();
  return reader.table;
}

interface Sample {
  /** The first lines. */
  readonly sample: readonly string[];
  /** Lines that were read with them. */
  readonly rest: readonly string[];
  /** Whether `sample` is all of the input. */
  readonly isWhole: boolean;
}

async function takeSample(
  batches: AsyncGenerator<string[]>,
  isEnough: (sample: readonly string[]) => boolean | Promise<boolean>,
): Promise<Sample> {
  const sample: string[] = [];
  for (;;) {
    const { value, done } = await batches.next();
    if (done) return { sample, rest: [], isWhole: true };
    for (const [l, line] of value.entries()) {
      sample.push(line);
      if (await isEnough(sample)) return { sample, rest: value.slice(l + 1), isWhole: false };
    }
  }
}

/** Whether these first lines tell how to read the input. */
async function tells(path: string, sample: readonly string[], options: InputOptions): Promise<boolean> {
  const format = formatOf(path, sample, options);
  return format === 'csv' ? await isTelling(sample, options.columns, options.time) : format !== undefined;
}

/** `undefined` for nothing but blank lines that could be anything. */
function formatOf(path: string, sample: readonly string[], options: InputOptions): InputFormat | undefined {
  const { format, columns, fields, time } = options;
  if (format !== 'auto') return format;
  const known = EXTENSIONS[extname(path.toLowerCase().replace(/\.gz$/, ''))];
  if (known !== undefined) return known;
  if (columns.length > 0) return 'csv';
  if (fields.length > 0) return 'json';
  const first = sample.find((line) => !isBlank(line));
  if (first === undefined) return undefined;
  if (/^\s*[{[]/.test(first)) return 'json';
  return parseCell(first) === undefined || time !== undefined ? 'csv' : 'lines';
}

async function readerFor(
  format: InputFormat | undefined,
  sample: readonly string[],
  isWhole: boolean,
  options: InputOptions,
  blanks: BlankLines,
): Promise<RowReader> {
  const { columns, fields, time } = options;
  if (format !== 'csv' && columns.length > 0)
    throw new UsageError(`--column is for CSV, the input is read as ${format}`);
  if (format !== 'json' && fields.length > 0)
    throw new UsageError(`--field is for JSON, the input is read as ${format}`);
  if (format === 'csv') return await csvRows(sample, isWhole, columns, time, blanks);
  if (format === 'json') return jsonRows(fields, time);
  if (time !== undefined) throw new UsageError('--time needs CSV or JSON, the input is read as lines');
  return numberLines(blanks);
}
