// bench/detection reads folders in the layouts of the two benchmarks, and its halves and deviations are reproducible.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { readArchive, readNab } from '../bench/detection/corpus.ts';
import { detectors, detectorsNamed } from '../bench/detection/detectors.ts';
import { refract, surprises } from '../bench/detection/prototype.ts';
import { bootstrapDeviation, halfOf } from '../bench/detection/sampling.ts';
import { mulberry32 } from './support/series.ts';

const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-detection-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const CSV = 'timestamp,value\n2014-01-01 00:00:00,1.5\n2014-01-01 00:05:00,2\n2014-01-01 00:10:00,3\n';
const WINDOWS = JSON.stringify({
  'real/a.csv': [['2014-01-01 00:05:00.000000', '2014-01-01 00:10:00.000000']],
  'none/b.csv': [],
});

test('a clone of NAB and a folder of its series are read alike', () => {
  write('clone/data/real/a.csv', CSV);
  write('clone/data/none/b.csv', CSV);
  write('clone/labels/combined_windows.json', WINDOWS);
  write('part/real/a.csv.gz', gzipSync(CSV));
  write('part/none/b.csv.gz', gzipSync(CSV));
  write('part/labels.json', WINDOWS);
  const values = Float64Array.of(1.5, 2, 3);
  const expected = [
    { name: 'none/b.csv', values, labels: [], train: 0, step: 300 },
    { name: 'real/a.csv', values, labels: [{ begin: 1, end: 2 }], train: 0, step: 300 },
  ];
  expect(readNab(join(folder, 'clone'))).toEqual(expected);
  expect(readNab(join(folder, 'part'))).toEqual(expected);
  write('part/labels.json', JSON.stringify({ 'real/a.csv': [['2015-01-01 00:05:00', '2014-01-01 00:10:00']] }));
  expect(() => readNab(join(folder, 'part'))).toThrow('real/a.csv has no row at 2015-01-01 00:05:00');
});

test('the UCR archive is read by its file names, or by an index', () => {
  write('ucr/sub/002_UCR_Anomaly_DISTORTED_b_2_4_5.txt', '1 2 3\n4 5 6');
  write('ucr/001_UCR_Anomaly_a1_1_2_3.txt', '1\n2\n3\n');
  expect(readArchive(join(folder, 'ucr'))).toEqual([
    {
      name: '001_UCR_Anomaly_a1',
      values: Float64Array.of(1, 2, 3),
      labels: [{ begin: 1, end: 2 }],
      train: 1,
      step: 60,
    },
    {
      name: '002_UCR_Anomaly_DISTORTED_b',
      values: Float64Array.of(1, 2, 3, 4, 5, 6),
      labels: [{ begin: 3, end: 4 }],
      train: 2,
      step: 60,
    },
  ]);
  write('index/index.tsv', 'id\tname\ttrain\tbegin\tend\tn\n7\tx\t1\t2\t2\t3\n');
  write('index/007.txt.gz', gzipSync('1\n2\n3\n'));
  expect(readArchive(join(folder, 'index'))).toEqual([
    { name: '007-x', values: Float64Array.of(1, 2, 3), labels: [{ begin: 2, end: 2 }], train: 1, step: 60 },
  ]);
  mkdirSync(join(folder, 'empty'));
  expect(() => readArchive(join(folder, 'empty'))).toThrow('holds no NNN_UCR_Anomaly');
});

test('detectors that do not look ahead score a prefix as the prefix of the scores', () => {
  const random = mulberry32(77);
  const series = Float64Array.from({ length: 700 }, (_, t) => Math.sin(t / 9) + random() + (t === 500 ? 9 : 0));
  for (const { name, scores } of detectorsNamed('', true)) {
    const whole = scores(series, 60);
    expect(whole.length, name).toBe(700);
    expect(Array.from(scores(series.slice(0, 600), 60)), name).toEqual(Array.from(whole).slice(0, 600));
  }
  expect(detectorsNamed('', false).length).toBeGreaterThan(detectorsNamed('', true).length);
  expect(() => detectorsNamed('magic', false)).toThrow('no detector is called magic');
  expect(new Set(detectors.map(({ name }) => name)).size).toBe(detectors.length);
});

test('surprises and refract, worked by hand', () => {
  // Twelve scores are learned: 1 … 12. q = ⌊0.98 · 12⌋ = 11, u = 12, no excess: 20 beyond it.
  const scores = Array.from({ length: 12 }, (_, i) => i + 1);
  const last = (score: number) => surprises([...scores, score], 0).at(-1);
  expect(last(5)).toBeCloseTo(-Math.log((12 - 4 + 1) / 13), 14);
  expect(last(12)).toBeCloseTo(-Math.log((12 - 11 + 1) / 13), 14);
  expect(last(12.5)).toBeCloseTo(-Math.log(1 / 13) + 20, 14);
  expect(surprises([...scores, 99], 13)).toEqual(new Array(13).fill(0));
  expect(refract([0, 2, 1, 3, 3, 0, 0, 0, 1], 3)).toEqual([0, 2, 0, 3, 0, 0, 0, 0, 1]);
});

test('halves stay and are about even; the deviation of a mean is the textbook’s', () => {
  const halves = Array.from({ length: 1000 }, (_, i) => halfOf(`series-${i}`) as number);
  const ones = halves.reduce((sum, half) => sum + half, 0);
  expect(Math.abs(ones - 500)).toBeLessThan(50);
  expect(halfOf('realTweets/Twitter_volume_AAPL.csv')).toBe(halfOf('realTweets/Twitter_volume_AAPL.csv'));
  const mean = (sample: readonly number[]) => sample.reduce((sum, x) => sum + x, 0) / sample.length;
  const deviation = bootstrapDeviation(halves, mean);
  expect(deviation).toBe(bootstrapDeviation(halves, mean));
  expect(deviation).toBeCloseTo(0.5 / Math.sqrt(1000), 3);
});
