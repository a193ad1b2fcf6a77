// The options of `knn-anomaly eval`: their help, and from the texts of the command line to checked values.

import { show, UsageError } from '../errors.ts';
import type { InputOptions } from '../input/read.ts';
import { parseChoice, parseInteger, parseSize, parseTexts } from '../options/arguments.ts';

/** Everything `knn-anomaly eval` was told. */
export interface EvalOptions {
  /** A path; `-` is standard input. */
  readonly input: string;
  /** Of the scores, and of their labels where these are a column of the same file. */
  readonly inputOptions: InputOptions;
  /** A file of labeled ranges; `undefined`: the labels are the second column. */
  readonly labels: string | undefined;
  readonly threshold: number | undefined;
  /** The longest buffer of the volumes. */
  readonly window: number;
  readonly format: 'table' | 'json';
  readonly output: string | undefined;
  readonly force: boolean;
  readonly maxMemory: number;
}

/** The text of `knn-anomaly eval --help`. */
export const EVAL_HELP = `Usage: knn-anomaly eval [FILE] (--labels FILE | --label-column NAME) [...]

Tells how good scores are, given the true anomalies. FILE holds one score per
value, higher is stranger, as score, stream and monitor write them; it is a
path, or - or nothing for standard input. Gzip is recognized.

Input
  --input FORMAT      lines (a number per line), csv, json (a value or an object
                      per line) or auto (default: by extension, then content)
  --column NAME       CSV column with the scores, by its name or its number from
                      1. Default: the only column of numbers
  --field PATH        JSON field with the scores
  --time NAME         column or field with the time, for --labels
  --labels FILE       CSV of anomalies: begin and end, both inclusive, as in the
                      time column, or without one indices from 0; and optionally
                      metric: the one column it is about. Those that overlap are
                      one anomaly
  --label-column NAME column or field of FILE: 1 for anomalous values, else 0
  Missing scores are empty cells, NaN, NA, null and infinities: lower than all.

Metrics
  --threshold X       alarms are scores of X and more: adds what depends on it.
                      Without it the NAB score is that of its best threshold
  --window N          longest buffer of the VUS around an anomaly, in values
                      (default 100); the period of the series is advised

Output
  --format FORMAT     table (default), or json: one object
  -o, --output FILE   write to FILE, all of it or nothing
  --force             let --output overwrite a file
  --max-memory SIZE   refuse work that needs more (default 2G)
  -h, --help          this text

Exit status: 0 done, 1 bad input or output, 2 bad usage, 130 interrupted.

Examples
  knn-anomaly eval scores.txt --labels faults.csv
  knn-anomaly eval scores.csv --column score --label-column y --threshold 4.65
  knn-anomaly score cpu.txt | knn-anomaly eval --labels faults.csv --format json
`;

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;

const OPTIONS = {
  input: TEXT,
  column: TEXT,
  field: TEXT,
  time: TEXT,
  labels: TEXT,
  'label-column': TEXT,
  threshold: TEXT,
  window: TEXT,
  format: TEXT,
  output: { ...TEXT, short: 'o' },
  force: FLAG,
  'max-memory': TEXT,
  help: { ...FLAG, short: 'h' },
} as const;

/**
 * The options in `args`, or `'help'`. Throws a {@link UsageError} for anything that makes no sense.
 *
 * @param isTerminal whether standard input is a terminal
 */
export function parseEvalOptions(args: readonly string[], isTerminal: boolean): EvalOptions | 'help' {
  const { values, positionals } = parseTexts(args, OPTIONS, 'eval');
  if (values.help) return 'help';
  const text = (name: keyof typeof OPTIONS): string | undefined => values[name] as string | undefined;
  if (positionals.length > 1) throw new UsageError(`one FILE at a time, got ${positionals.join(' ')}`);
  if (positionals.length === 0 && isTerminal) {
    throw new UsageError('no FILE, and standard input is a terminal (see knn-anomaly eval --help)');
  }
  const input = positionals[0] ?? '-';
  const labels = text('labels');
  const output = text('output') === '-' ? undefined : text('output');
  const threshold = text('threshold');
  if (values.force === true && output === undefined) throw new UsageError('--force is for --output FILE');
  if (input === '-' && labels === '-') throw new UsageError('standard input can be read once only');
  return {
    input,
    inputOptions: inputOptionsOf(text),
    labels,
    threshold: threshold === undefined ? undefined : parseThreshold(threshold),
    window: parseInteger(text('window') ?? '100', '--window', 0),
    format: parseChoice(text('format') ?? 'table', '--format', ['table', 'json']),
    output,
    force: values.force === true,
    maxMemory: parseSize(text('max-memory') ?? '2G', '--max-memory'),
  };
}

/** Scores, and labels where these are a column beside them: both are read as one table. */
function inputOptionsOf(
  text: (name: 'input' | 'column' | 'field' | 'time' | 'labels' | 'label-column') => string | undefined,
): InputOptions {
  const [column, field, beside] = [text('column'), text('field'), text('label-column')];
  if (column !== undefined && field !== undefined)
    throw new UsageError('--column is for CSV, --field for JSON: give one');
  if (beside === undefined && text('labels') === undefined) {
    throw new UsageError('no labels: give --labels FILE or --label-column NAME');
  }
  if (beside !== undefined && text('labels') !== undefined) {
    throw new UsageError('labels come from --labels or from --label-column: give one');
  }
  if (beside !== undefined && column === undefined && field === undefined) {
    throw new UsageError('--label-column needs --column or --field for the scores beside it');
  }
  if (beside !== undefined && text('time') !== undefined) throw new UsageError('--time is for --labels');
  const names = (name: string | undefined): string[] => [name, beside].filter((one) => one !== undefined);
  return {
    format: parseChoice(text('input') ?? 'auto', '--input', ['auto', 'lines', 'csv', 'json']),
    columns: column === undefined ? [] : names(column),
    fields: field === undefined ? [] : names(field),
    time: text('time'),
  };
}

function parseThreshold(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new UsageError(`--threshold must be a number, got ${show(text)}`);
}
