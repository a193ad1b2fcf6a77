// The options that locate and suggest have in common, as checked values.

import { changeOptionOf } from '../change/options.ts';
import { type Terminals, terminals } from '../command.ts';
import type { Table } from '../input/columns.ts';
import type { InputOptions } from '../input/read.ts';
import { nameOf } from '../input/source.ts';
import {
  checkInputOptions,
  checkOutput,
  inputOptionsOf,
  inputPath,
  type OutputOptions,
  outputOptionsOf,
} from '../options/input-options.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { plain } from '../output/text.ts';
import { readWithin } from '../read-within.ts';
import { splitSeries, tellOf } from '../series/split.ts';
import { type TimeOptions, timeOptionsOf } from '../time/options.ts';
import { type RegularTable, regularTable } from '../time/time-order.ts';

/** The options of a command that looks at a whole file. */
export interface WholeOptions extends OutputOptions {
  /** A path; `-` is standard input. */
  readonly input: string;
  readonly inputOptions: InputOptions;
  readonly times: TimeOptions;
  readonly format: 'table' | 'csv' | 'json';
  readonly maxMemory: number;
  readonly progress: boolean;
}

/** The options of a command line. Throws a UsageError for options that make no sense. */
export function wholeOptionsOf(given: ParsedOptions, { stdin }: Terminals = terminals()): WholeOptions {
  const options: WholeOptions = {
    input: inputPath(given, stdin),
    inputOptions: inputOptionsOf(given),
    times: { ...timeOptionsOf(given), change: changeOptionOf(given) },
    format: given.choice('format'),
    ...outputOptionsOf(given),
    maxMemory: given.size('max-memory'),
    progress: !given.flag('no-progress'),
  };
  checkInputOptions(options.inputOptions, options.format);
  checkOutput(options);
  return options;
}

/**
 * Reads the series of the whole input, in the order of their times. What was done to its rows is said on standard error.
 *
 * @param bytesPerValue that the work on one column takes
 */
export async function readWhole(options: WholeOptions, bytesPerValue: number): Promise<WholeSeries[]> {
  const bytesOf = (n: number, { columns }: Table): number => n * (bytesPerValue + BYTES_PER_VALUE * columns.length);
  const table = await readWithin(options.input, options.inputOptions, options, bytesOf, 'as read');
  const name = nameOf(options.input);
  const parts = splitSeries(table).map((part): WholeSeries => {
    const title = part.name === undefined ? name : `${name}, ${plain(part.name)}`;
    return { series: part.name, table: regularTable(part.table, options.times, title) };
  });
  tellOf(parts.map(({ table: { notice } }) => notice));
  return parts;
}

/** One of the series of an input. */
export interface WholeSeries {
  /** Its name; `undefined` where all rows are of one series. */
  readonly series: string | undefined;
  readonly table: RegularTable;
}

/** Bytes per value of a column: the number, the spare half of its growing array, its place on the grid. */
const BYTES_PER_VALUE = 32;
