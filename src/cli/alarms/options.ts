// The options about alarms that the streaming commands have, as checked values.
import { UsageError } from '../errors.ts';
import { nameOf } from '../input/source.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { OptionName } from '../options/table.ts';
import type { ExecOn, ExecOptions } from './commands.ts';

/** The options, for a command's groups. */
export const ALARM_ACTIONS: readonly OptionName[] = ['only-alarms', 'exec', 'exec-on', 'exec-timeout', 'fail-on-alarm'];

/** The exit status of a program that was asked to fail if there was an alarm. */
export const ALARM_STATUS = 3;

/** What the help says of that. */
export const FAIL_ON_ALARM = '3 with --fail-on-alarm after an alarm.';

/** What is done about alarms. */
export interface AlarmActions {
  readonly onlyAlarms: boolean;
  readonly exec: ExecOptions | undefined;
  readonly failOnAlarm: boolean;
}

/**
 * The {@link AlarmActions} that were given. Throws for options that make no sense together.
 *
 * @param input the path of the input
 * @param hasAlarms whether the command has alarms
 */
export function alarmActionsOf(given: ParsedOptions, input: string, hasAlarms: boolean): AlarmActions {
  for (const name of ALARM_ACTIONS) {
    if (given.has(name) && !hasAlarms) throw new UsageError(`--${name} needs --threshold X: what an alarm is`);
  }
  for (const name of ['exec-on', 'exec-timeout'] as const) {
    if (given.has(name) && !given.has('exec')) throw new UsageError(`--${name} is for --exec CMD`);
  }
  const command = given.text('exec');
  if (command?.trim() === '') throw new UsageError('--exec needs a command, got nothing but blanks');
  return {
    onlyAlarms: given.flag('only-alarms'),
    exec:
      command === undefined
        ? undefined
        : {
            command,
            on: given.choice<ExecOn>('exec-on'),
            timeout: given.seconds('exec-timeout'),
            input: nameOf(input),
          },
    failOnAlarm: given.flag('fail-on-alarm'),
  };
}
