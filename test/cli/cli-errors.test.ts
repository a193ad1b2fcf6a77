// Every kind of bad usage, input and output: one clear line on stderr, the right status, nothing on stdout.
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { explainError, reasonOf } from '../../src/cli/errors.ts';
import { openOutput } from '../../src/cli/output/output.ts';
import { cli, file, files, folder } from '../support/cli-run.ts';

const TABLE = 'time,cpu,mem,host\n1,10,20,a\n2,11,21,b\n3,12,22,c\n';
const SMALL = '1\n2\n3\n2\n1\n2\n';

async function errorOf(args: string[], input: string | Uint8Array, status: number): Promise<string> {
  const run = await cli(['score', ...args], { input });
  expect(run).toMatchObject({ status, stdout: '' });
  expect(run.stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
  expect(run.stderr).not.toMatch(/ {4}at |node:internal|Error:/);
  return run.stderr.slice('knn-anomaly: '.length, -1);
}

describe('usage: status 2', () => {
  const hint = ' (see knn-anomaly score --help)';
  test.each<[string[], string]>([
    [['--windw', '5'], `unknown option --windw; did you mean --window?${hint}`],
    [['--windw=5'], `unknown option --windw; did you mean --window?${hint}`],
    [['--neigh', '5'], `unknown option --neigh; did you mean --neighbors?${hint}`],
    [['--nieghbors', '5'], `unknown option --nieghbors; did you mean --neighbors?${hint}`],
    [['--frobnicate'], `unknown option --frobnicate${hint}`],
    [['-z'], `unknown option -z${hint}`],
    [['--window'], `--window needs a value${hint}`],
    [['--window', '-3'], `--window needs a value; one that begins with a dash is written --window=-XYZ${hint}`],
    [['--no-progress=1'], `--no-progress takes no value${hint}`],
    [['a.txt', 'b.txt'], 'one FILE at a time, got a.txt b.txt'],
    [['-w', 'abc'], '--window must be a positive integer, got "abc"'],
    [['-w', '0'], '--window must be a positive integer, got "0"'],
    [['-w', '2.5'], '--window must be a positive integer, got "2.5"'],
    [['-w', '1e3'], '--window must be a positive integer, got "1e3"'],
    [['-k', '0'], '--neighbors must be a positive integer, got "0"'],
    [['--window=-3'], '--window must be a positive integer, got "-3"'],
    [['--exclusion-zone=x'], '--exclusion-zone must be a non-negative integer, got "x"'],
    [['--normalize=log'], '--normalize must be one of none, mean, zscore, got "log"'],
    [['--align=start'], '--align must be one of end, center, cover, got "start"'],
    [['--aggregation=sum'], '--aggregation must be one of mean, max, median, got "sum"'],
    [['--side=right'], '--side must be one of both, left, got "right"'],
    [['--missing=zero'], '--missing must be one of omit, throw, got "zero"'],
    [['--engine=magic'], '--engine must be one of auto, brute, kdtree, diagonal, got "magic"'],
    [['--format=xml'], '--format must be one of auto, summary, lines, csv, json, got "xml"'],
    [['--input=xml'], '--input must be one of auto, lines, csv, json, row, got "xml"'],
    [['--threads=0'], '--threads must be a positive integer, got "0"'],
    [['--threads=all'], '--threads must be a positive integer, got "all"'],
    [['--max-memory=lots'], '--max-memory must be a size such as 500M or 2G, got "lots"'],
    [['--max-memory=0'], '--max-memory must be a size such as 500M or 2G, got "0"'],
    [['--format=summary', '--top=0'], '--top must be a positive integer, got "0"'],
    [['--top=3'], '--top is for the summary, the output is lines: add --format summary'],
    [['--labels=x', '--format=csv'], '--labels is for the summary, the output is csv: add --format summary'],
    [['--force'], '--force is for --output FILE'],
    [['--covariance=pinv'], '--covariance is for --metric mahalanobis, the metric is euclidean'],
    [
      ['--metric=mahalanobis', '--covariance=ridge:-1'],
      '--covariance must be ledoit-wolf, empirical, pinv or ridge:X with a positive number X, got "ridge:-1"',
    ],
    [['--metric=minkowski'], '--metric minkowski needs an exponent of at least 1, such as minkowski:3, got ""'],
    [['--metric=minkowski:x'], '--metric minkowski needs an exponent of at least 1, such as minkowski:3, got "x"'],
    [
      ['--engine=kdtree', '--metric=manhattan'],
      "engine 'kdtree' cannot serve a function metric: use 'auto' or 'brute'",
    ],
    [['--reference=-'], 'standard input can be read once only'],
    [['--reference=r', '--side=left'], '--side does not apply to --reference: every window of it is a candidate'],
    [
      ['--reference=r', '--exclusion-zone=1'],
      '--exclusion-zone does not apply to --reference: every window of it is a candidate',
    ],
    [['--column=a', '--field=b'], '--column is for CSV, --field for JSON: give one'],
    [
      ['--column=a', '--column=b'],
      'lines output holds one score per line, not several columns: add --format csv or json',
    ],
    [['--input=lines', '--column=a'], '--column is for CSV, the input is read as lines'],
    [['--input=csv', '--field=a'], '--field is for JSON, the input is read as csv'],
    [['--input=lines', '--time=a'], '--time needs CSV or JSON, the input is read as lines'],
  ])('%j', async (args, message) => {
    expect(await errorOf(args, SMALL, 2)).toBe(message);
  });

  test('an unknown metric lists the known ones', async () => {
    const message = await errorOf(['--metric=euclid'], SMALL, 2);
    expect(message).toMatch(
      /^unknown metric "euclid"; the metrics are additiveSymmetric, .*euclidean, .*mahalanobis, /,
    );
    expect(message).toContain('minkowski:P, ');
  });

  test('unknown commands, options and none at all', async () => {
    const hinted = (text: string) => ({
      status: 2,
      stdout: '',
      stderr: `knn-anomaly: ${text} (see knn-anomaly --help)\n`,
    });
    expect(await cli([])).toMatchObject(hinted('no command given'));
    const known =
      'the commands are score, merge, stream, changefinder, monitor, worker, backtest, prometheus, eval, locate, suggest, plot, explore, state, completion, man, help';
    expect(await cli(['scores'])).toMatchObject(hinted('unknown command "scores"; did you mean score?'));
    expect(await cli(['moniotr'])).toMatchObject(hinted('unknown command "moniotr"; did you mean monitor?'));
    expect(await cli(['Plot'])).toMatchObject(hinted('unknown command "Plot"; did you mean plot?'));
    expect(await cli(['--versoin'])).toMatchObject(hinted('unknown option "--versoin"; did you mean --version?'));
    expect(await cli(['forecast'])).toMatchObject(hinted(`unknown command "forecast"; ${known}`));
    file('a file.csv', TABLE);
    expect(await cli(['a file.csv'])).toMatchObject(
      hinted('unknown command "a file.csv"; did you mean score "a file.csv"?'),
    );
    expect(await cli(['--wat'])).toMatchObject(hinted(`unknown option "--wat"; ${known}`));
    expect(await cli(['toString'])).toMatchObject({ status: 2 });
    expect(await cli(['help', 'nothing'])).toMatchObject({ status: 2 });
  });
});

describe('input: status 1', () => {
  const csv = ['--input=csv'];
  const json = ['--input=json'];
  test.each<[string, string[], string | Uint8Array, string]>([
    ['nothing', [], '', 'standard input: empty: there are no values'],
    ['blank lines', [], '\n \n\n', 'standard input: empty: there are no values'],
    ['a header and no rows', csv, 'v\n', 'standard input: empty: there are no values'],
    ['empty gzip', [], gzipSync(''), 'standard input: empty: there are no values'],
    ['text in a line', [], '1\n2\n\nabc\n', 'standard input: line 4: expected a number, got "abc"'],
    [
      'text on the hundred and first line',
      [],
      `${'1\n'.repeat(300)}x\n`,
      'standard input: line 301: expected a number, got "x"',
    ],
    ['hexadecimal', [], '1\n0x10\n', 'standard input: line 2: expected a number, got "0x10"'],
    [
      'two numbers in a line',
      [],
      '1\n1 2\n',
      'standard input: line 2: expected a number, got "1 2" (several numbers where the others have one)',
    ],
    [
      'a decimal comma',
      [],
      '1.5\n1,5\n',
      'standard input: line 2: expected a number, got "1,5" (if "," is the decimal mark: --decimal ,)',
    ],
    [
      'a long line of text',
      [],
      `1\n${'ab'.repeat(100)}\n`,
      `standard input: line 2: expected a number, got "${'ab'.repeat(20)}…"`,
    ],
    [
      'terminal codes are not passed on',
      [],
      '1\n\u001b[31mred\n',
      'standard input: line 2: expected a number, got "\\u001b[31mred"',
    ],
    [
      'fewer values than a window',
      ['-w', '7'],
      SMALL,
      '--window 7 is larger than the series: standard input has 6 values',
    ],
    [
      'text in a column',
      ['--column=cpu'],
      'cpu,b\n1,2\n"x\ny",3\n4,5\nabc,6\n',
      'standard input: line 3: expected a number, got "x\\ny" in column "cpu"',
    ],
    [
      'text in a column, after a cell of several lines',
      ['--column=b'],
      'cpu,b\n1,2\n"x\ny",3\n4,5\nabc,6?\n',
      'standard input: line 6: expected a number, got "6?" in column "b"',
    ],
    [
      'no such column',
      ['--column=disk'],
      TABLE,
      'standard input: no column "disk"; the columns are time, cpu, mem, host',
    ],
    [
      'no such column number',
      ['--column=5'],
      TABLE,
      'standard input: no column "5"; the columns are time, cpu, mem, host',
    ],
    ['column 0', ['--column=0'], TABLE, 'standard input: no column "0"; the columns are time, cpu, mem, host'],
    [
      'no such column, no header',
      ['--column=cpu'],
      '1,2\n3,4\n',
      'standard input: no column "cpu"; there is no header; the columns are numbered 1 to 2',
    ],
    [
      'no such time column',
      ['--column=cpu', '--time=when'],
      TABLE,
      'standard input: no column "when"; the columns are time, cpu, mem, host',
    ],
    [
      'several columns of numbers',
      [],
      TABLE,
      'standard input: 2 columns hold numbers: choose one with --column; the columns are time, cpu, mem, host',
    ],
    [
      'no column of numbers',
      [],
      'a,b\nx,y\n',
      'standard input: no column of numbers found: choose one with --column; the columns are a, b',
    ],
    [
      'two columns of one name',
      ['--column=a'],
      'a,a\n1,2\n',
      'standard input: there are several columns "a": choose one by its number, from 1',
    ],
    [
      'a column chosen twice',
      ['--column=cpu', '--column=2', '--format=csv'],
      TABLE,
      'standard input: --column 2 names a column that is already chosen',
    ],
    [
      'a short row',
      ['--column=mem'],
      `${TABLE}4,13\n`,
      'standard input: line 5: no cell in column "mem": the row ends after 2',
    ],
    ['an unterminated quote', csv, 'v,w\n1,"a\n2,b\n3,c\n', 'standard input: line 2: unterminated quote'],
    [
      'an unterminated quote before others',
      csv,
      'v,w\n1,"a\n2,"b"\n',
      'standard input: line 2: malformed or unterminated quote',
    ],
    ['text behind a closing quote', csv, 'v,w\n1,"a"b\n', 'standard input: line 2: malformed or unterminated quote'],
    [
      'malformed JSON',
      json,
      '{"v":1}\n{"v":\n',
      'standard input: line 1: an object; choose a field of it with --field; its fields are v',
    ],
    [
      'malformed JSON, field chosen',
      ['--field=v'],
      '{"v":1}\n\n{"v":\n',
      'standard input: line 3: malformed JSON: "{\\"v\\":"',
    ],
    [
      'a JSON array',
      [],
      '[1,2,3]\n[4,5,6]\n',
      'standard input: line 1: an array; choose an element of it with --field, from 0',
    ],
    [
      'no such field',
      ['--field=a.c'],
      '{"a":{"b":1},"x":2}\n',
      'standard input: line 1: no field "a.c"; its fields are a, x',
    ],
    ['no field at all', ['--field=a'], '{}\n', 'standard input: line 1: no field "a"; it has no fields'],
    [
      'an inherited field',
      ['--field=constructor'],
      '{"a":1}\n',
      'standard input: line 1: no field "constructor"; its fields are a',
    ],
    [
      'a number where an object belongs',
      ['--field=a'],
      '{"a":1}\n5\n',
      'standard input: line 2: expected an object with the field "a", got "5"',
    ],
    [
      'an object where a number belongs',
      ['--field=a'],
      '{"a":{}}\n',
      'standard input: line 1: expected a number, got "{}" in column "a"',
    ],
    [
      'text where a number belongs',
      ['--field=a'],
      '{"a":"x"}\n',
      'standard input: line 1: expected a number, got "x" in column "a"',
    ],
    [
      'true where a number belongs',
      json,
      '1\ntrue\n',
      'standard input: line 2: expected a number, got "true" (the values before have no unit)',
    ],
    ['NUL bytes', [], Uint8Array.of(1, 2, 0, 3, 10), 'standard input: binary data, not text (there are NUL bytes)'],
    [
      'invalid UTF-8',
      [],
      Uint8Array.of(49, 10, 0xff, 0xfe, 10),
      'standard input: line 2: not UTF-8 text: binary data or another encoding (--encoding, such as latin1 or shift_jis)',
    ],
    [
      'an unfinished character',
      [],
      Uint8Array.of(49, 10, 0xe2, 0x82),
      'standard input: line 2: not UTF-8 text: binary data or another encoding (--encoding, such as latin1 or shift_jis)',
    ],
    [
      'gzip cut off',
      [],
      gzipSync(SMALL).subarray(0, 20),
      'standard input: damaged gzip data (unexpected end of file); --bad-lines skip reads the lines before that',
    ],
    [
      'gzip that is none',
      [],
      Uint8Array.of(0x1f, 0x8b, 1, 2, 3),
      'standard input: damaged gzip data (unknown compression method); --bad-lines skip reads the lines before that',
    ],
    [
      'a missing value that must not be',
      ['--missing=throw', '-w1'],
      '1\nNaN\n',
      "series[1] is missing (NaN) and missing is 'throw'",
    ],
  ])('%s', async (_name, args, input, message) => {
    expect(await errorOf(args, input, 1)).toBe(message);
  });

  test('no such file, a directory, a part of the path that is a file', async () => {
    expect(await errorOf(['nowhere.txt'], '', 1)).toBe('nowhere.txt: no such file');
    expect(await errorOf(['.'], '', 1)).toBe('.: is a directory, not a file');
    file('a.txt', SMALL);
    expect(await errorOf(['a.txt/b'], '', 1)).toBe('a.txt/b: a part of the path is not a directory');
    expect(await errorOf(['--reference=nowhere.txt'], SMALL, 1)).toBe('nowhere.txt: no such file');
    expect(await errorOf(['--labels=nowhere.csv', '--format=summary'], SMALL, 1)).toBe('nowhere.csv: no such file');
  });

  test('a message names the file it is about', async () => {
    file('bad.txt', '1\nx\n');
    expect(await errorOf(['bad.txt'], '', 1)).toBe('bad.txt: line 2: expected a number, got "x"');
    expect(await errorOf(['--reference=bad.txt'], SMALL, 1)).toBe('bad.txt: line 2: expected a number, got "x"');
    file('short.txt', '1\n2\n');
    expect(await errorOf(['--reference=short.txt'], SMALL, 1)).toBe(
      '--window 5 is larger than the series: short.txt has 2 values',
    );
    file('v.json', '{"v":1}\n');
    expect(await errorOf(['v.json', '--column=v'], '', 2)).toBe('--column is for CSV, the input is read as json');
  });

  test('a reference without a complete window', async () => {
    file('holes.txt', '1\nNaN\n2\nNaN\n3\n');
    expect(await errorOf(['-w2', '--reference=holes.txt'], SMALL, 1)).toMatch(/^reference must hold at least 2 values/);
  });

  test.each<[string, string, string]>([
    [
      'no begin',
      'start,end\n1,2\n',
      'labels.csv: no column "begin"; labels need the columns begin and end, here are start, end',
    ],
    [
      'no end',
      'begin,fault\n1,x\n',
      'labels.csv: no column "end"; labels need the columns begin and end, here are begin, fault',
    ],
    ['no labels', 'begin,end\n', 'labels.csv: there are no labels'],
    ['not an index', 'begin,end\n1,2\n3,x\n', 'labels.csv: line 3: end must be an index from 0, got "x"'],
    ['backwards', 'begin,end\n5,2\n', 'labels.csv: line 2: the label ends before it begins'],
  ])('labels: %s', async (_name, labels, message) => {
    file('labels.csv', labels);
    expect(await errorOf(['--labels=labels.csv', '--format=summary'], SMALL, 1)).toBe(message);
  });

  test('labels in another notation than the time column', async () => {
    const times = 'time,v\n2026-01-01 00:00,1\n2026-01-01 00:01,2\n';
    const args = ['--time=time', '-w1', '--format=summary', '--labels=labels.csv'];
    file('labels.csv', 'begin,end\n1,2\n');
    expect(await errorOf(args, times, 1)).toBe(
      'labels.csv: line 2: begin must be a date, like the time column, got "1"',
    );
    file('labels.csv', 'begin,end\n2026-01-01,2026-01-02\n');
    expect(await errorOf(args, 'time,v\n1,1\n2,2\n', 1)).toBe(
      'labels.csv: line 2: begin must be a number, like the time column, got "2026-01-01"',
    );
    expect(await errorOf(args, 'time,v\nMonday,1\nTuesday,2\n', 1)).toBe(
      'the time column holds "Monday", which is no time: expected numbers or dates, or --time-format',
    );
  });
});

describe('--output', () => {
  const args = ['-w1', '-k1'];

  test('writes the file and nothing to stdout', async () => {
    const run = await cli(['score', ...args, '-o', 'new.txt'], { input: '1\n3\n' });
    expect(run).toEqual({ status: 0, signal: null, stdout: '', stderr: '' });
    expect(readFileSync(join(folder, 'new.txt'), 'utf8')).toBe('2\n2\n');
  });

  test('refuses to overwrite without --force, before it reads anything', async () => {
    const path = file('old.txt', 'precious\n');
    expect(await errorOf([...args, '--output=old.txt'], 'garbage', 1)).toBe(
      'old.txt: exists already; --force overwrites it',
    );
    expect(readFileSync(path, 'utf8')).toBe('precious\n');
    chmodSync(path, 0o640);
    expect((await cli(['score', ...args, '--output=old.txt', '--force'], { input: '1\n3\n' })).status).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('2\n2\n');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test('an error leaves the old file as it was and no other', async () => {
    const path = file('kept.txt', 'precious\n');
    await errorOf([...args, '--output=kept.txt', '--force'], '1\nx\n', 1);
    expect(readFileSync(path, 'utf8')).toBe('precious\n');
    await errorOf([...args, '--output=never.txt'], '1\nx\n', 1);
    expect(files().filter((name) => name.includes('never') || name.includes('.tmp'))).toEqual([]);
  });

  test('an error while writing leaves no half file', async () => {
    const path = join(folder, 'half.txt');
    const output = await openOutput(path, false);
    const seen: string[] = [];
    const pieces = (function* () {
      yield 'a piece';
      seen.push(...files().filter((name) => name.includes('half')));
      throw new Error('half way');
    })();
    await expect(output.write(pieces)).rejects.toThrow('half way');
    expect(seen).toEqual([`.half.txt.${process.pid}.tmp`]);
    expect(files().filter((name) => name.includes('half'))).toEqual([]);
  });

  test('a file that appears meanwhile is not overwritten', async () => {
    const path = join(folder, 'sudden.txt');
    const output = await openOutput(path, false);
    file('sudden.txt', 'precious');
    await expect(output.write(['scores'])).rejects.toThrow(`${path}: exists already; --force overwrites it`);
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('a symbolic link stays one, its target is replaced', async () => {
    const target = file('target.txt', 'old');
    symlinkSync(target, join(folder, 'link.txt'));
    await (await openOutput(join(folder, 'link.txt'), true)).write(['new']);
    expect(readFileSync(target, 'utf8')).toBe('new');
  });

  test('a directory, no such folder, a device, -', async () => {
    mkdirSync(join(folder, 'sub'), { recursive: true });
    expect(await errorOf([...args, '-o', 'sub'], SMALL, 1)).toBe('sub: is a directory, not a file');
    expect(await errorOf([...args, '-o', 'no/where.txt'], SMALL, 1)).toBe('no/where.txt: there is no folder no');
    expect((await cli(['score', ...args, '-o', '/dev/null'], { input: SMALL })).status).toBe(0);
    expect(statSync('/dev/null').isFile()).toBe(false);
    expect((await cli(['score', ...args, '-o', '-'], { input: '1\n3\n' })).stdout).toBe('2\n2\n');
  });
});

test('an error without words is told by its parts, its code or its name', () => {
  const refused = (address: string): Error =>
    Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'X' });
  const several = new AggregateError([refused('::1:6379'), refused('127.0.0.1:6379')]);
  expect(reasonOf(several)).toBe('connect ECONNREFUSED ::1:6379; connect ECONNREFUSED 127.0.0.1:6379');
  expect(explainError(several)?.message).toBe(reasonOf(several));
  expect(reasonOf(Object.assign(new Error(), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
  expect(reasonOf(new TypeError())).toBe('TypeError');
  expect(reasonOf(new Error('full'))).toBe('full');
  expect(reasonOf('half')).toBe('half');
});
