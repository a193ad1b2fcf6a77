// What a command is: the parts of its help text, the options that it takes, and how it runs.
import type { ParsedOptions } from './options/parse.ts';
import type { OptionName } from './options/table.ts';

/** Options that stand together under a heading of a help text. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionName[];
  /** Lines below the options. */
  readonly note?: string;
}

/** A command of the program. It takes the options of its groups and no others. */
export interface Command {
  /** What follows the command's name in the first line of its help. */
  readonly usage: string;
  /** What the command does, in lines of at most 80 characters. */
  readonly about: string;
  readonly groups: readonly OptionGroup[];
  /** Lines below the groups. */
  readonly note?: string;
  /** What the exit status says. */
  readonly exitStatus: string;
  /** One command line per line. */
  readonly examples: string;
  /** Runs the command. `commands` are all commands of the program, for those that tell about others. */
  run(given: ParsedOptions, commands: CommandList): Promise<void>;
}

/** The commands by name. The module of a command is loaded only when it is needed; `help` has none. */
export type CommandList = Readonly<Record<string, { readonly summary: string; load?(): Promise<Command> }>>;

/** The usual {@link Command.exitStatus}. */
export const EXIT_STATUS = '0 done, 1 bad input or output, 2 bad usage, 130 interrupted.';

/** Names of the options that a command takes. */
export function optionNames({ groups }: Pick<Command, 'groups'>): OptionName[] {
  return groups.flatMap(({ options }) => options);
}

/** Which of the standard streams are terminals. */
export interface Terminals {
  readonly stdin: boolean;
  readonly stdout: boolean;
}

/** The {@link Terminals} of this process. */
export function terminals(): Terminals {
  return { stdin: process.stdin.isTTY === true, stdout: process.stdout.isTTY === true };
}
