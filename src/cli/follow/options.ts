// The options of a command that follows a live file.
import { UsageError } from '../errors.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { OptionName } from '../options/table.ts';

/** How a live file is followed. */
export interface FollowOptions {
  readonly path: string;
  readonly isFromEnd: boolean;
  /** Seconds between two looks at the file at least. */
  readonly poll: number;
  /** Whether to end where the file ends. */
  readonly isOnce: boolean;
  /** Path of the file that answers are appended to; `undefined` for standard output. */
  readonly output: string | undefined;
}

/** The options about a live file, for a command's groups. */
export const FOLLOW_NAMES: readonly OptionName[] = ['follow', 'from-end', 'once', 'poll', 'output'];

/** The {@link FollowOptions} that were given; `undefined` without `--follow`. Throws for those that make no sense together. */
export function followOptionsOf(given: ParsedOptions, format: string): FollowOptions | undefined {
  const path = given.text('follow');
  if (path === undefined) {
    const lone = (['from-end', 'once', 'poll', 'output'] as const).find((name) => given.has(name));
    if (lone === undefined) return undefined;
    throw new UsageError(`--${lone} is for --follow FILE${lone === 'output' ? ': redirect standard output' : ''}`);
  }
  if (given.positionals.length > 0)
    throw new UsageError(`one FILE at a time, got ${given.positionals.join(' ')} and --follow ${path}`);
  if (path === '-') throw new UsageError('--follow needs a FILE: standard input has no place to go on at');
  const output = given.text('output');
  if (output !== undefined && format === 'table') {
    throw new UsageError('--output is for --format lines, csv, json or events: a table is for reading along');
  }
  return {
    path,
    isFromEnd: given.flag('from-end'),
    poll: given.seconds('poll'),
    isOnce: given.flag('once'),
    output: output === '-' ? undefined : output,
  };
}
