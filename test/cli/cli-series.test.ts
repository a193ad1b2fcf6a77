// Several series in one input: all columns, rows of several series, one ranking of all of them.
import { describe, expect, test } from 'vitest';
import { monitor } from '../../src/calibrate.ts';
import { KNN } from '../../src/index.ts';
import { cli, file, score } from '../support/cli-run.ts';
import { mulberry32 } from '../support/series.ts';

const random = mulberry32(8);
const N = 400;
const HOSTS = ['a', 'b', 'c,d'];
const minute = (t: number): string => new Date(Date.UTC(2024, 2, 1) + t * 60_000).toISOString().replace('.000', '');
const valuesOf = new Map(HOSTS.map((host, h) => [host, Array.from({ length: N }, () => (h + 1) * 10 + random())]));
valuesOf.get('b')![300] = 29;
/** Host c,d has every second row. */
const isThere = (host: string, t: number): boolean => host !== 'c,d' || t % 2 === 0;
const rows = Array.from({ length: N }, (_, t) =>
  HOSTS.filter((host) => isThere(host, t)).map((host) => ({ time: minute(t), host, ms: valuesOf.get(host)![t]! })),
).flat();
const cell = (text: string): string => (text.includes(',') ? `"${text}"` : text);
file('long.csv', `time,host,n,ms\n${rows.map(({ time, host, ms }) => `${time},${cell(host)},1,${ms}\n`).join('')}`);
file('long.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
const scores = new Map(
  HOSTS.map((host) => [host, new KNN(4, 2).score(valuesOf.get(host)!.filter((_, t) => isThere(host, t)))]),
);
const seen = new Map(HOSTS.map((host) => [host, 0]));
const expected = rows.map(({ time, host, ms }, index) => {
  const at = seen.get(host)!;
  seen.set(host, at + 1);
  return { index, time, series: host, value: ms, score: scores.get(host)![at]! };
});

describe('--series', () => {
  const args = ['--series=host', '--time=time', '-w4', '-k2'];

  test('score: every series by itself, one row per row, in the order of time', async () => {
    const csv = `index,time,series,value,score\n${expected.map(({ index, time, series, value, score }) => `${index},${time},${cell(series)},${value},${score}\n`).join('')}`;
    expect(await score(['long.csv', ...args, '--column=ms', '--format=csv'])).toBe(csv);
    const json = (await score(['long.jsonl', ...args, '--field=ms', '--format=json'])).trim().split('\n');
    expect(json.map((line) => JSON.parse(line))).toEqual(expected);
    const lines = expected.map(({ score }) => `${score}\n`).join('');
    expect(await score(['long.csv', ...args, '--column=ms'])).toBe(lines);
    expect(await score(['long.csv', '--series=host', '-w4', '-k2', '--column=ms'])).toBe(lines);
  });

  test('rows in any order are the same; two columns of names are one', async () => {
    const shuffled = [...rows].sort((a, b) => ((a.ms * 1e6) % 97) - ((b.ms * 1e6) % 97));
    file('mixed.jsonl', shuffled.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const json = (await score(['mixed.jsonl', ...args, '--field=ms', '--format=json'])).trim().split('\n');
    const key = ({ time, series }: { time: string; series: string }): string => `${time} ${series}`;
    const byKey = new Map(json.map((line) => [key(JSON.parse(line)), JSON.parse(line)]));
    for (const row of expected) expect(byKey.get(key(row))).toMatchObject({ value: row.value, score: row.score });
    const two = await score(['long.csv', '--series=host,n', '--time=time', '--column=ms', '--format=csv']);
    expect(two.split('\n')[1]).toContain(`,"a,1",`);
    expect(two).toContain('"""c,d"",1"');
  });

  test('the summary ranks the places of all series by their surprise, within 80 columns', async () => {
    const out = await score(['long.csv', ...args, '--column=ms', '--format=summary', '--top=3']);
    expect(out).toContain('long.csv · 3 series\n');
    expect(out).toContain('values    200 to 400 in each\n');
    const [first, second] = out.split('\n').filter((line) => /^\d/.test(line));
    expect(first).toMatch(/^1 {2}b {7}2024-03-01T05:0[0-3]:00Z {2,}\d+(?:\.\d+)? {2}29 above 20\.\d+$/);
    const surprise = (line: string | undefined): number => Number(line!.split(/\s{2,}/)[3]);
    expect(surprise(first)).toBeGreaterThan(3 * surprise(second));
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('--threshold: every series has its own runs, and its own since', async () => {
    const run = await cli([
      'score',
      'long.csv',
      '--series=host',
      ...args.slice(2),
      '--column=ms',
      '--threshold=0.3',
      '--fail-on-alarm',
      '--format=json',
    ]);
    expect(run.status).toBe(3);
    const begun = new Map<string, number>();
    const told = expected.map(({ index, series, value, score }) => {
      const alarm = score >= 0.3 && !begun.has(series);
      if (alarm) begun.set(series, index);
      const since = begun.get(series) ?? null;
      if (score < 0.3) begun.delete(series);
      return { index, series, value, score, alarm, since };
    });
    expect(told.filter(({ alarm }) => alarm).length).toBeGreaterThan(2);
    expect(
      run.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(told);
  });

  test('locate and suggest say of which series they speak', async () => {
    const { stdout } = await cli([
      'locate',
      'long.csv',
      '--series=host',
      '--time=time',
      '--column=ms',
      '--top=1',
      '--format=json',
    ]);
    const place = JSON.parse(stdout);
    expect(place).toMatchObject({ series: 'b', rank: 1 });
    expect(place.begin).toBeLessThanOrEqual(300);
    expect(place.end).toBeGreaterThanOrEqual(300);
    const suggested = await cli(['suggest', 'long.csv', '--series=host', '--column=ms', '--format=csv']);
    expect(suggested.stdout.split('\n').slice(0, 2)).toEqual(['series,window,confidence,span', 'a,,,']);
  });

  test('without it rows of several series are refused, and it is named', async () => {
    const run = await cli(['score', 'long.csv', '--column=ms', '--time=time']);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('--series "host" takes each by itself');
    expect((await cli(['score', 'long.csv', '--series=', '--column=ms'])).status).toBe(2);
    expect((await cli(['score', 'long.csv', '--series=gone', '--column=ms'])).stderr).toContain('no column "gone"');
    expect((await cli(['score', '--series=a'], { input: '{"a":1}\n' })).stderr).toContain('--series needs --field');
  });
});

describe("--column '*'", () => {
  const names = Array.from({ length: 30 }, (_, c) => `cpu ${c}`);
  const wide = Array.from({ length: 300 }, () => names.map(() => 50 + random()));
  wide[200]![17] = 60;
  file(
    'wide.csv',
    `time,zone,${names.join(',')},empty\n${wide.map((row, t) => `${minute(t)},eu,${row.join(',')},\n`).join('')}`,
  );

  test('takes all columns of numbers, not times, texts and empty ones', async () => {
    const run = await cli(['score', 'wide.csv', '--time=time', '--column=*', '--format=json', '-w3', '-k1']);
    expect(run.stderr).toBe('knn-anomaly: wide.csv: column "empty" has no value in the first rows and is left out\n');
    const last = JSON.parse(run.stdout.trim().split('\n').at(-1)!);
    expect(Object.keys(last.metrics)).toEqual(names);
    const column = new KNN(3, 1).score(wide.map((row) => row[17]!));
    expect(last.metrics['cpu 17']).toEqual({ value: wide.at(-1)![17], score: column.at(-1) });
  });

  test('ranks the places of all columns', async () => {
    const out = await score(['wide.csv', '--time=time', '--column=*', '--format=summary', '--top=2']);
    expect(out).toMatch(/^1 {2}cpu 17 {2}2024-03-01T03:2\d:00Z {2,}\d+(?:\.\d+)? {2}60 above 5\d(?:\.\d+)?$/m);
    const { stdout } = await cli(['locate', 'wide.csv', '--time=time', '--column=*', '--top=1', '--format=csv']);
    expect(stdout).toContain('\ncpu 17,1,');
  });

  test('of JSON lines and documents takes all fields and all series; absent times are missing values', async () => {
    file(
      'wide.jsonl',
      wide
        .slice(0, 50)
        .map((row, t) => `${JSON.stringify({ ts: minute(t), tag: 'x', a: row[0], b: row[1] })}\n`)
        .join(''),
    );
    const json = (await score(['wide.jsonl', '--field=*', '--time=ts', '--format=json', '-w2', '-k1'])).split('\n');
    expect(Object.keys(JSON.parse(json[0]!).metrics)).toEqual(['a', 'b']);
    const result = [0, 1].map((s) => ({
      metric: { host: `h${s}` },
      values: wide
        .slice(0, 40)
        .flatMap((row, t) => (s === 1 && t === 5 ? [] : [[1709251200 + 60 * t, String(row[s])]])),
    }));
    file('range.json', JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));
    const lines = (await score(['range.json', '--column=*', '--format=json', '-w2', '-k1'])).trim().split('\n');
    const metrics = lines.map((line) => JSON.parse(line).metrics);
    expect(metrics.map((all) => all['{host="h0"}'].value)).toEqual(wide.slice(0, 40).map((row) => row[0]));
    expect(metrics.map((all) => all['{host="h1"}'].value)).toEqual(
      wide.slice(0, 40).map((row, t) => (t === 5 ? null : row[1])),
    );
  });

  test('stands alone, and needs a format with names', async () => {
    expect((await cli(['score', 'wide.csv', '--column=*', '--column=zone', '--format=csv'])).stderr).toContain(
      "'*' stands for all columns",
    );
    expect((await cli(['score', 'wide.csv', '--column=*'])).stderr).toContain('lines output holds one score per line');
    file(
      'dirty.csv',
      `a,b\n${Array.from({ length: 20 }, (_, t) => `${t % 7},${t === 9 ? 'oops' : t % 5}\n`).join('')}`,
    );
    expect((await cli(['score', 'dirty.csv', '--column=*', '--format=csv'])).stderr).toContain(
      'column "b" holds "oops" on line 11 among its numbers',
    );
  });
});

describe('streams of several series', () => {
  const watched = new Map(
    HOSTS.map((host) => {
      const detector = monitor();
      return [
        host,
        valuesOf
          .get(host)!
          .filter((_, t) => isThere(host, t))
          .map((x) => detector.update(x)),
      ];
    }),
  );
  const at = new Map(HOSTS.map((host) => [host, 0]));
  const answers = rows.map(({ time, host, ms }, index) => {
    const t = at.get(host)!;
    at.set(host, t + 1);
    return { index, time, series: host, value: ms, score: watched.get(host)![t]! };
  });
  const args = ['--series=host', '--time=time', '--field=ms', '--format=json'];
  const input = rows.map((row) => `${JSON.stringify(row)}\n`);
  const scoresIn = (text: string): object[] =>
    text
      .trim()
      .split('\n')
      .map((line) => {
        const { index, time, series, value, score } = JSON.parse(line);
        return { index, time, series, value, score };
      });

  test('monitor: every series has a monitor of its own, in one state over restarts', async () => {
    const whole = await cli(['monitor', ...args], { input: input.join('') });
    expect(scoresIn(whole.stdout)).toEqual(answers);
    const [first, second] = [input.slice(0, 501), input.slice(501)];
    const a = await cli(['monitor', ...args, '--state=series.state'], { input: first.join('') });
    const b = await cli(['monitor', ...args, '--state=series.state'], { input: second.join('') });
    expect(a.stdout + b.stdout).toBe(whole.stdout);
    const without = await cli(['monitor', '--field=ms', '--state=series.state'], { input: input[0]! });
    expect(without.stderr).toContain('was saved with --series host: give it again');
    const other = await cli(['monitor', '--series=dc', '--field=ms', '--state=series.state'], { input: input[0]! });
    expect(other.stderr).toContain('was saved with --series host, not with --series dc');
  });

  test('stream: as KNN with earlier neighbors of each', async () => {
    const run = await cli(['stream', 'long.csv', '--series=host', '--column=ms', '-w4', '-k2', '--format=csv']);
    const left = new KNN(4, 2, { side: 'left' }).score(valuesOf.get('b')!);
    const own = run.stdout
      .trim()
      .split('\n')
      .filter((line) => line.split(',')[1] === 'b');
    expect(own.map((line) => Number(line.split(',').at(-1)))).toEqual(left);
    expect(run.stdout).toContain('index,series,value,score\n0,a,');
    const refused = await cli(['stream', 'long.csv', '--series=host', '--column=ms', '--reference=long.csv']);
    expect(refused.stderr).toContain('--series and --reference exclude each other');
  });

  test('a run of alarms has the values of its own series, over a restart', async () => {
    const all = [0, 0, 0, 0, 0, 0, 50, 90, 0, 51, 0, 1, 95, 0, 0, 0, 1, 0].map((ms, t) => ({
      host: 'bac'[t % 3]!,
      ms,
    }));
    const lines = all.map((row) => `${JSON.stringify(row)}\n`);
    const command = ['stream', '-w1', '-k1', '--series=host', '--field=ms', '--threshold=1', '--format=events'];
    const whole = await cli(command, { input: lines.join('') });
    const ends = whole.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'end');
    expect(ends.map(({ series, incident: { begin, end, duration } }) => [series, begin, end, duration])).toEqual([
      ['a', 7, 7, 1],
      ['c', 11, 11, 1],
      ['b', 6, 12, 3],
    ]);
    for (const cut of [7, 8, 9, 11]) {
      const state = `--state=run-${cut}.state`;
      const a = await cli([...command, state], { input: lines.slice(0, cut).join('') });
      const b = await cli([...command, state], { input: lines.slice(cut).join('') });
      expect(a.stdout + b.stdout).toBe(whole.stdout);
    }
  });

  test('a state goes on with its columns in another order; a missing value is told by series and column', async () => {
    const two = rows.slice(0, 60).map((row, t) => `${JSON.stringify({ ...row, cpu: t % 5 })}\n`);
    const command = ['stream', '-w2', '-k1', '--series=host', '--format=json'];
    const whole = await cli([...command, '--field=ms', '--field=cpu'], { input: two.join('') });
    const state = '--state=order.state';
    await cli([...command, '--field=ms', '--field=cpu', state], { input: two.slice(0, 30).join('') });
    const rest = await cli([...command, '--field=cpu', '--field=ms', state], { input: two.slice(30).join('') });
    const parsed = (text: string): unknown[] =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    expect(parsed(rest.stdout)).toEqual(parsed(whole.stdout).slice(30));
    const one = await cli([...command, '--field=ms', state], { input: two[0]! });
    expect(one.stderr).toContain('order.state: was saved of "cpu", "ms", the input is "ms"');
    const missing = await cli([...command, '--field=ms', '--field=cpu', '--missing=throw'], {
      input: `${two[0]}{"host":"b","ms":1,"cpu":null}\n`,
    });
    expect(missing.stderr).toContain('value 1 of series "b" in column "cpu" is missing, and --missing is throw');
  });

  test('events and the table name the series', async () => {
    const events = await cli(['monitor', '--series=host', '--field=ms', '--format=events', '--explain'], {
      input: input.join(''),
    });
    expect(
      events.stdout
        .split('\n')
        .filter((line) => line.includes('"event":"begin"'))
        .map((line) => JSON.parse(line).series),
    ).toContain('b');
    expect(events.stderr).toMatch(/^b: 29 at /m);
    const table = await cli(['monitor', '--series=host', '--field=ms', '--format=table'], {
      input: input.slice(0, 3).join(''),
    });
    expect(table.stdout.split('\n').map((line) => line.slice(0, 14).trim())).toEqual([
      'index',
      '0       a',
      '1       b',
      '2       c,d',
      '',
    ]);
  });

  test('commands that take one column refuse *', async () => {
    for (const command of ['eval', 'backtest']) {
      expect((await cli([command, 'wide.csv', '--column=*'])).stderr).toContain(`${command} takes one column`);
    }
  });
});
