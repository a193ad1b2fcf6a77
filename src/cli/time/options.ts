// The options that say how times are understood, as checked values.
import type { DuplicateRule } from '../../index.ts';
import type { ChangeKind } from '../change/change.ts';
import { show, UsageError } from '../errors.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { OptionName } from '../options/table.ts';

/** The options about times, for a command's groups. */
export const TIME_OPTIONS: readonly OptionName[] = ['step', 'duplicates'];

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
export interface Step {
  readonly text: string;
  readonly number: number;
  /** Milliseconds. */
  readonly unit: number | undefined;
}

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The options about times that were given. Throws if they are given without a time column. */
export function timeOptionsOf(given: ParsedOptions): TimeOptions {
  for (const name of TIME_OPTIONS) {
    if (given.has(name) && !given.has('time')) throw new UsageError(`--${name} is for --time NAME`);
  }
  const step = given.has('step') ? parseStep(given.text('step')!) : undefined;
  const duplicates = given.has('duplicates') ? given.choice<DuplicateRule>('duplicates') : undefined;
  if (step === 'none' && duplicates !== undefined) {
    throw new UsageError('--duplicates has no effect with --step none, which takes rows as they lie');
  }
  return { step, duplicates };
}

function parseStep(text: string): Step | 'none' {
  if (text === 'none') return 'none';
  const [, digits, unit] = /^(\d+(?:\.\d+)?|\.\d+) ?([a-z]*)$/.exec(text) ?? [];
  const number = Number(digits);
  const isUnit = unit === '' || (unit !== undefined && Object.hasOwn(UNITS, unit));
  if (number > 0 && isUnit) return { text, number, unit: unit === '' ? undefined : UNITS[unit!] };
  throw new UsageError(`--step must be a time such as 30s, 5m, 1h or 1d, a number or none, got ${show(text)}`);
}

/** A step between dates in words, in the largest unit of which it is a whole number: `5 min`. */
export function formatStep(milliseconds: number): string {
  for (const [name, unit] of [
    ['d', UNITS.d!],
    ['h', UNITS.h!],
    ['min', UNITS.min!],
    ['s', UNITS.s!],
  ] as const) {
    if (milliseconds % unit === 0) return `${milliseconds / unit} ${name}`;
    if (milliseconds > 10 * unit) return `${(milliseconds / unit).toFixed(2)} ${name}`;
  }
  return `${Number(milliseconds.toPrecision(6))} ms`;
}
