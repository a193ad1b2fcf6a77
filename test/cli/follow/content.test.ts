// --follow: what is in the lines. Headers of further files, encodings, records of several lines, bad lines, what is refused.
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { cli, file, folder } from '../../support/cli-run.ts';

let count = 0;

/** A series of files that follow each other by rotation, each read by a run of its own; what all runs printed and said. */
async function pieces(
  args: string[],
  contents: readonly (string | Uint8Array)[],
): Promise<{ out: string; err: string; status: number }> {
  const name = `content-${++count}.log`;
  const path = join(folder, name);
  let [out, err, status] = ['', '', 0];
  for (const [c, content] of contents.entries()) {
    if (c > 0) {
      for (let n = c - 1; n >= 1; n--) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
      renameSync(path, `${path}.1`);
    }
    writeFileSync(path, content);
    const run = await cli([...args, `--follow=${name}`, '--once', `--state=${name}.state`]);
    out += run.stdout;
    err += run.stderr;
    status ||= run.status!;
  }
  return { out, err, status };
}

const ONE = ['stream', '-w1', '-k1'];

describe('further files', () => {
  test('a header again, none, comments and blank lines: rows alone are answered', async () => {
    const { out, err } = await pieces(
      [...ONE, '--column=v', '--time=t', '--format=json'],
      ['# made by x\nt,host,v\n1,a,5\n', '# made by x\nt,host,v\n2,a,7\n', '3,a,8\n', '\nt,host,v\n4,b,9\n'],
    );
    expect(err).toBe('');
    expect(
      out
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toMatchObject([
      { index: 0, time: 1, value: 5 },
      { index: 1, time: 2, value: 7 },
      { index: 2, time: 3, value: 8 },
      { index: 3, time: 4, value: 9 },
    ]);
  });

  test('other columns are refused, with both headers', async () => {
    const { out, err, status } = await pieces([...ONE, '--column=v'], ['t,u,v\n1,2,3\n', 't,v,u\n4,5,6\n']);
    expect([out, status]).toEqual(['0\n', 1]);
    expect(err).toMatch(
      /: line 1: the columns are t, v, u, and were t, u, v in the file before: a series has the same columns\n$/,
    );
  });

  test('--skip-lines leaves out the first lines of every file', async () => {
    const { out } = await pieces([...ONE, '--skip-lines=1'], ['x y z\n1\n2\n', 'x\n5\n']);
    expect(out).toBe('0\n1\n3\n');
  });

  test('what the lines have said holds after a restart: units, the decimal mark, the order of times', async () => {
    expect((await pieces([...ONE, '--input=lines'], ['1,5 s\n2,5 s\n', '500 ms\n', '1.000 ms\n'])).out).toBe(
      '0\n1\n1\n0.5\n',
    );
    const { out, err } = await pieces([...ONE, '--time=t'], ['t,v\n5,1\n6,2\n', 't,v\n4,3\n']);
    expect(out).toBe('0\n1\n');
    expect(err).toContain('the time goes back from "6" to "4"');
  });

  test('JSON lines, and a record of several lines', async () => {
    expect((await pieces([...ONE, '--field=a.b'], ['{"a":{"b":1}}\n', '{"a":{"b":4}}\n'])).out).toBe('0\n3\n');
    const path = file('quoted.csv', 'v,text\n1,"two\nlines"\n2,"open\n');
    const args = [...ONE, '--column=v', '--follow=quoted.csv', '--once', '--state=quoted.state'];
    expect((await cli(args)).stdout).toBe('0\n');
    appendFileSync(path, 'closed"\n3,c\n');
    expect(await cli(args)).toMatchObject({ stdout: '1\n1\n', stderr: '' });
  });
});

describe('encodings', () => {
  test('UTF-16 with its mark, Latin-1 by its name, a byte order mark in every file', async () => {
    const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
    const mark = Buffer.of(0xff, 0xfe);
    const rows = utf16('ਊ,1\r\nĊ,4\r\n'); // letters with a byte that is a line feed elsewhere
    const columns = [...ONE, '--column=2'];
    expect((await pieces(columns, [Buffer.concat([mark, rows]), Buffer.concat([mark, utf16('x,6\n')])])).out).toBe(
      '0\n3\n2\n',
    );
    const latin = [Buffer.from('grün,1\n', 'latin1'), Buffer.from('grün,3\n', 'latin1')];
    expect((await pieces([...columns, '--encoding=latin1'], latin)).out).toBe('0\n2\n');
    expect((await pieces(ONE, ['\ufeff1\n', '\ufeff3\n'])).out).toBe('0\n2\n');
  });
});

describe('what cannot be read', () => {
  test.each<[string, Uint8Array, string]>([
    ['a line that is no number', Buffer.from('ERROR timeout\n'), 'line 3: expected a number, got "ERROR timeout"'],
    ['a NUL in a line', Buffer.from('4\0\n'), 'line 3: binary data, not text (there are NUL bytes)'],
    ['a byte of Latin-1', Buffer.of(0xe4, 10), 'line 3: not UTF-8 text: binary data or another encoding (--encoding'],
  ])(
    '%s ends the program after the answers before it, and is where the next run begins',
    async (_name, bad, message) => {
      const name = `bad-${++count}.log`;
      const path = file(name, Buffer.concat([Buffer.from('1\n5\n'), bad, Buffer.from('9\n')]));
      const args = [...ONE, `--follow=${name}`, '--once', `--state=${name}.state`];
      const first = await cli(args);
      expect([first.status, first.stdout]).toEqual([1, '0\n4\n']);
      expect(first.stderr).toContain(`knn-anomaly: ${name}: ${message}`);
      const again = await cli(args);
      expect(again).toMatchObject({ status: 1, stdout: '', stderr: first.stderr });
      writeFileSync(path, '1\n5\n6\n9\n'); // mended
      expect(await cli(args)).toMatchObject({ status: 0, stdout: '1\n3\n', stderr: '' });
    },
  );

  test.each([
    ['skip', '0\n4\n4\n', /^knn-anomaly: [\w.-]+: skipped 3 lines that cannot be read: the first is line 3: /],
    ['missing', '0\n4\nNaN\nNaN\nNaN\n4\n', /^knn-anomaly: [\w.-]+: 3 lines that cannot be read count as missing: /],
  ])('--bad-lines %s goes on behind them, and the state with it', async (how, expected, said) => {
    const bad = Buffer.concat([Buffer.from('1\n5\nERROR\n4\0\n'), Buffer.of(0xe4, 10), Buffer.from('9\n')]);
    const { out, err } = await pieces([...ONE, `--bad-lines=${how}`], [bad, '9\n']);
    expect(out).toBe(`${expected}0\n`);
    expect(err).toMatch(said);
  });

  test.each<[string, string[], number, string]>([
    [
      'gzip',
      ['--follow=a.gz'],
      1,
      'a.gz: is compressed by gzip, and so no file that lines are appended to: leave out --follow',
    ],
    ['a folder', ['--follow=folder'], 1, 'folder: is a directory, not a file'],
    ['a device', ['--follow=/dev/null'], 1, '/dev/null: is a device or a pipe: it is read without --follow'],
    ['standard input', ['--follow=-'], 2, '--follow needs a FILE: standard input has no place to go on at'],
    ['two files', ['--follow=a', 'b'], 2, 'one FILE at a time, got b and --follow a'],
    ['--once alone', ['--once', 'a'], 2, '--once is for --follow FILE'],
    ['--output alone', ['-o', 'x', 'a'], 2, '--output is for --follow FILE: redirect standard output'],
    [
      'a table in a file',
      ['--follow=a', '-o', 'x', '--format=table'],
      2,
      '--output is for --format lines, csv, json or events: a table is for reading along',
    ],
    [
      'no time',
      ['--follow=a', '--poll=0'],
      2,
      '--poll must be a number of seconds, more than 0 and at most 86400, got "0"',
    ],
    [
      'a JSON document',
      ['--follow=d.json'],
      1,
      'd.json: a JSON document is read as a whole, and cannot be followed: leave out --follow',
    ],
    ['nothing', ['--follow=nothing.log'], 1, 'nothing.log: empty: there are no values'],
  ])('%s', async (_name, args, status, message) => {
    file('a.gz', gzipSync('1\n2\n'));
    file('d.json', '[1,\n2]\n');
    file('nothing.log', '');
    mkdirSync(join(folder, 'folder'), { recursive: true });
    const once = args.includes('--once') || !args[0]!.startsWith('--follow') ? [] : ['--once'];
    const run = await cli([...ONE, ...args, ...once]);
    expect([run.status, run.stderr, run.stdout]).toEqual([status, `knn-anomaly: ${message}\n`, '']);
  });
});
