// The options of `knn-anomaly stream`: their help, and from the texts of the command line to checked values.

import { UsageError } from '../errors.ts';
import type { InputOptions } from '../input/read.ts';
import { Given, parseInteger, parseSeconds, parseTexts } from '../options/arguments.ts';
import { checkInputOptions, INPUT_HELP, INPUT_OPTIONS, inputOptionsOf, inputPath } from '../options/input-options.ts';
import type { Settings } from './saved-state.ts';

/** What `--format` names. */
export type StreamFormat = 'table' | 'lines' | 'csv' | 'json';

/** What the scores depend on: saved with a state, with which it must agree. `reference` is a digest of its values. */
export type SettingName =
  | 'window'
  | 'neighbors'
  | 'history'
  | 'metric'
  | 'covariance'
  | 'normalize'
  | 'aggregation'
  | 'exclusion-zone'
  | 'missing'
  | 'reference';

/** What every command that answers a stream is told. */
export interface AnswerOptions {
  /** A path; `-` is standard input. */
  readonly input: string;
  readonly inputOptions: InputOptions;
  readonly format: StreamFormat;
  /** A path. */
  readonly state: string | undefined;
  /** Seconds. */
  readonly saveEvery: number;
}

/** Everything `knn-anomaly stream` was told. */
export interface StreamOptions extends AnswerOptions {
  /** The settings that were given, but for the digest. */
  readonly settings: Partial<Settings<SettingName>>;
  /** A path. */
  readonly reference: string | undefined;
}

/** What holds where neither the command line nor a state says something else. */
export const DEFAULTS: Settings<SettingName> = {
  window: '5',
  neighbors: '5',
  history: '10000',
  metric: 'euclidean',
  covariance: '',
  normalize: 'none',
  aggregation: 'mean',
  'exclusion-zone': '0',
  missing: 'omit',
  reference: '',
};

/** The text of `knn-anomaly stream --help`. */
export const STREAM_HELP: string = `Usage: knn-anomaly stream [FILE] [options]

Scores every value as it comes, by how far the window that ends there is from
the windows before it that are most like it: higher is stranger. Each line is
answered before the next one arrives. FILE is a path, or - or nothing for
standard input. Gzip is recognized.

Input
${INPUT_HELP}  --missing HOW       omit (default), or throw: stop at a missing value
  Missing are empty cells, NaN, NA, null and infinities. A blank line where a
  number is expected is a missing value. A line that is none of these ends the
  program, with its number; the state is saved before.

Scores
  -w, --window N      values per window (default 5)
  -k, --neighbors N   neighbors per window (default 5)
  --history N         how many windows back neighbors are looked for (default
                      10000), or infinite: forgets nothing, takes memory for all
  --reference FILE    score against the windows of this file, read the same way;
                      nothing else is learned
  --metric NAME       euclidean (default), mahalanobis (of --reference),
                      manhattan, minkowski:P, or another of ml-distance
  --covariance HOW    for mahalanobis: ledoit-wolf (default), empirical, pinv or
                      ridge:X
  --normalize HOW     none (default), mean or zscore, within each window
  --aggregation HOW   mean (default), max or median of the neighbors' distances
  --exclusion-zone N  so many windows just before are no neighbors (default 0)

State
  --state FILE        go on where FILE ends, if it exists; write it at the end,
                      whatever ends the program, and now and then. FILE knows
                      the options under Scores: those given again must agree. It
                      is replaced as a whole. Of two programs that write it the
                      last one wins
  --save-every SECS   most that kill -9 or a power failure can lose (default 60)

Output
  --format FORMAT     lines  one score per value
                      csv    index,time,value,score; of several columns
                             index,time,NAME,NAME_score,...
                      json   {"index","time","value","score"} per value; of
                             several columns {"index","time","metrics":
                             {NAME:{"value","score"}}}
                      table  for reading along
                      auto   (default) table on a terminal, else lines
                      The index goes on where a state ends.
  -h, --help          this text

Exit status: 0 done, 1 bad input or output, 2 bad usage, 129 hung up,
130 interrupted, 143 terminated.

Examples
  tail -f latency.log | knn-anomaly stream --state latency.state
  vmstat -n 5 | awk 'NR > 2 {print $15; fflush()}' | knn-anomaly stream -w 1
  tail -f log.jsonl | knn-anomaly stream --field ms --time ts --format json
`;

const TEXT = { type: 'string' } as const;

/** For parseArgs: what every command that answers a stream takes, beside the input. */
export const ANSWER_OPTIONS: {
  readonly missing: typeof TEXT;
  readonly state: typeof TEXT;
  readonly 'save-every': typeof TEXT;
  readonly format: typeof TEXT;
  readonly help: { readonly type: 'boolean'; readonly short: 'h' };
} = { missing: TEXT, state: TEXT, 'save-every': TEXT, format: TEXT, help: { type: 'boolean', short: 'h' } };

const OPTIONS = {
  ...INPUT_OPTIONS,
  window: { ...TEXT, short: 'w' },
  neighbors: { ...TEXT, short: 'k' },
  history: TEXT,
  reference: TEXT,
  metric: TEXT,
  covariance: TEXT,
  normalize: TEXT,
  aggregation: TEXT,
  'exclusion-zone': TEXT,
  ...ANSWER_OPTIONS,
} as const;

type GivenOptions = Given<keyof typeof OPTIONS>;

/**
 * The options in `args`, or `'help'`. Throws a {@link UsageError} for anything that makes no sense.
 *
 * @param isTerminal which of the standard streams are terminals
 */
export function parseStreamOptions(
  args: readonly string[],
  isTerminal: { readonly stdin: boolean; readonly stdout: boolean },
): StreamOptions | 'help' {
  const { values, positionals } = parseTexts(args, OPTIONS, 'stream');
  if (values.help) return 'help';
  const given: GivenOptions = new Given(values);
  const options: StreamOptions = {
    ...answerOptionsOf(given, positionals, isTerminal, 'stream'),
    settings: settingsOf(given),
    reference: given.text('reference'),
  };
  checkTogether(options, given);
  return options;
}

/** What every command that answers a stream is told. Throws for options that make no sense together. */
export function answerOptionsOf(
  given: Given<keyof typeof INPUT_OPTIONS | keyof typeof ANSWER_OPTIONS>,
  positionals: readonly string[],
  isTerminal: { readonly stdin: boolean; readonly stdout: boolean },
  command: string,
): AnswerOptions {
  const format = given.choice('format', ['auto', 'table', 'lines', 'csv', 'json']);
  const options: AnswerOptions = {
    input: inputPath(positionals, isTerminal.stdin, command),
    inputOptions: inputOptionsOf(given),
    format: format === 'auto' ? (isTerminal.stdout ? 'table' : 'lines') : format,
    state: given.text('state'),
    saveEvery: parseSeconds(given.text('save-every') ?? '60', '--save-every'),
  };
  checkInputOptions(options.inputOptions, options.format);
  if (given.has('save-every') && !given.has('state')) throw new UsageError('--save-every is for --state FILE');
  return options;
}

/** Those that were given, each in one way of writing it. */
function settingsOf(given: GivenOptions): Partial<Settings<SettingName>> {
  const settings: Partial<Record<SettingName, string>> = {};
  const take = (name: Exclude<SettingName, 'reference'>, text: () => string): void => {
    if (given.has(name)) settings[name] = text();
  };
  take('window', () => String(given.integer('window', 1, 0)));
  take('neighbors', () => String(given.integer('neighbors', 1, 0)));
  take('history', () => parseHistory(given.text('history')!));
  take('metric', () => given.text('metric')!);
  take('covariance', () => given.text('covariance')!);
  take('normalize', () => given.choice('normalize', ['none', 'mean', 'zscore']));
  take('aggregation', () => given.choice('aggregation', ['mean', 'max', 'median']));
  take('exclusion-zone', () => String(given.integer('exclusion-zone', 0, 0)));
  take('missing', () => given.choice('missing', ['omit', 'throw']));
  return settings;
}

function parseHistory(text: string): string {
  return /^infinit[ey]$/i.test(text) ? 'infinite' : String(parseInteger(text, '--history', 1));
}

/** Refuses options that would have no effect together. */
function checkTogether({ input, reference }: StreamOptions, given: GivenOptions): void {
  for (const name of ['history', 'exclusion-zone'] as const) {
    if (given.has(name) && reference !== undefined) {
      throw new UsageError(`--${name} does not apply to --reference: every window of it is a candidate`);
    }
  }
  if (input === '-' && reference === '-') throw new UsageError('standard input can be read once only');
}
