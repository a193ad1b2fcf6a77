// --bad-lines: what becomes of lines that cannot be read, in every format, of files and of streams.
import { describe, expect, test } from 'vitest';
import { cli, file } from '../support/cli-run.ts';

async function run(
  args: string[],
  input: string | Uint8Array = '',
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const { status, stdout, stderr } = await cli(args, { input });
  return { status, stdout, stderr };
}

/** A log with an error message, a NUL within a number, a hole of NULs before one, and a byte of Latin-1. */
const LOG = Buffer.from('1\n2\nERROR timeout\n3\n4\0\n5\n\0\0\x006\nx\xe9\n7\n', 'latin1');
const FIRST = 'line 3: expected a number, got "ERROR timeout"';

/** `index,value` of csv rows. */
const valuesOf = (csv: string): string[] =>
  csv
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',').slice(0, 2).join());

describe('lines of numbers', () => {
  const args = ['-w1', '-k1', '--format=csv', '--bad-lines'];

  test.each(['score', 'stream'])(
    '%s: stop (default) ends there, skip goes on, missing counts them',
    async (command) => {
      for (const given of [
        ['-w1', '-k1', '--format=csv'],
        [...args, 'stop'],
      ]) {
        const { status, stdout, stderr } = await run([command, ...given], LOG);
        expect([status, stderr]).toEqual(
          [
            1,
            `knn-anomaly: standard input: ${command === 'score' ? 'line 5: binary data, not text (there are NUL bytes)' : FIRST}\n`,
          ].map((x) => (command === 'score' ? expect.anything() : x)),
        );
        expect(valuesOf(stdout)).toEqual(command === 'score' ? [] : ['0,1', '1,2']);
      }
      const skipped = await run([command, ...args, 'skip'], LOG);
      expect(valuesOf(skipped.stdout)).toEqual(['0,1', '1,2', '2,3', '3,5', '4,6', '5,7']);
      expect(skipped.status).toBe(0);
      expect(skipped.stderr).toBe(
        `knn-anomaly: standard input: skipped 3 NUL bytes before lines\nknn-anomaly: standard input: skipped 3 lines that cannot be read: the first is ${FIRST}\n`,
      );
      const missing = await run([command, ...args, 'missing'], LOG);
      expect(valuesOf(missing.stdout)).toEqual(['0,1', '1,2', '2,', '3,3', '4,', '5,5', '6,6', '7,', '8,7']);
      expect(missing.stderr).toContain(`: 3 lines that cannot be read count as missing: the first is ${FIRST}\n`);
    },
  );

  test('an input without a good line says what is wrong with the first one', async () => {
    const { status, stderr } = await run(['score', '--bad-lines=skip', '--column=1'], 'a,b\nx,1\ny,2\n');
    expect(status).toBe(1);
    expect(stderr).toBe(
      'knn-anomaly: standard input: empty: there are no values; skipped 2 lines that cannot be read: the first is line 2: expected a number, got "x" in column "a"\n',
    );
  });

  test('a row of numbers loses the number alone', async () => {
    const args = ['score', '--input=row', '-w1', '-k1', '--format=csv'];
    expect(valuesOf((await run([...args, '--bad-lines=skip'], '1 x 3\n4 5\n')).stdout)).toEqual([
      '0,1',
      '1,3',
      '2,4',
      '3,5',
    ]);
    expect(valuesOf((await run([...args, '--bad-lines=missing'], '1 x 3\n')).stdout)).toEqual(['0,1', '1,', '2,3']);
  });
});

describe('tables', () => {
  const TABLE = file(
    'bad.csv',
    'time,v,w\n2024-01-01T00:00:00Z,1,2\n2024-01-01T00:01:00Z,oops,3\nERROR\n2024-01-01T00:02:00Z,3,4,5\n' +
      '2024-01-01T00:03:00Z,"a"b,4\n2024-01-01T00:04:00Z,3,4\ntime,v,w\n2024-01-01T00:05:00Z,4,4\n',
  );
  const args = [TABLE, '-w1', '-k1', '--format=csv', '--column=v', '--time=time'];

  test.each(['score', 'stream'])(
    '%s: a missing value keeps its time; a line without one is left out',
    async (command) => {
      const rows = async (how: string): Promise<string[]> =>
        (await run([command, ...args, `--bad-lines=${how}`])).stdout
          .trim()
          .split('\n')
          .map((row) => row.split(',').slice(1, 3).join());
      const good = ['2024-01-01T00:04:00Z,3', '2024-01-01T00:05:00Z,4'];
      expect(await rows('skip')).toEqual(['time,value', '2024-01-01T00:00:00Z,1', ...good]);
      expect(await rows('missing')).toEqual(['time,value', '2024-01-01T00:00:00Z,1', '2024-01-01T00:01:00Z,', ...good]);
      const { stderr } = await run([command, ...args, '--bad-lines=missing']);
      expect(stderr).toContain(
        'knn-anomaly: bad.csv: 4 lines that cannot be read count as missing, but for 3 without a time, skipped: the first is line 3: expected a number, got "oops" in column "v"\n',
      );
      expect((await run([command, ...args])).status).toBe(1);
    },
  );

  test('of several columns the good cells of a line stay with missing, none with skip', async () => {
    const both = ['stream', ...args, '--column=w'];
    expect((await run([...both, '--bad-lines=missing'])).stdout).toContain('\n1,2024-01-01T00:01:00Z,,,3,');
    expect((await run([...both, '--bad-lines=skip'])).stdout).not.toContain('00:01:00Z');
  });

  test('the only column of numbers may hold bad ones', async () => {
    const { stdout } = await run(
      ['score', '-w1', '-k1', '--format=csv', '--bad-lines=skip'],
      'host,v\na,1\na,2\na,?!\na,3\n',
    );
    expect(valuesOf(stdout)).toEqual(['0,1', '1,2', '2,3']);
  });
});

test('JSON lines: what is no JSON, no number, or has no field', async () => {
  const input = '{"ts":1,"v":1}\n{"ts":2,"v":"x"}\n{"ts":3\nfoo\n{"ts":4,"v":2}\n[1]\n{"ts":5}\n';
  const args = ['stream', '-w1', '-k1', '--field=v', '--time=ts', '--format=csv'];
  const skipped = await run([...args, '--bad-lines=skip'], input);
  expect(skipped.stdout).toBe('index,time,value,score\n0,1,1,0\n1,4,2,1\n');
  expect(skipped.stderr).toContain(
    ': skipped 5 lines that cannot be read: the first is line 2: expected a number, got "x" in column "v"\n',
  );
  const missing = await run([...args, '--bad-lines=missing'], input);
  expect(missing.stdout).toBe('index,time,value,score\n0,1,1,0\n1,2,,\n2,4,2,1\n3,5,,\n');
});

test('a document: stop ends there, skip leaves out the value with its time, missing counts it', async () => {
  const values = [1, 'oops', 2, null, 3, 4, 5];
  const cells = (csv: string): string[] => csv.trim().split('\n').slice(1).map((row) => row.split(',').slice(0, 3).join()); // biome-ignore format: one line
  const name = file(
    'd.json',
    JSON.stringify(values.map((value, t) => ({ time: `2024-03-0${t + 1}`, value, more: t }))),
  );
  const args = ['score', name, '--column=value', '-w1', '-k1', '--format=csv'];
  const stopped = await run(args);
  expect(stopped).toMatchObject({ status: 1, stdout: '' });
  expect(stopped.stderr).toContain('value 2: expected a number, got "oops" in column "value"');
  const skipped = await run([...args, '--column=more', '--bad-lines=skip']);
  expect(cells(skipped.stdout)).toEqual([
    '0,2024-03-01,1',
    '1,2024-03-03,2',
    '2,2024-03-04,',
    '3,2024-03-05,3',
    '4,2024-03-06,4',
    '5,2024-03-07,5',
  ]);
  expect(skipped.stderr).toContain('skipped 1 value that cannot be read: value 2: expected a number, got "oops"');
  const missing = await run([...args, '--bad-lines=missing']);
  expect(cells(missing.stdout)).toEqual([1, '', 2, '', 3, 4, 5].map((x, t) => `${t},2024-03-0${t + 1},${x}`));
  expect(missing.stderr).toContain('1 value that cannot be read counts as missing');
});

test('the bad lines of every other command that reads are left out, too', async () => {
  const text = Array.from({ length: 300 }, (_, t) => (t % 50 === 7 ? 'oops' : String((t * 37) % 11))).join('\n');
  for (const command of [['monitor'], ['changefinder'], ['backtest'], ['locate'], ['plot'], ['suggest']]) {
    const { status, stderr } = await run([...command, '--bad-lines=skip'], `${text}\n`);
    expect(stderr).toContain(
      'skipped 6 lines that cannot be read: the first is line 8: expected a number, got "oops"\n',
    );
    expect(status).toBe(0);
  }
  const labels = file('l.csv', 'begin,end\n100,110\n');
  expect((await run(['eval', '--bad-lines=skip', '--labels', labels], `${text}\n`)).stdout).toContain('294 values');
});
