// The options of `knn-anomaly score` as checked values.
import type { Alignment, KNNOptions } from '../../index.ts';
import type { Terminals } from '../command.ts';
import type { Work } from '../cost.ts';
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
import { metricOf } from '../options/metric-option.ts';
import type { ParsedOptions } from '../options/parse.ts';

/** What `--format` names. */
export type OutputFormat = 'summary' | 'lines' | 'csv' | 'json';

/** The options of `knn-anomaly score`. */
export interface ScoreOptions extends Work, OutputOptions {
  /** A path; `-` is standard input. */
  readonly input: string;
  readonly inputOptions: InputOptions;
  readonly reference: string | undefined;
  readonly covariance: string | undefined;
  readonly align: Alignment;
  readonly knn: KNNOptions;
  readonly format: OutputFormat;
  readonly top: number;
  readonly separation: number;
  readonly labels: string | undefined;
  readonly maxMemory: number;
  readonly threads: number | undefined;
  readonly progress: boolean;
}

/** The options of a command line. Throws a {@link UsageError} for options that make no sense. */
export async function scoreOptionsOf(given: ParsedOptions, isTerminal: Terminals): Promise<ScoreOptions> {
  const { output, force } = outputOptionsOf(given);
  const format = given.choice<OutputFormat | 'auto'>('format');
  const fallback = isTerminal.stdout && output === undefined ? 'summary' : 'lines';
  const windowSize = given.integer('window');
  const metric = given.text('metric')!;
  const align = given.choice<Alignment>('align');
  const options: Omit<ScoreOptions, 'knn'> = {
    input: inputPath(given, isTerminal.stdin),
    inputOptions: inputOptionsOf(given),
    reference: given.text('reference'),
    windowSize,
    k: given.integer('neighbors'),
    metric,
    covariance: given.text('covariance'),
    normalize: given.choice('normalize'),
    engine: given.choice('engine'),
    align,
    format: format === 'auto' ? fallback : format,
    top: given.integer('top'),
    separation: given.has('separation') ? given.integer('separation') : separationOf(align, windowSize),
    labels: given.text('labels'),
    output,
    force,
    threads: given.has('threads') ? given.integer('threads') : undefined,
    maxMemory: given.size('max-memory'),
    progress: !given.flag('no-progress'),
  };
  checkTogether(options, given);
  const metricValue = await metricOf(metric, options.covariance);
  const knn: KNNOptions = {
    normalize: options.normalize as NonNullable<KNNOptions['normalize']>,
    engine: options.engine,
    aggregation: given.choice('aggregation'),
    align: options.align,
    missing: given.choice('missing'),
    ...(metricValue !== undefined && { metric: metricValue }),
    // A reference excludes these two, so they are passed on only if they were given.
    ...(given.has('exclusion-zone') && { exclusionZone: given.integer('exclusion-zone') }),
    ...(given.has('side') && { side: given.choice('side') }),
  };
  return { ...options, knn };
}

/** The default separation: windows that end so far apart share no value, values that are covered so far apart no window's value. */
export function separationOf(align: Alignment, windowSize: number): number {
  return align === 'cover' ? 2 * windowSize : windowSize;
}

/** Refuses options that would have no effect together. */
function checkTogether(options: Omit<ScoreOptions, 'knn'>, given: ParsedOptions): void {
  const { format, input, inputOptions, reference } = options;
  for (const name of ['top', 'separation', 'labels'] as const) {
    if (given.has(name) && format !== 'summary') {
      throw new UsageError(`--${name} is for the summary, the output is ${format}: add --format summary`);
    }
  }
  for (const name of ['side', 'exclusion-zone'] as const) {
    if (given.has(name) && reference !== undefined) {
      throw new UsageError(`--${name} does not apply to --reference: every window of it is a candidate`);
    }
  }
  checkInputOptions(inputOptions, format);
  checkOutput(options);
  checkStdin([input, reference, options.labels]);
}
