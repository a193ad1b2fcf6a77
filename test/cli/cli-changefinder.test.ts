// knn-anomaly changefinder: the library's scores, line by line, over restarts, and errors in the names of its options.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { ChangeFinder } from '../../src/index.ts';
import { cleanEnv, cli, file, folder, lines, MAIN } from '../support/cli-run.ts';
import { serverMetric } from '../support/series.ts';

/** `knn-anomaly changefinder` that must succeed: what it prints. */
async function changefinder(args: string[], input = ''): Promise<string> {
  const run = await cli(['changefinder', ...args], { input });
  if (run.status !== 0 || run.stderr !== '') throw new Error(`exit status ${run.status}: ${run.stderr}`);
  return run.stdout;
}

async function failure(args: string[], status: number, input = ''): Promise<string> {
  const run = await cli(['changefinder', ...args], { input });
  expect(run.status).toBe(status);
  expect(run.stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
  return run.stderr.slice('knn-anomaly: '.length, -1);
}

const series = serverMetric(300, 5);
const scores = new ChangeFinder(5, 0.01, 10, 0.01, 5).learn(series);
const five = [
  '--outlier-order=2',
  '--outlier-discount=0.05',
  '--change-order=3',
  '--change-discount=.02',
  '--smoothing=7',
];

test('one score per value, one per line, nothing else: those of ChangeFinder(5, 0.01, 10, 0.01, 5)', async () => {
  expect(await changefinder([], lines(series))).toBe(lines(scores));
});

test('the five parameters by name, and missing values', async () => {
  const input = `${lines(series)}\nNaN\nnull\n3\n`;
  const values = [...series, NaN, NaN, NaN, 3];
  expect(await changefinder(five, input)).toBe(lines(new ChangeFinder(2, 0.05, 3, 0.02, 7).learn(values)));
});

test('--outlier shows the first stage', async () => {
  const detector = new ChangeFinder(5, 0.01, 10, 0.01, 5);
  const outliers = [...series].map((x) => {
    detector.update(x);
    return detector.outlierScore;
  });
  expect(await changefinder(['--outlier'], lines(series))).toBe(lines(outliers));
});

test('several columns, time, csv, json and the table, where scores are negative, too', async () => {
  const columns = ['--time=time', '--column=cpu', '--column=mem'];
  const input = 'time,cpu,mem\na,1,0\nb,1,0\nc,,0\n';
  const [cpu, mem] = [[1, 1, NaN], [0, 0, 0]].map((x) => new ChangeFinder(5, 0.01, 10, 0.01, 5).learn(x)); // biome-ignore format: one line
  expect(await changefinder([...columns, '--format=csv'], input)).toBe(
    `index,time,cpu,cpu_score,mem,mem_score\n0,a,1,${cpu![0]},0,${mem![0]}\n1,b,1,${cpu![1]},0,${mem![1]}\n2,c,,,0,${mem![2]}\n`,
  );
  const json = await changefinder([...columns.slice(0, 2), '--format=json'], input);
  const rows = json.trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
  expect(rows).toEqual([
    { index: 0, time: 'a', value: 1, score: cpu![0] },
    { index: 1, time: 'b', value: 1, score: cpu![1] },
    { index: 2, time: 'c', value: null, score: null },
  ]);
  expect((await changefinder(['--format=table'], lines(new Float64Array(50)))).trim().split('\n')).toHaveLength(51);
});

test('goes on where a state ends, with its settings; others are refused', async () => {
  const state = ['--state', 'changes.state'];
  const first = await changefinder([...five, ...state], lines(series.subarray(0, 120)));
  const rest = await changefinder(state, lines(series.subarray(120)));
  expect(first + rest).toBe(lines(new ChangeFinder(2, 0.05, 3, 0.02, 7).learn(series)));
  expect(await changefinder([...five, ...state, '--outlier', '--format=csv'], '4\n')).toMatch(
    /^index,value,score\n300,4,/,
  );
  expect(await failure([...state, '--smoothing=8'], 1)).toBe(
    'changes.state: was saved with --smoothing 7, not with --smoothing 8: use another file, or leave the option away to go on as before',
  );
  const other = await cli(['stream', ...state], { input: '1\n' });
  expect(other.stderr).toContain(
    'bytes must be the state of a knn-anomaly stream, got that of a knn-anomaly changefinder',
  );
});

test('answers each line before the next one arrives', async () => {
  const child = spawn(process.execPath, [MAIN, 'changefinder'], { cwd: folder, env: cleanEnv() });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (const [t, x] of series.subarray(0, 5).entries()) {
    child.stdin.write(`${x}\n`);
    expect((await answers.next()).value).toBe(String(scores[t]));
  }
  child.stdin.end();
  expect((await once(child, 'close'))[0]).toBe(0);
});

test('errors name the option', async () => {
  expect(await failure(['--outlier-order=0'], 2)).toBe('--outlier-order must be a positive integer, got "0"');
  expect(await failure(['--change-order=99999'], 2)).toBe('--change-order must be at most 10000, got 99999');
  expect(await failure(['--outlier-discount=1'], 2)).toBe(
    '--outlier-discount must be a number above 0 and below 1, got "1"',
  );
  expect(await failure(['--change-discount=1e-30'], 2)).toContain('--change-discount must be at least 2^-52');
  expect(await failure(['--smoothing=few'], 2)).toBe('--smoothing must be a positive integer, got "few"');
  expect(await failure(['--window=5'], 2)).toBe(
    'unknown option --window, which score, stream, worker, eval have (see knn-anomaly changefinder --help)',
  );
  expect(await failure(['--save-every=5'], 2)).toBe('--save-every is for --state FILE');
  expect(await failure([], 1, '1\nx\n')).toContain('line 2');
  expect(await failure(['--missing=throw'], 1, '1\n\n2\n')).toBe(
    'standard input: value 1 is missing, and --missing is throw',
  );
  expect(await failure(['--state', file('broken.state', 'no state')], 1)).toContain('cannot be continued');
  const { stdout } = await cli(['changefinder', '--help']);
  expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
});
