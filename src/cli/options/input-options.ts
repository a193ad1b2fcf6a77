// The options that say what is read and how, and those about the output file: the same for every command.
import { show, UsageError } from '../errors.ts';
import type { InputOptions } from '../input/read.ts';
import { dialectOf } from './dialect-options.ts';
import type { ParsedOptions } from './parse.ts';
import { type OptionName, optionOf } from './table.ts';

/** The options of an input, for a command's groups. */
export const INPUT_OPTIONS: readonly OptionName[] = [
  'input',
  'column',
  'field',
  'time',
  'time-format',
  'timezone',
  'since',
  'until',
  'where',
  'path',
  'sparse',
  'decimal',
  'thousands',
  'delimiter',
  'na',
  'skip-lines',
  'comment',
  'bad-lines',
  'encoding',
];

/** The input options that were given. */
export function inputOptionsOf(given: ParsedOptions): InputOptions {
  if (
    !optionOf('column', given.command).isRepeatable &&
    [...given.texts('column'), ...given.texts('field')].includes('*')
  ) {
    throw new UsageError(
      `${given.command} takes one column: '*' is for score, locate, suggest, plot, stream, changefinder and monitor`,
    );
  }
  return {
    format: given.choice('input'),
    columns: given.texts('column'),
    fields: given.texts('field'),
    series: seriesOf(given),
    time: given.text('time'),
    dialect: dialectOf(given),
  };
}

/** The columns of `--series`; `undefined` without it. */
function seriesOf(given: ParsedOptions): string[] | undefined {
  if (!given.takes('series') || !given.has('series')) return undefined;
  const names = given
    .text('series')!
    .split(',')
    .map((name) => name.trim());
  if (names.every((name) => name !== '') && new Set(names).size === names.length) return names;
  throw new UsageError(
    `--series must be the name of a column, or several with commas, got ${show(given.text('series')!)}`,
  );
}

/** Throws for options that exclude each other, and for several columns where the output holds only one. */
export function checkInputOptions({ columns, fields }: InputOptions, outputFormat: string): void {
  if (columns.length > 0 && fields.length > 0) throw new UsageError('--column is for CSV, --field for JSON: give one');
  const isAll = [...columns, ...fields].includes('*');
  if (isAll && columns.length + fields.length > 1) throw new UsageError("'*' stands for all columns: give it alone");
  if ((isAll || columns.length + fields.length > 1) && outputFormat === 'lines') {
    throw new UsageError('lines output holds one score per line, not several columns: add --format csv or json');
  }
}

/**
 * The one FILE of a command line; `-` if there is none. Throws if that means a terminal: the program would seem to hang,
 * because it waits for somebody to type.
 */
export function inputPath({ positionals, command }: ParsedOptions, isTerminal: boolean): string {
  if (positionals.length > 1) throw new UsageError(`one FILE at a time, got ${positionals.join(' ')}`);
  if (positionals.length === 0 && isTerminal) {
    throw new UsageError(`no FILE, and standard input is a terminal (see knn-anomaly ${command} --help)`);
  }
  return positionals[0] ?? '-';
}

/** Throws if more than one of these paths is standard input. */
export function checkStdin(paths: readonly (string | undefined)[]): void {
  if (paths.filter((path) => path === '-').length > 1) throw new UsageError('standard input can be read once only');
}

/** Where the output goes; `output` is `undefined` for standard output. */
export interface OutputOptions {
  readonly output: string | undefined;
  /** Whether an existing file may be replaced. */
  readonly force: boolean;
}

/** The {@link OutputOptions} that were given. */
export function outputOptionsOf(given: ParsedOptions): OutputOptions {
  const text = given.text('output');
  return { output: text === '-' ? undefined : text, force: given.flag('force') };
}

/** Throws for `--force` without a file that it could be about. */
export function checkOutput({ output, force }: OutputOptions): void {
  if (force && output === undefined) throw new UsageError('--force is for --output FILE');
}
