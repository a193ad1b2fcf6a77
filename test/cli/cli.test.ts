// knn-anomaly as a program: what it prints in each output format, its options, and how it ends.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KNN, type KNNOptions } from '../../src/index.ts';
import * as metrics from '../../src/metrics.ts';
import { cleanEnv, cli, file, folder, lines, MAIN, score } from '../support/cli-run.ts';
import { mulberry32, serverMetric } from '../support/series.ts';

const SMALL = '1\n2\n10\n2\n1\n';

describe('the commands', () => {
  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await cli(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('--help, -h and help list the commands', async () => {
    for (const args of [['--help'], ['-h'], ['help'], ['help', 'help']]) {
      const { status, stdout } = await cli(args);
      expect(status).toBe(0);
      expect(stdout).toContain('score ');
    }
  });

  test('score --help and help score name every option and fit 80 columns', async () => {
    const { stdout } = await cli(['score', '--help']);
    const options = [
      '--window',
      '-k, --neighbors',
      '--covariance',
      '--labels',
      '--threads',
      '--max-memory',
      '--no-progress',
    ];
    for (const option of options) {
      expect(stdout).toContain(option);
    }
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect((await cli(['help', 'score'])).stdout).toBe(stdout);
  });
});

describe('score: output formats', () => {
  test('without a terminal: one score per value, one per line, nothing else', async () => {
    const run = await cli(['score', '-w', '2', '-k', '1'], { input: SMALL });
    expect(run).toEqual({
      status: 0,
      signal: null,
      stdout: lines([0, Math.SQRT2, Math.sqrt(65), Math.sqrt(65), Math.SQRT2]),
      stderr: '',
    });
  });

  test('lines: NaN where the window touches a missing value', async () => {
    expect(await score(['-w2', '-k1', '--format=lines'], { input: '1\n2\nNaN\n1\n2\n' })).toBe('0\n0\nNaN\nNaN\n0\n');
  });

  test('csv: index, value and score; what is missing is empty', async () => {
    expect(await score(['-w', '2', '-k', '1', '--format', 'csv'], { input: '1\n2\nNaN\n1\n2\n' })).toBe(
      'index,value,score\n0,1,0\n1,2,0\n2,,\n3,1,\n4,2,0\n',
    );
  });

  test('csv with a time column, quoted where it must be', async () => {
    const input = 'when;v\n"a;b";1\n"c, d";2\n"say ""e""";1\n';
    expect(await score(['-w1', '-k1', '--format=csv', '--time=when', '--column=v'], { input })).toBe(
      'index,time,value,score\n0,a;b,1,0\n1,"c, d",2,1\n2,"say ""e""",1,0\n',
    );
  });

  test('json: one object per value; what is missing is null, a time that is a number stays one', async () => {
    const input = 't,v\n10,1\n20,\n30,1\n';
    expect(await score(['-w1', '-k1', '--format=json', '--time=t'], { input })).toBe(
      '{"index":0,"time":10,"value":1,"score":0}\n{"index":1,"time":20,"value":null,"score":null}\n{"index":2,"time":30,"value":1,"score":0}\n',
    );
  });

  test('several columns: a score column each in csv, an object each in json', async () => {
    const input = 'time,cpu,mem\na,1,5\nb,3,5\n';
    const columns = ['-w1', '-k1', '--time=time', '--column=cpu', '--column', '3'];
    expect(await score([...columns, '--format=csv'], { input })).toBe(
      'index,time,cpu,cpu_score,mem,mem_score\n0,a,1,2,5,0\n1,b,3,2,5,0\n',
    );
    expect((await score([...columns, '--format=json'], { input })).split('\n')[1]).toBe(
      '{"index":1,"time":"b","metrics":{"cpu":{"value":3,"score":2},"mem":{"value":5,"score":0}}}',
    );
  });

  test('a tiny or huge number is printed as JavaScript would', async () => {
    expect(await score(['-w1', '-k1'], { input: '1e-100\n0\n1e21\n' })).toBe('1e-100\n1e-100\n1e+21\n');
  });
});

describe('score: options give what the library gives', () => {
  const series = serverMetric(300, 7);
  const input = lines(series);
  const cases: [string[], number, number, KNNOptions][] = [
    [[], 5, 5, {}],
    [['-w', '8', '-k', '3'], 8, 3, {}],
    [['--window=8', '--neighbors=3', '--normalize=mean'], 8, 3, { normalize: 'mean' }],
    [['--normalize', 'zscore', '--aggregation', 'max'], 5, 5, { normalize: 'zscore', aggregation: 'max' }],
    [['--aggregation=median', '--exclusion-zone=5'], 5, 5, { aggregation: 'median', exclusionZone: 5 }],
    [['--align', 'center', '-w6'], 6, 5, { align: 'center' }],
    [['--align=cover', '--side=left'], 5, 5, { align: 'cover', side: 'left' }],
    [['--side', 'left', '--engine', 'brute'], 5, 5, { side: 'left', engine: 'brute' }],
    [['--engine', 'kdtree', '--missing', 'throw'], 5, 5, { engine: 'kdtree' }],
    [['--metric', 'mahalanobis'], 5, 5, { metric: metrics.mahalanobis() }],
    [['--metric=mahalanobis', '--covariance=pinv'], 5, 5, { metric: metrics.mahalanobis({ covariance: 'pinv' }) }],
    [
      ['--metric=mahalanobis', '--covariance=empirical'],
      5,
      5,
      { metric: metrics.mahalanobis({ covariance: 'empirical' }) },
    ],
    [
      ['--metric=mahalanobis', '--covariance=ridge:0.5'],
      5,
      5,
      { metric: metrics.mahalanobis({ covariance: { ridge: 0.5 } }) },
    ],
    [['--metric', 'euclidean'], 5, 5, {}],
    [['--metric', 'manhattan'], 5, 5, { metric: metrics.manhattan }],
    [['--metric', 'waveHedges'], 5, 5, { metric: metrics.waveHedges }],
    [['--metric', 'minkowski:3'], 5, 5, { metric: metrics.minkowski(3) }],
  ];
  test.each(cases)('%j', async (args, windowSize, k, options) => {
    expect(await score(args, { input })).toBe(lines(new KNN(windowSize, k, options).score(series)));
  });

  test.each(['1', '2', '3'])('--threads %s gives the same scores', async (threads) => {
    expect(await score(['--threads', threads], { input })).toBe(lines(new KNN(5, 5).score(series)));
    const table = file(`threads-${threads}.csv`, `a,b\n${lines(series).replaceAll('\n', ',0\n')}`);
    const args = [table, '--column=a', '--column=b', '--format=csv', '--metric=mahalanobis', '--covariance=ridge:1'];
    expect(await score([...args, '--threads', threads])).toBe(await score(args));
  });

  test('--reference scores against the windows of another file', async () => {
    const reference = serverMetric(200, 8);
    const path = file('reference.csv', `v\n${lines(reference)}`);
    const expected = lines(new KNN(5, 5).score(series, { reference }));
    expect(await score(['--reference', path], { input })).toBe(expected);
    const all = file('all.csv', `a,b\n${lines(series).replaceAll('\n', ',0\n')}`);
    const other = file('other.csv', `b,a\n${lines(reference).replaceAll(/^/gm, '0,').replace(/0,$/, '')}`);
    expect(await score([all, '--column=a', '--reference', other])).toBe(expected);
  });
});

describe('score: how it ends', () => {
  test('a closed pipe is a quiet end', async () => {
    const path = file('long.txt', '1\n2\n'.repeat(100_000));
    const child = spawn(process.execPath, [MAIN, 'score', path, '-w1', '-k1'], { env: cleanEnv() });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('a full device is one line and status 1', async () => {
    const run = await cli(['score', '-w1', '--output', '/dev/full'], { input: SMALL });
    expect(run).toMatchObject({ status: 1, stderr: 'knn-anomaly: /dev/full: no space left on the device\n' });
  });

  test('SIGINT while reading ends with status 130, quietly, leaving nothing', async () => {
    const args = [MAIN, 'score', '-o', 'interrupted.txt'];
    const child = spawn(process.execPath, args, { cwd: folder, env: cleanEnv() });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const writing = setInterval(() => child.stdin.write('1\n'.repeat(1000)), 20);
    child.stdin.on('error', () => {});
    setTimeout(() => child.kill('SIGINT'), 1500);
    const status = await new Promise((resolve) => child.on('close', resolve));
    clearInterval(writing);
    expect({ status, stderr }).toEqual({ status: 130, stderr: '' });
    const { files } = await import('../support/cli-run.ts');
    expect(files().filter((name) => name.includes('interrupted'))).toEqual([]);
  });

  test('SIGINT while scoring ends the process at once', async () => {
    const path = file('slow.txt', lines(serverMetric(40_000)));
    const child = spawn(process.execPath, [MAIN, 'score', path, '--metric', 'manhattan', '--no-progress'], {
      env: cleanEnv(),
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    setTimeout(() => child.kill('SIGINT'), 2000);
    const end = await new Promise((resolve) => child.on('close', (status, signal) => resolve(signal ?? status)));
    expect(['SIGINT', 130]).toContain(end); // a shell shows both as 130
    expect(stderr).toBe('');
  });

  test('SIGINT while one thread looks for the strangest places ends the process at once', async () => {
    const path = file('noise.txt', lines(Array.from({ length: 600_000 }, mulberry32(5))));
    const args = [MAIN, 'score', path, '-w100', '--top-only', '--threads=1'];
    const child = spawn(process.execPath, args, { env: cleanEnv() });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    setTimeout(() => child.kill('SIGINT'), 1500);
    const end = await new Promise((resolve) => child.on('close', (status, signal) => resolve(signal ?? status)));
    expect(['SIGINT', 130]).toContain(end);
    expect(said).toBe('');
  });

  test('SIGINT while workers score ends them and the process with status 130, quietly', async () => {
    const path = file('many.txt', lines(serverMetric(150_000)));
    const args = [MAIN, 'score', path, '-w50', '--engine=diagonal', '--threads=2', '--no-progress'];
    const child = spawn(process.execPath, args, { env: cleanEnv() });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    setTimeout(() => child.kill('SIGINT'), 1500);
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect({ status, stderr }).toEqual({ status: 130, stderr: '' });
  });

  test('long work is announced on stderr; --no-progress keeps quiet', async () => {
    const path = file('slow2.txt', lines(serverMetric(100_000)));
    const args = [MAIN, 'score', path, '--metric', 'manhattan', '-w20'];
    const child = spawn(process.execPath, args, { env: cleanEnv() });
    const announcement = await new Promise<string>((resolve) => child.stderr.setEncoding('utf8').once('data', resolve));
    child.kill('SIGKILL');
    expect(announcement).toMatch(/^knn-anomaly: scoring 99,981 windows takes about \d+ (s|min)\n$/);
  });
});
