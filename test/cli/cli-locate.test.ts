// knn-anomaly locate, suggest and score --window auto: what the library finds, in the order of times, with holes as holes.
import { describe, expect, test } from 'vitest';
import { KNN, locate, suggestWindow } from '../../src/index.ts';
import { cli, file, lines } from '../support/cli-run.ts';
import { mulberry32 } from '../support/series.ts';

const SHAPE = [0, 3, 5, 3, 0, -1, -2, -1];
const random = mulberry32(5);
const series = Array.from({ length: 600 }, (_, t) => SHAPE[t % 8]! + Math.round(100 * random()) / 1000);
series.fill(0, 400, 408);

const timeOf = (t: number): string => new Date(Date.UTC(2024, 2, 1) + t * 300_000).toISOString().replace('.000', '');
/** Rows with times, but for 40 of them. */
const rows = series.map((x, t) => `${timeOf(t)},${x},${x + 1}`).filter((_, t) => t < 100 || t >= 140);
const HEADER = 'time,cpu,mem\n';
file('series.txt', lines(series));
file('whole.csv', HEADER + series.map((x, t) => `${timeOf(t)},${x},${x + 1}\n`).join(''));
file('mixed.csv', `${HEADER}${[...rows.slice(300), ...rows.slice(0, 300), rows[7]].join('\n')}\n`);
file('noise.txt', lines(Array.from({ length: 100 }, random)));

const ok = (stdout: string, stderr = '') => ({ status: 0, signal: null, stdout, stderr });
const SORTED = 'knn-anomaly: mixed.csv: rows are not in the order of their times: they are sorted';
const NOTICE = `${SORTED}; 1 row has the time of another one, of which the last counts (--duplicates); the step is 5 min, and 40 times have no row: missing values\n`;
/** The series as it is in time, and where its rows are among the rows in time order. */
const withHole = series.map((x, t) => (t < 100 || t >= 140 ? x : NaN));
const rowOf = (t: number): number => t + (t >= 7 ? 1 : 0) - (t >= 140 ? 40 : 0); // row 7 is there twice

async function refused(args: string[], input = ''): Promise<[number | null, string]> {
  const { status, stdout, stderr } = await cli(args, { input });
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
  return [status, stderr.slice('knn-anomaly: '.length, -1)];
}

describe('knn-anomaly locate', () => {
  test('finds what the library finds', async () => {
    const places = locate(series, { n: 3 });
    const json = places.map((place, p) => ({ rank: p + 1, ...place }));
    const run = await cli(['locate', 'series.txt', '--top=3', '--format=json']);
    expect(
      run.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(json);
    const csv = json.map(({ rank, begin, end, index, score }) => [rank, begin, end, index, score].join()).join('\n');
    const asCsv = await cli(['locate', 'series.txt', '--top=3', '--format=csv']);
    expect(asCsv).toEqual(ok(`rank,begin,end,index,score\n${csv}\n`));
    const [{ begin, end, index }] = places as [(typeof places)[0]];
    expect(begin <= 400 && end >= 407).toBe(true);
    const table = (await cli(['locate', 'series.txt'])).stdout.split('\n');
    expect(table[0]).toBe('series.txt: 600 values');
    expect(table[1]).toMatch(/^# {2}from +to +strangest +score$/);
    expect(table[2]).toMatch(new RegExp(`^1 {2}${begin} +${end} +${index} +[\\d.]+$`));
  });

  test('sorts rows, lets no window cross a hole, and names rows and times', async () => {
    const run = await cli(['locate', 'mixed.csv', '--column=cpu', '--time=time', '--format=json']);
    const [place] = locate(withHole);
    const { begin, end, index, score } = place!;
    const expected = {
      rank: 1,
      begin: rowOf(begin),
      end: rowOf(end),
      index: rowOf(index),
      score,
      begin_time: timeOf(begin),
      end_time: timeOf(end),
      time: timeOf(index),
    };
    expect(run).toEqual(ok(`${JSON.stringify(expected)}\n`, NOTICE));
    const table = await cli(['locate', 'mixed.csv', '--column=cpu', '--column=mem', '--time=time']);
    expect(table.stdout).toMatch(/^mixed\.csv · cpu: 561 values, one in 5 min\n#/);
    expect(table.stdout).toContain('\nmixed.csv · mem: 561 values, one in 5 min\n#');
    expect(table.stdout).toContain(`1  ${timeOf(begin)}  ${timeOf(end)}  ${timeOf(index)}  `);
  });

  test('--step none takes rows as they lie', async () => {
    const run = await cli(['locate', 'mixed.csv', '--column=cpu', '--time=time', '--step=none', '--format=json']);
    const all = [...rows.slice(300), ...rows.slice(0, 300), rows[7]!];
    const [place] = locate(all.map((row) => Number(row.split(',')[1])));
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toMatchObject({ begin: place!.begin, time: all[place!.index]!.split(',')[0] });
  });

  test('says where nothing stands out, and refuses where nothing can be compared', async () => {
    expect(await cli(['locate'], { input: '1\n'.repeat(60) })).toEqual(
      ok('standard input: 60 values\nNo place stands out.\n'),
    );
    expect((await cli(['locate', '--format=json'], { input: '1\n'.repeat(60) })).stdout).toBe('');
    const holes = Array.from({ length: 100 }, (_, t) => (t % 5 === 0 ? '' : t)).join('\n');
    expect(await refused(['locate'], `1\n${holes}\n`)).toEqual([
      1,
      'standard input: nothing can be compared: 10 values in a row are needed, and no more than 4 come without a missing one; a larger --step, or --step none, may help',
    ]);
    expect(await refused(['locate'], '5\n')).toEqual([
      1,
      'standard input: nothing can be compared: there is no more than one value',
    ]);
    const once = Array.from({ length: 100 }, (_, t) => (t < 10 ? t : 'NaN')).join('\n');
    expect(await refused(['locate'], `${once}\n`)).toEqual([
      1,
      'standard input: nothing can be compared: there is no more than one window of 10 values',
    ]);
    expect((await cli(['locate'], { input: '5\n6\n' })).status).toBe(0);
  });

  test.each<[string[], string, number, string]>([
    [['--step=5m'], 'series.txt', 2, '--step is for --time NAME'],
    [['--duplicates=mean'], 'series.txt', 2, '--duplicates is for --time NAME'],
    [['--top=0'], 'series.txt', 2, '--top must be a positive integer, got "0"'],
    [
      ['--step=soon', '--time=time', '--column=cpu'],
      'whole.csv',
      2,
      '--step must be a time such as 30s, 5m, 1h or 1d, a number or none, got "soon"',
    ],
    [
      ['--step=0', '--time=time', '--column=cpu'],
      'whole.csv',
      2,
      '--step must be a time such as 30s, 5m, 1h or 1d, a number or none, got "0"',
    ],
    [
      ['--step=none', '--duplicates=last', '--time=time', '--column=cpu'],
      'whole.csv',
      2,
      '--duplicates has no effect with --step none, which takes rows as they lie',
    ],
    [
      ['--step=5m', '--time=mem', '--column=cpu'],
      'whole.csv',
      2,
      '--step 5m is for dates, the time column holds numbers: give a number in their unit',
    ],
    [
      ['--duplicates=error', '--time=time', '--column=cpu'],
      'mixed.csv',
      1,
      `mixed.csv: row 268 and row 561 are both ${new Date(timeOf(7)).toISOString()}, and --duplicates is error (--step none takes rows as they lie)`,
    ],
  ])('refuses %j', async (args, name, status, message) => {
    expect(await refused(['locate', name, ...args])).toEqual([status, message]);
  });

  test('refuses times without a step, several series in one, a wrong time, and what is no time', async () => {
    const told = async (times: (string | number)[], ...args: string[]): Promise<string> => {
      const input = `t,v\n${times.map((time, t) => `${time},${t}\n`).join('')}`;
      return (await refused(['locate', '--time=t', '--column=v', ...args], input))[1];
    };
    const none = ' (--step none takes rows as they lie)';
    expect(await told([0, 10, 20, 33, 40])).toBe(
      `standard input: times must have a common step: their median difference is 10, but 33, which follows 20, is 0.30 steps off its multiples, and so are 1 of 5 times; --step S puts each on the nearest multiple of it${none}`,
    );
    expect(await told([1, 1, 2, 2])).toBe(
      `standard input: times must mostly differ, but 4 rows have 2 different times, as several series in one have: take one series, or choose what becomes of rows of one time with --duplicates${none}`,
    );
    expect(await told([1, 1, 1], '--duplicates=last')).toBe(
      `standard input: times must differ for a step to be found, but all 3 are 1: give --step${none}`,
    );
    expect(await told([0, 1_700_000_000, 1_700_000_001, 1_700_000_002])).toBe(
      `standard input: times must make a grid of at most 10000000 values, got 1700000003 with step 1; the widest gap is from 0 to 1700000000: remove wrong times, or raise --step${none}`,
    );
    expect(await told(['soon', 'later'])).toMatch(/^standard input: the time column holds "soon", which is no time/);
  });
});

describe('knn-anomaly suggest', () => {
  const { windowSize, confidence } = suggestWindow(series)!;

  test('tells the window that the library suggests, how long it is, and how certain', async () => {
    expect(windowSize).toBe(8);
    const sure = `confidence ${confidence.toFixed(2)}`;
    expect(await cli(['suggest', 'series.txt'])).toEqual(ok(`series.txt: window 8, ${sure}\n`));
    const both = ['whole.csv', '--column=cpu', '--column=mem', '--time=time'];
    const text = ['cpu', 'mem'].map((name) => `whole.csv · ${name}: window 8 (40 min), ${sure}\n`).join('');
    expect(await cli(['suggest', ...both])).toEqual(ok(text));
    const json = await cli(['suggest', 'series.txt', '--format=json']);
    expect(json).toEqual(ok(`${JSON.stringify({ window: 8, confidence, span: null })}\n`));
    const csv = (await cli(['suggest', ...both, '--format=csv'])).stdout.split('\n');
    expect(csv[0]).toBe('column,window,confidence,span');
    expect(csv[1]).toBe(`cpu,8,${confidence},40 min`);
  });

  test('says where there is none', async () => {
    expect(suggestWindow([1, 2, 3])).toBeUndefined();
    const none = 'no period is found: choose --window by how long an anomaly lasts';
    expect(await cli(['suggest'], { input: '1\n2\n3\n' })).toEqual(ok(`standard input: ${none}\n`));
    const json = await cli(['suggest', '--format=json'], { input: '1\n2\n3\n' });
    expect(json).toEqual(ok('{"window":null,"confidence":null,"span":null}\n'));
    expect(await refused(['score', '--window=auto'], '1\n2\n3\n')).toEqual([
      1,
      `standard input: --window auto: ${none}`,
    ]);
  });

  test('score --window auto takes it, and says what it took', async () => {
    const said = `knn-anomaly: series.txt: --window auto: window 8, confidence ${confidence.toFixed(2)}\n`;
    expect(await cli(['score', 'series.txt', '--window=auto', '-k2'])).toEqual(
      ok(lines(new KNN(8, 2).score(series)), said),
    );
    const summary = await cli(['score', 'series.txt', '-w', 'auto', '--format=summary']);
    expect(summary.stdout).toContain('settings  window 8, 5 neighbors, euclidean\n');
    expect(await refused(['score', 'whole.csv', '-wauto', '--column=cpu', '--column=mem', '--format=csv'])).toEqual([
      2,
      '--window auto is for one column, got 2: knn-anomaly suggest tells that of each',
    ]);
    expect(await refused(['score', 'series.txt', '-wautomatic'])).toEqual([
      2,
      '--window must be a positive integer, got "automatic"',
    ]);
  });
});
