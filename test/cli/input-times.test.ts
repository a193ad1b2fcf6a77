// Times in every notation, against moments that were written down by hand.
import { describe, expect, test } from 'vitest';
import { clockFor, epochOf, findClock, looksLikeTime, parseDate } from '../../src/cli/input/times.ts';

const NOON = Date.UTC(2024, 2, 1, 12, 5, 7);

test.each([
  ['2024-03-01T12:05:07Z', NOON],
  ['2024-03-01 12:05:07', NOON],
  ['2024-03-01T21:05:07+09:00', NOON],
  ['2024-03-01 12:05:07+00', NOON],
  ['2024-03-01 12:05:07 UTC', NOON],
  ['2024-03-01 12:05:07.250', NOON + 250],
  ['2024/03/01 12:05:07', NOON],
  ['20240301T120507Z', NOON],
  ['01.03.2024 12:05:07', NOON],
  ['2024-03-01 12:05:07 PM', NOON],
  ['[01/Mar/2024:12:05:07]', NOON],
  ['01/Mar/2024:13:05:07 +0100', NOON],
  ['Fri Mar 01 2024 12:05:07 GMT+0000 (Coordinated Universal Time)', NOON],
  ['Fri, 01 Mar 2024 12:05:07 GMT', NOON],
  ['2024年03月01日 12:05:07', NOON],
  ['2024-03-01', Date.UTC(2024, 2, 1)],
  ['2024-02-30', NaN],
  ['2024-13-01', NaN],
  ['2024-03-01 25:00', NaN],
  ['03/04/2024', NaN],
  ['10.0.0.1', NaN],
  ['soon', NaN],
])('the date %s', (text, moment) => {
  expect(parseDate(text)).toBe(moment);
});

describe('days and months', () => {
  test('a day above 12 decides for all', () => {
    expect(findClock(['03/04/2024', '13/04/2024'])!.read('03/04/2024')).toBe(Date.UTC(2024, 3, 3));
    expect(findClock(['03/04/2024', '03/14/2024'])!.read('03/04/2024')).toBe(Date.UTC(2024, 2, 4));
  });

  test('without one both are possible, and --time-format decides', () => {
    expect(() => findClock(['03/04/2024'])).toThrow(
      'the time "03/04/2024" can begin with the day or the month: give --time-format dmy or mdy',
    );
    expect(clockFor('mdy')!.read('03/04/2024')).toBe(Date.UTC(2024, 2, 4));
    expect(clockFor('dmy')!.read('03/04/2024 01:00:00 PM')).toBe(Date.UTC(2024, 3, 3, 13));
  });
});

test('numbers since 1970, by their size or as --time-format says', () => {
  for (const x of [NOON / 1000, NOON, NOON * 1e3, NOON * 1e6]) expect(epochOf(x)).toBe(NOON);
  expect(epochOf(12)).toBeNaN();
  expect(findClock([String(NOON / 1000)])!.read('1709294707.5')).toBe(NOON + 500);
  expect(findClock(['1', '2'])!.isDate).toBe(false);
  expect(clockFor('s')!.read('5')).toBe(5000);
  expect(clockFor('us')!.read('5000')).toBe(5);
});

test('patterns as of strptime', () => {
  expect(clockFor('%d.%m.%y %H:%M:%S')!.read('01.03.24 12:05:07')).toBe(NOON);
  expect(clockFor('%b %d, %Y %I:%M:%S %p')!.read('Mar 01, 2024 12:05:07 PM')).toBe(NOON);
  expect(clockFor('%d.%m.%y')!.read('2024-03-01')).toBeNaN();
  for (const bad of ['%Q', '%H:%M', 'yyyy', '%Y%Y%m']) expect(clockFor(bad)).toBeUndefined();
});

test('what looks like a time is no measurement', () => {
  for (const text of ['10:00', '10:00:03 PM', '3/4/2024', '2024-03-01']) expect(looksLikeTime(text)).toBe(true);
  for (const text of ['10', '10.5', '-3', '5 ms', '1.234.567', 'a:b', '']) expect(looksLikeTime(text)).toBe(false);
});
