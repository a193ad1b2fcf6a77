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
import { readWithin } from '../read-within.ts';
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
 * Reads the whole input, in the order of its times. What was done to its rows is said on standard error.
 *
 * @param bytesPerValue that the work on one column takes
 */
export async function readWhole(options: WholeOptions, bytesPerValue: number): Promise<RegularTable> {
  const bytesOf = (n: number, { columns }: Table): number => n * (bytesPerValue + BYTES_PER_VALUE * columns.length);
  const table = await readWithin(options.input, options.inputOptions, options, bytesOf, 'as read');
  const regular = regularTable(table, options.times, nameOf(options.input));
  if (regular.notice !== '') process.stderr.write(`knn-anomaly: ${regular.notice}\n`);
  return regular;
}

/** Bytes per value of a column: the number, the spare half of its growing array, its place on the grid. */
const BYTES_PER_VALUE = 32;
