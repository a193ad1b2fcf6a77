// The options of `knn-anomaly score` as checked values.
import type { Alignment, KNNOptions } from '../../index.ts';
import { type BlockTarget, blockTargetOf } from '../blocks/block-option.ts';
import { changeOptionOf } from '../change/options.ts';
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
import { type ParsedOptions, parseInteger } from '../options/parse.ts';
import { type TimeOptions, timeOptionsOf } from '../time/options.ts';

/** What `--format` names. */
export type OutputFormat = 'summary' | 'lines' | 'csv' | 'json';

/** The options of `knn-anomaly score`. */
export interface ScoreOptions extends Work, OutputOptions {
  /** A path; `-` is standard input. */
  readonly input: string;
  readonly inputOptions: InputOptions;
  readonly times: TimeOptions;
  /** Whether times without a row are printed, too. */
  readonly isFilled: boolean;
  readonly reference: string | undefined;
  readonly covariance: string | undefined;
  /** Whether the window is to be found: {@link Work.windowSize} stands in for it until then. */
  readonly isAuto: boolean;
  readonly align: Alignment;
  readonly knn: KNNOptions;
  readonly format: OutputFormat;
  /** Scores from here on are alarms; `undefined`: none are. */
  readonly threshold: number | undefined;
  /** Whether an alarm is an exit status. */
  readonly failOnAlarm: boolean;
  readonly top: number;
  /** Whether the strangest places are all that is wanted. */
  readonly topOnly: boolean;
  readonly separation: number;
  /** Whether it was given. */
  readonly hasSeparation: boolean;
  readonly labels: string | undefined;
  readonly maxMemory: number;
  readonly threads: number | undefined;
  readonly progress: boolean;
  /** The block that is scored instead of the whole series. */
  readonly target: BlockTarget | undefined;
}

/** The window by which memory is estimated while the one of `--window auto` is not known. */
const AUTO_WINDOW = 100;

/** The options with the window that was found. A separation that was not given follows it. */
export function withWindow(options: ScoreOptions, windowSize: number): ScoreOptions {
  const separation = options.hasSeparation ? options.separation : separationOf(options.align, windowSize);
  return { ...options, windowSize, separation };
}

/** The options of a command line. Throws a {@link UsageError} for options that make no sense. */
export async function scoreOptionsOf(given: ParsedOptions, isTerminal: Terminals): Promise<ScoreOptions> {
  const { output, force } = outputOptionsOf(given);
  const format = given.choice<OutputFormat | 'auto'>('format');
  const fallback = isTerminal.stdout && output === undefined && !given.has('block') ? 'summary' : 'lines';
  const isAuto = given.text('window') === 'auto';
  const windowSize = isAuto ? AUTO_WINDOW : parseInteger(given.text('window')!, '--window', 1);
  const metric = given.text('metric')!;
  const align = given.choice<Alignment>('align');
  const options: Omit<ScoreOptions, 'knn'> = {
    input: inputPath(given, isTerminal.stdin),
    inputOptions: inputOptionsOf(given),
    times: { ...timeOptionsOf(given), change: changeOptionOf(given) },
    isFilled: given.flag('fill'),
    reference: given.text('reference'),
    windowSize,
    isAuto,
    k: given.integer('neighbors'),
    metric,
    covariance: given.text('covariance'),
    normalize: given.choice('normalize'),
    engine: given.choice('engine'),
    align,
    format: format === 'auto' ? fallback : format,
    threshold: given.has('threshold') ? given.number('threshold') : undefined,
    failOnAlarm: given.flag('fail-on-alarm'),
    top: given.integer('top'),
    topOnly: given.flag('top-only'),
    separation: given.has('separation') ? given.integer('separation') : separationOf(align, windowSize),
    hasSeparation: given.has('separation'),
    labels: given.text('labels'),
    output,
    force,
    threads: given.has('threads') ? given.integer('threads') : undefined,
    maxMemory: given.size('max-memory'),
    progress: !given.flag('no-progress'),
    target: blockTargetOf(given),
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
  if (options.topOnly && given.has('labels')) {
    throw new UsageError('--labels is for the summary of all scores: leave out --top-only');
  }
  if (options.topOnly && given.has('threshold')) {
    throw new UsageError('--threshold is for the scores of all values: leave out --top-only');
  }
  for (const name of ['top', 'separation', 'labels'] as const) {
    if (given.has(name) && format !== 'summary' && !options.topOnly) {
      throw new UsageError(`--${name} is for the summary, the output is ${format}: add --format summary`);
    }
  }
  for (const name of ['side', 'exclusion-zone'] as const) {
    if (given.has(name) && reference !== undefined) {
      throw new UsageError(`--${name} does not apply to --reference: every window of it is a candidate`);
    }
  }
  if (options.isFilled) {
    if (!given.has('time')) throw new UsageError('--fill is for --time NAME');
    if (options.times.step === 'none') throw new UsageError('--fill has no effect with --step none: no time is absent');
    if (format === 'summary')
      throw new UsageError('--fill is for lines, csv and json: the summary counts absent rows as missing');
  }
  if (options.failOnAlarm && options.threshold === undefined) {
    throw new UsageError('--fail-on-alarm needs --threshold X: what an alarm is');
  }
  checkInputOptions(inputOptions, format);
  checkOutput({ ...options, output: options.output ?? options.target?.out });
  checkStdin([input, reference, options.labels]);
}
