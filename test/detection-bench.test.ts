// bench/detection reads folders in the layouts of the two benchmarks, and its halves and deviations are reproducible.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { readArchive, readIncidents, readNab } from '../bench/detection/corpus.ts';
import { detectors, detectorsNamed } from '../bench/detection/detectors.ts';
import { candidatesOf, countsAt, judge, outcomeOf, thresholdFor } from '../bench/detection/incident-score.ts';
import { refract, surprises } from '../bench/detection/prototype.ts';
import { bootstrapDeviation, bootstrapInterval, halfOf } from '../bench/detection/sampling.ts';
import { dailyDelta, ewmaChart, movingZ, promqlBand } from '../bench/detection/trivial.ts';
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

test('metrics with incidents are read with and without times', () => {
  write('metrics/a.csv', 'value,label\n1,0\n,1\n3,1\n4,0\n5,1\n');
  write('metrics/b.csv.gz', gzipSync('timestamp,value,label\n2018-03-15T00:00:00Z,7,0\n2018-03-15T01:00:00Z,8,0\n'));
  expect(readIncidents(join(folder, 'metrics'))).toEqual([
    {
      name: 'a',
      values: Float64Array.of(1, NaN, 3, 4, 5),
      labels: [
        { begin: 1, end: 2 },
        { begin: 4, end: 4 },
      ],
      train: 0,
      step: 60,
    },
    { name: 'b', values: Float64Array.of(7, 8), labels: [], train: 0, step: 3600 },
  ]);
  write('bad/a.csv', 'value\n1\n');
  expect(() => readIncidents(join(folder, 'bad'))).toThrow('a.csv must have columns value and label');
  expect(() => readIncidents(join(folder, 'empty'))).toThrow('holds no NAME.csv');
});

test('incidents and false alarms, counted by hand', () => {
  // One value a minute: 10 values late, gaps of 30, again after 120. 15 % of 1000 values are not judged.
  const values = new Float64Array(1000);
  const labels = [
    { begin: 100, end: 110 }, // before the judged part
    { begin: 300, end: 310 },
    { begin: 500, end: 500 },
  ];
  const scores = new Float64Array(1000);
  scores[105] = 9; // not judged
  scores[320] = 3; // 10 minutes late: found
  scores[511] = 8; // 11 minutes late: too late, and nobody's
  scores[200] = 5;
  scores[230] = 5; // the same alarm
  scores[261] = 5; // 31 later: another one
  for (let t = 600; t <= 730; t++) scores[t] = 2; // 130 values: counts again at 720
  const judged = [judge(scores, { name: '', values, labels, train: 0, step: 60 })];
  expect([2, 3, 6].map((threshold) => countsAt(judged, threshold)[0])).toMatchObject([
    { found: 1, falseAlarms: 4, incidents: 2 },
    { found: 1, falseAlarms: 2 },
    { found: 0, falseAlarms: 0 },
  ]);
  const { precision, recall, f1, falseAlarms } = outcomeOf(countsAt(judged, 2), 2);
  expect([precision, recall]).toEqual([0.2, 0.5]);
  expect(f1).toBeCloseTo(2 / 7, 14);
  expect(falseAlarms).toBeCloseTo(4 / (850 / 1440), 12);
  const candidates = candidatesOf(judged);
  expect(thresholdFor(judged, candidates, 4.1 / (850 / 1440))).toBeLessThan(2.01);
  expect(thresholdFor(judged, candidates, 3 / (850 / 1440))).toBeCloseTo(2, 9);
  expect(thresholdFor(judged, candidates, 1 / (850 / 1440))).toBeGreaterThan(5);
});

test('the trivial rules are what they say', () => {
  const random = mulberry32(5);
  const series = Float64Array.from({ length: 400 }, () => random());
  const t = 333;
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const band = Array.from(series.subarray(t - 99, t + 1));
  const deviation = Math.sqrt(mean(band.map((x) => x * x)) - mean(band) ** 2);
  expect(promqlBand(series, 100)[t]).toBeCloseTo(Math.abs(series[t]! - mean(band)) / deviation, 10);
  const deltas = Array.from({ length: 50 }, (_, i) => Math.abs(series[t - 1 - i]! - series[t - 2 - i]!));
  expect(dailyDelta(series, 50)[t]).toBeCloseTo(Math.abs(series[t]! - series[t - 1]!) / mean(deltas), 10);
  const flat = new Float64Array(300).fill(4);
  for (const scores of [promqlBand(flat, 50), dailyDelta(flat, 50), ewmaChart(flat, 0.02), movingZ(flat, 50)]) {
    expect(scores).toEqual(new Float64Array(300));
  }
  expect(ewmaChart(Float64Array.from([...series, 99]), 0.02)[400]).toBeGreaterThan(100);
});

test('the interval of a mean holds about 2 deviations on either side', () => {
  const numbers = Array.from({ length: 400 }, (_, i) => i % 2);
  const [low, high] = bootstrapInterval(numbers, (sample) => sample.reduce((sum, x) => sum + x, 0) / sample.length);
  expect(low).toBeCloseTo(0.5 - 1.96 * 0.025, 1.9);
  expect(high).toBeCloseTo(0.5 + 1.96 * 0.025, 1.9);
});
