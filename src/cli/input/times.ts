// Times as people and programs write them: ISO and other dates, days and months in either order, numbers since 1970.
import { fail, show } from '../errors.ts';
import { readClockTime } from './time/clock-time.ts';
import { atZone, type Zone } from './time/zone.ts';

/** Translates one notation of time to numbers in the same order. */
export interface Clock {
  /** NaN for a text in another notation. */
  read(text: string): number;
  /** Whether the numbers are milliseconds since 1970. */
  readonly isDate: boolean;
  readonly expectation: string;
  /** Of a local time that a zone's clocks show twice the later moment; NaN for all others. */
  readonly later?: (text: string) => number;
  /** Whether texts are times of day alone: where they go back by half a day and more, the next day begins. */
  readonly isOfDay?: boolean;
}

/** What `--time-format` may name beside a pattern with `%`. */
export const TIME_FORMATS = ['iso', 'dmy', 'mdy', 's', 'ms', 'us', 'ns', 'number'] as const;

const CLOCK = String.raw`(?:(?:[T ,:_]| @)\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:\s*([AP])\.?M\.?)?)?`;
const ZONE = String.raw`\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?|(?:UTC|GMT)[+-]\d\d?(?::?\d\d)?)?(?:\s*[[(][^\])]*[\])])?`;
const ISO = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${CLOCK}${ZONE}$`, 'i');
const COMPACT = new RegExp(String.raw`^(\d{4})()(\d\d)(\d\d)T(\d\d):?(\d\d):?(\d\d)?(?:[.,](\d+))?()${ZONE}$`, 'i');
const JAPANESE = new RegExp(
  `^(\\d{4})(年)(\\d{1,2})月(\\d{1,2})日${CLOCK.replace('(?:[T ,:_]| @)', '[T ,:_]?')}${ZONE}$`,
  'i',
);
const NUMERIC = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${CLOCK}${ZONE}$`, 'i');
const NAMED = new RegExp(`^(?:[a-z]{3,9},?\\s+)?(\\d{1,2})[-/ ]([a-z]{3,9})[-/ ,]+(\\d{4})${CLOCK}${ZONE}$`, 'i');
const AMERICAN = new RegExp(`^(?:[a-z]{3,9},?\\s+)?([a-z]{3,9})\\s+(\\d{1,2}),?\\s+(\\d{4})${CLOCK}${ZONE}$`, 'i');
/** `Fri Mar  1 00:00:00 UTC 2024`, as date and ctime write it. */
const CTIME = /^[a-z]{3} ([a-z]{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)()()(?: (Z|UTC|GMT|[+-]\d{4}))? (\d{4})$/i;
/** The end of a stretch of time behind its beginning: `00:00 - 00:15`. */
const UNTIL = /^(.*\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?[AP]M)?) ?[-–] ?\d.*\d:\d\d.*$/i;
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

type Order = 'dmy' | 'mdy';

/**
 * Milliseconds since 1970 of a date; one without an offset is of this zone, by default UTC. NaN for any other text.
 *
 * @param isLater which of two moments is meant where the zone's clocks are set back: true for the second one
 */
export function parseDate(text: string, order?: Order, zone?: Zone, isLater = false): number {
  const t = text.charCodeAt(0) === 91 && text.endsWith(']') ? text.slice(1, -1) : text;
  const moment = (...parts: Parameters<typeof localMoment>): number => {
    const { local, offset } = localMoment(...parts);
    return offset !== undefined ? local - offset : zone === undefined ? local : atZone(local, zone, isLater);
  };
  const iso = ISO.exec(t) ?? COMPACT.exec(t);
  if (iso !== null) return moment(iso[1]!, iso[3]!, iso[4]!, iso.slice(5));
  const numeric = NUMERIC.exec(t);
  if (numeric !== null) {
    const isDayFirst = order === undefined ? numeric[2] === '.' : order === 'dmy';
    if (order === undefined && !isDayFirst) return NaN;
    const [day, month] = isDayFirst ? [numeric[1]!, numeric[3]!] : [numeric[3]!, numeric[1]!];
    return moment(numeric[4]!, month, day, numeric.slice(5));
  }
  const japanese = JAPANESE.exec(t.replace(/時|(?<=\d)分(?=\d)/g, ':').replace(/[分秒]$/, ''));
  if (japanese !== null) return moment(japanese[1]!, japanese[3]!, japanese[4]!, japanese.slice(5));
  const named = NAMED.exec(t);
  if (named !== null) return moment(named[3]!, monthOf(named[2]!), named[1]!, named.slice(4));
  const american = AMERICAN.exec(t);
  if (american !== null) return moment(american[3]!, monthOf(american[1]!), american[2]!, american.slice(4));
  const ctime = CTIME.exec(t);
  if (ctime !== null) return moment(ctime[9]!, monthOf(ctime[1]!), ctime[2]!, ctime.slice(3));
  const begin = UNTIL.exec(t)?.[1];
  return begin === undefined ? NaN : parseDate(begin, order, zone, isLater);
}

function monthOf(name: string): string {
  const at = MONTHS.indexOf(name.slice(0, 3).toLowerCase());
  return at >= 0 && at % 3 === 0 ? String(at / 3 + 1) : '0';
}

/** What a date says: milliseconds as if it were UTC, and its offset if it has one. NaN for a day or an hour that does not exist. */
interface LocalMoment {
  readonly local: number;
  readonly offset: number | undefined;
}

const NO_MOMENT: LocalMoment = { local: NaN, offset: 0 };

/** The rest is hour, minute, second, fraction, A or P, zone. */
function localMoment(year: string, month: string, day: string, rest: (string | undefined)[]): LocalMoment {
  const [hour = '0', minute = '0', second = '0', fraction = '0', half, zone] = rest;
  let h = Number(hour);
  if (half) {
    if (h < 1 || h > 12) return NO_MOMENT;
    h = (h % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  }
  const [y, m, d, min, s] = [year, month, day, minute, second].map(Number) as [number, number, number, number, number];
  const midnight = Date.UTC(y, m - 1, d);
  if (m < 1 || m > 12 || new Date(midnight).getUTCDate() !== d || h > 24 || min > 59 || s > 60) return NO_MOMENT;
  const local = midnight + h * 36e5 + min * 6e4 + s * 1e3 + Number(`0.${fraction}`) * 1e3;
  return { local, offset: zone === undefined ? undefined : offsetOf(zone) };
}

function offsetOf(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d\d?):?(\d\d)?$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 36e5 + Number(minutes) * 6e4);
}

/** Milliseconds since 1970 of a number of seconds, milli-, micro- or nanoseconds, by its size: years 1973 to 5138. */
export function epochOf(x: number): number {
  const size = Math.abs(x);
  if (size < 1e8) return NaN;
  if (size < 1e11) return x * 1e3;
  if (size < 1e14) return x;
  return size < 1e17 ? x / 1e3 : x / 1e6;
}

const NUMBERS: Clock = {
  read: (text) => Number(text || NaN),
  isDate: false,
  expectation: 'a number, like the time column',
};
const EPOCH: Clock = {
  read: (text) => epochOf(Number(text || NaN)),
  isDate: true,
  expectation: 'a number since 1970, like the time column',
};

const OF_DAY: Clock = {
  read: readClockTime,
  isDate: true,
  expectation: 'a time of day, like the time column',
  isOfDay: true,
};

function datesIn(order: Order | undefined, zone: Zone | undefined): Clock {
  return {
    read: (text) => parseDate(text, order, zone),
    isDate: true,
    expectation: 'a date, like the time column',
    ...(zone !== undefined && { later: (text: string) => parseDate(text, order, zone, true) }),
  };
}

/** A clock for `--time-format`; `undefined` if it names none. Dates without an offset are of this zone, by default UTC. */
export function clockFor(format: string, zone?: Zone): Clock | undefined {
  if (format.includes('%')) {
    const read = patternReader(format);
    if (read === undefined) return undefined;
    return {
      read: (text) => read(text, zone, false),
      isDate: true,
      expectation: `a time as ${format}`,
      ...(zone !== undefined && { later: (text: string) => read(text, zone, true) }),
    };
  }
  if (format === 'iso') return datesIn(undefined, zone);
  if (format === 'dmy' || format === 'mdy') return datesIn(format, zone);
  const size = { s: 1e3, ms: 1, us: 1e-3, ns: 1e-6 }[format];
  if (size !== undefined) {
    const read = (text: string): number => (size < 1 ? Number(text || NaN) / (1 / size) : Number(text || NaN) * size);
    return { read, isDate: true, expectation: `a number of ${format} since 1970` };
  }
  return format === 'number' ? NUMBERS : undefined;
}

/**
 * The notation of all these times; `undefined` if there are none but blank ones. Of dates such as 3/4/2024 some day above
 * 12 must tell which of both is the day. Cost: up to all times are looked at.
 */
export function findClock(times: Iterable<string>, zone?: Zone): Clock | undefined {
  let first: string | undefined;
  let [mostFirst, mostSecond] = [0, 0];
  for (const time of times) {
    const text = time.trim();
    if (text === '') continue;
    if (first === undefined) {
      const x = Number(text);
      if (!Number.isNaN(x)) return Number.isNaN(epochOf(x)) ? NUMBERS : EPOCH;
      if (!Number.isNaN(parseDate(text))) return datesIn(undefined, zone);
      if (!Number.isNaN(readClockTime(text))) return OF_DAY;
      first = text;
    }
    const [, a, , b] = NUMERIC.exec(text) ?? [];
    if (a === undefined)
      fail(`the time column holds ${show(text)}, which is no time: expected numbers or dates, or --time-format`);
    mostFirst = Math.max(mostFirst, Number(a));
    mostSecond = Math.max(mostSecond, Number(b));
    if (mostFirst > 12 || mostSecond > 12) return datesIn(mostFirst > 12 ? 'dmy' : 'mdy', zone);
  }
  if (first === undefined) return undefined;
  fail(`the time ${show(first)} can begin with the day or the month: give --time-format dmy or mdy`);
}

/** Whether a cell is a date or a time of day: what no measurement looks like. */
export function looksLikeTime(cell: string): boolean {
  const text = cell.trim();
  if (!/\d/.test(text) || !/\d[^\d.]|^\[/.test(text)) return false;
  if (!Number.isNaN(readClockTime(text))) return true;
  return !Number.isNaN(parseDate(text, 'dmy')) || !Number.isNaN(parseDate(text, 'mdy'));
}

const FIELDS: Readonly<Record<string, string>> = {
  Y: String.raw`(?<Y>\d{4})`,
  y: String.raw`(?<y>\d\d)`,
  m: String.raw`(?<m>\d{1,2})`,
  d: String.raw`\s?(?<d>\d{1,2})`,
  e: String.raw`\s?(?<d>\d{1,2})`,
  b: '(?<b>[A-Za-z]{3})[a-z]*',
  B: '(?<b>[A-Za-z]{3})[a-z]*',
  H: String.raw`(?<H>\d{1,2})`,
  I: String.raw`(?<H>\d{1,2})`,
  M: String.raw`(?<M>\d\d)`,
  S: String.raw`(?<S>\d\d)`,
  f: String.raw`(?<f>\d+)`,
  p: '(?<p>[AaPp])[Mm]',
  z: String.raw`(?<z>Z|[+-]\d\d:?(?:\d\d)?)`,
  Z: '[A-Za-z]+',
  a: '[A-Za-z]+',
  A: '[A-Za-z]+',
  '%': '%',
};

/** Reads times in a pattern of `strptime`; `undefined` for a pattern with an unknown letter or without a year, month and day. */
function patternReader(
  pattern: string,
): ((text: string, zone: Zone | undefined, isLater: boolean) => number) | undefined {
  const parts = pattern.split(/%(.)/);
  const source = parts.map((part, p) => (p % 2 === 1 ? FIELDS[part] : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  if (source.includes(undefined) || !/<[Yy]>/.test(source.join('')) || !/<[mb]>/.test(source.join('')))
    return undefined;
  let form: RegExp;
  try {
    form = new RegExp(`^${source.join('')}$`);
  } catch {
    return undefined;
  }
  return (text, zone, isLater) => {
    const g = form.exec(text)?.groups;
    if (g === undefined) return NaN;
    const month = g.m ?? monthOf(g.b ?? '');
    const { local, offset } = localMoment(g.Y ?? `20${g.y}`, month, g.d ?? '1', [g.H, g.M, g.S, g.f, g.p, g.z]);
    return offset !== undefined ? local - offset : zone === undefined ? local : atZone(local, zone, isLater);
  };
}
