// Values of files of columns as texts: times with their zone, whole numbers exactly.
import { formatTime } from '../../../calibrate/looks/zone-clock.ts';

/** Units of times, in the number of them in a second. */
export const PER_SECOND = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n } as const;

/** The unit of a time. */
export type Unit = keyof typeof PER_SECOND;

/**
 * A moment as ISO 8601, with all digits of its unit that are not zero.
 *
 * @param zone in which it is shown; `'UTC'` with a Z; `undefined` for a local time, which has no offset
 */
export function timestampText(value: bigint | number, unit: Unit, zone: string | undefined): string {
  const per = PER_SECOND[unit];
  const count = BigInt(value);
  const fraction = ((count % per) + per) % per;
  const milliseconds = Number((count - fraction) / per) * 1000;
  const digits =
    per === 1n
      ? ''
      : String(fraction)
          .padStart(String(per).length - 1, '0')
          .replace(/0+$/, '');
  const text = shown(milliseconds, zone);
  return digits === '' ? text : text.replace(/(T\d\d:\d\d:\d\d)/, `$1.${digits}`);
}

function shown(milliseconds: number, zone: string | undefined): string {
  if (!(Math.abs(milliseconds) < 8.64e15)) return String(milliseconds);
  if (zone === undefined) return formatTime(milliseconds).slice(0, -1);
  if (/^(?:UTC|Etc\/UTC|GMT|\+00:00)$/i.test(zone)) return formatTime(milliseconds);
  try {
    return formatTime(milliseconds, zone);
  } catch {
    return formatTime(milliseconds); // a zone that is not known here: the moment is the same
  }
}

/** A time of day. */
export function clockText(value: bigint | number, unit: Unit): string {
  return timestampText(value, unit, undefined).slice(11);
}

/** A day, from the number of days since 1970. */
export function dayText(days: number): string {
  return formatTime(days * 86_400_000).slice(0, 10);
}

/** A number, text or truth value; '' for a missing one. */
export function plainText(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
