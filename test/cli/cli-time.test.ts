// Time in every command that reads whole files: ranges, stretches, zones, order, holes, dates and times of day in two columns.
import { describe, expect, test } from 'vitest';
import { KNN } from '../../src/index.ts';
import { cli, file, score } from '../support/cli-run.ts';
import { mulberry32 } from '../support/series.ts';

const random = mulberry32(5);
const N = 240;
const values = Array.from({ length: N }, () => Math.round(1000 * random()) / 10);
const start = Date.UTC(2024, 2, 30, 22);
const iso = (at: number): string => new Date(at).toISOString().replace('.000', '');
const at = (t: number): number => start + t * 300_000;
file('plain.csv', `time,v\n${values.map((x, t) => `${iso(at(t))},${x}\n`).join('')}`);
const csvOf = (scores: readonly number[], from: number, to: number): string =>
  `index,time,value,score\n${scores.map((x, r) => `${r},${iso(at(from + r))},${values[from + r]},${x}\n`).join('')}`.slice(
    0,
    to - from + 1 === scores.length ? undefined : 0,
  );
const ARGS = ['--time=time', '-w3', '-k2', '--format=csv'];

describe('--since and --until', () => {
  const inside = csvOf(new KNN(3, 2).score(values.slice(24, 49)), 24, 48);
  test.each([
    [['--since=2024-03-31T00:00:00Z', '--until=2024-03-31 02:00']],
    [['--since=begin+2h', '--until', 'begin+4h']],
    [
      [`--since=${at(24) / 1000}`, `--until=${at(48)}`].map((text) =>
        text.replace(/=(\d+)/, (_, x) => `=${iso(Number(x) < 1e12 ? 1000 * Number(x) : Number(x))}`),
      ),
    ],
    [['--since=end-1075m', '--until=end-955m']],
    [['--timezone=Europe/Berlin', '--since=2024-03-31 01:00', '--until=2024-03-31 04:00']],
  ])('%j', async (range) => {
    const run = await cli(['score', 'plain.csv', ...ARGS, ...range]);
    expect(run.stderr).toContain('25 of 240 rows lie within --since');
    expect(run.stdout).toBe(inside);
  });

  test('a range without rows says where they are, and what -2h counts from', async () => {
    const run = await cli(['score', 'plain.csv', '--time', 'time', '--since', '-2h']);
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toBe(
      `knn-anomaly: plain.csv: no row lies within --since -2h: the rows are from ${iso(at(0))} to ${iso(at(N - 1))}; -2h counts from now, end-2h from the last row\n`,
    );
  });

  test('numbers in the time column are compared as numbers', async () => {
    file('numbers.csv', `n,v\n${values.map((x, t) => `${10 * t},${x}\n`).join('')}`);
    const out = await score([
      'numbers.csv',
      '--time=n',
      '--column=v',
      '-w3',
      '-k2',
      '--since=240',
      '--until=begin+480',
    ]);
    expect(out).toBe(`${new KNN(3, 2).score(values.slice(24, 49)).join('\n')}\n`);
    const run = await cli(['score', 'numbers.csv', '--time=n', '--column=v', '--since=end-2h']);
    expect(run.stderr).toContain('--since end-2h: the time column holds numbers: give one in their unit');
  });

  test('in streams rows outside are neither learned nor answered; the end of the series is refused', async () => {
    const args = ['--time=time', '--since=2024-03-31T00:00:00Z', '--until=2024-03-31T02:00:00Z', '-w3', '-k2'];
    const run = await cli(['stream', 'plain.csv', ...args]);
    expect(run.stdout.trim().split('\n').map(Number)).toEqual(
      new KNN(3, 2, { side: 'left' }).score(values.slice(24, 49)),
    );
    const refused = await cli(['monitor', 'plain.csv', '--time=time', '--since=end-2h']);
    expect(refused.stderr).toContain('--since end-2h is for whole files: a stream does not know its end');
    for (const option of ['--since=1', '--until=1', '--timezone=UTC']) {
      expect((await cli(['score', 'plain.csv', option])).stderr).toContain(`${option.split('=')[0]} is for --time`);
    }
  });
});

describe('--resample', () => {
  test.each(['mean', 'max', 'min', 'last', 'sum', 'count'] as const)('%s', async (rule) => {
    const made = Array.from({ length: N / 4 }, (_, s) => {
      const all = values.slice(4 * s, 4 * s + 4);
      const sum = all.reduce((a, b) => a + b);
      return { mean: sum / 4, max: Math.max(...all), min: Math.min(...all), last: all[3]!, sum, count: 4 }[rule];
    });
    const out = await score(['plain.csv', ...ARGS, `--resample=20m${rule === 'mean' ? '' : `:${rule}`}`]);
    const scores = new KNN(3, 2).score(made);
    expect(out).toBe(
      `index,time,value,score\n${made.map((x, s) => `${s},${iso(at(4 * s))},${x},${scores[s]}\n`).join('')}`,
    );
  });

  test('stretches without rows are missing, of count they are 0', async () => {
    const kept = [...values.keys()].filter((t) => t < 60 || t >= 120);
    file('hole.csv', `time,v\n${kept.map((t) => `${iso(at(t))},${values[t]}\n`).join('')}`);
    const args = ['hole.csv', '--time=time', '-w1', '-k1', '--format=json'];
    const counts = (await score([...args, '--resample=1h:count'])).trim().split('\n');
    expect(counts.map((line) => JSON.parse(line).value)).toEqual(
      Array.from({ length: 20 }, (_, h) => (h >= 5 && h < 10 ? 0 : 12)),
    );
    const filled = (await score([...args, '--resample=1h:max', '--fill']))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(filled.map(({ value }) => value === null)).toEqual(Array.from({ length: 20 }, (_, h) => h >= 5 && h < 10));
    expect(filled.map(({ time }) => time)).toEqual(Array.from({ length: 20 }, (_, h) => iso(start + h * 3_600_000)));
  });

  test('days are those of the zone, also those of 23 hours', async () => {
    const out = await score([
      'plain.csv',
      '--time=time',
      '--timezone=Europe/Berlin',
      '--resample=1d:count',
      ...['-w1', '-k1', '--format=csv'],
    ]);
    expect(out).toContain(`0,2024-03-29T23:00:00Z,12,`); // 30 March in Berlin
    expect(out).toContain(`1,2024-03-30T23:00:00Z,228,`);
  });

  test('streams do not have it, and say which commands do', async () => {
    const run = await cli(['monitor', 'plain.csv', '--time=time', '--resample=5m']);
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(
      'unknown option --resample, which score, backtest, eval, locate, suggest, plot, explore have',
    );
    for (const bad of ['5', 'x', '5m:mode', '5m:', '0m']) {
      const { stderr } = await cli(['score', 'plain.csv', '--time=time', `--resample=${bad}`]);
      if (bad !== '5') expect(stderr).toContain('--resample must be a time such as 5m');
    }
  });
});

describe('a clock that is set back', () => {
  const moments = values.map((_, t) => Date.UTC(2024, 9, 26, 20) + t * 300_000);
  const local = (ms: number): string =>
    iso(ms + (ms < Date.UTC(2024, 9, 27, 1) ? 7_200_000 : 3_600_000))
      .replace('T', ' ')
      .replace('Z', '');
  file('berlin.csv', `time,v\n${moments.map((ms, t) => `${local(ms)},${values[t]}\n`).join('')}`);

  test('is read right with --timezone: nothing is twice, nothing is absent', async () => {
    const run = await cli(['score', 'berlin.csv', ...ARGS, '--timezone=Europe/Berlin']);
    expect(run.stderr).toBe('');
    const scores = new KNN(3, 2).score(values);
    expect(run.stdout).toBe(
      `index,time,value,score\n${moments.map((ms, t) => `${t},${local(ms)},${values[t]},${scores[t]}\n`).join('')}`,
    );
  });

  test('in streams, too; without --timezone the time goes back', async () => {
    const run = await cli(['stream', 'berlin.csv', '--time=time', '--timezone=Europe/Berlin', '-w3', '-k2']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout.trim().split('\n').map(Number)).toEqual(new KNN(3, 2, { side: 'left' }).score(values));
    const refused = await cli(['stream', 'berlin.csv', '--time=time', '-w3', '-k2']);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toContain('the time goes back from "2024-10-27 02:55:00" to "2024-10-27 02:00:00"');
    expect(refused.stderr).toContain('--timezone');
  });

  test('backtest tells times of the zone, with their offset', async () => {
    const spiky = values.map((x, t) => (t === 200 ? 5000 : x));
    file('spiky.csv', `time,v\n${moments.map((ms, t) => `${local(ms)},${spiky[t]}\n`).join('')}`);
    const run = await cli(['backtest', 'spiky.csv', '--time=time', '--timezone=Europe/Berlin']);
    expect(run.stdout).toContain('2024-10-27T13:40:00+01:00');
    expect(run.stdout).not.toContain('Z');
  });
});

describe('a date and a time of day in two columns', () => {
  const day = (ms: number): string => iso(ms).slice(0, 10);
  const clock = (ms: number): string => iso(ms).slice(11, 19);
  file('two.csv', `Date,Time,v\n${values.map((x, t) => `${day(at(t))},${clock(at(t))},${x}\n`).join('')}`);
  const scores = new KNN(3, 2).score(values);
  const expected = `index,time,value,score\n${values.map((x, t) => `${t},${day(at(t))} ${clock(at(t))},${x},${scores[t]}\n`).join('')}`;

  test.each(['Date,Time', 'Date', 'Time', '1,2'])('--time %s', async (time) => {
    const run = await cli(['score', 'two.csv', `--time=${time}`, '-w3', '-k2', '--format=csv']);
    expect(run.stdout).toBe(expected);
    expect(run.stderr).toBe(
      time.includes(',') ? '' : 'knn-anomaly: two.csv: the times are those of column "Date" with "Time"\n',
    );
  });

  test('of JSON lines, and of a JSON array', async () => {
    const rows = values.map((v, t) => JSON.stringify({ d: day(at(t)), c: clock(at(t)), v }));
    file('two.jsonl', `${rows.join('\n')}\n`);
    file('two-array.json', `[${rows.join(',\n')}]`);
    for (const name of ['two.jsonl', 'two-array.json']) {
      expect(await score([name, '--field=v', '--time=d,c', '-w3', '-k2', '--format=csv'])).toBe(expected);
    }
  });

  test('a time of day alone goes on over midnight', async () => {
    file('clock.txt', `${values.map((x, t) => `${clock(at(t))} ${x}\n`).join('')}`);
    const run = await cli(['score', 'clock.txt', '--time=1', '--column=2', '-w3', '-k2']);
    expect(run).toMatchObject({ stderr: '', stdout: `${scores.join('\n')}\n` });
  });
});

describe('rows in another order', () => {
  const order = [...values.keys()].sort((a, b) => ((a * 7) % 240) - ((b * 7) % 240));
  const row = (t: number): string => `${iso(at(t))},${values[t]},${t >= 100 && t < 108 ? 1 : 0}\n`;
  const labels = `begin,end\n${iso(at(100))},${iso(at(107))}\n`;
  file('sorted.csv', `time,v,y\n${[...values.keys()].map(row).join('')}`);
  file('shuffled.csv', `time,v,y\n${order.map(row).join('')}`);
  file('twice.csv', `time,v,y\n${[...order, 3].map(row).join('')}`);
  file('y.csv', labels);
  const SAID = 'rows are not in the order of their times: they are sorted';

  test.each([['--labels=y.csv'], ['--label-column=y']])('eval %s says the same of them', async (how) => {
    const args = ['--column=v', '--time=time', how, '--format=json'];
    const right = await cli(['eval', 'sorted.csv', ...args]);
    expect(right.stderr).toBe('');
    expect(JSON.parse(right.stdout)).toMatchObject({ n: N, anomalies: 1, anomalousValues: 8 });
    for (const name of ['shuffled.csv', 'twice.csv']) {
      const run = await cli(['eval', name, ...args]);
      expect(run.stdout).toBe(right.stdout);
      expect(run.stderr).toContain(SAID);
    }
  });

  test('eval of a table as score writes it for rows with a hole counts the rows that are there', async () => {
    file(
      'hole-eval.csv',
      `time,v,y\n${[...values.keys()]
        .filter((t) => t < 50 || t >= 90)
        .map(row)
        .join('')}`,
    );
    const run = await cli(['eval', 'hole-eval.csv', '--column=v', '--time=time', '--labels=y.csv', '--format=json']);
    expect(JSON.parse(run.stdout)).toMatchObject({ n: N - 40, anomalousValues: 8 });
  });

  test('backtest, locate and suggest say the same of them', async () => {
    for (const command of ['backtest', 'locate', 'suggest']) {
      const args = ['--column=v', '--time=time', '--format=json'];
      const right = await cli([command, 'sorted.csv', ...args]);
      const run = await cli([command, 'shuffled.csv', ...args]);
      expect(right).toMatchObject({ status: 0, stderr: '' });
      expect(run.stdout).toBe(right.stdout);
      expect(run.stderr).toContain(SAID);
    }
  });

  test('backtest: absent rows are missing values, and times without a step are taken as they come', async () => {
    file(
      'hole-back.csv',
      `time,v,y\n${[...values.keys()]
        .filter((t) => t < 150 || t >= 160)
        .map(row)
        .join('')}`,
    );
    const run = await cli(['backtest', 'hole-back.csv', '--column=v', '--time=time', '--format=json']);
    expect(run.stderr).toContain('the step is 5 min, and 10 times have no row: missing values');
    expect(JSON.parse(run.stdout)).toMatchObject({ values: N });
    const odd = values.map((x, t) => `${iso(at(t) + ((t * t * 7919) % 290) * 1000)},${x}\n`);
    file('odd.csv', `time,v\n${odd.join('')}`);
    const taken = await cli(['backtest', 'odd.csv', '--column=v', '--time=time', '--format=json']);
    expect(taken.stderr).toContain('the times have no common step: rows are taken as they come');
    expect(JSON.parse(taken.stdout)).toMatchObject({ values: N });
  });

  test('times without a step are refused with the step that most of them have', async () => {
    const rows = [0, 60, 120, 180, 240, 300, 360, 385, 445, 505, 565].map(
      (second) => `${new Date(1000 * second).toISOString()},1\n`,
    );
    file('drift.csv', `time,v\n${rows.join('')}`);
    const refused = await cli(['score', 'drift.csv', '--column=v', '--time=time', '--format=lines', '--window=2']);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('their median difference is 1 min, but 1970-01-01T00:06:25.000Z');
    expect(refused.stderr).toContain(
      '; --step 1min puts each on the nearest multiple of it (--step none takes rows as they lie)',
    );
    const taken = await cli([
      ...['score', 'drift.csv', '--column=v', '--time=time', '--format=lines', '--window=2'],
      ...['--step', '1min'],
    ]);
    expect([taken.status, taken.stdout.split('\n')]).toEqual([0, [...Array(11).fill('0'), '']]);
  });

  test('streams refuse times that go back', async () => {
    for (const command of ['stream', 'changefinder', 'monitor']) {
      const run = await cli([command, 'shuffled.csv', '--column=v', '--time=time']);
      expect(run.status).toBe(1);
      expect(run.stderr).toContain('the time goes back from');
    }
  });
});
