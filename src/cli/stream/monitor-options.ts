// The options of `knn-anomaly monitor`: their help, and from the texts of the command line to checked values.

import { show, UsageError } from '../errors.ts';
import { Given, parseTexts } from '../options/arguments.ts';
import { INPUT_HELP, INPUT_OPTIONS } from '../options/input-options.ts';
import { ANSWER_OPTIONS, type AnswerOptions, answerOptionsOf } from './options.ts';
import type { Settings } from './saved-state.ts';

/** What the surprises depend on: saved with a state, with which it must agree. `threshold` '' is that of the preset. */
export type SettingName = 'preset' | 'warmup' | 'hold' | 'threshold' | 'max-values' | 'seed' | 'missing';

/** Everything `knn-anomaly monitor` was told. */
export interface MonitorCommandOptions extends AnswerOptions {
  /** The settings that were given. */
  readonly settings: Partial<Settings<SettingName>>;
  /** Whether every alarm is explained. */
  readonly explain: boolean;
}

/** What holds where neither the command line nor a state says something else. */
export const DEFAULTS: Settings<SettingName> = {
  preset: 'novelty',
  warmup: '100',
  hold: '100',
  threshold: '',
  'max-values': '100000',
  seed: '1',
  missing: 'omit',
};

/** The text of `knn-anomaly monitor --help`. */
export const MONITOR_HELP: string = `Usage: knn-anomaly monitor [FILE] [options]

Says of every value as it comes how surprising it is: -ln p, 4.6 is once in 100
values and 6.9 once in 1000, on every series alike. Of a burst only the values
that surprise more than all of the last ones are shown, the others are 0: what
is not below the threshold is an alarm, and there are few of them. Each line is
answered before the next one arrives. FILE is a path, or - or nothing for
standard input. Gzip is recognized.

Input
${INPUT_HELP}  --missing HOW       omit (default): NaN, and skip it, or throw: stop there
  Missing are empty cells, NaN, NA, null and infinities. A blank line where a
  number is expected is a missing value. A line that is none of these ends the
  program, with its number; the state is saved before.

Surprises
  --preset NAME       novelty (default): how far from every value before; or
                      views: the same of the value and of minimum, median,
                      maximum and range of the last 10 and 50 values, summed
  --threshold X       what an alarm is (default 4.65; of views 24.4): for
                      --explain
  --hold N            so many values later a surprise as large is shown again
                      (default 100)
  --warmup N          values that are passed over at the start (default 100)
  --max-values N      values that are kept, beyond that a sample of all
                      (default 100000)
  --seed N            decides which are kept (default 1)
  --explain           every alarm in a sentence, on standard error

State
  --state FILE        go on where FILE ends, if it exists; write it at the end,
                      whatever ends the program, and now and then. FILE knows
                      the options under Surprises but --explain, and --missing:
                      those given again must agree. It is replaced as a whole.
                      Of two programs that write it the last one wins
  --save-every SECS   most that kill -9 or a power failure can lose (default 60)

Output
  --format FORMAT     lines  one surprise per value
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
  tail -f latency.log | knn-anomaly monitor --explain --state latency.state
  knn-anomaly monitor cpu.csv --column cpu --time time --format csv
  tail -f latency.log | knn-anomaly monitor | awk '$1 >= 4.65 {print NR}'
`;

const TEXT = { type: 'string' } as const;

const OPTIONS = {
  ...INPUT_OPTIONS,
  ...ANSWER_OPTIONS,
  preset: TEXT,
  threshold: TEXT,
  hold: TEXT,
  warmup: TEXT,
  'max-values': TEXT,
  seed: TEXT,
  explain: { type: 'boolean' },
} as const;

/**
 * The options in `args`, or `'help'`. Throws a {@link UsageError} for anything that makes no sense.
 *
 * @param isTerminal which of the standard streams are terminals
 */
export function parseMonitorOptions(
  args: readonly string[],
  isTerminal: { readonly stdin: boolean; readonly stdout: boolean },
): MonitorCommandOptions | 'help' {
  const { values, positionals } = parseTexts(args, OPTIONS, 'monitor');
  if (values.help) return 'help';
  const given = new Given<keyof typeof OPTIONS>(values);
  const settings: Partial<Record<SettingName, string>> = {};
  if (given.has('preset')) settings.preset = given.choice('preset', ['novelty', 'views']);
  for (const name of ['hold', 'max-values'] as const) {
    if (given.has(name)) settings[name] = String(given.integer(name, 1, 1));
  }
  for (const name of ['warmup', 'seed'] as const) {
    if (given.has(name)) settings[name] = String(given.integer(name, 0, 0));
  }
  if (given.has('threshold')) settings.threshold = parseThreshold(given.text('threshold')!);
  if (given.has('missing')) settings.missing = given.choice('missing', ['omit', 'throw']);
  return {
    ...answerOptionsOf(given, positionals, isTerminal, 'monitor'),
    settings,
    explain: given.flag('explain'),
  };
}

function parseThreshold(text: string): string {
  const value = Number(text.trim() || NaN);
  if (value > 0 && value < Infinity) return String(value);
  throw new UsageError(`--threshold must be a positive number, got ${show(text)}`);
}
