// The options --diff and --rate as checked values, and what they do to a table.
import { CliError, UsageError } from '../errors.ts';
import type { TimeNotation } from '../input/columns.ts';
import { momentReader } from '../input/moments.ts';
import { epochOf } from '../input/times.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { Settings } from '../options/settings.ts';
import type { OptionName } from '../options/table.ts';
import { type ChangeKind, changeKindOf, changesOf } from './change.ts';

/** The options that say what of a value is scored, for a command's groups. */
export const CHANGE_OPTIONS: readonly OptionName[] = ['diff', 'rate'];

/** The change that was asked for. Throws for options that exclude each other. */
export function changeOptionOf(given: ParsedOptions): ChangeKind | undefined {
  const change = changeKindOf(given.flag('diff'), given.flag('rate'));
  checkChange(change, given.takes('missing') && given.choice('missing') === 'throw');
  return change;
}

/** How the settings of a stream say `--rate` where rows have times. Without times, and in older states, it is that of a flag. */
export const PER_SECOND = 'per second';

/**
 * The change that the settings of a stream ask for. Throws for settings that exclude each other.
 *
 * @param hasRate whether the detector itself knows rates, which are per value
 */
export function changeIn(settings: Partial<Settings<OptionName>>, hasRate: boolean): ChangeKind | undefined {
  const { diff = '', rate = '', missing } = settings;
  const change = changeKindOf(diff !== '', rate !== '');
  checkChange(change, missing === 'throw');
  return change === 'rate' && hasRate && rate !== PER_SECOND ? undefined : change;
}

/**
 * The setting of `--rate`, with its unit: what a state was saved with has to be what it goes on with. A state that does not know
 * the unit goes on as it did.
 *
 * @param given the setting of the command line, if there is one
 * @param saved the setting of the state, if there is one
 * @throws UsageError for a state whose rates are per second, without `--time`
 */
export function rateSetting(
  given: string | undefined,
  saved: string | undefined,
  hasTimes: boolean,
): string | undefined {
  if (saved === PER_SECOND && !hasTimes) {
    throw new UsageError('the state was saved with --rate and --time, per second: give --time again');
  }
  return given === 'true' && hasTimes && saved !== 'true' ? PER_SECOND : given;
}

/** A reader of times for rates: seconds of a date, or of a number since 1970 or whatever else it counts. NaN for other texts. */
export function secondsReader(notation: TimeNotation = {}): (text: string) => number {
  const momentOf = momentReader('none', notation);
  return (text) => {
    const moment = momentOf(text);
    if (!Number.isNaN(moment)) return moment / 1000;
    const number = Number(text.trim() || NaN);
    const isEpoch = number >= EPOCH;
    return isEpoch ? epochOf(number) / 1000 : number;
  };
}

/** Numbers from here on are seconds since 1970, or parts of them: 2001. */
const EPOCH = 978_307_200;

/** Throws where missing values are refused: the first change is one. */
export function checkChange(change: ChangeKind | undefined, refusesMissing: boolean): void {
  if (change !== undefined && refusesMissing) {
    throw new UsageError(`--missing throw and --${change} exclude each other: the first value has no change`);
  }
}

/**
 * Columns with the changes of their values.
 *
 * @param name of the input, for errors
 * @param at when each value came, in seconds; by default a rate is per value
 */
export function changedColumns<C extends { readonly name: string | undefined; readonly values: Float64Array }>(
  columns: readonly C[],
  change: ChangeKind | undefined,
  name: string,
  at?: (t: number) => number,
): C[] {
  if (change === undefined) return [...columns];
  try {
    return columns.map((column) => ({ ...column, values: changesOf(column.values, change, at) }));
  } catch (error) {
    throw error instanceof RangeError ? new CliError(`${name}: ${error.message}`) : error;
  }
}
