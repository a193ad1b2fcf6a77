// --follow: a file that grows, is rotated, truncated, replaced, deleted and made again, by hand, one step at a time.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StreamingKNN } from '../../../src/index.ts';
import { cli, lines, folder as root } from '../../support/cli-run.ts';
import { Following, pause } from '../../support/following.ts';
import { serverMetric } from '../../support/series.ts';

const ARGS = ['stream', '-w2', '-k1'];
const series = serverMetric(120, 5);
const part = (from: number, to: number): string => lines(series.slice(from, to));
/** The scores of the first values, one per line. */
const scores = (numValues: number): string[] =>
  Array.from(new StreamingKNN(2, 1).learn(series.slice(0, numValues)), String);

/** A folder of its own with live.log in it. */
function live(content: string): { folder: string; log: string } {
  const folder = join(root, `live-${Math.random().toString(36).slice(2)}`);
  mkdirSync(folder);
  const log = join(folder, 'live.log');
  writeFileSync(log, content);
  return { folder, log };
}

function following(folder: string, ...args: string[]): Following {
  const poll = args.some((arg) => arg.startsWith('--poll')) ? [] : ['--poll=0.05'];
  const run = new Following(folder, [...ARGS, '--follow=live.log', ...poll, ...args]);
  onTestFinished(() => void run.child.kill('SIGKILL'));
  return run;
}

/** What a run prints that ends at the end of the file. */
async function once(
  folder: string,
  ...args: string[]
): Promise<{ status: number | string; out: string[]; err: string }> {
  const run = following(folder, '--once', ...args);
  const status = await run.ended;
  return { status, out: run.stdout.split('\n').slice(0, -1), err: run.stderr };
}

describe('a file that grows', () => {
  test('every line is answered when its line feed has come, and not before', async () => {
    const { folder, log } = live('1\n5\n');
    const run = following(folder);
    expect(await run.lines(2)).toEqual(['0', '0']);
    appendFileSync(log, '1');
    await pause(200);
    appendFileSync(log, '2\n1');
    expect(await run.lines(3)).toHaveLength(3);
    appendFileSync(log, '3\r\n');
    await run.lines(4);
    expect(await run.end()).toBe(143);
    const whole = await cli(['stream', '-w2', '-k1'], { input: '1\n5\n12\n13\n' });
    expect([run.stdout, run.stderr]).toEqual([whole.stdout, '']);
  });

  test('a file that is not there is waited for; with --once it is an error', async () => {
    const { folder, log } = live('');
    unlinkSync(log);
    expect(await once(folder)).toEqual({ status: 1, out: [], err: 'knn-anomaly: live.log: no such file\n' });
    const run = following(folder);
    await run.until(() => run.stderr !== '');
    expect(run.stderr).toBe('knn-anomaly: live.log: is not there: waits for it\n');
    writeFileSync(log, '1\n4\n');
    expect(await run.lines(2)).toEqual(['0', '0']);
  });

  test('--from-end begins behind the last line feed, with the header of the beginning', async () => {
    const { folder, log } = live('host,v\na,1\nb,2\nc,');
    const args = ['--column=v', '--format=csv', '--from-end'];
    const run = following(folder, ...args, '--state=s');
    expect(await once(folder, '--state=other', ...args)).toMatchObject({ status: 0, out: [] });
    // The first state is saved as soon as it knows the place.
    await run.until(() => existsSync(join(folder, 's')));
    appendFileSync(log, '7\nd,9\n');
    expect(await run.lines(3)).toEqual(['index,value,score', '0,7,0', '1,9,0']);
    await run.end();
    appendFileSync(log, 'e,11\n');
    expect(await once(folder, ...args, '--state=s')).toMatchObject({
      out: ['index,value,score', `2,11,${Math.sqrt(8)}`],
      err: '',
    });
    // The other state knows the place at which its run began.
    expect((await once(folder, ...args, '--state=other')).out).toHaveLength(4);
  });

  test('an idle program takes no time', async () => {
    const { folder } = live('1\n2\n');
    const run = following(folder, '--poll=1');
    await run.lines(2);
    await pause(300);
    const ticks = (): number => {
      const stat = readFileSync(`/proc/${run.child.pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(fields[11]) + Number(fields[12]);
    };
    if (process.platform !== 'linux') return;
    const before = ticks();
    await pause(3000);
    expect(ticks() - before).toBeLessThanOrEqual(6); // hundredths of a second
  });
});

describe('rotation', () => {
  test('the renamed file is read to its end, then the new one', async () => {
    const { folder, log } = live(part(0, 10));
    const run = following(folder);
    await run.lines(10);
    renameSync(log, `${log}.1`);
    appendFileSync(`${log}.1`, part(10, 20)); // its writer has it open still
    await run.lines(20);
    writeFileSync(log, '');
    appendFileSync(`${log}.1`, part(20, 25));
    await run.lines(25);
    appendFileSync(log, part(25, 40));
    expect(await run.lines(40)).toEqual(scores(40));
    renameSync(`${log}.1`, `${log}.2`);
    renameSync(log, `${log}.1`);
    writeFileSync(log, part(40, 50));
    expect(await run.lines(50)).toEqual(scores(50));
    expect([await run.end(), run.stderr]).toEqual([143, '']);
  });

  test('of several rotations between two looks no file is left out, compressed ones neither', async () => {
    const { folder, log } = live(part(0, 10));
    expect((await once(folder, '--state=s')).out).toEqual(scores(10));
    appendFileSync(log, part(10, 15));
    renameSync(log, `${log}.3`);
    writeFileSync(`${log}.2.gz`, gzipSync(part(15, 30)));
    writeFileSync(`${log}.1`, part(30, 40));
    writeFileSync(log, part(40, 50));
    writeFileSync(`${log}.scores`, part(50, 60)); // another file, whose name begins so
    writeFileSync(join(folder, 'live-1.log'), part(50, 60)); // and another live file
    expect(await once(folder, '--state=s')).toEqual({ status: 0, out: scores(50).slice(10), err: '' });
  });

  test('files with dates are read in the order in which they were written; a compressed one holds the place', async () => {
    const { folder, log } = live(part(0, 10));
    await once(folder, '--state=s');
    const dated = (date: string): string => join(folder, `live-${date}.log`);
    writeFileSync(`${dated('20240302')}.gz`, gzipSync(part(0, 20)));
    writeFileSync(dated('20240303'), part(20, 30));
    utimesSync(`${dated('20240302')}.gz`, Date.now() / 1000, Date.now() / 1000 - 20);
    utimesSync(dated('20240303'), Date.now() / 1000, Date.now() / 1000 - 10);
    unlinkSync(log);
    writeFileSync(log, part(30, 40));
    expect(await once(folder, '--state=s')).toEqual({ status: 0, out: scores(40).slice(10), err: '' });
  });

  test('a link that is turned to a new file is a rotation', async () => {
    const { folder, log } = live('');
    unlinkSync(log);
    writeFileSync(join(folder, 'app-1.log'), part(0, 10));
    symlinkSync('app-1.log', log);
    const run = following(folder, '--state=s');
    await run.lines(10);
    writeFileSync(join(folder, 'app-2.log'), part(10, 20));
    unlinkSync(log);
    symlinkSync('app-2.log', log);
    expect(await run.lines(20)).toEqual(scores(20));
    await run.end();
    // And two of them while nobody reads.
    appendFileSync(join(folder, 'app-2.log'), part(20, 25));
    writeFileSync(join(folder, 'app-3.log'), part(25, 30));
    await pause(20);
    writeFileSync(join(folder, 'app-4.log'), part(30, 40));
    unlinkSync(log);
    symlinkSync('app-4.log', log);
    expect((await once(folder, '--state=s')).out).toEqual(scores(40).slice(20));
  });

  test('a deleted file is read to its end, and the next one of its name from the beginning', async () => {
    const { folder, log } = live(part(0, 10));
    const run = following(folder, '--state=s');
    await run.lines(10);
    unlinkSync(log);
    await pause(100);
    writeFileSync(log, part(10, 14));
    expect(await run.lines(14)).toEqual(scores(14));
    await run.end();
    unlinkSync(log);
    writeFileSync(log, part(14, 30));
    const { out, err } = await once(folder, '--state=s');
    expect(out).toEqual(scores(30).slice(14));
    expect(err).toMatch(/^knn-anomaly: live\.log: the place where the state ends, byte \d+, is gone: goes on at the /);
  });

  test('a file that is replaced by a longer copy of itself goes on, as rsync and editors do it', async () => {
    const { folder, log } = live(part(0, 30));
    const run = following(folder, '--state=s');
    await run.lines(30);
    writeFileSync(`${log}.new`, part(0, 40));
    renameSync(`${log}.new`, log);
    expect(await run.lines(40)).toEqual(scores(40));
    await run.end();
    writeFileSync(`${log}.new`, part(0, 50));
    renameSync(`${log}.new`, log);
    expect(await once(folder, '--state=s')).toEqual({ status: 0, out: scores(50).slice(40), err: '' });
  });

  test('half a line at the end of a rotated file is left out, and said', async () => {
    const { folder, log } = live(part(0, 10));
    const run = following(folder);
    await run.lines(10);
    appendFileSync(log, '12.');
    renameSync(log, `${log}.1`);
    writeFileSync(log, part(10, 20));
    expect(await run.lines(20)).toEqual(scores(20));
    expect(run.stderr).toBe('knn-anomaly: live.log: the last line has no line feed, and is left out: "12."\n');
  });
});

describe('truncation', () => {
  test('copytruncate: the rest of the copy, then the file', async () => {
    const { folder, log } = live(part(0, 10));
    const run = following(folder, '--state=s', '--save-every=0.02');
    await run.lines(10);
    copyFileSync(log, `${log}.1`);
    appendFileSync(`${log}.1`, part(10, 15)); // as if these had come since the last look
    truncateSync(log, 0);
    await run.lines(15);
    appendFileSync(log, part(15, 30));
    expect(await run.lines(30)).toEqual(scores(30));
    expect([await run.end(), run.stderr]).toEqual([143, '']);
    // And while nobody reads, twice.
    copyFileSync(log, `${log}.2`);
    appendFileSync(`${log}.2`, part(30, 35));
    writeFileSync(`${log}.1`, part(35, 40));
    truncateSync(log, 0);
    appendFileSync(log, part(40, 50));
    expect(await once(folder, '--state=s')).toEqual({ status: 0, out: scores(50).slice(30), err: '' });
  });

  test('copytruncate under a writer that keeps its offset: the NUL bytes before its next line are passed over', async () => {
    const { folder, log } = live(part(0, 10));
    const run = following(folder, '--state=s');
    await run.lines(10);
    const offset = readFileSync(log).length;
    truncateSync(log, 0);
    truncateSync(log, offset + 300_000);
    appendFileSync(log, part(10, 20));
    expect(await run.lines(20)).toEqual(scores(20));
    expect([await run.end(), run.stderr]).toEqual([
      143,
      'knn-anomaly: live.log: was truncated: goes on at its beginning\n',
    ]);
    appendFileSync(log, part(20, 25));
    expect((await once(folder, '--state=s')).out).toEqual(scores(25).slice(20));
  });

  test('truncation, and growth beyond the place before the next look', async () => {
    const { folder, log } = live(part(0, 10));
    await once(folder, '--state=s');
    const run = following(folder, '--state=s', '--poll=30');
    await pause(500);
    writeFileSync(log, part(10, 40)); // truncates, and writes more than there was
    await run.lines(30);
    expect(run.stdout).toBe(`${scores(40).slice(10).join('\n')}\n`);
    await run.end();
    writeFileSync(log, part(40, 80));
    const { out, err } = await once(folder, '--state=s');
    expect(out).toEqual(scores(80).slice(40));
    expect(err).toContain('is gone: goes on at the beginning of live.log');
  });

  test('a row of equal lines is everywhere, and is told apart all the same', async () => {
    const { folder, log } = live('0\n'.repeat(1000));
    const args = ['--format=csv', '--state=s'];
    await once(folder, ...args);
    // Copied and truncated: the copy is not read again.
    appendFileSync(log, '0\n'.repeat(10));
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    appendFileSync(log, '0\n'.repeat(5));
    expect((await once(folder, ...args)).out.at(-1)).toBe('1014,0,0');
    // Renamed, and a new file that is as long: not taken for the old one.
    renameSync(`${log}.1`, `${log}.2`);
    renameSync(log, `${log}.1`);
    writeFileSync(log, '0\n'.repeat(100));
    expect((await once(folder, ...args)).out.at(-1)).toBe('1114,0,0');
  });
});

test('a folder that is gone is the end of nothing: the file may come back', async () => {
  const { folder } = live(part(0, 10));
  const sub = join(folder, 'sub');
  mkdirSync(sub);
  writeFileSync(join(sub, 'x.log'), part(0, 10));
  const run = new Following(folder, [...ARGS, '--follow=sub/x.log', '--poll=0.05']);
  onTestFinished(() => void run.child.kill('SIGKILL'));
  await run.lines(10);
  rmSync(sub, { recursive: true });
  await pause(200);
  mkdirSync(sub);
  writeFileSync(join(sub, 'x.log'), part(10, 20));
  expect(await run.lines(20)).toEqual(scores(20));
});
