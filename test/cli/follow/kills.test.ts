// --follow with --state and --output: kill -9 at random times repeats nothing and loses nothing.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, file, folder } from '../../support/cli-run.ts';
import { Following, runKills } from '../../support/following.ts';

describe('answers in a file', () => {
  test('kill -9 at random times, under every kind of rotation: the answers are those of one run', async () => {
    const { numKills, numRows, difference } = await runKills(join(folder, 'kills'), 10, 12);
    expect(difference).toBeUndefined();
    expect(numKills).toBe(10);
    expect(numRows).toBeGreaterThan(1000);
  });

  test('what the state does not know is cut off, and answered again', async () => {
    const args = [
      'stream',
      '-w1',
      '-k1',
      '--format=csv',
      '--follow=cut.log',
      '--once',
      '--state=cut.state',
      '-o',
      'cut.csv',
    ];
    file('cut.log', '1\n4\n');
    expect(await cli(args)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    writeFileSync(join(folder, 'cut.csv'), 'index,value,score\n0,1,0\n1,4,3\n2,5,1\n3,');
    writeFileSync(join(folder, 'cut.log'), '1\n4\n5\n9\n');
    const { status, stderr } = await cli(args);
    expect(status).toBe(0);
    expect(stderr).toBe(
      'knn-anomaly: cut.csv: cut off 8 bytes that the state does not know: their lines are read again\n',
    );
    expect(readFileSync(join(folder, 'cut.csv'), 'utf8')).toBe('index,value,score\n0,1,0\n1,4,3\n2,5,1\n3,9,4\n');
    // A file that somebody else wrote is left alone.
    writeFileSync(
      join(folder, 'cut.csv'),
      'something else that is as long as the answers were, and longer than they\n',
    );
    expect(await cli(args)).toMatchObject({ status: 1, stderr: /^knn-anomaly: cut\.csv: is not what the state says/ });
    renameSync(join(folder, 'cut.csv'), join(folder, 'cut.csv.old'));
    writeFileSync(join(folder, 'cut.log'), '1\n4\n5\n9\n8\n');
    expect(await cli(args)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(folder, 'cut.csv'), 'utf8')).toBe('index,value,score\n4,8,1\n');
  });

  test('a file that no state knows is not written to', async () => {
    file('own.txt', 'mine\n');
    file('own.log', '1\n');
    const args = ['stream', '--follow=own.log', '--once', '--output=own.txt'];
    const message = 'own.txt: exists already, and no state says how much of it is known: use another file';
    for (const state of [[], ['--state=own.state']]) {
      expect(await cli([...args, ...state])).toMatchObject({ status: 1, stderr: `knn-anomaly: ${message}\n` });
    }
    expect(readFileSync(join(folder, 'own.txt'), 'utf8')).toBe('mine\n');
  });

  test('an output that cannot be written ends the program, and the state stays at what was written', async () => {
    file('full.log', '1\n2\n');
    const args = ['stream', '--format=json', '--follow=full.log', '--once', '--state=full.state'];
    expect(await cli([...args, '--output=/dev/full'])).toMatchObject({
      status: 1,
      stderr: 'knn-anomaly: /dev/full: no space left on the device\n',
    });
    expect((await cli(args)).stdout.split('\n').map((text) => text.slice(0, 10))).toEqual([
      '{"index":0',
      '{"index":1',
      '',
    ]);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s ends after an answered line, with the state saved',
    async (signal) => {
      const name = signal.toLowerCase();
      file(`${name}.log`, '1\n4\n');
      const args = ['monitor', `--follow=${name}.log`, `--state=${name}.state`, '--format=json'];
      const run = new Following(folder, args);
      await run.lines(2);
      expect(await run.end(signal)).toBe({ SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]);
      writeFileSync(join(folder, `${name}.log`), '1\n4\n6\n');
      expect((await cli([...args, '--once'])).stdout).toMatch(/^\{"index":2,"value":6,[^\n]+\n$/);
    },
  );
});

test('a state that rows of a pipe made goes on in a live file, and says where it begins', async () => {
  const args = ['changefinder', '--state=piped.state', '--format=csv'];
  await cli(args, { input: '1\n2\n3\n' });
  file('piped.log', '1\n2\n3\n4\n');
  const { stdout, stderr } = await cli([...args, '--follow=piped.log', '--once']);
  expect(stdout.split('\n')[1]).toMatch(/^3,1,/);
  expect(stderr).toBe(
    'knn-anomaly: piped.log: the state has rows and knows no place in a file: begins at the beginning (--from-end: at the end)\n',
  );
  // And the other way round: rows of a pipe leave the place where it is.
  await cli(args, { input: '7\n' });
  writeFileSync(join(folder, 'piped.log'), '1\n2\n3\n4\n5\n');
  expect((await cli([...args, '--follow=piped.log', '--once'])).stdout.split('\n')[1]).toMatch(/^8,5,/);
});

test('a state of another file is refused, and state info tells the place', async () => {
  file('one.log', '1\n2\n');
  file('two.log', '7\n8\n9\n');
  const args = ['stream', '--state=one.state', '--once'];
  await cli([...args, '--follow=one.log']);
  const run = await cli([...args, '--follow=two.log']);
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(
    /^knn-anomaly: two\.log: the state was saved of \/.*one\.log, and its place is not in this file/,
  );
  const info = JSON.parse((await cli(['state', 'info', 'one.state', '--format=json'])).stdout);
  expect(info.follows).toEqual({ file: join(folder, 'one.log'), bytes: 4, lines: 2 });
  expect((await cli(['state', 'info', 'one.state'])).stdout).toMatch(
    /\nfollows {3}\/.*one\.log, read to line 2, byte 4\n/,
  );
});
