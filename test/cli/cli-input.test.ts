// What knn-anomaly reads: every input format and its detection, compression, line ends, missing values, large inputs.
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { cli, file, score } from '../support/cli-run.ts';

/** The values the program reads, from its CSV output: what is missing is an empty text. */
async function valuesOf(input: string | Uint8Array, args: string[] = []): Promise<string[]> {
  const rows = (await score(['-w1', '--format=csv', ...args], { input })).trimEnd().split('\n').slice(1);
  return rows.map((row) => row.split(',').at(-2)!);
}

describe('one number per line', () => {
  test.each([
    ['a line feed at the end', '1\n2\n3\n'],
    ['none', '1\n2\n3'],
    ['Windows line ends', '1\r\n2\r\n3\r\n'],
    ['a byte order mark', '\ufeff1\n2\n3\n'],
    ['a byte order mark and Windows line ends, none at the end', '\ufeff1\r\n2\r\n3'],
    ['blank lines at the end', '1\n2\n3\n\n \r\n\n'],
    ['white space', '  1\n2\t\n 3 \n'],
    ['signs, exponents and points', '+1\n2e0\n.3e1\n'],
  ])('%s', async (_name, input) => {
    expect(await valuesOf(input)).toEqual(['1', '2', '3']);
  });

  test('every way to say missing, and a blank line between values', async () => {
    const missing = [
      '',
      'NaN',
      'nan',
      'NA',
      'na',
      'null',
      'NULL',
      'inf',
      '-inf',
      '+Inf',
      'Infinity',
      '-Infinity',
      '1e999',
    ];
    expect(await valuesOf(`1\n${missing.join('\n')}\n2\n`)).toEqual(['1', ...missing.map(() => ''), '2']);
  });

  test('an explicit - is standard input', async () => {
    expect(await valuesOf('1\n2\n', ['-'])).toEqual(['1', '2']);
  });

  test('--input lines reads a file whatever its name', async () => {
    expect(await score(['-w1', '-k1', '--input=lines', file('lines.csv', '1\n2\n')])).toBe('1\n1\n');
  });

  test('a number split between two chunks', async () => {
    const input = Readable.from(['1', '2\n3', '4\r', '\n5']);
    expect(await score(['-w1', '--format=csv'], { input })).toMatch(/^index,value,score\n0,12,.*\n1,34,.*\n2,5,.*\n$/);
  });
});

describe('CSV', () => {
  const TABLE = 'time,cpu,host\n10:00,1,a\n10:01,2,b\n10:02,,c\n10:03,4,d\n';

  test('the only column of numbers', async () => {
    expect(await valuesOf(TABLE)).toEqual(['1', '2', '', '4']);
  });

  test('a column by name and by number from 1', async () => {
    expect(await valuesOf(TABLE, ['--column', 'cpu'])).toEqual(['1', '2', '', '4']);
    expect(await valuesOf(TABLE, ['--column', '2'])).toEqual(['1', '2', '', '4']);
  });

  test('digits always are a number, even where a column has that name', async () => {
    expect(await valuesOf('3,2,1\na,5,7\n', ['--column', '3'])).toEqual(['1', '7']);
  });

  test('no header: the first row is a row', async () => {
    expect(await valuesOf('a,1\nb,2\n', ['--column', '2'])).toEqual(['1', '2']);
    expect(await valuesOf('a,\nb,2\n', ['--column', '2'])).toEqual(['', '2']);
    expect(await valuesOf('a,1\nb,2\n')).toEqual(['1', '2']);
  });

  test('one column with a header, found by its content', async () => {
    expect(await valuesOf('latency\n1\n\n2\n\n')).toEqual(['1', '', '2']);
  });

  test.each([';', '\t', ','])('the delimiter %j is found', async (delimiter) => {
    expect(await valuesOf(TABLE.replaceAll(',', delimiter), ['--column=cpu'])).toEqual(['1', '2', '', '4']);
  });

  test('quoted cells with delimiters, quotes and line breaks inside', async () => {
    const input = '"time, local",cpu,note\r\n"1,5",1,"two\r\nlines, ""quoted"""\r\n2,"2","a\n\n\nb"\r\n3,3,\r\n';
    const args = ['--column=cpu', '--time', 'time, local'];
    expect(await valuesOf(input, args)).toEqual(['1', '2', '3']);
    expect(await score(['-w1', '--format=json', ...args], { input })).toContain('{"index":0,"time":"1,5","value":1');
  });

  test('blank lines in a table of several columns are no rows', async () => {
    expect(await valuesOf('t,v\na,1\n\nb,2\n\n\n')).toEqual(['1', '2']);
  });

  test('the extension decides before the content', async () => {
    expect(await score(['-w1', '-k1', file('v.csv', 'v\n1\n3\n')])).toBe('2\n2\n');
    expect(await score(['-w1', '-k1', file('v.tsv', 'a\tv\nx\t1\nx\t3\n')])).toBe('2\n2\n');
  });

  test('the time column is not the column of numbers', async () => {
    expect(await valuesOf('1,5\n2,6\n', ['--time', '1'])).toEqual(['5', '6']);
  });
});

describe('JSON lines', () => {
  test('numbers and null without --field, blank lines between', async () => {
    expect(await valuesOf('1\nnull\n\n2.5\nNaN\n', ['--input=json'])).toEqual(['1', '', '2.5', '']);
  });

  test.each([
    [
      'lines of objects',
      '{"n":"NaN, \\"Infinity","v":1}\n{"n":"a","v":NaN}\n{"n":"a","v":-Infinity}\n{"n":"a","v":4}\n',
    ],
    ['a document', '{"v": [1, NaN, -Infinity, 4]}'],
    ['an array', '[{"v":1},{"v":NaN},{"v":-Infinity},{"v":4}]'],
  ])('NaN and Infinity, which JSON has not but Python writes, are missing: %s', async (_name, input) => {
    expect(await valuesOf(input, input.includes('[1') ? [] : ['--field=v'])).toEqual(['1', '', '', '4']);
  });

  test('a field, also inside an object or an array, or with a dot in its name', async () => {
    const input = '{"a":{"b":1},"c":[5,6],"d.e":7}\r\n{"a":{"b":null},"c":["inf","8"],"d.e":"9"}\n';
    expect(await valuesOf(input, ['--field=a.b'])).toEqual(['1', '']);
    expect(await valuesOf(input, ['--field=c.1'])).toEqual(['6', '8']);
    expect(await valuesOf(input, ['--field=d.e'])).toEqual(['7', '9']);
  });

  test('several fields and a time', async () => {
    const path = file('many.jsonl', '{"t":"x","a":1,"b":{"c":2}}\n{"t":"y","a":1,"b":{"c":4}}\n');
    expect(await score([path, '-w1', '-k1', '--field=a', '--field=b.c', '--time=t', '--format=csv'])).toBe(
      'index,time,a,a_score,b.c,b.c_score\n0,x,1,0,2,2\n1,y,1,0,4,2\n',
    );
  });

  test('found by its first character', async () => {
    expect(await valuesOf('{"v":1}\n{"v":2}\n', ['--field', 'v'])).toEqual(['1', '2']);
  });
});

describe('compression and size', () => {
  const csv = `v\n${'1\n2\n'.repeat(1000)}`;

  test('gzip is recognized in a file, in standard input and whatever the name; parts may follow each other', async () => {
    const gz = gzipSync(csv);
    const expected = await score([file('plain.csv', csv)]);
    expect(expected.split('\n').length).toBe(2001);
    expect(await score([file('packed.csv.gz', gz)])).toBe(expected);
    expect(await score([file('packed.csv', gz)])).toBe(expected);
    expect(await score([], { input: gz })).toBe(expected);
    expect(await score(['-w1'], { input: Buffer.concat([gzipSync('1\n2'), gzipSync('3\n4\n')]) })).toMatch(
      /^(.*\n){3}$/,
    );
  });

  const rss = `--import=data:text/javascript,process.on('exit',()=>console.error('rss',process.resourceUsage().maxRSS>>10))`;
  const rssOf = (stderr: string): number => Number(/rss (\d+)/.exec(stderr)![1]);

  /** About `megabytes` of one piece of text over and over, made while it is read. */
  function repeated(piece: string, megabytes: number): Readable {
    const chunk = piece.repeat(Math.ceil(1e5 / piece.length));
    return Readable.from(Array(Math.ceil((megabytes * 1e6) / chunk.length)).fill(chunk));
  }

  test('reading stops at once when the values alone would need more than --max-memory', async () => {
    const input = repeated('123.456\n', 200);
    const run = await cli(['score', '--max-memory', '50M'], { input, node: [rss] });
    expect(run.status).toBe(1);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(
      /^knn-anomaly: standard input: the first [\d,]+ values alone need about \d+ MB, more than --max-memory 50M: raise --max-memory, or score a part of it\n/,
    );
    expect(rssOf(run.stderr)).toBeLessThan(200);
  });

  test('of a file the estimate is for all of it', async () => {
    const path = file('large.txt', '123.456\n'.repeat(500_000));
    const { status, stderr } = await cli(['score', '--max-memory=20M', path]);
    expect(status).toBe(1);
    const [, megabytes] = /the input needs about (\d+) MB, more than --max-memory 20M: raise --max-memory to/.exec(
      stderr,
    )!;
    expect(Number(megabytes)).toBeGreaterThan(45);
    expect(Number(megabytes)).toBeLessThan(70);
  });

  test('a long text with few values is read in bounded memory', async () => {
    const input = repeated(`{"v":1,"text":"${'x'.repeat(5000)}"}\n`, 150);
    const run = await cli(['score', '--field=v', '-w', '1000000'], { input, node: [rss] });
    expect(run.stderr).toContain('--window 1000000 is larger than the series: standard input has 29,');
    expect(rssOf(run.stderr)).toBeLessThan(200);
  });

  test('one endless line is refused', async () => {
    const run = await cli(['score'], { input: repeated('1', 60), node: [rss] });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('a line of more than 16 million characters');
    expect(rssOf(run.stderr)).toBeLessThan(300);
  });
});
