// The lock on a state file, and state files that are symbolic links.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cleanEnv, cli, file, files, folder, MAIN } from '../support/cli-run.ts';

const ARGS = ['stream', '-w1', '-k1'];

/** A stream that has answered one line and waits for the next. */
async function running(...args: string[]): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn(process.execPath, [MAIN, ...ARGS, ...args], { cwd: folder, env: cleanEnv() });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  child.stdin.write('1\n');
  await once(child.stdout, 'data');
  return child;
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<unknown> {
  return (await once(child, 'close'))[0];
}

const lockOf = (name: string): string => join(folder, `.${name}.lock`);

describe('a state file in use', () => {
  test('is refused to a second process, with the number of the first, until that ends', async () => {
    const first = await running('--state=used.state');
    const refused = await cli([...ARGS, '--state=used.state'], { input: '2\n' });
    const remedy = `stop it or use another file (if it is gone, remove ${lockOf('used.state')})`;
    expect(refused).toEqual({
      status: 1,
      signal: null,
      stdout: '',
      stderr: `knn-anomaly: used.state: is in use by process ${first.pid}: ${remedy}\n`,
    });
    symlinkSync('used.state', join(folder, 'other-name.state'));
    first.stdin.write('5\n');
    await once(first.stdout, 'data');
    first.stdin.end();
    expect(await ended(first)).toBe(0);
    expect(files().filter((name) => name.includes('used'))).toEqual(['used.state']);
    expect(await cli([...ARGS, '--state=used.state'], { input: '7\n' })).toMatchObject({ stdout: '2\n', stderr: '' });
  });

  test('is the same by the name of a link to it', async () => {
    await cli([...ARGS, '--state=linked.state'], { input: '2\n' });
    symlinkSync('linked.state', join(folder, 'link-to.state'));
    const first = await running('--state=link-to.state');
    const refused = await cli([...ARGS, '--state=linked.state'], { input: '2\n' });
    expect(refused.stderr).toMatch(`linked.state: is in use by process ${first.pid}: `);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('is free after %s', async (signal) => {
    const first = await running(`--state=${signal}.state`);
    first.kill(signal);
    await ended(first);
    expect(await cli([...ARGS, `--state=${signal}.state`], { input: '2\n' })).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(lockOf(`${signal}.state`))).toBe(false);
  });

  test('is not written when another process has taken its lock; a removed lock is made again', async () => {
    const first = await running('--state=stolen.state', '--save-every=0.05');
    unlinkSync(lockOf('stolen.state'));
    first.stdin.write('2\n');
    const isSaved = (): boolean =>
      [lockOf('stolen.state'), join(folder, 'stolen.state')].every((path) => existsSync(path));
    while (!isSaved()) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 500)); // all rows are saved, so that nothing more is before the next
    const before = readFileSync(join(folder, 'stolen.state'));
    file('.stolen.state.lock', JSON.stringify({ pid: 1, host: hostname(), start: '' }));
    let stderr = '';
    first.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    first.stdin.end('3\n');
    expect(await ended(first)).toBe(1);
    expect(stderr).toContain('stolen.state: is in use by process 1: ');
    expect(readFileSync(join(folder, 'stolen.state'))).toEqual(before);
  });
});

describe('a stale lock', () => {
  const lock = (name: string, holder: object | string, age = 0): void => {
    const path = file(`.${name}.lock`, typeof holder === 'string' ? holder : JSON.stringify(holder));
    const time = Date.now() / 1000 - age;
    utimesSync(path, time, time);
  };
  const use = (name: string) => cli([...ARGS, `--state=${name}`], { input: '2\n' });

  test('of a process killed with -9 is taken over, which is said once', async () => {
    const first = await running('--state=killed.state');
    first.kill('SIGKILL');
    await ended(first);
    const message = `knn-anomaly: killed.state: took over the lock that process ${first.pid} left behind\n`;
    expect(await use('killed.state')).toMatchObject({ status: 0, stderr: message });
    expect(await use('killed.state')).toMatchObject({ status: 0, stderr: '' });
  });

  test('of a process whose number another one has now is taken over, where the system tells when a process began', async () => {
    lock('reused.state', { pid: process.pid, host: hostname(), start: 'another boot 17' });
    const run = await use('reused.state');
    if (existsSync('/proc/self/stat')) expect(run).toMatchObject({ status: 0, stdout: '0\n' });
    else expect(run.status).toBe(1);
  });

  test('of another host is one that was not renewed for a minute', async () => {
    lock('far.state', { pid: 7, host: 'elsewhere', start: '' }, 30);
    expect((await use('far.state')).stderr).toMatch('far.state: is in use by process 7 on "elsewhere": ');
    lock('far.state', { pid: 7, host: 'elsewhere', start: '' }, 61);
    const message = 'knn-anomaly: far.state: took over the lock that process 7 on "elsewhere" left behind\n';
    expect(await use('far.state')).toMatchObject({ status: 0, stderr: message });
  });

  test('that names nobody is waited for, and taken over when it is old', async () => {
    lock('nobody.state', '');
    expect((await use('nobody.state')).stderr).toMatch('nobody.state: is in use by another process: ');
    lock('nobody.state', 'garbage', 60);
    const message = 'knn-anomaly: nobody.state: took over the lock that a process left behind\n';
    expect(await use('nobody.state')).toMatchObject({ status: 0, stderr: message });
  });

  test('is taken over by one of many processes that find it', async () => {
    await use('race.state');
    lock('race.state', { pid: 2 ** 22 + 1, host: hostname(), start: 'gone' });
    lock('race.state.lock.takeover', 'left behind, too', 60);
    const contenders = Array.from({ length: 6 }, () => {
      const child = spawn(process.execPath, [MAIN, ...ARGS, '--state=race.state'], { cwd: folder, env: cleanEnv() });
      onTestFinished(() => void child.kill('SIGKILL'));
      child.stdin.on('error', () => {});
      child.stdin.write('2\n');
      return child;
    });
    let numHolders = 0;
    for (const child of contenders) child.stdout.once('data', () => numHolders++);
    const refused = await Promise.all(
      contenders.map((child) => Promise.race([ended(child), new Promise((resolve) => setTimeout(resolve, 8000))])),
    );
    expect(refused.filter((status) => status === 1)).toHaveLength(5);
    expect(numHolders).toBe(1);
  });
});

describe('a state file that is a symbolic link', () => {
  test('to nothing yet stays a link, and what it names is made', async () => {
    mkdirSync(join(folder, 'deep'));
    symlinkSync('deep', join(folder, 'folder-link'));
    symlinkSync('../made.state', join(folder, 'deep', 'second'));
    symlinkSync('folder-link/second', join(folder, 'dangling.state'));
    expect(await cli([...ARGS, '--state=dangling.state'], { input: '2\n' })).toMatchObject({ status: 0, stderr: '' });
    expect(lstatSync(join(folder, 'dangling.state')).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(folder, 'deep', 'second')).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(folder, 'made.state')).isFile()).toBe(true);
    expect((await cli([...ARGS, '--state=dangling.state'], { input: '5\n' })).stdout).toBe('3\n');
    expect((await cli([...ARGS, '--state=made.state'], { input: '9\n' })).stdout).toBe('4\n');
  });

  test('into no folder, and to itself, is refused', async () => {
    symlinkSync(join(folder, 'nowhere', 'a.state'), join(folder, 'astray.state'));
    const astray = await cli([...ARGS, '--state=astray.state'], { input: '2\n' });
    expect(astray).toMatchObject({ status: 1, stdout: '' });
    expect(astray.stderr).toBe(`knn-anomaly: astray.state: there is no folder ${join(folder, 'nowhere')}\n`);
    symlinkSync('loop.state', join(folder, 'loop.state'));
    const loop = await cli([...ARGS, '--state=loop.state'], { input: '2\n' });
    expect(loop).toMatchObject({ status: 1, stderr: 'knn-anomaly: loop.state: too many symbolic links\n' });
  });
});
