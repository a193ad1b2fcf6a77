// The options that say how times are understood, as checked values.
import type { DuplicateRule } from '../../index.ts';
import type { ChangeKind } from '../change/change.ts';
import { show, UsageError } from '../errors.ts';
import { durationOf, type Span } from '../input/time/duration.ts';
import { resampleOf } from '../input/time/resample.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { type OptionName, optionOf } from '../options/table.ts';

/** The options about times, for a command's groups. */
export const TIME_OPTIONS: readonly OptionName[] = ['step', 'duplicates', 'resample'];

/** How times are understood. */
export interface TimeOptions {
  /** `undefined`: found; `'none'`: rows are taken as they lie. */
  readonly step: Step | 'none' | undefined;
  /** `undefined`: the last row counts, unless most rows repeat a time. */
  readonly duplicates: DuplicateRule | undefined;
  /** What of the values is wanted, in the order of their times; `undefined`: they themselves. */
  readonly change?: ChangeKind | undefined;
}

/** A step that was given: a number, and the unit if there is one. */
export interface Step extends Span {
  readonly text: string;
}

/** The options about times that were given. Throws if they are given without a time column. */
export function timeOptionsOf(given: ParsedOptions): TimeOptions {
  for (const name of TIME_OPTIONS) {
    if (name === 'step' && !hasStep(given)) continue;
    if (given.takes(name) && given.has(name) && !given.has('time'))
      throw new UsageError(`--${name} is for --time NAME`);
  }
  const duplicates = given.has('duplicates') ? given.choice<DuplicateRule>('duplicates') : undefined;
  const step = stepOf(given);
  if (step === 'none' && duplicates !== undefined) {
    throw new UsageError('--duplicates has no effect with --step none, which takes rows as they lie');
  }
  if (given.has('resample') && duplicates !== undefined) {
    throw new UsageError('--duplicates has no effect with --resample, which makes one row of all rows of a time');
  }
  return { step, duplicates };
}

/** Whether `--step` is about the times of rows; that of a monitor is not. */
function hasStep(given: ParsedOptions): boolean {
  return given.takes('step') && optionOf('step', given.command).kind === 'text';
}

/** The step: that of `--resample`, or a given one where `--step` is about the times of rows. */
function stepOf(given: ParsedOptions): TimeOptions['step'] {
  const isGiven = hasStep(given) && given.has('step');
  if (given.has('resample')) {
    if (isGiven) throw new UsageError('--step has no effect with --resample, which has a step of its own');
    return resampleOf(given.text('resample')!);
  }
  return isGiven ? parseStep(given.text('step')!) : undefined;
}

function parseStep(text: string): Step | 'none' {
  if (text === 'none') return 'none';
  const span = durationOf(text);
  if (span !== undefined) return { text, ...span };
  throw new UsageError(`--step must be a time such as 30s, 5m, 1h or 1d, a number or none, got ${show(text)}`);
}
