// Sentences about times in the time of a zone.
import { formatTime } from '../../calibrate/looks/zone-clock.ts';

/** A sentence with its UTC times, such as 2024-03-01T00:00:00Z, as those of a zone, with their offset; as it is without a zone. */
export function inZone(text: string, timezone: string | undefined): string {
  if (timezone === undefined) return text;
  return text.replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) =>
    formatTime(Date.parse(time), timezone),
  );
}
