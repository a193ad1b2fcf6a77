// What the clocks of a time zone show at a moment, with the changes to and from daylight saving time.
import { describe } from '../../core/checks.ts';

const DAY = 86_400_000;

/** The largest time of a `Date`. */
const LAST_TIME = 8.64e15;

/** `GMT+05:30`, `GMT-00:01:15`, `GMT`. */
const OFFSET = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/**
 * The offset of a time zone's clocks from UTC. The rules are those of `Intl`, which takes 1 to 2 µs per question. So the
 * answer is kept for the UTC day that it is about: where both ends of the day have the same offset, so has the day, and
 * else the moment of the change is found by halving. No zone has changed its clocks there and back within a day: none of 418
 * from 1960 to 2037 has another offset at noon UTC than at both ends of a day with equal ones. 0.02 µs per time where values
 * come every minute, 0.3 µs where they come every hour.
 */
export class ZoneClock {
  readonly timezone: string;
  readonly #format: Intl.DateTimeFormat;
  /** The UTC day that is known, as [from, to), its offset up to `#change`, and from then on. */
  #from: number;
  #to: number;
  #change: number;
  #before: number;
  #after: number;

  /** @throws TypeError for anything but a text, RangeError for an unknown time zone */
  constructor(timezone: string) {
    this.timezone = timezone;
    this.#format = formatOf(timezone);
    this.#from = NaN;
    this.#to = NaN;
    this.#change = NaN;
    this.#before = NaN;
    this.#after = NaN;
  }

  /** Local time less UTC at `time`, in milliseconds. */
  offset(time: number): number {
    if (!(time >= this.#from && time < this.#to)) this.#goTo(time);
    return time < this.#change ? this.#before : this.#after;
  }

  #goTo(time: number): void {
    const from = Math.floor(time / DAY) * DAY;
    const [first, last] = [Math.max(from, -LAST_TIME), Math.min(from + DAY, LAST_TIME)];
    const isNext = first === this.#to;
    const [before, after] = [isNext ? this.#after : this.#ask(first), this.#ask(last)];
    this.#before = before;
    this.#after = after;
    this.#change = before === after ? first : this.#changeBetween(first, last, before);
    this.#from = from;
    this.#to = from + DAY;
  }

  /** The first millisecond after `low` and up to `high` whose offset is not `before`. */
  #changeBetween(low: number, high: number, before: number): number {
    let [from, to] = [low, high];
    while (to - from > 1) {
      const middle = Math.floor((from + to) / 2);
      if (this.#ask(middle) === before) from = middle;
      else to = middle;
    }
    return to;
  }

  #ask(time: number): number {
    const name = this.#format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [isOffset, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET.exec(name) ?? [];
    if (isOffset === undefined)
      throw new RangeError(`timezone ${this.timezone} has no offset here: Intl says "${name}"`);
    const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? 0 - size : size;
  }
}

/** Clocks are shared: many monitors have one zone. */
const clocks: Map<string, ZoneClock> = new Map();

/** The clock of a time zone. @throws TypeError for anything but a text, RangeError for an unknown time zone */
export function clockOf(timezone: string): ZoneClock {
  let clock = clocks.get(timezone);
  if (clock === undefined) {
    clock = new ZoneClock(timezone);
    clocks.set(timezone, clock);
  }
  return clock;
}

/**
 * Throws unless `time` is a moment that a `Date` can hold.
 *
 * @throws TypeError for anything but a number, RangeError for NaN or one beyond the range of `Date`
 */
export function checkTime(time: unknown, remedy: string): void {
  const expectation = 'time must be a number of milliseconds since 1970';
  if (typeof time !== 'number') throw new TypeError(`${expectation}, got ${describe(time)}: ${remedy}`);
  if (!(Math.abs(time) <= LAST_TIME)) throw new RangeError(`${expectation}, got ${time}: ${remedy}`);
}

/**
 * A moment as ISO 8601 in the time of a zone, with its offset; to the second, or to the millisecond if it has any:
 * 2024-03-31T01:00:00Z is 2024-03-31T03:00:00+02:00 in Berlin.
 *
 * @param ms milliseconds since 1970
 * @param timezone an IANA name such as `'Europe/Berlin'`; default UTC
 * @throws TypeError for an argument of the wrong kind, RangeError for NaN or an unknown time zone
 */
export function formatTime(ms: number, timezone?: string): string {
  checkTime(ms, 'a value without a time has nothing to show');
  if (timezone === undefined) return `${isoOf(ms)}Z`;
  const offset = clockOf(timezone).offset(Math.floor(ms));
  const seconds = Math.abs(offset) / 1000;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (parts[2] === 0) parts.pop();
  const shown = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return `${isoOf(ms + offset)}${offset < 0 ? '-' : '+'}${shown}`;
}

/** ISO 8601 without zone, and without the milliseconds if there are none. */
function isoOf(ms: number): string {
  const text = new Date(Math.floor(ms)).toISOString().slice(0, -1);
  return text.endsWith('.000') ? text.slice(0, -4) : text;
}

function formatOf(timezone: unknown): Intl.DateTimeFormat {
  const expectation = "timezone must be the IANA name of a time zone, such as 'Europe/Berlin' or 'UTC'";
  if (typeof timezone !== 'string') throw new TypeError(`${expectation}, got ${describe(timezone)}`);
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  } catch (error) {
    throw new RangeError(`${expectation}, got ${describe(timezone)}`, { cause: error });
  }
}
