// Writes moments in the way in which the times of an input are written.

import { formatTime } from '../../../calibrate/looks/zone-clock.ts';
import type { StringColumn } from '../columns.ts';
import type { Clock } from '../times.ts';
import type { Zone } from './zone.ts';

/** Writes a moment; `format` is what `--time-format` would have to say of what it writes. */
export interface TimeWriter {
  (at: number): string;
  readonly format: string | undefined;
}

const pad = (x: number, width = 2): string => String(x).padStart(width, '0');

/** Days, clocks and offsets, of a date whose UTC fields are the local time. */
const DAYS: readonly ((d: Date) => string)[] = [
  (d) => `${pad(d.getUTCFullYear(), 4)}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`,
  (d) => `${pad(d.getUTCFullYear(), 4)}/${pad(d.getUTCMonth() + 1)}/${pad(d.getUTCDate())}`,
  (d) => `${pad(d.getUTCDate())}.${pad(d.getUTCMonth() + 1)}.${pad(d.getUTCFullYear(), 4)}`,
  (d) => `${pad(d.getUTCDate())}/${pad(d.getUTCMonth() + 1)}/${pad(d.getUTCFullYear(), 4)}`,
  (d) => `${pad(d.getUTCMonth() + 1)}/${pad(d.getUTCDate())}/${pad(d.getUTCFullYear(), 4)}`,
  (d) => `${pad(d.getUTCDate())}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCFullYear(), 4)}`,
  (d) => `${pad(d.getUTCFullYear(), 4)}${pad(d.getUTCMonth() + 1)}${pad(d.getUTCDate())}`,
  () => '',
];
const CLOCKS: readonly ((d: Date) => string)[] = [
  (d) => `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`,
  (d) => `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}`,
  (d) =>
    `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}.${pad(d.getUTCMilliseconds(), 3)}`,
  (d) =>
    `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}.${pad(d.getUTCMilliseconds(), 3)}000`,
  (d) =>
    `${pad(d.getUTCHours() % 12 || 12)}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())} ${d.getUTCHours() < 12 ? 'AM' : 'PM'}`,
  () => '',
];
const OFFSETS: readonly ((offset: number) => string)[] = [
  () => '',
  (offset) => (offset === 0 ? 'Z' : '?'),
  (offset) => (offset === 0 ? ' UTC' : '?'),
  (offset) => signed(offset, ':'),
  (offset) => signed(offset, ''),
  (offset) => ` ${signed(offset, ':')}`,
  (offset) => ` ${signed(offset, '')}`,
];

function signed(offset: number, between: string): string {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${between}${pad(minutes % 60)}`;
}

/** Number of times that a way of writing must agree with. */
const MOST_SAMPLES = 50;

/**
 * A writer for the notation of a column: the first way of writing that gives the first texts back. Where none does, moments
 * are written as ISO 8601, in the zone if there is one.
 */
export function timeWriter(times: StringColumn, clock: Clock): TimeWriter {
  const { zone, format } = times;
  const texts: string[] = [];
  for (let t = 0; t < times.length && texts.length < MOST_SAMPLES; t++) {
    const text = times.at(t).trim();
    if (text !== '') texts.push(text);
  }
  for (const write of waysOf(texts[0] ?? '', clock, zone)) {
    if (texts.every((text) => write(clock.read(text)) === text || write(clock.later?.(text) ?? NaN) === text)) {
      return Object.assign(write, { format });
    }
  }
  if (!clock.isDate) return Object.assign((at: number) => String(at), { format });
  return Object.assign((at: number) => formatTime(at, zone?.timezone), { format: undefined });
}

function* waysOf(first: string, clock: Clock, zone: Zone | undefined): Generator<(at: number) => string> {
  if (!clock.isDate) {
    yield String;
    return;
  }
  for (const size of [1e3, 1, 1e-3, 1e-6]) {
    yield (at) => String(size > 1 ? at / size : Math.round(at / size));
  }
  const fixed = fixedOffset(first);
  const offsets = [...(zone === undefined ? [] : [(at: number) => zone.offset(at)]), () => fixed];
  for (const offsetAt of offsets) {
    for (const day of DAYS) {
      for (const between of ['T', ' ', '']) {
        for (const time of CLOCKS) {
          for (const suffix of OFFSETS) {
            yield (at) => {
              if (!(Math.abs(at) < 8.64e15)) return '';
              const offset = offsetAt(at);
              const date = new Date(at + offset);
              return `${day(date)}${between}${time(date)}${suffix(offset)}`;
            };
          }
        }
      }
    }
  }
}

/** The offset that a text names; 0 without one. */
function fixedOffset(text: string): number {
  const [, sign, hours, minutes = '0'] = /:\d\d\S*\s?([+-])(\d\d):?(\d\d)?$/.exec(text) ?? [];
  if (hours === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3_600_000 + Number(minutes) * 60_000);
}
