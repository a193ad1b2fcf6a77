// The summary of a series so long that the curve of its scores would take minutes: the same places without it.
import { describe, expect, test } from 'vitest';
import { KNN, topAnomalies } from '../../src/index.ts';
import { cli, file, lines, score } from '../support/cli-run.ts';
import { periodic } from '../support/series.ts';

/** A wave that repeats to the bit, whose scores take a tree a second, far less than was expected; and three events. */
const values = Float64Array.from(periodic(700_000), (x) => Math.round(1000 * x) / 1000);
for (const [p, at] of [123_456, 400_000, 654_321].entries()) values[at] = 2 + p;

const places = topAnomalies(new KNN(100, 2).score(values), 3, { separation: 100 });
const path = file('long.txt', lines(Array.from(values)));
const settings = ['-w', '100', '-k', '2', '--top', '3'];
const column = (text: string, c: number): string[] =>
  text
    .slice(text.indexOf('#'))
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ +/)[c]!);

describe('the summary of a long series', () => {
  test('has the places of all scores without their curve, and says so', async () => {
    expect(places.length).toBe(3);
    const { stdout, stderr, status } = await cli(['score', path, ...settings, '--format=summary']);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^knn-anomaly: the scores of all 699,901 windows may take one thread about \d+ \w+: the summary has the strangest places alone, which are the same \(--format csv has all scores\)\n$/,
    );
    expect(stdout).toMatch(/^series /m);
    expect(stdout).not.toMatch(/^scores /m);
    expect(column(stdout, 1)).toEqual(places.map(({ index }) => String(index)));
    expect(column(stdout, 2)).toEqual(places.map(({ score: s }) => String(Number(s.toPrecision(4)))));
  });

  test('and --top-only give the same places by one thread, which copies no values, and by several', async () => {
    const want = places.map(({ index, score: s }) => `${index}\t${s}\n`).join('');
    for (const threads of ['1', '2']) {
      const { stdout, status } = await cli(['score', path, ...settings, '--top-only', '--threads', threads]);
      expect([status, stdout]).toEqual([0, want]);
    }
  });

  test('needs the memory of the places only', async () => {
    const { status, stderr } = await cli(['score', path, ...settings, '--format=summary', '--max-memory=64M']);
    expect(stderr).not.toContain('more than --max-memory');
    expect(status).toBe(0);
    const all = await cli(['score', path, ...settings, '--format=summary', '--threshold=1', '--max-memory=64M']);
    expect(all.stderr).toContain('more than --max-memory 64M');
    expect(all.status).not.toBe(0);
  });

  test('has the curve where alarms need all scores, and of a short series', async () => {
    const whole = await cli(['score', path, ...settings, '--format=summary', '--threshold=1']);
    expect(whole.status).toBe(0);
    expect(whole.stdout).toMatch(/^scores /m);
    expect(column(whole.stdout, 1)).toEqual(places.map(({ index }) => String(index)));
    const short = await score([...settings, '--format=summary'], {
      input: lines(Array.from(values.subarray(0, 9000))),
    });
    expect(short).toMatch(/^scores /m);
  });
});
