// knn-anomaly stream: an answer for each line before the next, a state that survives every end, and bad input.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KNN, StreamingKNN, type StreamingKNNOptions } from '../../src/index.ts';
import * as metrics from '../../src/metrics.ts';
import { cleanEnv, cli, file, files, folder, lines, MAIN } from '../support/cli-run.ts';
import { mulberry32, serverMetric } from '../support/series.ts';

/** `knn-anomaly stream` that must succeed: what it prints. */
async function stream(args: string[], input: string | Uint8Array = ''): Promise<string> {
  const run = await cli(['stream', ...args], { input });
  if (run.status !== 0 || run.stderr !== '') throw new Error(`exit status ${run.status}: ${run.stderr}`);
  return run.stdout;
}

/** The one line on stderr of a run that must fail, and what it printed before. */
async function failure(args: string[], input: string | Readable, status = 1): Promise<[string, string]> {
  const run = await cli(['stream', ...args], { input });
  expect(run.status).toBe(status);
  expect(run.stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
  expect(run.stderr).not.toMatch(/ {4}at |node:internal|Error:/);
  return [run.stderr.slice('knn-anomaly: '.length, -1), run.stdout];
}

/** A program that is talked to line by line. */
class Conversation {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ status: number | null; signal: string | null }>;
  stdout = '';
  stderr = '';
  #wake: () => void = () => {};

  constructor(args: string[]) {
    this.child = spawn(process.execPath, [MAIN, 'stream', ...args], { cwd: folder, env: cleanEnv() });
    this.child.stdin.on('error', () => {});
    for (const name of ['stdout', 'stderr'] as const) {
      this.child[name].setEncoding('utf8').on('data', (text: string) => {
        this[name] += text;
        this.#wake();
      });
    }
    this.ended = once(this.child, 'close').then(([status, signal]) => ({ status, signal }));
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  /** Writes a text and waits until as many lines as `numLines` in all were answered. */
  async say(text: string, numLines: number): Promise<string[]> {
    this.child.stdin.write(text);
    const deadline = Date.now() + 60_000;
    while (this.answers().length < numLines) {
      if (this.child.exitCode !== null || Date.now() > deadline) throw new Error(`no answer: ${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 1000);
      });
    }
    return this.answers();
  }

  answers(): string[] {
    return this.stdout.split('\n').slice(0, -1);
  }
}

const series = serverMetric(400, 11);

/** What the library says, one score per line. */
function scoresOf(values: readonly number[] | Float64Array, w = 5, k = 5, options: StreamingKNNOptions = {}): string {
  return lines(new StreamingKNN(w, k, options).learn(values));
}

describe('scores', () => {
  test('one per value, one per line, nothing else: those of the library', async () => {
    expect(await stream(['-w2', '-k1'], '1\n2\n10\n2\n1\n')).toBe(scoresOf([1, 2, 10, 2, 1], 2, 1));
    expect(await stream([], lines(series))).toBe(scoresOf(series));
  });

  test('the law: with a long history they are those of score --side left', async () => {
    const input = `${lines(series.slice(0, 90))}NaN\n${lines(series.slice(90))}`;
    const batch = await cli(['score', '--side', 'left'], { input });
    expect(await stream(['--history', 'infinite'], input)).toBe(batch.stdout);
  });

  const reference = series.slice(0, 150);
  const rest = series.slice(150);
  test.each<[string[], number, number, StreamingKNNOptions]>([
    [['-w', '8', '-k', '3', '--history', '50'], 8, 3, { history: 50 }],
    [['--normalize=zscore', '--aggregation=max'], 5, 5, { normalize: 'zscore', aggregation: 'max' }],
    [['--aggregation', 'median', '--exclusion-zone', '4'], 5, 5, { aggregation: 'median', exclusionZone: 4 }],
    [['--metric=manhattan', '--normalize=mean'], 5, 5, { metric: metrics.manhattan, normalize: 'mean' }],
    [['--metric=minkowski:3', '-w3'], 3, 5, { metric: metrics.minkowski(3) }],
    [['--reference=known.txt'], 5, 5, { reference }],
    [
      ['--reference=known.txt', '--metric=mahalanobis'],
      5,
      5,
      { reference, metric: metrics.mahalanobis.fit(reference, 5) },
    ],
    [
      ['--reference=known.txt', '--metric=mahalanobis', '--covariance=ridge:0.5', '--normalize=mean'],
      5,
      5,
      {
        reference,
        normalize: 'mean',
        metric: metrics.mahalanobis.fit(reference, 5, { covariance: { ridge: 0.5 }, normalize: 'mean' }),
      },
    ],
  ])('%j', async (args, w, k, options) => {
    file('known.txt', lines(reference));
    const expected = scoresOf(rest, w, k, options);
    expect(await stream(args, lines(rest))).toBe(expected);
    // And in two parts, with what a state remembers in between.
    const state = join(folder, `options-${args.join('').replaceAll(/\W/g, '')}.state`);
    const first = await stream([...args, '--state', state], lines(rest.slice(0, 99)));
    expect(first + (await stream(['--state', state], lines(rest.slice(99))))).toBe(expected);
  });

  test('csv, json and several columns', async () => {
    const input = 'time,cpu,mem\na,1,5\nb,3,\n"c, d",4,9\n';
    const columns = ['-w1', '-k1', '--time=time', '--column=cpu'];
    expect(await stream([...columns, '--format=csv'], input)).toBe(
      'index,time,value,score\n0,a,1,0\n1,b,3,2\n2,"c, d",4,1\n',
    );
    expect(await stream([...columns, '--format=json'], input)).toBe(
      '{"index":0,"time":"a","value":1,"score":0}\n{"index":1,"time":"b","value":3,"score":2}\n{"index":2,"time":"c, d","value":4,"score":1}\n',
    );
    expect(await stream([...columns, '--column=mem', '--format=csv'], input)).toBe(
      'index,time,cpu,cpu_score,mem,mem_score\n0,a,1,0,5,0\n1,b,3,2,,\n2,"c, d",4,1,9,4\n',
    );
  });

  test('table: place, value, score and a bar', async () => {
    const text = await stream(['-w1', '-k1', '--format=table'], '1\n3\nNaN\n4\n');
    expect(text.split('\n').map((line) => line.split(/\s+/))).toEqual([
      ['index', 'value', 'score'],
      ['0', '1', '0'],
      ['1', '3', '2', '█'.repeat(30)],
      ['2', 'missing', 'missing'],
      ['3', '4', '1', '█'.repeat(15)],
      [''],
    ]);
  });

  test('--help and help stream name every option and fit 80 columns', async () => {
    const { stdout } = await cli(['stream', '--help']);
    for (const option of ['--window', '--history', '--reference', '--state', '--save-every', '--missing', '--format']) {
      expect(stdout).toContain(option);
    }
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect((await cli(['help', 'stream'])).stdout).toBe(stdout);
  });
});

describe('each line is answered before the next arrives', () => {
  test.each<[string, string[], string[], string[]]>([
    ['numbers', [], ['1\n', '5\n', '\n', '7\r\n'], ['0', '4', 'NaN', '2']],
    [
      'numbers that begin with a blank line',
      ['--input=lines'],
      ['\n', '5\n', 'null\n', '7\n'],
      ['NaN', '0', 'NaN', '2'],
    ],
    ['rows without a header, a column by number', ['--column=2'], ['a,1\n', 'b,5\n', '"c",\n'], ['0', '4', 'NaN']],
    ['rows without a header, one column of numbers', [], ['a;1\n', 'b;5\n', 'c;6\n'], ['0', '4', '1']],
    ['CSV of which one column is missing first', ['--column=2'], ['a,\n', 'b,5\n', 'c,6\n'], ['NaN', '0', '1']],
    ['JSON numbers', ['--input=json'], ['1\n', 'null\n', '"5"\n'], ['0', 'NaN', '4']],
    ['JSON fields', ['--field=v'], ['{"v":1}\n', '{"v":null}\n', '{"v":5}\n'], ['0', 'NaN', '4']],
  ])('%s', async (_name, args, input, expected) => {
    const talk = new Conversation(['-w1', '-k1', ...args]);
    for (const [t, line] of input.entries()) expect(await talk.say(line, t + 1)).toEqual(expected.slice(0, t + 1));
    talk.child.stdin.end();
    expect(await talk.ended).toEqual({ status: 0, signal: null });
    expect(talk.stderr).toBe('');
  });

  test('a header is followed by an answer to the first row, a line by its second half', async () => {
    const talk = new Conversation(['-w1', '-k1', '--time', 'time', '--format', 'json']);
    talk.child.stdin.write('time,cpu');
    talk.child.stdin.write(',host\r\n');
    const [first] = await talk.say('"10:00",3,"a ""host"""\r\n', 1);
    expect(first).toBe('{"index":0,"time":"10:00","value":3,"score":0}');
    await talk.say('10:01,4,"two\nlines"\n', 2);
    talk.child.stdin.write('10:0');
    expect((await talk.say('2,,b\n', 3))[2]).toBe('{"index":2,"time":"10:02","value":null,"score":null}');
  });

  test('the columns are those of the first rows, however many arrive at once', async () => {
    // After one row `b` is no column of numbers; after two it would be one of two.
    const rows = ['a,b\n', '1,x\n', '2,3\n'];
    const talk = new Conversation(['-w1', '-k1']);
    talk.child.stdin.write(rows[0]!);
    await talk.say(rows[1]!, 1);
    expect(await talk.say(rows[2]!, 2)).toEqual(['0', '1']);
    expect(await stream(['-w1', '-k1'], rows.join(''))).toBe('0\n1\n');
  });

  test('a column of numbers whose first cells are missing is waited for', async () => {
    expect(await stream(['-w1', '-k1'], 'a,b\nx,\ny,\nz,4\nx,5\n')).toBe('NaN\nNaN\n0\n1\n');
  });
});

describe('input', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['no line feed at the end', '1\n4', '0\n3\n'],
    ['Windows line ends', '1\r\n4\r\n', '0\n3\n'],
    ['a byte order mark', '\ufeff1\n4\n', '0\n3\n'],
    ['blank lines, which are missing values', '\n1\n \n4\n\n', 'NaN\n0\nNaN\n3\nNaN\n'],
    ['nothing but blank lines', '\n\n', 'NaN\nNaN\n'],
    ['gzip', gzipSync('1\n4\n'), '0\n3\n'],
    ['one byte', '7', '0\n'],
  ])('%s', async (_name, input, expected) => {
    expect(await stream(['-w1', '-k1'], input)).toBe(expected);
  });

  test.each([
    ['nothing', ''],
    ['a header and no rows', 'value\n'],
  ])('%s is an error, but not with a state', async (_name, input) => {
    const run = await cli(['stream'], { input });
    expect(run).toMatchObject({
      status: 1,
      stdout: '',
      stderr: 'knn-anomaly: standard input: empty: there are no values\n',
    });
    expect(await stream(['--state=nothing.state'], input)).toBe('');
  });

  test('a file', async () => {
    expect(await stream(['-w1', '-k1', file('v.csv', 'time,v\n1,2\n2,5\n'), '--column=v'])).toBe('0\n3\n');
    expect(await failure(['nowhere.txt'], '')).toEqual(['nowhere.txt: no such file', '']);
  });

  test('a bad line ends the program with its number, after the scores of all lines before it', async () => {
    const text = 'standard input: line 3: expected a number, got "x"';
    expect(await failure(['-w1', '-k1'], '1\n3\nx\n4\n')).toEqual([text, '0\n2\n']);
    const talk = new Conversation(['-w1', '-k1']);
    await talk.say('1\n', 1);
    await talk.say('3\n', 2);
    talk.child.stdin.write('x\n'); // and the input stays open
    expect((await talk.ended).status).toBe(1);
    expect(talk.stderr).toBe(`knn-anomaly: ${text}\n`);
  });

  test('a row is scored as a whole or not at all', async () => {
    const args = ['-w1', '-k1', '--column=1', '--column=2', '--format=csv', '--time=3', '--state=whole.state'];
    const [message, stdout] = await failure(args, '1,2,a\n2,4,b\n3,x,c\n');
    expect(message).toBe('standard input: line 3: expected a number, got "x" in column "column2"');
    expect(stdout.split('\n').slice(1, -1)).toEqual(['0,a,1,0,2,0', '1,b,2,1,4,2']);
    expect(await stream(args, '4,4,d\n')).toContain('\n2,d,4,2,4,0\n');
  });

  test.each<[string, string[], string, number, string, string]>([
    [
      'text in quotes',
      ['--column=v'],
      'v,w\n1,"a"b\n',
      1,
      'standard input: line 2: malformed or unterminated quote',
      '',
    ],
    [
      'a quote without an end',
      ['--column=v'],
      'v,w\n1,a\n2,"b\n',
      1,
      'standard input: line 3: unterminated quote',
      '0\n',
    ],
    [
      'a short row',
      ['--column=2'],
      'a,1\nb\n',
      1,
      'standard input: line 2: no cell in column "column2": the row ends after 1',
      '0\n',
    ],
    ['no such column', ['--column=z'], 'v,w\n1,2\n', 1, 'standard input: no column "z"; the columns are v, w', ''],
    [
      'malformed JSON',
      ['--field=v'],
      '{"v":1}\n{"v":\n',
      1,
      'standard input: line 2: malformed JSON: "{\\"v\\":"',
      '0\n',
    ],
    [
      'a missing value that must not be',
      ['--missing=throw'],
      '1\nNaN\n',
      1,
      'standard input: value 1 is missing, and --missing is throw',
      '0\n',
    ],
    [
      'several columns in lines',
      ['--column=a', '--column=b'],
      '',
      2,
      'lines output holds one score per line, not several columns: add --format csv or json',
      '',
    ],
    [
      'a window that has no shape',
      ['--normalize=mean'],
      '',
      2,
      "normalize 'mean' needs a windowSize of at least 2, got 1",
      '',
    ],
    ['history 0', ['--history=0'], '', 2, '--history must be a positive integer, got "0"', ''],
    [
      'history beside a reference',
      ['--history=9', '--reference=r'],
      '',
      2,
      '--history does not apply to --reference: every window of it is a candidate',
      '',
    ],
    [
      'Mahalanobis of nothing',
      ['--metric=mahalanobis'],
      '',
      2,
      '--metric mahalanobis needs --reference FILE: the covariance of a stream is not known before',
      '',
    ],
    ['an interval and no state', ['--save-every=5'], '', 2, '--save-every is for --state FILE', ''],
    [
      'no interval',
      ['--save-every=0', '--state=s'],
      '',
      2,
      '--save-every must be a number of seconds, more than 0 and at most 86400, got "0"',
      '',
    ],
    ['an unknown option', ['--side=left'], '', 2, 'unknown option --side (see knn-anomaly stream --help)', ''],
  ])('%s', async (_name, args, input, status, message, stdout) => {
    expect(await failure(['-w1', '-k1', ...args], input, status)).toEqual([message, stdout]);
  });

  test('a line of 20 million characters is refused, and what came before it is answered', async () => {
    const input = Readable.from(['1\n', '4\n', ...Array(200).fill('1'.repeat(1e5))]);
    const [message, stdout] = await failure(['-w1', '-k1'], input);
    expect(message).toContain('a line of more than 16 million characters');
    expect(stdout).toBe('0\n3\n');
  });

  test('a long line that is a number is one', async () => {
    expect(await stream(['-w1', '-k1'], `1\n${'0'.repeat(1e6)}4\n`)).toBe('0\n3\n');
  });

  test('memory stays bounded over millions of values', async () => {
    const rss = `--import=data:text/javascript,process.on('exit',()=>console.error('rss',process.resourceUsage().maxRSS>>10))`;
    const chunk = lines(Array.from({ length: 20_000 }, (_, t) => t % 97));
    const input = Readable.from(Array(100).fill(chunk));
    const run = await cli(['stream', '-w1', '-k1', '--history=100'], { input, node: [rss] });
    expect(run.status).toBe(0);
    expect(run.stdout.split('\n').length).toBe(2_000_001);
    expect(Number(/rss (\d+)/.exec(run.stderr)![1])).toBeLessThan(250);
  });
});

describe('--state', () => {
  const whole = series.slice(0, 120);

  test('a restart continues bit for bit, index and all', async () => {
    const rows = Array.from(whole, (x, t) => `${JSON.stringify({ ts: 1000 + t, cpu: t % 17 === 3 ? null : x })}\n`);
    const args = ['--field=cpu', '--time=ts', '--format=json'];
    const expected = await stream(args, rows.join(''));
    let resumed = '';
    const random = mulberry32(3);
    for (let from = 0; from < rows.length; ) {
      const to = Math.min(rows.length, from + 1 + Math.floor(30 * random()));
      resumed += await stream([...args, '--state=resumed.state'], rows.slice(from, to).join(''));
      from = to;
    }
    expect(resumed).toBe(expected);
  });

  test('several columns, in another order the next time', async () => {
    const args = ['--state=columns.state', '-w1', '-k1', '--format=csv'];
    await stream([...args, '--column=a', '--column=b'], 'a,b\n1,20\n');
    const second = await stream([...args, '--column=b', '--column=a'], 'a,b\n3,21\n');
    expect(second).toBe('index,b,b_score,a,a_score\n1,21,1,3,2\n');
    const [message] = await failure([...args, '--column=a'], 'a,b\n3,21\n', 2);
    expect(message).toBe('columns.state: was saved of "b", "a", the input is "a"');
  });

  test('an input without values leaves no file, and a file as it is', async () => {
    await stream(['--state=none.state'], '');
    expect(files()).not.toContain('none.state');
    await stream(['--state=kept.state'], '1\n');
    const before = readFileSync(join(folder, 'kept.state'));
    await stream(['--state=kept.state'], '');
    expect(readFileSync(join(folder, 'kept.state'))).toEqual(before);
  });

  test('a bad line saves what was answered before it', async () => {
    await failure(['-w1', '-k1', '--state=bad.state'], '1\n4\nx\n');
    expect(await stream(['--state=bad.state'], '9\n')).toBe('5\n');
  });

  test.each<[string[], string]>([
    [['-w', '5'], 'with --window 4, not with --window 5'],
    [['-k1'], 'with --neighbors 5, not with --neighbors 1'],
    [['--history', 'infinite'], 'with --history 10000, not with --history infinite'],
    [['--metric=manhattan'], 'with --metric euclidean, not with --metric manhattan'],
    [['--normalize=mean'], 'with --normalize none, not with --normalize mean'],
    [['--aggregation=max'], 'with --aggregation mean, not with --aggregation max'],
    [['--exclusion-zone=2'], 'with --exclusion-zone 0, not with --exclusion-zone 2'],
    [['--missing=throw'], 'with --missing omit, not with --missing throw'],
  ])('other settings are refused: %j', async (args, words) => {
    await stream(['-w4', '--state=settings.state'], existsSync(join(folder, 'settings.state')) ? '' : '1\n2\n');
    const before = readFileSync(join(folder, 'settings.state'));
    const [message] = await failure(['--state=settings.state', ...args], '1\n');
    expect(message).toBe(
      `settings.state: was saved ${words}: use another file, or leave the option away to go on as before`,
    );
    expect(readFileSync(join(folder, 'settings.state'))).toEqual(before);
    expect(await stream(['-w4', '-k5', '--history=010000', '--state=settings.state'], '')).toBe('');
  });

  test('another reference is refused, the same one and none are not', async () => {
    file('one.txt', '1\n2\n4\n');
    file('two.txt', '1\n2\n5\n');
    const args = ['-w1', '-k1', '--state=reference.state'];
    expect(await stream([...args, '--reference=one.txt'], '9\n')).toBe('5\n');
    expect(await stream([...args, '--reference=one.txt'], '10\n')).toBe('6\n');
    expect(await stream(args, '10\n')).toBe('6\n');
    expect((await failure([...args, '--reference=two.txt'], '1\n'))[0]).toMatch(
      /^reference.state: was saved with another --reference: /,
    );
    await stream(['--state=bare.state'], '1\n');
    expect((await failure(['--state=bare.state', '--reference=one.txt'], '1\n'))[0]).toMatch(
      /^bare.state: was saved with no --reference: /,
    );
  });

  test('every damage is one clear line, and the file is left alone', async () => {
    const path = join(folder, 'damaged.state');
    await stream(['-w2', '--state=damaged.state'], '1\n2\n3\n');
    const good = readFileSync(path);
    const flipped = (p: number): Buffer => {
      const bytes = Buffer.from(good);
      bytes[p]! ^= 1 << (p % 8);
      return bytes;
    };
    const cases = [
      Buffer.alloc(0),
      Buffer.from('not a state\n'),
      good.subarray(0, -1),
      good.subarray(0, good.length >> 1),
      Buffer.concat([good, Buffer.of(0)]),
      Buffer.from(new StreamingKNN(1, 1).save()),
      ...[0, 5, 12, good.length >> 1, good.length - 1].map(flipped),
    ];
    for (const bytes of cases) {
      writeFileSync(path, bytes);
      const [message, stdout] = await failure(['--state=damaged.state'], '1\n');
      expect(message).toMatch(
        /^damaged.state: cannot be continued: bytes .*; without the file everything begins anew$/,
      );
      expect(stdout).toBe('');
      expect(readFileSync(path)).toEqual(bytes);
    }
  });

  test('a place that cannot be written is reported before anything is read', async () => {
    const problem = async (path: string): Promise<string> => (await failure(['--state', path], 'garbage\n'))[0];
    expect(await problem('no/where.state')).toBe('no/where.state: there is no folder no');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    expect(await problem('sub')).toBe('sub: is a directory, not a file');
    expect(await problem('/dev/null')).toBe('/dev/null: is a device or a pipe, which cannot hold a state');
    file('plain.txt', '');
    expect(await problem('plain.txt/a.state')).toContain('a part of the path is not a directory');
    if (process.getuid?.() === 0) return; // nothing is forbidden to root
    chmodSync(join(folder, 'sub'), 0o500);
    expect(await problem('sub/a.state')).toBe('sub/a.state: permission denied');
  });

  test('permissions and symbolic links are kept, temporary files are not', async () => {
    const path = join(folder, 'real.state');
    await stream(['--state=real.state'], '1\n');
    chmodSync(path, 0o600);
    symlinkSync('real.state', join(folder, 'link.state'));
    const abandoned = file('.real.state.0123456789ab.tmp', 'half');
    const fresh = file('.real.state.0123456789ac.tmp', 'half');
    utimesSync(abandoned, 1, 1);
    await stream(['--state=link.state'], '2\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(files().filter((name) => name.startsWith('.real'))).toEqual(['.real.state.0123456789ac.tmp']);
    unlinkSync(fresh);
    expect(readFileSync(join(folder, 'link.state'))).toEqual(readFileSync(path));
  });
});

/** What the first run after a kill -9 says. */
const TAKEN_OVER = /^knn-anomaly: \w+\.state: took over the lock that process \d+ left behind\n$/;

describe('every end saves', () => {
  const SIGNALS = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

  test.each(Object.entries(SIGNALS))('%s: status %d, and a restart continues', async (signal, status) => {
    const args = ['-w1', '-k1', `--state=${signal}.state`];
    const talk = new Conversation(args);
    await talk.say('1\n5\n', 2);
    talk.child.kill(signal as keyof typeof SIGNALS);
    expect(await talk.ended).toEqual({ status, signal: null });
    expect(talk.stderr).toBe('');
    expect(await stream(args, '7\n')).toBe('2\n');
    expect(files().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a signal in the middle of fast input: what is saved is what was answered', async () => {
    const input = lines(Array.from({ length: 200_000 }, (_, t) => (t * 7919) % 1009));
    for (let round = 0; round < 3; round++) {
      const state = `fast-${round}.state`;
      const talk = new Conversation(['-w1', '-k1', '--history=50', '--format=json', `--state=${state}`]);
      talk.child.stdin.write(input);
      await talk.say('', 1 + 20_000 * round);
      talk.child.kill('SIGTERM');
      expect((await talk.ended).status).toBe(143);
      expect(talk.stdout.endsWith('}\n')).toBe(true);
      const next = await stream([`--state=${state}`, '--format=json'], '1\n');
      expect(JSON.parse(next).index).toBe(talk.answers().length);
    }
  });

  test('a signal does not wait for ever for a reader that has stopped', async () => {
    const talk = new Conversation(['-w1', '-k1', '--history=50', '--state=stuck.state']);
    talk.child.stdout.pause();
    talk.child.stdin.write('1\n2\n3\n'.repeat(300_000));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const begin = Date.now();
    talk.child.kill('SIGTERM');
    const [status] = (await once(talk.child, 'exit')) as [number];
    expect(status).toBe(143);
    expect(Date.now() - begin).toBeLessThan(20_000);
    expect(existsSync(join(folder, 'stuck.state'))).toBe(true);
  });

  test('a closed pipe is a quiet end', async () => {
    const talk = new Conversation(['-w1', '-k1', '--state=pipe.state']);
    await talk.say('1\n', 1);
    talk.child.stdout.destroy();
    const timer = setInterval(() => talk.child.stdin.write('5\n'), 20); // until it notices; the input stays open
    onTestFinished(() => clearInterval(timer));
    expect(await talk.ended).toEqual({ status: 0, signal: null });
    expect(talk.stderr).toBe('');
    expect(Number(await stream(['--state=pipe.state'], '8\n'))).toBe(3);
  });

  test('| head -1 in a shell', async () => {
    const command = `seq 1 100000 | '${process.execPath}' '${MAIN}' stream -w1 -k1 --state head.state | head -1`;
    const child = spawn('sh', ['-c', command], { cwd: folder, env: cleanEnv() });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await once(child, 'close');
    expect([stdout, stderr]).toEqual(['0\n', '']);
    expect(existsSync(join(folder, 'head.state'))).toBe(true);
  });

  test('the interval saves while the program runs; kill -9 loses no more', async () => {
    const path = join(folder, 'interval.state');
    const talk = new Conversation(['-w1', '-k1', '--state=interval.state', '--save-every=0.05']);
    await talk.say('1\n5\n', 2);
    while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10));
    const written = statSync(path).mtimeMs;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(statSync(path).mtimeMs).toBe(written); // nothing new, nothing written
    await talk.say('9\n', 3);
    while (statSync(path).mtimeMs === written) await new Promise((resolve) => setTimeout(resolve, 10));
    talk.child.kill('SIGKILL');
    expect(await talk.ended).toEqual({ status: null, signal: 'SIGKILL' });
    const next = await cli(['stream', '--state=interval.state', '--format=json'], { input: '12\n' });
    expect(next).toMatchObject({ status: 0, stdout: '{"index":3,"value":12,"score":3}\n' });
    expect(next.stderr).toMatch(TAKEN_OVER);
  });

  test('kill -9 at any moment leaves a state that can be read and was saved an interval ago', async () => {
    const random = mulberry32(9);
    const path = join(folder, 'killed.state');
    const saved = (): number => (existsSync(path) ? statSync(path).ino : 0);
    const args = ['-w3', '-k2', '--format=json', '--state=killed.state', '--save-every=0.002'];
    let next = 0;
    for (let round = 0; round < 12; round++) {
      const before = saved();
      const talk = new Conversation(args);
      const timer = setInterval(() => talk.child.stdin.write(lines(Array.from({ length: 40 }, random))), 1);
      const [first] = await talk.say('', 1);
      // It continues where the last save was: ahead of what the last round had begun with.
      const { index } = JSON.parse(first!) as { index: number };
      expect(index).toBeGreaterThanOrEqual(next);
      next = index + 1;
      while (saved() === before) await new Promise((resolve) => setTimeout(resolve, 1));
      await new Promise((resolve) => setTimeout(resolve, 100 * random()));
      talk.child.kill('SIGKILL');
      clearInterval(timer);
      await talk.ended;
      expect(talk.stderr).toMatch(round === 0 ? /^$/ : TAKEN_OVER);
    }
    const last = await cli(['stream', '--state=killed.state', '--format=json'], { input: '1\n' });
    expect(last.stderr).toMatch(TAKEN_OVER);
    expect(JSON.parse(last.stdout).index).toBeGreaterThanOrEqual(next);
  });

  test('a save that fails is said, and tried again; at the end it is an error', async () => {
    mkdirSync(join(folder, 'gone'));
    const talk = new Conversation(['-w1', '-k1', '--state=gone/a.state', '--save-every=0.05']);
    await talk.say('1\n', 1);
    while (!existsSync(join(folder, 'gone/a.state'))) await new Promise((resolve) => setTimeout(resolve, 10));
    unlinkSync(join(folder, 'gone/a.state'));
    mkdirSync(join(folder, 'gone/a.state'));
    await talk.say('2\n', 2);
    while (!talk.stderr.includes('\n')) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(talk.stderr).toMatch(/^knn-anomaly: gone\/a\.state: [^\n]+: not saved; next attempt in 0\.05 s\n/);
    await talk.say('3\n', 3);
    talk.child.stdin.end();
    expect((await talk.ended).status).toBe(1);
    expect(talk.stderr.trim().split('\n').at(-1)).toMatch(/^knn-anomaly: gone\/a\.state: /);
    expect(readdirSync(join(folder, 'gone'))).toEqual(['a.state']);
  });

  test('a full disk is said for the output, too', async () => {
    if (!existsSync('/dev/full')) return;
    const child = spawn(process.execPath, [MAIN, 'stream', '--state=full.state'], {
      cwd: folder,
      env: cleanEnv(),
      stdio: ['pipe', openSync('/dev/full', 'w'), 'pipe'],
    });
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin!.write('1\n2\n');
    const [status] = (await once(child, 'close')) as [number];
    expect([status, stderr]).toEqual([1, 'knn-anomaly: standard output: no space left on the device\n']);
  });
});

test('the batch and the stream of one file agree in every format', async () => {
  const input = `v\n${lines(series)}`;
  const expected = new KNN(5, 5, { side: 'left' }).score(series);
  for (const format of ['lines', 'csv', 'json']) {
    const batch = await cli(['score', '--side=left', `--format=${format}`], { input });
    expect(await stream([`--format=${format}`], input)).toBe(batch.stdout);
  }
  expect(await stream([], input)).toBe(lines(expected));
});
