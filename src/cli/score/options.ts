// The options of `knn-anomaly score`: their help, and from the texts of the command line to checked values.
import type { KNNOptions } from '../../index.ts';
import { ENGINES } from '../../search/plan.ts';
import type { Work } from '../cost.ts';
import { UsageError } from '../errors.ts';
import type { InputOptions } from '../input/read.ts';
import { Given, parseSize, parseTexts } from '../options/arguments.ts';
import { checkInputOptions, INPUT_HELP, INPUT_OPTIONS, inputOptionsOf, inputPath } from '../options/input-options.ts';
import { metricOf } from '../options/metric-option.ts';

/** What `--format` names. */
export type OutputFormat = 'summary' | 'lines' | 'csv' | 'json';

/** Everything `knn-anomaly score` was told. */
export interface ScoreOptions extends Work {
  /** A path; `-` is standard input. */
  readonly input: string;
  readonly inputOptions: InputOptions;
  readonly reference: string | undefined;
  readonly covariance: string | undefined;
  readonly knn: KNNOptions;
  readonly format: OutputFormat;
  readonly top: number;
  readonly separation: number;
  readonly labels: string | undefined;
  readonly output: string | undefined;
  readonly force: boolean;
  readonly maxMemory: number;
  readonly threads: number | undefined;
  readonly progress: boolean;
}

/** The text of `knn-anomaly score --help`. */
export const SCORE_HELP: string = `Usage: knn-anomaly score [FILE] [options]

Scores every value of a series by how far the window that ends there is from
the windows most like it: higher is stranger. FILE is a path, or - or nothing
for standard input. Gzip is recognized.

Input
${INPUT_HELP}  --reference FILE    score against the windows of this file, read the same way
  --missing HOW       omit (default), or throw: stop at a missing value
  Missing are empty cells, NaN, NA, null and infinities.

Scores
  -w, --window N      values per window (default 5)
  -k, --neighbors N   neighbors per window (default 5)
  --metric NAME       euclidean (default), mahalanobis, manhattan, minkowski:P,
                      or another of ml-distance; a wrong name lists them all
  --covariance HOW    for mahalanobis: ledoit-wolf (default), empirical, pinv or
                      ridge:X
  --normalize HOW     none (default), mean or zscore, within each window
  --aggregation HOW   mean (default), max or median of the neighbors' distances
  --exclusion-zone N  windows that start this near are no neighbors (default 0)
  --side SIDE         both (default), or left: neighbors are earlier windows
  --engine NAME       auto (default), brute, kdtree or diagonal: same scores
  --threads N         threads to score with; default: all processors for work of
                      more than 0.2 s, as far as --max-memory allows. Distances
                      of ml-distance are computed by one

Output
  --format FORMAT     lines  one score per value
                      csv    index,time,value,score; of several columns
                             index,time,NAME,NAME_score,...
                      json   {"index","time","value","score"} per value; of
                             several columns {"index","time","metrics":
                             {NAME:{"value","score"}}}
                      summary  settings, curves and the strangest places
                      auto   (default) summary on a terminal, else lines
  --top N             strangest places in the summary (default 5)
  --separation N      least distance of two of them (default: the window)
  --labels FILE       CSV of known faults, for the summary: begin and end, both
                      inclusive, as in the time column, or without one indices
                      from 0; and optionally fault (or label), and metric: the
                      one column it is about
  -o, --output FILE   write to FILE, all of it or nothing
  --force             let --output overwrite a file
  --max-memory SIZE   refuse work that needs more (default 2G)
  --no-progress       no progress and no announcement of long work on stderr
  -h, --help          this text

Exit status: 0 done, 1 bad input or output, 2 bad usage, 130 interrupted.

Examples
  knn-anomaly score cpu.txt
  knn-anomaly score server.csv.gz --column cpu --time time --format csv
  zcat log.jsonl.gz | knn-anomaly score --field latency.p99 --normalize zscore
`;

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;

const OPTIONS = {
  ...INPUT_OPTIONS,
  reference: TEXT,
  missing: TEXT,
  window: { ...TEXT, short: 'w' },
  neighbors: { ...TEXT, short: 'k' },
  metric: TEXT,
  covariance: TEXT,
  normalize: TEXT,
  aggregation: TEXT,
  'exclusion-zone': TEXT,
  side: TEXT,
  engine: TEXT,
  threads: TEXT,
  format: TEXT,
  top: TEXT,
  separation: TEXT,
  labels: TEXT,
  output: { ...TEXT, short: 'o' },
  force: FLAG,
  'max-memory': TEXT,
  'no-progress': FLAG,
  help: { ...FLAG, short: 'h' },
} as const;

/**
 * The options in `args`, or `'help'`. Throws a {@link UsageError} for anything that makes no sense.
 *
 * @param isTerminal which of the standard streams are terminals
 */
export async function parseScoreOptions(
  args: readonly string[],
  isTerminal: { readonly stdin: boolean; readonly stdout: boolean },
): Promise<ScoreOptions | 'help'> {
  const { values, positionals } = parseTexts(args, OPTIONS, 'score');
  if (values.help) return 'help';
  const given = new Given<keyof typeof OPTIONS>(values);
  const format = given.choice('format', ['auto', 'summary', 'lines', 'csv', 'json']);
  const windowSize = given.integer('window', 1, 5);
  const metric = given.text('metric') ?? 'euclidean';
  const output = given.text('output') === '-' ? undefined : given.text('output');
  const fallback = isTerminal.stdout && output === undefined ? 'summary' : 'lines';
  const options: Omit<ScoreOptions, 'knn'> = {
    input: inputPath(positionals, isTerminal.stdin, 'score'),
    inputOptions: inputOptionsOf(given),
    reference: given.text('reference'),
    windowSize,
    k: given.integer('neighbors', 1, 5),
    metric,
    covariance: given.text('covariance'),
    normalize: given.choice('normalize', ['none', 'mean', 'zscore']),
    engine: given.choice('engine', ENGINES),
    format: format === 'auto' ? fallback : format,
    top: given.integer('top', 1, 5),
    separation: given.integer('separation', 1, windowSize),
    labels: given.text('labels'),
    output,
    force: given.flag('force'),
    threads: given.integer('threads', 1, undefined),
    maxMemory: parseSize(given.text('max-memory') ?? '2G', '--max-memory'),
    progress: !given.flag('no-progress'),
  };
  checkTogether(options, given);
  const fitted = await metricOf(metric, options.covariance);
  const knn: KNNOptions = {
    normalize: options.normalize as NonNullable<KNNOptions['normalize']>,
    engine: options.engine,
    aggregation: given.choice('aggregation', ['mean', 'max', 'median']),
    missing: given.choice('missing', ['omit', 'throw']),
    ...(fitted !== undefined && { metric: fitted }),
    ...(given.has('exclusion-zone') && { exclusionZone: given.integer('exclusion-zone', 0, 0) }),
    ...(given.has('side') && { side: given.choice('side', ['both', 'left']) }),
  };
  return { ...options, knn };
}

/** Refuses options that would have no effect together. */
function checkTogether(options: Omit<ScoreOptions, 'knn'>, given: Given<keyof typeof OPTIONS>): void {
  const { format, input, inputOptions, reference, output, force } = options;
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
  if (force && output === undefined) throw new UsageError('--force is for --output FILE');
  const stdin = [input, reference, options.labels].filter((path) => path === '-');
  if (stdin.length > 1) throw new UsageError('standard input can be read once only');
}
