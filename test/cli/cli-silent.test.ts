// Inputs that were once read wrongly without a word: every kind is read rightly, or refused with what decides.
import { describe, expect, test } from 'vitest';
import { cli, file } from '../support/cli-run.ts';

const run = (args: string[], input: string | Uint8Array) => cli(args, { input });
const CSV = ['score', '-w1', '-k1', '--format=csv'];
const valuesOf = (stdout: string): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',').at(-2)!);

describe('refused in one line', () => {
  test.each<[string, string[], string, RegExp]>([
    [
      'a row longer than the header',
      CSV,
      'time,v\n10:00,945\n10:01,1,034\n',
      /line 3: the row has 3 cells, the header has 2/,
    ],
    [
      'an index as the only numbers',
      CSV,
      'id,name\n1,a\n2,b\n3,c\n',
      /the only numbers are in column "id", which looks like an index/,
    ],
    [
      'a time as the only numbers',
      CSV,
      'ts,name\n1709251200,a\n1709251260,b\n',
      /the only numbers are in column "ts", which looks like a time/,
    ],
    [
      'a column that is nearly numeric',
      CSV,
      'ts,v\n1709251200,1\n1709251260,2\n1709251320,oops\n',
      /column "v" holds "oops" on line 4.*--na "oops"/,
    ],
    [
      'times that go back',
      CSV,
      'time,v\n2024-01-02,1\n2024-01-01,2\n',
      /line 3: the times in column "time" go back: --time "time"/,
    ],
    [
      'several series in rows',
      CSV,
      'h,time,v\na,2024-01-01,1\nb,2024-01-01,9\na,2024-01-02,1\nb,2024-01-02,9\n',
      /several series .* --where "h=a"/,
    ],
    [
      'several series one after the other',
      CSV,
      'h,time,v\na,2024-01-01,1\na,2024-01-02,2\nb,2024-01-01,9\n',
      /several series|go back/,
    ],
    [
      'several series in a stream',
      ['stream'],
      'h,time,v\na,2024-01-01,1\nb,2024-01-01,9\n',
      /several series .* --where "h=a"/,
    ],
    [
      'a stream whose time goes back',
      ['stream', '--time=time'],
      'time,v\n2024-01-02,1\n2024-01-01,2\n',
      /goes back from "2024-01-02" to "2024-01-01"/,
    ],
    ['a stream of nothing but text', ['monitor'], '<html><body>login</body></html>', /HTML or XML/],
    [
      'thousands or decimals',
      CSV,
      'v;w\n"1,034";a\n"2,500";b\n',
      /"1,034" in column "v" can be 1034 or 1.034.*--decimal/,
    ],
    [
      'numbers of different units',
      CSV,
      'v\n5 ms\n6 MiB\n',
      /got "6 MiB" in column "v" \(the values before have the unit "ms"\)/,
    ],
  ])('%s', async (_name, args, input, message) => {
    const { status, stderr } = await run(args, input);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
    expect(stderr).toMatch(message);
  });
});

describe('read rightly', () => {
  test.each<[string, string[], string, string[]]>([
    ['a column called NA', ['--column=NA'], 'time,NA\n1,5\n2,6\n', ['5', '6']],
    ['a column called null, by default', [], 'time,null\n1,5\n2,6\n', ['5', '6']],
    ['a column called 2024', ['--column=2024'], 'time,2024\n1,5\n2,6\n', ['5', '6']],
    ['a first line that is missing', [], 'n/a\n5\n6\n', ['', '5', '6']],
    ['a first line that is a dash', [], '-\n5\n', ['', '5']],
    ['sorted rows', ['--time=time'], 'time,v\n2024-01-02,1\n2024-01-01,2\n', ['2', '1']],
    ['decimal commas below a header', [], 'Wert\n1,5\n2,7\n', ['1.5', '2.7']],
    ['a decision of a late cell', [], 'v;w\n"1,034";a\n"0,5";b\n', ['1.034', '0.5']],
    ['thousands by a late cell', [], 'v;w\n"1,034";a\n"1,234,567";b\n', ['1034', '1234567']],
    ['a value that stands for missing', ['--na=-999,x'], '5\n-999\nx\n-999.0\n', ['5', '', '', '']],
    ['lines skipped by request', ['--skip-lines=2'], 'a b c\nd\n5\n6\n', ['5', '6']],
    ['a delimiter by request', ['--delimiter=:', '--column=2'], 'a:5\nb:6\n', ['5', '6']],
    ['a comment by request', ['--comment=//'], '// x\n5\n', ['5']],
    ['a path in a document', ['--path=d[*].v'], '{"d":[{"v":1},{"v":2.5}]}', ['1', '2.5']],
  ])('%s', async (_name, args, input, values) => {
    const { status, stdout, stderr } = await run([...CSV, ...args], input);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(valuesOf(stdout)).toEqual(values);
  });

  test('good lines before a bad byte are answered by a stream', async () => {
    const bytes = Buffer.concat([Buffer.from('5\n6\n'), Buffer.from([0xff]), Buffer.from('\n7\n')]);
    expect(await run(['stream', '-w1', '-k1'], bytes)).toMatchObject({ status: 1, stdout: '0\n1\n' });
    const hole = Buffer.concat([Buffer.from('5\n6\n'), Buffer.alloc(4096), Buffer.from('7\n')]);
    expect(await run(['stream', '-w1', '-k1'], hole)).toMatchObject({ status: 0, stdout: '0\n1\n1\n' });
  });

  test('labels of unordered rows count the values inside only', async () => {
    const labels = file('inside.csv', 'begin,end\n2024-01-03,2024-01-04\n');
    const days = [5, 1, 4, 2, 6, 3].map((day) => `2024-01-0${day},${day}`);
    const args = ['eval', '--column=v', '--time=time', `--labels=${labels}`, '--format=json'];
    const { stdout } = await run(args, `time,v\n${days.join('\n')}\n`);
    expect(JSON.parse(stdout)).toMatchObject({ n: 6, anomalies: 1, anomalousValues: 2 });
  });

  test('digits of large values are shown', async () => {
    const { stdout } = await run(
      ['score', '-w1', '-k1', '--format=summary'],
      'bytes\n17179869184\n17279869184\n17179869199\n',
    );
    expect(stdout).toContain('17179869184 to 17279869184');
  });
});
