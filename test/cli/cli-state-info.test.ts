// knn-anomaly state info: what is in a state file, of a command and of the library, and what it says of damaged ones.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StreamingKNN } from '../../src/index.ts';
import { cli, file, files, folder } from '../support/cli-run.ts';

describe('knn-anomaly state info', () => {
  test('tells command, settings, rows, columns and the last save, and changes nothing', async () => {
    const input = 'a,b\n1,2\n3,4\n5,6\n';
    await cli(['stream', '-w2', '-k1', '--column=b', '--column=a', '--format=csv', '--state=two.state'], { input });
    const before = readFileSync(join(folder, 'two.state'));
    const saved = statSync(join(folder, 'two.state')).mtime.toISOString();
    const { stdout, stderr, status } = await cli(['state', 'info', 'two.state', '--format=json']);
    expect([status, stderr]).toEqual([0, '']);
    const info = JSON.parse(stdout);
    expect(info).toMatchObject({ file: 'two.state', kind: 'knn-anomaly stream', bytes: before.length, saved, rows: 3 });
    expect(info.settings).toMatchObject({ window: '2', neighbors: '1', history: '10000', metric: 'euclidean' });
    expect(info.settings).not.toHaveProperty('covariance');
    expect(info.columns.map(({ name, detector }: Record<string, string>) => [name, detector])).toEqual([
      ['b', 'StreamingKNN'],
      ['a', 'StreamingKNN'],
    ]);
    const table = (await cli(['state', 'info', 'two.state'])).stdout;
    expect(table).toContain(`kind      knn-anomaly stream\nsaved     ${saved}\nrows      3\nsettings  --window 2\n`);
    expect(table).toMatch(/\ncolumns {3}b: StreamingKNN, \d+ bytes\n {10}a: StreamingKNN, \d+ bytes\n$/);
    expect(readFileSync(join(folder, 'two.state'))).toEqual(before);
    expect(files()).toEqual(['two.state']);
  });

  test('columns of several series are told by series and name', async () => {
    const input = 'host,a,b\n"x,y",1,2\nz,3,4\n';
    const columns = ['--column=a', '--column=b', '--series=host'];
    await cli(['stream', '-w1', '-k1', ...columns, '--format=csv', '--state=several.state'], { input });
    const { columns: told } = JSON.parse((await cli(['state', 'info', 'several.state', '--format=json'])).stdout);
    expect(told.map(({ series, name }: Record<string, string>) => [series, name])).toEqual([
      ['x,y', 'a'],
      ['x,y', 'b'],
      ['z', 'a'],
      ['z', 'b'],
    ]);
    const table = (await cli(['state', 'info', 'several.state'])).stdout;
    expect(table).toMatch(/\ncolumns {3}x,y a: StreamingKNN, .* bytes\n {10}x,y b: /);
  });

  test('a state in use can be looked at', async () => {
    await cli(['monitor', '--state=monitor.state'], { input: '1\n2\n' });
    file('.monitor.state.lock', JSON.stringify({ pid: process.pid, host: 'elsewhere', start: '' }));
    const run = await cli(['state', 'info', 'monitor.state', '--format=json']);
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'knn-anomaly monitor', rows: 2, columns: [{ name: null }] });
  });

  test('a detector that the library saved has a kind, and no rows', async () => {
    const detector = new StreamingKNN(3, 1);
    detector.learn([1, 2, 3]);
    file('library.state', detector.save());
    const run = await cli(['state', 'info', 'library.state', '--format=json']);
    expect(JSON.parse(run.stdout)).toEqual({
      file: 'library.state',
      kind: 'StreamingKNN',
      bytes: detector.save().length,
      saved: expect.any(String),
    });
  });

  test('what is damaged, cut, something else or nowhere is one line', async () => {
    await cli(['stream', '-w2', '--state=good.state'], { input: '1\n2\n3\n' });
    const good = readFileSync(join(folder, 'good.state'));
    const flipped = Uint8Array.from(good);
    flipped[good.length >> 1]! ^= 1;
    const cases: [Uint8Array | string, RegExp][] = [
      [flipped, /bytes are damaged or cut short: the checksum of these \d+ bytes is wrong$/],
      [good.subarray(0, -5), /bytes are damaged or cut short: /],
      [good.subarray(0, 9), /bytes must be what save\(\) returned, got 9 bytes of something else or damaged ones$/],
      [good.subarray(0, 3), /got 3 bytes of something else or damaged ones$/],
      ['', /got 0 bytes of something else or damaged ones$/],
      ['not a state at all\n', /got 19 bytes of something else or damaged ones$/],
    ];
    for (const [bytes, reason] of cases) {
      file('bad.state', bytes);
      const run = await cli(['state', 'info', 'bad.state']);
      expect(run).toMatchObject({ status: 1, stdout: '' });
      expect(run.stderr).toMatch(/^knn-anomaly: bad\.state: is no state that can be read: [^\n]+\n$/);
      expect(run.stderr.trim()).toMatch(reason);
    }
    const gone = await cli(['state', 'info', 'gone.state']);
    expect(gone).toMatchObject({ status: 1, stderr: 'knn-anomaly: gone.state: no such file\n' });
    for (const args of [[], ['info'], ['show', 'good.state'], ['info', 'good.state', 'two']]) {
      const run = await cli(['state', ...args]);
      const message = 'state takes what to do, which is info, and one FILE (see knn-anomaly state --help)';
      expect(run).toMatchObject({ status: 2, stdout: '', stderr: `knn-anomaly: ${message}\n` });
    }
  });
});
