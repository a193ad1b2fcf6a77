// From a path to a table: which format it is, the reader for it, and a look at every batch that was read.
import { extname } from 'node:path';
import { isBlank, parseCell } from './cells.ts';
import { csvRows } from './csv.ts';
import { CliError, fail, UsageError } from './errors.ts';
import { jsonRows } from './json.ts';
import { numberLines, type RowReader } from './rows.ts';
import { openSource, type Source } from './source.ts';
import { emptyTable, numRows, type Table } from './table.ts';

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

/** Called after every batch of lines; may throw to stop. */
export type Watch = (source: Source, table: Table) => void | Promise<void>;

/** Lines that are looked at to find format, delimiter, header and columns. */
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
  const source = await openSource(path);
  try {
    return await readSource(source, path, options, watch);
  } catch (error) {
    if (!(error instanceof CliError) || error instanceof UsageError) throw error;
    throw new CliError(`${source.name}: ${error.message}`);
  }
}

async function readSource(source: Source, path: string, options: InputOptions, watch: Watch): Promise<Table> {
  const batches = source.lines();
  const sample: string[] = [];
  while (sample.length < SAMPLE) {
    const { value, done } = await batches.next();
    if (done) break;
    for (const line of value) sample.push(line);
  }
  if (sample.every(isBlank)) fail('empty: there are no values');
  const reader = await readerFor(formatOf(path, sample, options), sample, options);
  let lineNumber = 0;
  const push = (lines: readonly string[]): void => {
    for (const line of lines) reader.push(line, ++lineNumber);
  };
  push(sample);
  for await (const lines of batches) {
    await watch(source, reader.table);
    push(lines);
  }
  reader.end();
  await watch(source, reader.table);
  if (numRows(reader.table) === 0) fail('empty: there are no values');
  return reader.table;
}

function formatOf(path: string, sample: readonly string[], options: InputOptions): InputFormat {
  const { format, columns, fields, time } = options;
  if (format !== 'auto') return format;
  const known = EXTENSIONS[extname(path.toLowerCase().replace(/\.gz$/, ''))];
  if (known !== undefined) return known;
  if (columns.length > 0) return 'csv';
  if (fields.length > 0) return 'json';
  const first = sample.find((line) => !isBlank(line))!;
  if (/^\s*[{[]/.test(first)) return 'json';
  return parseCell(first) === undefined || time !== undefined ? 'csv' : 'lines';
}

async function readerFor(format: InputFormat, sample: readonly string[], options: InputOptions): Promise<RowReader> {
  const { columns, fields, time } = options;
  if (format !== 'csv' && columns.length > 0)
    throw new UsageError(`--column is for CSV, the input is read as ${format}`);
  if (format !== 'json' && fields.length > 0)
    throw new UsageError(`--field is for JSON, the input is read as ${format}`);
  if (format === 'csv') return await csvRows(sample.slice(0, SAMPLE), sample.length < SAMPLE, columns, time);
  if (format === 'json') return jsonRows(fields, time);
  if (time !== undefined) throw new UsageError('--time needs CSV or JSON, the input is read as lines');
  return numberLines(emptyTable([undefined], false));
}
