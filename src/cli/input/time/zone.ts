// Local times of a zone as moments: also where its clocks are put forward, and where they show an hour twice.
import { clockOf, type ZoneClock } from '../../../calibrate/looks/zone-clock.ts';

/** The clocks of a time zone. */
export type Zone = ZoneClock;

const DAY = 86_400_000;

/** The zone of this name. @throws RangeError for an unknown one */
export function zoneOf(name: string): Zone {
  return clockOf(name);
}

/**
 * The moment at which the zone's clocks show a local time, in milliseconds. A time that they skip is read by the offset
 * before the change, so 02:30 of a night that goes from 02:00 to 03:00 is 03:30. Of a time that they show twice it is the
 * first moment, or the second one; NaN for the second one of a time that they show once.
 *
 * @param local the local time as if it were UTC
 */
export function atZone(local: number, zone: Zone, isLater = false): number {
  if (Number.isNaN(local)) return NaN;
  const before = zone.offset(local - DAY);
  const after = zone.offset(local + DAY);
  if (before === after && zone.offset(local - before) === before) return isLater ? NaN : local - before;
  const candidates = [local - before, local - after].filter((at) => at + zone.offset(at) === local);
  const [first = local - before] = candidates;
  const second = candidates.at(-1) ?? first;
  if (isLater) return first === second ? NaN : Math.max(first, second);
  return Math.min(first, second);
}
