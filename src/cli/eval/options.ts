// The options of `knn-anomaly eval` as checked values.
import { UsageError } from '../errors.ts';
import type { InputOptions } from '../input/read.ts';
import {
  checkInputOptions,
  checkOutput,
  checkStdin,
  inputOptionsOf,
  inputPath,
  type OutputOptions,
  outputOptionsOf,
} from '../options/input-options.ts';
import type { ParsedOptions } from '../options/parse.ts';

/** The options of `knn-anomaly eval`. */
export interface EvalOptions extends OutputOptions {
  /** A path; `-` is standard input. */
  readonly input: string;
  /** How FILE is read: the scores, and the labels if they are a column of FILE. */
  readonly inputOptions: InputOptions;
  /** A file of labeled ranges; `undefined`: the labels are the second column. */
  readonly labels: string | undefined;
  readonly threshold: number | undefined;
  /** The longest buffer of the VUS. */
  readonly window: number;
  readonly format: 'table' | 'json';
  readonly maxMemory: number;
}

/**
 * The options of a command line. Throws a {@link UsageError} for options that make no sense.
 *
 * @param isTerminal whether standard input is a terminal
 */
export function evalOptionsOf(given: ParsedOptions, isTerminal: boolean): EvalOptions {
  const options: EvalOptions = {
    input: inputPath(given, isTerminal),
    labels: given.text('labels'),
    ...outputOptionsOf(given),
    inputOptions: tableOptionsOf(given),
    threshold: given.has('threshold') ? given.number('threshold') : undefined,
    window: given.integer('window'),
    format: given.choice('format'),
    maxMemory: given.size('max-memory'),
  };
  checkOutput(options);
  checkStdin([options.input, options.labels]);
  return options;
}

/** What is read from FILE: the scores, and the labels where they are a column of the same table. */
function tableOptionsOf(given: ParsedOptions): InputOptions {
  const scores: InputOptions = { ...inputOptionsOf(given), isScores: true };
  checkInputOptions(scores, '');
  const labelColumn = given.text('label-column');
  if (labelColumn === undefined) {
    if (given.has('labels')) return scores;
    throw new UsageError('no labels: give --labels FILE or --label-column NAME');
  }
  if (given.has('labels')) throw new UsageError('labels come from --labels or from --label-column: give one');
  const [columns, fields] = [scores.columns, scores.fields].map((names) =>
    names.length === 0 ? [] : [...names, labelColumn],
  ) as [string[], string[]];
  if (columns.length + fields.length === 0) {
    throw new UsageError('--label-column needs --column or --field for the scores beside it');
  }
  if (given.has('time')) throw new UsageError('--time is for --labels');
  return { ...scores, columns, fields };
}
