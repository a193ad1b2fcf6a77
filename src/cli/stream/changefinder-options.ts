// The options of `knn-anomaly changefinder`: their help, and from the texts of the command line to checked values.

import { show, UsageError } from '../errors.ts';
import { Given, parseTexts } from '../options/arguments.ts';
import { INPUT_HELP, INPUT_OPTIONS } from '../options/input-options.ts';
import { ANSWER_OPTIONS, type AnswerOptions, answerOptionsOf } from './options.ts';
import type { Settings } from './saved-state.ts';

/** What the scores depend on: saved with a state, with which it must agree. */
export type SettingName =
  | 'outlier-order'
  | 'outlier-discount'
  | 'change-order'
  | 'change-discount'
  | 'smoothing'
  | 'missing';

/** Everything `knn-anomaly changefinder` was told. */
export interface ChangeFinderOptions extends AnswerOptions {
  /** The settings that were given. */
  readonly settings: Partial<Settings<SettingName>>;
  /** Whether the first stage's score is shown, not the second's. */
  readonly outlier: boolean;
}

/** What holds where neither the command line nor a state says something else. */
export const DEFAULTS: Settings<SettingName> = {
  'outlier-order': '5',
  'outlier-discount': '0.01',
  'change-order': '10',
  'change-discount': '0.01',
  smoothing: '5',
  missing: 'omit',
};

/** The text of `knn-anomaly changefinder --help`. */
export const CHANGEFINDER_HELP: string = `Usage: knn-anomaly changefinder [FILE] [options]

Scores every value as it comes, by how much the process behind the series seems
to change there: higher is stranger. A first autoregressive model, which
forgets, scores outliers; a second one finds changes in their smoothed scores.
Each line is answered before the next one arrives. The first scores, about
1/outlier-discount + 1/change-discount of them, say how new the series is. FILE
is a path, or - or nothing for standard input. Gzip is recognized.

Input
${INPUT_HELP}  --missing HOW       omit (default): score NaN and skip it, or throw: stop
  Missing are empty cells, NaN, NA, null and infinities. A blank line where a
  number is expected is a missing value. A line that is none of these ends the
  program, with its number; the state is saved before.

Scores
  --outlier-order N     coefficients of the first model (default 5)
  --outlier-discount R  how fast it forgets, between 0 and 1: it looks back
                        about 1/R values (default 0.01)
  --change-order N      coefficients of the second model (default 10)
  --change-discount R   how fast that forgets (default 0.01)
  --smoothing N         how many outlier scores are averaged (default 5)
  --outlier             show the first model's scores: single strange values

State
  --state FILE        go on where FILE ends, if it exists; write it at the end,
                      whatever ends the program, and now and then. FILE knows
                      the options under Scores but --outlier, and --missing:
                      those given again must agree. It is replaced as a whole.
                      Of two programs that write it the last one wins
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
  tail -f latency.log | knn-anomaly changefinder --state latency.state
  knn-anomaly changefinder cpu.csv --column cpu --time time --format csv
  knn-anomaly changefinder sales.txt --outlier-order 2 --outlier-discount 0.05
`;

const TEXT = { type: 'string' } as const;

const OPTIONS = {
  ...INPUT_OPTIONS,
  ...ANSWER_OPTIONS,
  'outlier-order': TEXT,
  'outlier-discount': TEXT,
  'change-order': TEXT,
  'change-discount': TEXT,
  smoothing: TEXT,
  outlier: { type: 'boolean' },
} as const;

/**
 * The options in `args`, or `'help'`. Throws a {@link UsageError} for anything that makes no sense; bounds are left to
 * ChangeFinder.
 *
 * @param isTerminal which of the standard streams are terminals
 */
export function parseChangeFinderOptions(
  args: readonly string[],
  isTerminal: { readonly stdin: boolean; readonly stdout: boolean },
): ChangeFinderOptions | 'help' {
  const { values, positionals } = parseTexts(args, OPTIONS, 'changefinder');
  if (values.help) return 'help';
  const given = new Given<keyof typeof OPTIONS>(values);
  const settings: Partial<Record<SettingName, string>> = {};
  for (const name of ['outlier-order', 'change-order', 'smoothing'] as const) {
    if (given.has(name)) settings[name] = String(given.integer(name, 1, 0));
  }
  for (const name of ['outlier-discount', 'change-discount'] as const) {
    if (given.has(name)) settings[name] = parseDiscount(given.text(name)!, `--${name}`);
  }
  if (given.has('missing')) settings.missing = given.choice('missing', ['omit', 'throw']);
  return {
    ...answerOptionsOf(given, positionals, isTerminal, 'changefinder'),
    settings,
    outlier: given.flag('outlier'),
  };
}

/** A number as the library takes it, in one way of writing it. */
function parseDiscount(text: string, option: string): string {
  const value = Number(text.trim() || NaN);
  if (value > 0 && value < 1) return String(value);
  throw new UsageError(`${option} must be a number above 0 and below 1, got ${show(text)}`);
}
