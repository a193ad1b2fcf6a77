// knn-anomaly monitor: the library's surprises, line by line, over restarts; alarms in sentences.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type MonitorOptions, monitor } from '../../src/calibrate.ts';
import { explanation } from '../../src/cli/options/help.ts';
import { defaultOf, optionOf } from '../../src/cli/options/table.ts';
import { decode, encode } from '../../src/cli/state/saved-state.ts';
import { cleanEnv, cli, file, folder, lines, MAIN } from '../support/cli-run.ts';
import { serverMetric } from '../support/series.ts';

/** `knn-anomaly monitor` that must succeed: what it prints. */
async function run(args: string[], input = ''): Promise<{ stdout: string; stderr: string }> {
  const { status, stdout, stderr } = await cli(['monitor', ...args], { input });
  if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
  return { stdout, stderr };
}

async function failure(args: string[], status: number, input = ''): Promise<string> {
  const result = await cli(['monitor', ...args], { input });
  expect(result.status).toBe(status);
  expect(result.stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
  return result.stderr.slice('knn-anomaly: '.length, -1);
}

const series = Array.from(serverMetric(600, 5));
series[400] = 1e4;

test('one surprise per value, one per line, nothing else: those of monitor()', async () => {
  expect(await run([], lines(series))).toEqual({ stdout: lines(monitor().learn(series)), stderr: '' });
  const views = monitor({ preset: 'views', warmup: 20, hold: 30, maxValues: 90 }).learn(series);
  const options = ['--preset=views', '--warmup=20', '--hold=30', '--max-values=90'];
  expect((await run(options, lines(series))).stdout).toBe(lines(views));
  const hourly = monitor({ step: 3600, maxValues: 50 }).learn(series);
  expect((await run(['--step=3600', '--max-values=50'], lines(series))).stdout).toBe(lines(hourly));
});

const PRESETS = optionOf('preset', 'monitor').choices as readonly NonNullable<MonitorOptions['preset']>[];

test.each(PRESETS)(
  '--preset=%s is that preset: what is not given is left to it, and the help says its threshold',
  async (preset) => {
    const watch = monitor({ preset });
    expect((await run([`--preset=${preset}`], lines(series))).stdout).toBe(lines(watch.learn(series)));
    expect(explanation('threshold', 'monitor')).toContain(` ${watch.threshold}`);
    const settings = ['hold', 'threshold', 'max-values'] as const;
    for (const name of settings) expect(defaultOf(name, 'monitor')).toBeUndefined();
  },
);

test('missing values are NaN in lines, empty in csv, null in json', async () => {
  const input = '1\n\nnull\nNaN\n2\n';
  expect((await run([], input)).stdout).toBe('0\nNaN\nNaN\nNaN\n0\n');
  expect((await run(['--format=csv'], input)).stdout.split('\n')[2]).toBe('1,,,,0,,');
  expect((await run(['--format=json'], input)).stdout.split('\n')[1]).toBe(
    '{"index":1,"value":null,"score":null,"expected":null,"alarm":false,"since":null,"surprise":null}',
  );
  expect(await failure(['--missing=throw'], 1, input)).toContain('value 1 is missing');
});

/** What `--explain` says of the values: alarms by the library, ends in the words of the program. */
function sentences(values: readonly number[], options: MonitorOptions = {}): string[] {
  const watch = monitor(options);
  return values.flatMap((x) => {
    watch.update(x);
    const { alarm, event, incident } = watch.last;
    if (alarm) return [watch.explain().text];
    if (event === undefined) return [];
    const { begin, duration, value, peak } = incident!;
    const numValues = `${duration} ${duration === 1 ? 'value' : 'values'}`;
    const state = event === 'end' ? `is over after ${numValues}` : `is the new normal after ${numValues}`;
    return [`the incident since ${begin} ${state}; its worst was ${Number(value.toPrecision(4))} at ${peak}`];
  });
}

test('--explain says of every alarm what was seen, and of an incident that it is over, on standard error', async () => {
  const texts = sentences(series);
  const { stdout, stderr } = await run(['--explain'], lines(series));
  expect(stdout).toBe(lines(monitor().learn(series)));
  expect(stderr).toBe(`${texts.join('\n')}\n`);
  expect(texts.some((text) => text.startsWith('10000 at 400 is '))).toBe(true);
  expect(texts.some((text) => text.startsWith('the incident since 400 is over after '))).toBe(true);

  const csv = `time,cpu,mem\n${series.map((x, t) => `${t},${x},0`).join('\n')}\n`;
  const named = await run(['--explain', '--column=cpu', '--column=mem', '--time=time', '--format=csv'], csv);
  expect(named.stderr).toBe(texts.map((text) => `cpu: ${text}\n`).join(''));
});

test('a threshold of one’s own decides what is explained', async () => {
  const texts = sentences(series, { threshold: 20 });
  const { stderr } = await run(['--explain', '--threshold=20'], lines(series));
  expect(stderr).toBe(texts.map((text) => `${text}\n`).join(''));
});

test('goes on where a state ends, with its settings; others are refused', async () => {
  const state = ['--state', 'alarms.state'];
  const first = await run(['--hold=20', '--threshold=6', ...state], lines(series.slice(0, 350)));
  const rest = await run([...state, '--explain'], lines(series.slice(350)));
  expect(first.stdout + rest.stdout).toBe(lines(monitor({ hold: 20 }).learn(series)));
  expect(rest.stderr).toContain('10000 at 400 is ');
  expect(await failure([...state, '--hold=21'], 1)).toBe(
    'alarms.state: was saved with --hold 20, not with --hold 21: use another file, or leave the option away to go on as before',
  );
  // What was not given is kept as such: the preset decides, now and later.
  expect(await failure([...state, '--max-values=100000'], 1)).toContain(
    'was saved without --max-values, not with --max-values 100000',
  );
  const other = await cli(['stream', ...state], { input: '1\n' });
  expect(other.stderr).toContain('bytes must be the state of a knn-anomaly stream, got that of a knn-anomaly monitor');
});

test('a state whose version had other settings goes on and keeps them; those that it did not know are refused', async () => {
  const learned = monitor({ hold: 20 });
  learned.learn(series.slice(0, 350));
  const settings = { preset: 'novelty', warmup: '100', hold: '20', threshold: '', 'max-values': '100000', sieve: '7', missing: 'omit' }; // biome-ignore format: one line
  const bytes = encode({ settings, numRows: 350, detectors: new Map([['', learned.save()]]) }, 'monitor');
  const path = file('other-version.state', bytes);
  expect((await run(['--state', path, '--hold=20'], lines(series.slice(350)))).stdout).toBe(
    lines(learned.learn(series.slice(350))),
  );
  const saved = decode(readFileSync(path), path, 'monitor');
  expect([JSON.stringify(saved.settings), saved.numRows]).toEqual([JSON.stringify(settings), 600]);
  expect(await failure(['--state', path, '--step=1'], 1)).toContain('was saved without --step, not with --step 1');
});

describe('a stream that ends within the warm-up says so in one line', () => {
  /** What is said of a stream, without the name of the program. */
  const said = async (args: string[], input: string): Promise<string> => {
    const { stderr } = await run(args, input);
    if (stderr !== '') expect(stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
    return stderr.slice('knn-anomaly: '.length, -1);
  };
  const shortOf = (numValues: number, came: string) =>
    `the first ${numValues} values are passed over to learn what is usual, ${came}: nothing could be an alarm`;
  const outage = Array.from({ length: 90 }, (_, t) => (t === 80 ? 9999 : 10 + (t % 7)));

  test('90 values, 9999 among them', async () => {
    const { stdout, stderr } = await run([], lines(outage));
    expect(stdout).toBe('0\n'.repeat(90));
    expect(stderr).toBe(`knn-anomaly: ${shortOf(110, 'only 90 came')}\n`);
    expect(await said(['--preset=views', '--format=json'], lines(outage))).toBe(shortOf(110, 'only 90 came'));
    expect(await said(['--warmup=85'], lines(outage))).toBe(shortOf(95, 'only 90 came'));
    expect(await said(['--warmup=60'], lines(outage))).toBe('');
  });

  test.each(PRESETS)('110 values teach what is usual, the next one can be an alarm: %s', async (preset) => {
    const usual = series.slice(0, 110);
    expect(monitor({ preset }).learn([...usual.slice(0, 109), 1e9])[109]).toBe(0);
    expect(monitor({ preset }).learn([...usual, 1e9])[110]).toBeGreaterThan(0);
    expect(await said([`--preset=${preset}`], lines(usual.slice(0, 109)))).toBe(shortOf(110, 'only 109 came'));
    expect(await said([`--preset=${preset}`], lines(usual))).toBe('');
  });

  test('missing values do not count', async () => {
    const rows = series.slice(0, 300).flatMap((x) => [String(x), '', 'NaN']);
    expect(await said([], `${rows.slice(0, 312).join('\n')}\n`)).toBe(shortOf(110, 'only 104 came'));
    expect(await said([], `${rows.join('\n')}\n`)).toBe('');
    expect(await said([], 'NaN\nNaN\n')).toBe(shortOf(110, 'only 0 came'));
  });

  test('a state remembers what came before; one beyond its warm-up has nothing to say', async () => {
    const state = ['--state', 'young.state'];
    expect(await said(state, lines(series.slice(0, 60)))).toBe(shortOf(110, 'only 60 came'));
    expect(await said(state, '')).toBe('');
    expect(await said(state, `NaN\n${lines(series.slice(60, 99))}`)).toBe(shortOf(110, 'fewer came in 100 rows'));
    // 11 of 51 rows: 110 values in 151 rows, and only then it is over.
    const sparse = `${lines(series.slice(99, 109))}${'NaN\n'.repeat(40)}`;
    expect(await said(state, sparse)).toBe(shortOf(110, 'fewer came in 150 rows'));
    expect(await said(state, '51.5\n')).toBe('');
    // Neither an alarm a moment ago nor missing values make it say so again.
    expect((await run(state, '1e9\n1e9\nNaN\nNaN\n')).stderr).toBe('');
    expect(await said(state, 'NaN\n')).toBe('');
  });

  test('of several columns it says how many', async () => {
    const rows = series.slice(0, 120).map((x, t) => `${x},${t % 2 ? x : ''},${t % 3 ? '' : x}`);
    const args = ['--column=a', '--column=b', '--column=c', '--format=csv'];
    const shortColumns = (which: string, numValues = 110) =>
      `${which} had fewer than the ${numValues} values that are passed over to learn what is usual: nothing could be an alarm there`;
    const input = (length: number) => ['a,b,c', ...rows.slice(0, length), ''].join('\n');
    expect(await said(args, input(120))).toBe(shortColumns('2 of 3 columns'));
    expect(await said(args, input(100))).toBe(shortColumns('all 3 columns'));
    expect(await said([...args, '--warmup=40'], input(120))).toBe(shortColumns('1 of 3 columns', 50));
    expect(await said([...args, '--warmup=20'], input(120))).toBe('');
  });

  test('after bad input there is the error alone; other commands have no warm-up', async () => {
    expect(await failure([], 1, '1\ntwo\n')).toContain('two');
    for (const command of ['stream', 'changefinder']) {
      expect((await cli([command], { input: '1\n2\n' })).stderr).toBe('');
    }
  });

  test('the help says how many values that are', async () => {
    expect((await run(['--help'])).stdout.replaceAll(/\s+/g, ' ')).toContain('by default the first 110 are none');
  });
});

test('answers each line before the next one arrives', async () => {
  const child = spawn(process.execPath, [MAIN, 'monitor'], { cwd: folder, env: cleanEnv() });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const watch = monitor({ warmup: 100 });
  for (const x of series.slice(0, 20)) {
    child.stdin.write(`${x}\n`);
    expect((await answers.next()).value).toBe(String(watch.update(x)));
  }
  child.stdin.end();
  expect(await once(child, 'close')).toEqual([0, null]);
});

test('bad options and bad input are one clear line', async () => {
  expect(await failure(['--threshold=0'], 2)).toBe('--threshold must be a positive number, got "0"');
  expect(await failure(['--preset=best'], 2)).toContain('--preset must be one of metrics, novelty, views');
  expect(await failure(['--hold=0'], 2)).toBe('--hold must be a positive integer, got "0"');
  expect(await failure(['--window=5'], 2)).toContain('unknown option --window');
  expect(await failure([], 1, '1\ntwo\n')).toContain('two');
  expect(await failure([file('damaged.state', 'KNNA'), '--state', file('broken.state', 'KNNA')], 1)).toContain(
    'broken.state',
  );
  const { stdout } = await run(['--help']);
  expect(stdout).toMatch(/^Usage: knn-anomaly monitor/);
  expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
});
