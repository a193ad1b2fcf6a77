// What the streaming commands have in common on the command line: options and help groups.
import { ALARM_ACTIONS, type AlarmActions, alarmActionsOf, FAIL_ON_ALARM } from '../alarms/options.ts';
import type { OptionGroup, Terminals } from '../command.ts';
import { UsageError } from '../errors.ts';
import { FOLLOW_NAMES, type FollowOptions, followOptionsOf } from '../follow/options.ts';
import type { InputOptions } from '../input/read.ts';
import { checkInputOptions, INPUT_OPTIONS, inputOptionsOf, inputPath } from '../options/input-options.ts';
import type { ParsedOptions } from '../options/parse.ts';

/** What `--format` names. */
export type StreamFormat = 'table' | 'lines' | 'csv' | 'json' | 'events' | 'alarms';

/** The options that every streaming command has. */
export interface AnswerOptions extends AlarmActions {
  /** A path; `-` is standard input. */
  readonly input: string;
  /** A live file in the place of that. */
  readonly follow: FollowOptions | undefined;
  readonly inputOptions: InputOptions;
  readonly format: StreamFormat;
  /** Path of the state file. */
  readonly state: string | undefined;
  /** Seconds between two saves. */
  readonly saveEvery: number;
}

const INPUT: OptionGroup = {
  title: 'Input',
  options: [...INPUT_OPTIONS, 'series', 'missing'],
  note: `Missing are empty cells, NaN, NA, null and infinities. A blank line where a
number is expected is a missing value. A line that is none of these ends the
program, with its number; the state is saved before (but see --bad-lines).`,
};

const LIVE_FILE: OptionGroup = {
  title: 'A live file',
  options: FOLLOW_NAMES,
  note: `The state keeps the place in FILE, and a restart goes on there: in the file
as it was renamed, copied or compressed meanwhile, then in those after it.
With --output this holds after kill -9, too: every line is answered once. On
standard output the answers since the last save come again after kill -9.
What no line feed ends is not read; gzip is refused. A line that cannot be
read ends the program, and the next run begins with it (see --bad-lines).`,
};

/** The help groups of a streaming command with these options of its own. */
export function streamGroups(own: readonly OptionGroup[]): OptionGroup[] {
  return [
    INPUT,
    ...own,
    { title: 'State', options: ['state', 'save-every'] },
    LIVE_FILE,
    { title: 'Alarms', options: ALARM_ACTIONS },
    { title: 'Output', options: ['format', 'help'] },
  ];
}

/** What the exit status of a streaming command says. */
export const STREAM_EXIT_STATUS: string = `0 done, 1 bad input or output, 2 bad usage, 129 hung up,
130 interrupted, 143 terminated; ${FAIL_ON_ALARM}`;

/** The {@link AnswerOptions} that were given. Throws for options that make no sense together. */
export function answerOptionsOf(given: ParsedOptions, isTerminal: Terminals): AnswerOptions {
  const input = given.has('follow') ? '-' : inputPath(given, isTerminal.stdin);
  const hasAlarms = given.command === 'monitor' || given.has('threshold');
  const format = formatOf(given, isTerminal.stdout && !given.has('output'), hasAlarms);
  const options: AnswerOptions = {
    input,
    follow: followOptionsOf(given, format),
    inputOptions: inputOptionsOf(given),
    format,
    ...alarmActionsOf(given, given.text('follow') ?? input, hasAlarms),
    state: given.text('state'),
    saveEvery: given.seconds('save-every'),
  };
  checkInputOptions(options.inputOptions, options.format);
  if (given.has('save-every') && !given.has('state')) throw new UsageError('--save-every is for --state FILE');
  return options;
}

function formatOf(given: ParsedOptions, isTerminal: boolean, hasAlarms: boolean): StreamFormat {
  const format = given.choice<StreamFormat | 'auto'>('format');
  const isAuto = format === 'auto' || format === 'table';
  if (format === 'events' && !hasAlarms) {
    throw new UsageError('--format events needs --threshold X: what an alarm is');
  }
  if (given.flag('only-alarms')) {
    if (isAuto) return 'alarms';
    if (format === 'lines') {
      throw new UsageError(
        '--only-alarms is for the formats auto, csv, json and events: lines holds a score per value',
      );
    }
  }
  return format === 'auto' ? (isTerminal ? 'table' : 'lines') : format;
}
