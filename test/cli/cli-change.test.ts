// --diff and --rate: differences of values and rates of counters, by transcriptions of their definitions.
import { describe, expect, test } from 'vitest';
import { monitor } from '../../src/calibrate.ts';
import { KNN, StreamingKNN } from '../../src/index.ts';
import { cli, file, lines } from '../support/cli-run.ts';

async function run(args: string[], input = '', status = 0): Promise<string> {
  const result = await cli(args, { input });
  if (result.status !== status) throw new Error(`exit status ${result.status}: ${result.stderr}`);
  return status === 0 ? result.stdout : result.stderr;
}

const series = Array.from({ length: 150 }, (_, t) =>
  t % 17 === 3 ? NaN : 100 + t + ((t * 37) % 11) + (t === 120 ? 40 : 0),
);

/** x_t − x_{t−1}. */
const differences = series.map((x, t) => (t === 0 ? NaN : x - series[t - 1]!));

/** A counter with two resets, and the seconds of its values: a minute apart, some of which are absent. */
const counter = series.map((x, t) => (Number.isNaN(x) ? NaN : (t % 60) * 50 + x - 100));
const seconds = series.map((_, t) => 60 * (t + Math.floor(t / 40) * 3));

/** The increase since the last value that is known, which begins anew at 0 after a reset, by the time between both. */
function rates(at: readonly number[]): number[] {
  return counter.map((x, t) => {
    const before = counter.slice(0, t).findLastIndex((other) => !Number.isNaN(other));
    if (Number.isNaN(x) || before < 0) return NaN;
    return (x >= counter[before]! ? x - counter[before]! : x) / (at[t]! - at[before]!);
  });
}

const indices = series.map((_, t) => t);
const timed = `time,n\n${counter.map((x, t) => `${new Date(1.7e12 + 1000 * seconds[t]!).toISOString()},${Number.isNaN(x) ? '' : x}\n`).join('')}`; // biome-ignore format: one line

describe('score', () => {
  test('--diff scores differences and writes the values that were read', async () => {
    const scores = new KNN(3, 2).score(differences);
    expect(await run(['score', '-w3', '-k2', '--diff'], lines(series))).toBe(lines(scores));
    const cell = (x: number): string => (Number.isNaN(x) ? '' : String(x));
    expect(await run(['score', '-w3', '-k2', '--diff', '--format=csv'], lines(series))).toBe(
      `index,value,score\n${series.map((x, t) => `${t},${cell(x)},${cell(scores[t]!)}\n`).join('')}`,
    );
  });

  test('--rate is per value without times, and understands resets', async () => {
    expect(await run(['score', '-w3', '-k2', '--rate'], lines(counter))).toBe(
      lines(new KNN(3, 2).score(rates(indices))),
    );
  });

  test('--rate with dates is per second, on the grid of the times', async () => {
    const grid = new Float64Array(seconds.at(-1)! / 60 + 1).fill(NaN);
    const known = rates(seconds);
    for (const [t, s] of seconds.entries()) grid[s / 60] = known[t]!;
    const scores = new KNN(3, 2).score(grid);
    const printed = (await run(['score', '-w3', '-k2', '--rate', '--column=n', '--time=time'], timed))
      .trim()
      .split('\n')
      .map(Number);
    expect(printed).toHaveLength(series.length);
    for (const [t, s] of seconds.entries()) {
      if (Number.isNaN(scores[s / 60])) expect(printed[t]).toBeNaN();
      else expect(printed[t]).toBeCloseTo(scores[s / 60]!, 9);
    }
  });
});

describe('streams', () => {
  test('stream and changefinder take both; a state goes on with the value before', async () => {
    for (const [flag, input, changes] of [
      ['--diff', series, differences],
      ['--rate', counter, rates(indices)],
    ] as const) {
      const scores = lines(new StreamingKNN(3, 2).learn(changes as number[]));
      expect(await run(['stream', '-w3', '-k2', flag], lines(input))).toBe(scores);
      const state = [`--state=change${flag}.state`];
      const first = await run(['stream', '-w3', '-k2', flag, ...state], lines(input.slice(0, 71)));
      expect(first + (await run(['stream', ...state], lines(input.slice(71))))).toBe(scores);
      expect(await run(['state', 'info', state[0]!.slice(8)])).toContain(` ${flag}\n`);
      const other = flag === '--diff' ? '--rate' : '--diff';
      expect(await run(['stream', other, ...state], '1\n', 1)).toContain(
        `was saved without ${other}, not with ${other}: `,
      );
    }
    await run(['stream', '--state=old.state'], lines(series));
    expect(await run(['stream', '--diff', '--state=old.state'], '1\n', 1)).toContain(
      'was saved without --diff, not with --diff',
    );
    expect(await run(['changefinder', '--diff'], '5\n5\n9\n')).toBe(await run(['changefinder'], 'NaN\n0\n4\n'));
  });

  test('--rate of a stream with dates is per second, over gaps and restarts', async () => {
    const scores = new StreamingKNN(1, 1).learn(rates(seconds));
    const args = ['stream', '-w1', '-k1', '--rate', '--column=n', '--time=time'];
    expect(await run(args, timed)).toBe(lines(scores));
    const rows = timed.split('\n');
    const first = await run([...args, '--state=timed.state'], `${rows.slice(0, 45).join('\n')}\n`);
    expect(first + (await run([...args, '--state=timed.state'], `${rows[0]}\n${rows.slice(45).join('\n')}`))).toBe(
      lines(scores),
    );
    const message = await run(args, 'time,n\nsoon,1\nlater,2\n', 1);
    expect(message).toBe(
      'knn-anomaly: standard input: value 0: --rate is per second and needs a time, got "soon": without --time it is per value\n',
    );
  });

  test('monitor --rate with times is per second of the time that passed, whatever rows are absent', async () => {
    const values = rates(seconds);
    const args = ['monitor', '--rate', '--column=n', '--time=time', '--warmup=20', '--bounds=0,5'];
    const options = { warmup: 20, bounds: { low: 0, high: 5 } };
    const expected = lines(monitor(options).learn(values));
    expect(await run(args, timed)).toBe(expected);
    const rows = timed.split('\n');
    const first = await run([...args, '--state=second.state'], `${rows.slice(0, 45).join('\n')}\n`);
    const rest = `${rows[0]}\n${rows.slice(45).join('\n')}`;
    expect(first + (await run([...args, '--state=second.state'], rest))).toBe(expected);
    expect(await run(['state', 'info', 'second.state'])).toContain(' --rate per second');
    expect(await run(['monitor', '--rate', '--column=n', '--state=second.state'], rest, 2)).toBe(
      'knn-anomaly: the state was saved with --rate and --time, per second: give --time again\n',
    );
    // A gap of an hour, in which the counter rose as ever.
    const steady = Array.from({ length: 300 }, (_, t) => 60 * (t < 250 ? t : t + 60));
    const quiet = `time,n\n${steady.map((s) => `${new Date(1.7e12 + 1000 * s).toISOString()},${s * 3}\n`).join('')}`;
    expect(await run(['monitor', '--rate', '--column=n', '--time=time', '--format=events'], quiet)).toBe('');
    expect(await run(['monitor', '--rate', '--column=n', '--format=events'], quiet)).not.toBe('');
  });

  test('monitor --rate without times is per value, the rate of the monitor itself', async () => {
    const expected = lines(monitor({ rate: true }).learn(counter));
    expect(await run(['monitor', '--rate'], lines(counter))).toBe(expected);
    // A state of it goes on so, also with times, as one that was saved before rates were per second.
    const args = ['monitor', '--rate', '--column=n', '--state=value.state'];
    const first = await run(args, `n\n${lines(counter.slice(0, 71))}`);
    const rows = timed.split('\n');
    const rest = `${rows[0]}\n${rows.slice(72).join('\n')}`;
    expect(first + (await run([...args, '--time=time'], rest))).toBe(expected);
  });

  test('a state with rates per second wants the times of later rows, which are not before the last', async () => {
    for (const command of [['stream', '-w1', '-k1'], ['changefinder'], ['monitor']]) {
      const args = [...command, '--rate', '--column=n', `--state=back-${command[0]}.state`];
      await run([...args, '--time=time'], 'time,n\n2024-01-01T00:01:00Z,1\n2024-01-01T00:02:00Z,2\n');
      expect(await run([...args, '--time=time'], 'time,n\n2024-01-01T00:01:30Z,3\n', 1)).toContain(
        'value 2: --rate needs times that do not go back, got one 30 s before the last: sort the rows',
      );
      expect(await run(args, 'n\n1\n', 2)).toBe(
        'knn-anomaly: the state was saved with --rate and --time, per second: give --time again\n',
      );
    }
  });

  test('monitor --diff, and a reference of differences', async () => {
    expect(await run(['monitor', '--diff'], lines(series))).toBe(lines(monitor().learn(differences)));
    const reference = file('reference.txt', lines(series));
    const wanted = new StreamingKNN(2, 1, { reference: differences }).learn([NaN, 1, -3]);
    expect(await run(['stream', '-w2', '-k1', '--diff', '--reference', reference], '5\n6\n3\n')).toBe(lines(wanted));
  });
});

test('backtest, locate, suggest and plot take the changes as if they had been read', async () => {
  const whole = Array.from({ length: 400 }, (_, t) => t * 5 + ((t * 37) % 11) + (t >= 300 && t < 303 ? 500 : 0));
  const changed = lines(whole.map((x, t) => (t === 0 ? NaN : x - whole[t - 1]!)));
  for (const command of [
    ['backtest'],
    ['locate', '--format=csv'],
    ['suggest', '--format=csv'],
    ['plot', '--title=x'],
  ]) {
    expect(await run([...command, '--diff'], lines(whole))).toBe(await run(command, changed));
  }
  const rising = whole.map((x) => Math.max(0, x));
  expect(await run(['locate', '--rate', '--format=csv'], lines(rising))).not.toBe('');
});

test('backtest --rate with times judges what monitor judges', async () => {
  const steps = Array.from({ length: 300 }, (_, t) => t).filter((t) => t < 200 || t > 230);
  const total = (t: number): number => t * 600 + 100 * Math.sin(t * t) + (t > 250 ? 9000 : 0);
  const rows = steps.map((t) => `${new Date(1.7e12 + 60_000 * t).toISOString()},${total(t)}\n`).join('');
  const text = await run(['backtest', '--rate', '--column=n', '--time=time', '--format=json'], `time,n\n${rows}`);
  const { incidents } = JSON.parse(text) as { incidents: { begin: number }[] };
  expect(incidents.map(({ begin }) => begin)).toEqual([251]);
});

test('backtest --rate of times without a common step is per second of the time that passed', async () => {
  const times = Array.from({ length: 240 }, (_, t) => 100 * t + ((t * 7919) % 83));
  const rows = times.map((s, t) => `${new Date(1.7e12 + 1000 * s).toISOString()},${s * 4 + (t >= 200 ? 5000 : 0)}\n`);
  const args = ['backtest', '--rate', '--column=n', '--time=time', '--format=json', '--bounds=3.9,4.1'];
  const { incidents } = JSON.parse(await run(args, `time,n\n${rows.join('')}`)) as { incidents: { begin: number }[] };
  expect(incidents.map(({ begin }) => begin)).toEqual([200]);
});

test('what makes no sense is one line', async () => {
  for (const command of ['score', 'stream', 'monitor', 'changefinder', 'locate', 'plot', 'backtest']) {
    expect(await run([command, '--diff', '--rate'], '1\n2\n', 2)).toBe(
      'knn-anomaly: --diff and --rate exclude each other: give one of them\n',
    );
  }
  for (const command of ['score', 'stream', 'monitor', 'changefinder']) {
    expect(await run([command, '--diff', '--missing=throw'], '1\n2\n', 2)).toBe(
      'knn-anomaly: --missing throw and --diff exclude each other: the first value has no change\n',
    );
  }
  expect(await run(['score', '-w1', '--rate'], '1\n-2\n', 1)).toBe(
    'knn-anomaly: standard input: value 1: --rate needs a counter, which is at least 0, got -2: --diff takes any values\n',
  );
  expect(await run(['stream', '-w1', '--rate'], '1\n-2\n', 1)).toContain(
    'value 1: --rate needs a counter, which is at least 0, got -2',
  );
});
