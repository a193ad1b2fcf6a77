import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clockOf, formatTime, ZoneClock } from '../../../src/calibrate/looks/zone-clock.ts';

const HOUR = 3_600_000;

/** Zones with whole and half hours, changes at odd times, and none. */
const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Chatham'],
  ...['Asia/Kathmandu', 'Africa/Casablanca', 'Pacific/Apia', 'America/Sao_Paulo', 'Asia/Tehran'],
];

const formats = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }),
  ]),
);

/** What clocks on the wall show, as if it were UTC; by Intl alone. */
function naiveWall(time: number, zone: string): number {
  const second = Math.floor(time / 1000) * 1000;
  const part = Object.fromEntries(
    formats
      .get(zone)!
      .formatToParts(second)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute, second: seconds } = part;
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, seconds!) + (time - second);
}

describe('ZoneClock', () => {
  test('has the offset that clocks on the wall have, in any order of times', () => {
    const times = fc.array(fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2037, 0) }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), times, (zone, times) => {
        const clock = new ZoneClock(zone);
        for (const time of times) expect(time + clock.offset(time)).toBe(naiveWall(time, zone));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('has it through three years, at every hour and a minute before', () => {
    for (const zone of ZONES.slice(1, 7)) {
      const clock = new ZoneClock(zone);
      let wrong = 0;
      for (let time = Date.UTC(2010, 0); time < Date.UTC(2013, 0); time += HOUR) {
        for (const at of [time - 60_000, time]) if (at + clock.offset(at) !== naiveWall(at, zone)) wrong++;
      }
      expect(wrong).toBe(0);
    }
  });

  test('changes at the millisecond', () => {
    const change = Date.UTC(2024, 2, 31, 1);
    const clock = clockOf('Europe/Berlin');
    expect([change - 1, change].map((time) => clock.offset(time) / HOUR)).toEqual([1, 2]);
    expect([change, change - 1].map((time) => clock.offset(time) / HOUR)).toEqual([2, 1]);
    const half = Date.UTC(2024, 3, 6, 15); // Lord Howe changes by half an hour
    expect([half - 1, half].map((time) => clockOf('Australia/Lord_Howe').offset(time) / HOUR)).toEqual([11, 10.5]);
  });

  test('serves the first and the last moment of Date', () => {
    expect(clockOf('UTC').offset(8.64e15)).toBe(0);
    expect(clockOf('UTC').offset(-8.64e15)).toBe(0);
  });

  test('an unknown zone is named', () => {
    const expectation = "timezone must be the IANA name of a time zone, such as 'Europe/Berlin' or 'UTC', got";
    expect(() => clockOf('Europe/Berlni')).toThrow(new RangeError(`${expectation} string "Europe/Berlni"`));
    expect(() => clockOf(undefined as never)).toThrow(new TypeError(`${expectation} undefined`));
    expect(() => clockOf(2 as never)).toThrow(new TypeError(`${expectation} number 2`));
  });
});

describe('formatTime(ms, timezone)', () => {
  test('is ISO 8601 with the offset of the zone', () => {
    const time = Date.UTC(2024, 2, 31, 1);
    expect(formatTime(time)).toBe('2024-03-31T01:00:00Z');
    expect(formatTime(time + 7)).toBe('2024-03-31T01:00:00.007Z');
    expect(formatTime(time, 'UTC')).toBe('2024-03-31T01:00:00+00:00');
    expect(formatTime(time, 'Europe/Berlin')).toBe('2024-03-31T03:00:00+02:00');
    expect(formatTime(time - 1, 'Europe/Berlin')).toBe('2024-03-31T01:59:59.999+01:00');
    expect(formatTime(time, 'America/St_Johns')).toBe('2024-03-30T22:30:00-02:30');
    expect(formatTime(time, 'Asia/Kathmandu')).toBe('2024-03-31T06:45:00+05:45');
  });

  test('Date.parse reads it as the same moment', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2100, 0) }),
        (z, ms) => {
          expect(Date.parse(formatTime(ms, z))).toBe(ms);
        },
      ),
    );
  });

  test('what is no time is refused', () => {
    const expectation = 'time must be a number of milliseconds since 1970, got';
    const remedy = 'a value without a time has nothing to show';
    expect(() => formatTime(NaN)).toThrow(new RangeError(`${expectation} NaN: ${remedy}`));
    expect(() => formatTime(9e15)).toThrow(new RangeError(`${expectation} 9000000000000000: ${remedy}`));
    expect(() => formatTime('now' as never)).toThrow(new TypeError(`${expectation} string "now": ${remedy}`));
  });
});
