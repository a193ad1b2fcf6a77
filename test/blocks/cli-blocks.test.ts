// score --block and merge as a user has them: processes that are killed, files that do not belong together.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, file, files, folder, lines, MAIN, score } from '../support/cli-run.ts';
import { whiteNoise } from '../support/series.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const series = whiteNoise(3000, 3);
const input = file('series.txt', lines(series));
const job = ['score', input, '-w', '20', '-k', '3'];

const block = (i: number, m: number, out: string, more: string[] = []): ReturnType<typeof cli> =>
  cli([...job, '--block', `${i}/${m}`, '--out', out, ...more]);

describe('score --block and merge', () => {
  test('two commands with four processes give the scores of one', async () => {
    const runs = await Promise.all([0, 1, 2, 3].map((i) => block(i, 4, `four.${i}`)));
    expect(runs.map(({ status, stdout, stderr }) => [status, stdout, stderr])).toEqual(runs.map(() => [0, '', '']));
    const merged = await cli(['merge', 'four.3', 'four.1', 'four.0', 'four.2']);
    expect([merged.status, merged.stderr]).toEqual([0, '']);
    expect(hash(merged.stdout)).toBe(hash(await score(job.slice(1))));
  });

  test('a process that was killed leaves no file, and its block is scored again', async () => {
    const long = file('long.txt', lines(whiteNoise(60_000, 4)));
    const args = ['score', long, '-w', '50', '-k', '5', '--block'];
    for (const i of [0, 1]) {
      const child = spawn(process.execPath, [MAIN, ...args, `${i}/4`, '--out', `long.${i}`], { cwd: folder });
      await new Promise((resolve) => setTimeout(resolve, 300 + 200 * i));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.on('close', resolve));
      expect(existsSync(join(folder, `long.${i}`))).toBe(false);
    }
    const missing = await cli(['merge', 'long.0']);
    expect([missing.status, missing.stderr]).toEqual([1, 'knn-anomaly: long.0: no such file\n']);
    for (const i of [0, 1, 2, 3]) expect((await cli([...args, `${i}/4`, '--out', `long.${i}`])).status).toBe(0);
    const merged = await cli(['merge', 'long.0', 'long.1', 'long.2', 'long.3', '--output', 'long.scores']);
    expect([merged.status, merged.stdout]).toEqual([0, '']);
    const whole = await cli(['score', long, '-w', '50', '-k', '5', '--output', 'long.whole']);
    expect(whole.status).toBe(0);
    expect(await cli(['merge', 'long.0', '--output', 'long.scores'])).toMatchObject({ status: 1 });
    const { readFileSync } = await import('node:fs');
    const [a, b] = ['long.scores', 'long.whole'].map((name) => hash(readFileSync(join(folder, name), 'utf8')));
    expect(a).toBe(b);
    expect(files().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a file is not written over without --force', async () => {
    writeFileSync(join(folder, 'there'), 'mine');
    const refused = await block(0, 2, 'there');
    expect([refused.status, refused.stderr]).toEqual([
      1,
      'knn-anomaly: there: exists already; --force overwrites it\n',
    ]);
    expect((await block(0, 2, 'there', ['--force'])).status).toBe(0);
    expect((await cli(['state', 'info', 'there'])).stdout).toContain('kind      Block');
  });

  test('csv and json have the index; what is missing is empty', async () => {
    const gaps = file('gaps.txt', '1\n2\nNaN\n2\n1\n');
    for (const i of [0, 1]) {
      expect((await cli(['score', gaps, '-w1', '-k1', '--block', `${i}/2`, '--out', `gaps.${i}`])).status).toBe(0);
    }
    const parts = ['gaps.0', 'gaps.1'];
    expect((await cli(['merge', ...parts, '--format', 'csv'])).stdout).toBe('index,score\n0,0\n1,0\n2,\n3,0\n4,0\n');
    expect((await cli(['merge', ...parts, '--format', 'json'])).stdout.split('\n')[2]).toBe('{"index":2,"score":null}');
    expect((await cli(['merge', ...parts])).stdout).toBe('0\n0\nNaN\n0\n0\n');
  });

  test('times are read if they leave the rows as they are', async () => {
    const rows = (times: readonly number[]): string => `t,v\n${times.map((t, i) => `${t},${(i * 7) % 5}\n`).join('')}`;
    const regular = file('regular.csv', rows([0, 60, 120, 180, 240, 300]));
    const holes = file('holes.csv', rows([0, 60, 120, 300, 360, 420]));
    const args = (path: string): string[] => [path, '--time', 't', '--column', 'v', '-w', '2', '-k', '1'];
    expect((await cli(['score', ...args(regular), '--block', '0/1', '--out', 'regular.0'])).status).toBe(0);
    expect((await cli(['merge', 'regular.0'])).stdout).toBe(await score(args(regular)));
    const refused = await cli(['score', ...args(holes), '--block', '0/1', '--out', 'holes.0']);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('--block is for rows in the order of their times and without holes');
  });

  test.each([
    [
      ['--block', '4/4', '--out', 'x'],
      '--block must be i/m with i from 0 to m − 1, such as 0/16, got "4/4", the last one is 3/4',
    ],
    [['--block', '1', '--out', 'x'], '--block must be i/m'],
    [['--block', '0/2'], '--block needs --out FILE'],
    [['--out', 'x'], '--out is for --block i/m; scores go to --output FILE'],
    [['--block', '0/2', '--output', 'x'], '--output does not go with --block: a block goes to --out FILE'],
    [['--block', '0/2', '--out', 'x', '--reference', 'y'], '--reference does not go with --block'],
    [['--block', '0/2', '--out', 'x', '--format', 'csv'], '--format does not go with --block'],
    [['--block', '0/2', '--out', 'x', '--threads', '2'], '--threads does not go with --block'],
    [['--block', '0/2', '--out', 'x', '--metric', 'manhattan'], '--metric manhattan does not go with --block'],
  ])('score %j is bad usage', async (args, message) => {
    const run = await cli([...job, ...args]);
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(`knn-anomaly: ${message}`);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('merge names the files that do not belong together', async () => {
    await Promise.all([
      block(0, 2, 'a.0'),
      block(1, 2, 'a.1'),
      block(1, 3, 'b.1'),
      block(1, 2, 'c.1', ['--side', 'left']),
    ]);
    const problem = async (...parts: string[]): Promise<string> => (await cli(['merge', ...parts])).stderr;
    expect(await problem('a.0')).toBe('knn-anomaly: blocks are not complete: block 1 of 2 is missing\n');
    expect(await problem('a.0', 'b.1')).toContain('b.1 is no block of the same job as a.0: it is one of 3, not of 2');
    expect(await problem('a.0', 'c.1')).toContain('c.1 is no block of the same job as a.0: it has side left');
    expect(await problem('a.0', 'a.1', './a.1')).toContain('block 1 of 2 is there twice: a.1 and ./a.1');
    expect(await problem('series.txt')).toContain('series.txt is no block: ');
    expect((await cli(['merge'])).status).toBe(2);
  });
});
