import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { NoData } from '../../../src/calibrate/looks/no-data.ts';
import { ordinal } from '../../../src/calibrate/looks/run-surprise.ts';
import { mulberry32 } from '../../support/series.ts';
import { checkLook, steps } from './check-look.ts';
import { missingRuns, naiveRuns } from './naive-runs.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Where the look alone is an alarm; true for a value, false for a missing one. */
function alarmsOf(present: Iterable<boolean>): number[] {
  const look = new NoData();
  return Array.from(present, (is) => look.update(is ? 1 : NaN, true, NaN)).flatMap((s, t) =>
    s >= look.threshold ? [t] : [],
  );
}

/** So many values, then so many missing ones, and so on. */
function blocks(...counts: number[]): boolean[] {
  return counts.flatMap((count, b) => new Array<boolean>(count).fill(b % 2 === 0));
}

describe('NoData', () => {
  test('has the surprises of its definition', () => {
    fc.assert(
      fc.property(steps, (series) => {
        const look = new NoData();
        const surprises = series.map(({ x, learn, time }) => look.update(x, learn, time));
        const learn = series.map((step) => step.learn);
        const expected = naiveRuns(missingRuns(series.map(({ x }) => x)), learn, 2);
        surprises.forEach((surprise, t) => {
          expect(Math.abs(surprise - expected[t]!)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(expected[t]!)));
        });
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('a series that never had a gap is silent at its 5th missing value, until it speaks again', () => {
    expect(alarmsOf(blocks(1000, 7, 10))).toEqual([1004, 1005, 1006]);
    expect(alarmsOf(blocks(146, 5))).toEqual([150]); // 146 values and the first two missing ones are 148
    expect(alarmsOf(blocks(145, 50))).toEqual([]); // too young: ln 148 is below 5
  });

  test('one or two lost values are no alarm, and do not hide a gap', () => {
    const lossy = Array.from({ length: 2000 }, (_, t) => t % 97 !== 50 && t % 89 > 1);
    expect(alarmsOf(lossy)).toEqual([]);
    expect(alarmsOf([...lossy, ...blocks(0, 10)])).toEqual([2004, 2005, 2006, 2007, 2008, 2009]);
  });

  test('usual gaps are quiet: every 10th value only, 5 % at random, nights', () => {
    expect(alarmsOf(Array.from({ length: 3000 }, (_, t) => t % 10 === 0))).toEqual([]);
    let count = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const random = mulberry32(seed);
      count += alarmsOf(Array.from({ length: 20_000 }, () => random() > 0.05)).length;
    }
    expect(count).toBeLessThanOrEqual(5); // of 600 000 values
    const nights = Array.from({ length: 14_400 }, (_, t) => t % 1440 < 960);
    const alarms = alarmsOf(nights);
    expect([alarms[0], alarms.at(-1)]).toEqual([964, 1439]); // the first night
    // A day without values is more than twice a night.
    expect(alarmsOf([...nights.slice(0, -480), ...blocks(0, 1440)]).at(-1)).toBe(14_400 - 480 + 1439);
  });

  test('alarms at few of the gaps that real series have', (context) => {
    const folder = new URL('../../../../shared/data/nab/', import.meta.url);
    if (!existsSync(folder)) context.skip('../shared/data/nab is not there');
    let [gaps, alarms] = [0, 0];
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.csv.gz'));
    for (const file of files) {
      const lines = gunzipSync(readFileSync(new URL(file, folder)))
        .toString()
        .trim()
        .split('\n')
        .slice(1);
      const times = lines.map((line) => Date.parse(`${line.slice(0, 19).replace(' ', 'T')}Z`));
      const lags = times.slice(1).map((time, t) => time - times[t]!);
      const step = lags
        .slice(0, 199)
        .sort((p, q) => p - q)
        .filter((lag) => lag > 0)[99]!;
      const missing = times.slice(1).map((time, t) => Math.max(0, Math.round((time - times[t]!) / step) - 1));
      const look = new NoData();
      for (const count of missing) {
        let isAlarm = false;
        for (let i = 0; i < count; i++) if (look.update(NaN, true, NaN) >= look.threshold) isAlarm = true;
        look.update(1, true, NaN);
        if (count > 0) gaps++;
        if (isAlarm) alarms++;
      }
    }
    expect(gaps).toBeGreaterThan(1500);
    expect(alarms).toBeLessThanOrEqual(14); // 12 in 1293 days of 29 series
  });

  test('says which missing value in a row it is', () => {
    const look = new NoData();
    const says = blocks(1, 3, 1).map((is) => {
      look.update(is ? 1 : NaN, true, NaN);
      return look.says;
    });
    const second = 'is the 2nd missing value in a row';
    expect(says).toEqual(['', 'is missing', second, 'is the 3rd missing value in a row', '']);
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111, 123].map(ordinal).join(' ')).toBe(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th 123rd',
    );
  });
});

checkLook('NoData', () => new NoData(), NoData.read);
