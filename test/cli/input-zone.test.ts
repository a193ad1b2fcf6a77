// Local times of a zone as moments, against Intl; spans, bounds and ways of writing times.
import { expect, test } from 'vitest';
import { StringColumn } from '../../src/cli/input/columns.ts';
import { durationOf } from '../../src/cli/input/time/duration.ts';
import { boundOf } from '../../src/cli/input/time/range.ts';
import { timeWriter } from '../../src/cli/input/time/write-times.ts';
import { atZone, zoneOf } from '../../src/cli/input/time/zone.ts';
import { clockOf, momentsOf } from '../../src/cli/input/time-column.ts';

const MINUTE = 60_000;

/** What the clocks of a zone show, as if it were UTC: from the parts of Intl, not from offsets. */
function shown(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(at);
  const part = (name: string): number => Number(parts.find(({ type }) => type === name)!.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

test.each([
  ['Europe/Berlin', Date.UTC(2024, 2, 31, 1)],
  ['Europe/Berlin', Date.UTC(2024, 9, 27, 1)],
  ['America/New_York', Date.UTC(2024, 2, 10, 7)],
  ['America/New_York', Date.UTC(2024, 10, 3, 6)],
  ['Australia/Lord_Howe', Date.UTC(2024, 3, 6, 15)],
  ['Australia/Lord_Howe', Date.UTC(2024, 9, 5, 15, 30)],
  ['Asia/Kolkata', Date.UTC(2024, 5, 1)],
])('every local minute of %s around %d is the moment that Intl shows so', (name, change) => {
  const zone = zoneOf(name);
  const moments = new Map<number, number[]>();
  for (let at = change - 240 * MINUTE; at < change + 240 * MINUTE; at += 10 * MINUTE) {
    const local = shown(at, name);
    moments.set(local, [...(moments.get(local) ?? []), at]);
  }
  for (const [local, ats] of moments) {
    expect(atZone(local, zone)).toBe(ats[0]);
    expect(atZone(local, zone, true)).toBe(ats.length > 1 ? ats[1] : NaN);
  }
});

test('a time that the clocks skip is read by the offset before', () => {
  expect(atZone(Date.UTC(2024, 2, 31, 2, 30), zoneOf('Europe/Berlin'))).toBe(Date.UTC(2024, 2, 31, 1, 30));
});

function columnOf(texts: readonly string[], zone?: string): StringColumn {
  const column = new StringColumn({ zone: zone === undefined ? undefined : zoneOf(zone) });
  for (const text of texts) column.push(text);
  return column;
}

test.each([false, true])(
  'an hour that is shown twice is read in the order of the rows; newest first: %s',
  (isBackward) => {
    const start = Date.UTC(2024, 9, 26, 22);
    const moments = Array.from({ length: 40 }, (_, i) => start + 15 * MINUTE * i);
    if (isBackward) moments.reverse();
    const texts = moments.map((at) =>
      new Date(shown(at, 'Europe/Berlin')).toISOString().slice(0, 19).replace('T', ' '),
    );
    expect(new Set(texts).size).toBe(36);
    const column = columnOf(texts, 'Europe/Berlin');
    expect([...momentsOf(column, clockOf(column)!).numbers]).toEqual(moments);
  },
);

test('times of day go on over midnight', () => {
  const column = columnOf(['11:40:01 PM', '11:50:01 PM', '12:00:01 AM', '12:10:01 AM']);
  const { numbers } = momentsOf(column, clockOf(column)!);
  expect(Array.from(numbers.subarray(1), (x, i) => x - numbers[i]!)).toEqual([600_000, 600_000, 600_000]);
});

test.each([
  [['1709251200', '1709251260']],
  [['1709251200000', '1709251260000']],
  [['1709251200000000000']],
  [['2024-03-01T00:00:00Z', '2024-03-01T00:01:00Z']],
  [['2024-03-01 00:00:00 UTC']],
  [['2024-03-01T00:00:00.250Z']],
  [['01.03.2024 00:05', '13.03.2024 10:00']],
  [['2024/03/01 00:05']],
  [['03/13/2024 12:05:00 AM']],
  [['2024-03-01']],
  [['2024-03-01T00:00:00+09:00', '2024-03-01T00:01:00+09:00']],
  [['23:50:00', '23:55:00']],
  [['0', '60', '120']],
])('%j are written as they were', (texts) => {
  const column = columnOf(texts);
  const clock = clockOf(column)!;
  const write = timeWriter(column, clock);
  expect(texts.map((text) => write(clock.read(text)))).toEqual(texts);
});

test('times that no way of writing gives back are written as ISO 8601, in the zone', () => {
  const column = columnOf(['Fri Mar 01 2024 01:00:00 GMT+0100 (CET)'], 'Europe/Berlin');
  const write = timeWriter(column, clockOf(column)!);
  expect(write(Date.UTC(2024, 6, 1, 12))).toBe('2024-07-01T14:00:00+02:00');
});

test('spans and bounds', () => {
  expect(durationOf('5m')).toEqual({ number: 5, unit: 300_000 / 5 });
  expect(durationOf('.5h')).toEqual({ number: 0.5, unit: 3_600_000 });
  for (const bad of ['', '0m', '-5m', '5 minutes', '5x', 'm']) expect(durationOf(bad)).toBeUndefined();
  expect(boundOf('--since', '-2h')).toMatchObject({ from: 'now', shift: -7_200_000 });
  expect(boundOf('--since', '2h ago')).toMatchObject({ from: 'now', shift: -7_200_000 });
  expect(boundOf('--since', 'end-90m')).toMatchObject({ from: 'end', shift: -5_400_000, hasUnit: true });
  expect(boundOf('--since', 'begin+10')).toMatchObject({ from: 'begin', shift: 10, hasUnit: false });
  expect(boundOf('--since', '-5')).toMatchObject({ from: 'time', text: '-5' });
  for (const bad of ['', 'soon', 'end-', 'now-5', 'end-2x']) {
    expect(() => boundOf('--until', bad)).toThrow('--until must be a time such as 2024-03-01');
  }
});
