// knn-anomaly score --time: rows in any order, twice and absent have the scores of the series as it was in time.
import { describe, expect, test } from 'vitest';
import { KNN } from '../../src/index.ts';
import { cli, file } from '../support/cli-run.ts';
import { mulberry32 } from '../support/series.ts';

const random = mulberry32(11);
const values = Array.from({ length: 200 }, () => Math.round(1000 * random()) / 10);
const timeOf = (t: number): string => new Date(Date.UTC(2024, 2, 1) + t * 60_000).toISOString().replace('.000', '');
const isThere = (t: number): boolean => t < 50 || t >= 70;
const present = [...values.keys()].filter(isThere);
const row = (t: number): string => `${timeOf(t)},${values[t]},${-values[t]!}\n`;
const HEADER = 'time,v,w\n';
file('holes.csv', HEADER + present.map(row).join(''));
file('mixed.csv', HEADER + [...present.slice(90), ...present.slice(0, 90)].map(row).join(''));
file('twice.csv', `${HEADER}${timeOf(3)},77,1\n${present.map(row).join('')}`);
file(
  'hours.csv',
  HEADER +
    present
      .map(
        (t) =>
          `2024-03-${String(1 + Math.floor(t / 24)).padStart(2, '0')}T${String(t % 24).padStart(2, '0')}:00Z,${t},0\n`,
      )
      .join(''),
);

const expected = new KNN(4, 3).score(values.map((x, t) => (isThere(t) ? x : NaN)));
const ARGS = ['-w4', '-k3', '--column=v', '--time=time'];
const HOLE = 'the step is 1 min, and 20 times have no row: missing values';
const csv = `index,time,value,score\n${present.map((t, r) => `${r},${timeOf(t)},${values[t]},${Number.isNaN(expected[t]) ? '' : expected[t]}\n`).join('')}`;

describe('score --time', () => {
  test('lets no window cross a hole, and answers every row', async () => {
    const run = await cli(['score', 'holes.csv', ...ARGS]);
    const stdout = present.map((t) => `${expected[t]}\n`).join('');
    expect(run).toEqual({ status: 0, signal: null, stdout, stderr: `knn-anomaly: holes.csv: ${HOLE}\n` });
    expect(present.filter((t) => Number.isNaN(expected[t]))).toEqual([70, 71, 72]);
    expect((await cli(['score', 'holes.csv', ...ARGS, '--format=csv'])).stdout).toBe(csv);
  });

  test('sorts rows, and says so', async () => {
    const run = await cli(['score', 'mixed.csv', ...ARGS, '--format=csv']);
    const stderr = `knn-anomaly: mixed.csv: rows are not in the order of their times: they are sorted; ${HOLE}\n`;
    expect(run).toEqual({ status: 0, signal: null, stdout: csv, stderr });
    const two = await cli(['score', 'mixed.csv', ...ARGS, '--column=w', '--format=json']);
    const [first] = two.stdout.split('\n');
    expect(JSON.parse(first!)).toMatchObject({ index: 0, time: timeOf(0), metrics: { w: { value: -values[0]! } } });
  });

  test('rows of one time have one score, by the rule of --duplicates', async () => {
    const run = await cli(['score', 'twice.csv', ...ARGS, '--format=csv']);
    expect(run.stderr).toContain('; 1 row has the time of another one, of which the last counts (--duplicates); ');
    const rows = run.stdout.split('\n');
    expect(rows[4 + 1 - 1]!.split(',').slice(1)).toEqual([timeOf(3), '77', String(expected[3])]);
    expect(rows[4 + 1]!.split(',').slice(1)).toEqual([timeOf(3), String(values[3]), String(expected[3])]);
    const first = await cli(['score', 'twice.csv', ...ARGS, '--duplicates=first']);
    const with77 = new KNN(4, 3).score(values.map((x, t) => (t === 3 ? 77 : isThere(t) ? x : NaN)));
    expect(first.stdout.split('\n')[3]).toBe(String(with77[3]));
    expect((await cli(['score', 'twice.csv', ...ARGS, '--duplicates=error'])).status).toBe(1);
  });

  test('--step none takes rows as they lie', async () => {
    const run = await cli(['score', 'mixed.csv', ...ARGS, '--step=none']);
    const lying = [...present.slice(90), ...present.slice(0, 90)].map((t) => values[t]!);
    const stdout = new KNN(4, 3)
      .score(lying)
      .map((x) => `${x}\n`)
      .join('');
    expect(run).toEqual({ status: 0, signal: null, stdout, stderr: '' });
  });

  test('the summary names places by their times, and labels meet them', async () => {
    file('faults.csv', `begin,end\n${timeOf(0)},${timeOf(199)}\n`);
    const run = await cli(['score', 'mixed.csv', ...ARGS, '--format=summary', '--labels=faults.csv', '--top=1']);
    expect(run.stdout).toContain('values    200, 20 of them missing\n');
    expect(run.stdout).toContain('found 1 of 1 labeled faults at the strangest place');
    const best = expected.reduce((top, x, t) => (x > (expected[top] ?? 0) ? t : top), 0);
    expect(run.stdout).toContain(timeOf(best));
  });

  test('refuses a reference of another step, and says that times are none', async () => {
    const other = await cli(['score', 'holes.csv', ...ARGS, '--reference=hours.csv']);
    expect(other).toMatchObject({ status: 1, stdout: '' });
    expect(other.stderr).toContain('the step of the series is 1 min, that of --reference 1 h: give one --step\n');
    const input = `${HEADER}soon,1,2\nlater,2,3\n`;
    const text = await cli(['score', '-w1', '-k1', '--column=v', '--time=time'], { input });
    const problem =
      'standard input: the time column holds "soon", which is no time: expected numbers or dates, or --time-format';
    const notice = `knn-anomaly: ${problem}: rows are taken as they lie, as with --step none\n`;
    expect(text).toEqual({ status: 0, signal: null, stdout: '1\n1\n', stderr: notice });
    const asked = await cli(['score', '-w1', '-k1', '--column=v', '--time=time', '--step=5m'], { input });
    expect(asked).toMatchObject({
      status: 1,
      stderr: `knn-anomaly: ${problem} (--step none takes rows as they lie)\n`,
    });
  });
});
