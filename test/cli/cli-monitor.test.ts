// knn-anomaly monitor: the library's surprises, line by line, over restarts; alarms in sentences.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { monitor } from '../../src/calibrate.ts';
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
  const views = monitor({ preset: 'views', warmup: 20, hold: 30, maxValues: 90, seed: 3 }).learn(series);
  const options = ['--preset=views', '--warmup=20', '--hold=30', '--max-values=90', '--seed=3'];
  expect((await run(options, lines(series))).stdout).toBe(lines(views));
});

test('missing values are NaN in lines, empty in csv, null in json', async () => {
  const input = '1\n\nnull\nNaN\n2\n';
  expect((await run([], input)).stdout).toBe('0\nNaN\nNaN\nNaN\n0\n');
  expect((await run(['--format=csv'], input)).stdout.split('\n')[2]).toBe('1,,');
  expect((await run(['--format=json'], input)).stdout.split('\n')[1]).toBe('{"index":1,"value":null,"score":null}');
  expect(await failure(['--missing=throw'], 1, input)).toContain('value 1 is missing');
});

test('--explain says of every alarm what was seen and what it is nearest to, on standard error', async () => {
  const watch = monitor();
  const texts = series.flatMap((x) => {
    watch.update(x);
    return watch.last.alarm ? [watch.explain().text] : [];
  });
  const { stdout, stderr } = await run(['--explain'], lines(series));
  expect(stdout).toBe(lines(monitor().learn(series)));
  expect(stderr).toBe(`${texts.join('\n')}\n`);
  expect(texts.some((text) => text.startsWith('10000 at 400 is '))).toBe(true);

  const csv = `time,cpu,mem\n${series.map((x, t) => `${t},${x},0`).join('\n')}\n`;
  const named = await run(['--explain', '--column=cpu', '--column=mem', '--time=time', '--format=csv'], csv);
  expect(named.stderr).toBe(texts.map((text) => `cpu: ${text}\n`).join(''));
});

test('a threshold of one’s own decides what is explained', async () => {
  const alarms = monitor()
    .learn(series)
    .filter((surprise) => surprise >= 20);
  const { stderr } = await run(['--explain', '--threshold=20'], lines(series));
  expect(stderr.trim().split('\n')).toHaveLength(alarms.length);
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
  const other = await cli(['stream', ...state], { input: '1\n' });
  expect(other.stderr).toContain('bytes must be the state of a knn-anomaly stream, got that of a knn-anomaly monitor');
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
  expect(await failure(['--preset=best'], 2)).toContain('--preset must be one of novelty, views');
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
