// Where nothing was compared, `score` says so: zeros must not pass for "nothing strange".
import { describe, expect, test } from 'vitest';
import { cli, file, lines } from '../support/cli-run.ts';

/** What the program says on stderr. */
async function warnings(args: string[], input: string): Promise<string> {
  const { status, stdout, stderr } = await cli(['score', '--format=lines', ...args], { input });
  expect(status).toBe(0);
  expect(stdout.trimEnd().split('\n').length).toBe(input.trimEnd().split('\n').length);
  return stderr;
}

describe('score warns in one line', () => {
  const values = lines([1, 5, 2, 8, 3, 9, 1, 100]);

  test('that the exclusion zone leaves out every other window', async () => {
    const args = (zone: number) => ['-w4', '-k1', `--exclusion-zone=${zone}`];
    const reason = 'leaves out all of them, the 5 windows start at most 4 apart; use a smaller one';
    for (const zone of [4, 10]) {
      const line = `knn-anomaly: nothing was compared: --exclusion-zone ${zone} ${reason}\n`;
      expect(await warnings(args(zone), values)).toBe(line);
    }
    expect(await warnings(args(3), values)).toBe('');
  });

  test('that every window touches a missing value', async () => {
    const gaps = Array.from({ length: 40 }, (_, i) => (i % 4 === 3 ? '' : Math.sin(i))).join('\n');
    const line =
      'knn-anomaly: nothing was compared: every window of 5 touches a missing value; a smaller --window may not\n';
    expect(await warnings(['--no-progress'], `${gaps}\n`)).toBe(line);
    expect(await warnings(['-w3', '-k2'], `${gaps}\n`)).toBe('');
    expect(await warnings([], 'NaN\n1e200\nInfinity\nNaN\nNaN\n')).toBe(line);
  });

  test('that there is one window only, unless a reference has others', async () => {
    const line = (known: string) =>
      `knn-anomaly: nothing was compared: the series has only 1 window of 3${known}; use a smaller --window\n`;
    expect(await warnings(['-w3'], '1\n2\n3\n')).toBe(line(''));
    expect(await warnings(['-w3'], 'NaN\n1\n2\n3\n')).toBe(line(' without a missing value'));
    const reference = file('reference.txt', '1\n2\n3\n');
    expect(await warnings(['-w3', `--reference=${reference}`], '1\n2\n3\n')).toBe('');
    expect(await warnings(['-w2', `--reference=${reference}`], '1\nNaN\n3\n')).toContain('every window of 2 touches');
  });

  test('about each column that it is true of', async () => {
    const table = 'a,b\n1,\n2,4\n3,\n4,5\n5,\n';
    const { stderr } = await cli(['score', '-w2', '--column=a', '--column=b', '--format=csv'], { input: table });
    expect(stderr).toBe(
      'knn-anomaly: b: nothing was compared: every window of 2 touches a missing value; a smaller --window may not\n',
    );
  });
});
