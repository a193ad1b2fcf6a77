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

/**
 * The change that the settings of a stream ask for. Throws for settings that exclude each other.
 *
 * @param hasRate whether the detector itself knows --rate
 */
export function changeIn(settings: Partial<Settings<OptionName>>, hasRate: boolean): ChangeKind | undefined {
  const change = changeKindOf(settings.diff === 'true', settings.rate === 'true');
  checkChange(change, settings.missing === 'throw');
  return change === 'rate' && hasRate ? undefined : change;
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
 * @param span seconds from one value to the next; NaN or nothing: a rate is per value
 */
export function changedColumns<C extends { readonly name: string | undefined; readonly values: Float64Array }>(
  columns: readonly C[],
  change: ChangeKind | undefined,
  name: string,
  span: number = NaN,
): C[] {
  if (change === undefined) return [...columns];
  const step = span > 0 ? span : 1;
  try {
    return columns.map((column) => ({ ...column, values: changesOf(column.values, change, (t) => t * step) }));
  } catch (error) {
    throw error instanceof RangeError ? new CliError(`${name}: ${error.message}`) : error;
  }
}
