// The time zone of a figure: the one that was asked for, else the offset that the times are written with.
import { checkTimezone } from '../../plot/axes/dates.ts';
import { UsageError } from '../errors.ts';
import type { Table } from '../input/columns.ts';

/** A date and clock with an offset at its end; a second group is `Z`. */
const OFFSET = /\d:\d\d.*?([+-]\d\d:?\d\d)$/;

/** The zone that was given. Throws a {@link UsageError} for one that does not exist. */
export function checkedZone(timezone: string): string {
  try {
    checkTimezone(timezone, '--timezone');
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return timezone;
}

/** The offset that all of these times are written with, such as `+09:00`; `UTC` if there is none, or more than one. O(n). */
export function zoneOf(times: Table['times']): string {
  let common: string | undefined;
  for (const time of times ?? []) {
    const offset = OFFSET.exec(time.trim())?.[1];
    if (offset === undefined || (common !== undefined && offset !== common)) return 'UTC';
    common = offset;
  }
  return common === undefined ? 'UTC' : `${common.slice(0, 3)}:${common.slice(-2)}`;
}
