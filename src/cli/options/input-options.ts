// The options that say what is read and how, the same for every command.

import { UsageError } from '../errors.ts';
import type { InputOptions } from '../input/read.ts';
import type { Given } from './arguments.ts';

const TEXT = { type: 'string' } as const;
const TEXTS = { type: 'string', multiple: true } as const;

/** For parseArgs. */
export const INPUT_OPTIONS: {
  readonly input: typeof TEXT;
  readonly column: typeof TEXTS;
  readonly field: typeof TEXTS;
  readonly time: typeof TEXT;
} = { input: TEXT, column: TEXTS, field: TEXTS, time: TEXT };

/** Their lines of a help text. */
export const INPUT_HELP: string = `  --input FORMAT      lines (a number per line), csv, json (a value or an object
                      per line) or auto (default: by extension, then content)
  --column NAME       CSV column to score, by its name or its number from 1 (all
                      digits are a number). Repeat it for several columns.
                      Default: the only column of numbers
  --field PATH        JSON field to score, such as cpu.user; may be repeated
  --time NAME         column or field with the time, shown beside the scores
`;

/** What was said of the input. */
export function inputOptionsOf(given: Given<'input' | 'column' | 'field' | 'time'>): InputOptions {
  return {
    format: given.choice('input', ['auto', 'lines', 'csv', 'json']),
    columns: given.texts('column'),
    fields: given.texts('field'),
    time: given.text('time'),
  };
}

/** Throws for options that exclude each other, and for several columns where there is room for one. */
export function checkInputOptions({ columns, fields }: InputOptions, outputFormat: string): void {
  if (columns.length > 0 && fields.length > 0) throw new UsageError('--column is for CSV, --field for JSON: give one');
  if (columns.length + fields.length > 1 && outputFormat === 'lines') {
    throw new UsageError('lines output holds one score per line, not several columns: add --format csv or json');
  }
}

/** The one FILE of a command line; `-` for none. Throws for a terminal that nobody mentioned: it would be waited for. */
export function inputPath(positionals: readonly string[], isTerminal: boolean, command: string): string {
  if (positionals.length > 1) throw new UsageError(`one FILE at a time, got ${positionals.join(' ')}`);
  if (positionals.length === 0 && isTerminal) {
    throw new UsageError(`no FILE, and standard input is a terminal (see knn-anomaly ${command} --help)`);
  }
  return positionals[0] ?? '-';
}
