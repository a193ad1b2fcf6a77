// Files of columns, Parquet, Arrow and NumPy, as the tables that CSV gives: their cells become texts, and numbers are checked to be exact.
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { codeOf, fail, fileError, show } from '../../errors.ts';
import type { Table } from '../columns.ts';
import { cellRows, type TableOptions } from '../table/csv.ts';
import { timeNames } from '../time/joined.ts';
import { foreignKind } from './foreign.ts';

/** What a file of columns holds. */
export interface ColumnarFile {
  /** Columns of numbers, texts and times. */
  readonly names: readonly string[];
  /** Columns of anything else, and what they hold. */
  readonly nested: ReadonlyMap<string, string>;
  /** The rows of these columns as texts, several at a time: '' for a missing value. */
  rows(names: readonly string[]): AsyncGenerator<string[][]>;
  close(): Promise<void>;
}

/** The formats of files of columns. */
export type ColumnarFormat = 'parquet' | 'arrow' | 'numpy';

const EXTENSIONS: Readonly<Record<string, ColumnarFormat>> = {
  '.parquet': 'parquet',
  '.parq': 'parquet',
  '.arrow': 'arrow',
  '.feather': 'arrow',
  '.ipc': 'arrow',
  '.npy': 'numpy',
};

/** Rows from which the layout is found. */
const SAMPLE = 100;

/** The format of a file of columns, by its first bytes, or else its extension; `undefined` for any other file. */
export async function columnarFormatOf(path: string): Promise<ColumnarFormat | undefined> {
  const known = EXTENSIONS[extname(path.toLowerCase())];
  if (path === '-') return undefined;
  try {
    const file = await open(path);
    try {
      if (!(await file.stat()).isFile()) return undefined; // what is read from a pipe is gone
      const { bytesRead, buffer } = await file.read(Buffer.alloc(16), 0, 16, 0);
      const head = buffer.toString('latin1', 0, bytesRead);
      if (head.startsWith('PAR1')) return 'parquet';
      if (head.startsWith('ARROW1')) return 'arrow';
      if (head.startsWith('\x93NUMPY')) return 'numpy';
      const foreign = foreignKind(head);
      if (foreign !== undefined) fail(`${path}: ${foreign}`);
      if (head.startsWith('FEA1')) {
        fail(
          `${path}: Feather of version 1, which is no longer written: save it anew, as Feather version 2 or Parquet`,
        );
      }
      return known;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw fileError(error, path);
  }
}

/** A package that reads a format; a missing one is one line that says how to get it. */
export async function loadOptional<T>(load: () => Promise<T>, format: string, name: string): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    return fail(`reading ${format} needs an optional package: npm install ${name}`);
  }
}

/**
 * Reads a file of columns to its end.
 *
 * @param watch called after every batch of rows; may throw to stop
 */
export async function columnarTable(
  file: ColumnarFile,
  options: TableOptions & { readonly fields: readonly string[] },
  watch: (table: Table) => void | Promise<void>,
): Promise<{ table: Table; notices: string[] }> {
  const { columns, fields, series = [], time, dialect } = options;
  if (fields.length > 0) fail('--field is for JSON: the columns of this file are named by --column');
  const asked = [
    ...columns,
    ...series,
    ...timeNames(time, file.names),
    ...(dialect.where ? [dialect.where.column] : []),
  ];
  for (const name of asked) {
    const kind = file.nested.get(name);
    if (kind !== undefined)
      fail(`column ${show(name)} holds ${kind}: only columns of numbers, texts and times are read`);
  }
  const isEvery = columns.length === 0 || columns.includes('*') || asked.some((name) => !file.names.includes(name));
  const names = isEvery ? file.names : file.names.filter((name) => asked.includes(name));
  if (names.length === 0) fail('there is no column of numbers, texts or times');
  // Numbers are written with a point, whatever a user says about texts.
  const notation = { ...dialect.notation, decimal: '.' as const, thousands: undefined };
  const batches = file.rows(names);
  const first = await batches.next();
  const sample = first.done ? [] : first.value;
  const reader = await cellRows(names, sample.slice(0, SAMPLE), {
    columns,
    series,
    time,
    dialect: { ...dialect, notation },
  });
  let row = 0;
  for (let rows: string[][] | undefined = sample; rows !== undefined; ) {
    for (const cells of rows) reader.pushCells(cells, ++row);
    await watch(reader.table);
    const next: IteratorResult<string[][], unknown> = await batches.next();
    rows = next.done ? undefined : next.value;
  }
  reader.end();
  const left = columns.includes('*') ? [...file.nested.keys()] : [];
  const notice = `left out ${left.map((name) => show(name)).join(', ')}: neither numbers nor texts nor times`;
  return { table: reader.table, notices: [...reader.notices(), ...(left.length > 0 ? [notice] : [])] };
}
