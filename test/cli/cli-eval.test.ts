// The command eval: the metrics of the library, from files in every form, as a table and as JSON; its errors.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  affiliation,
  eventF1,
  nabScore,
  pointAdjustedF1,
  prAuc,
  rangeF1,
  rocAuc,
  vusPr,
  vusRoc,
} from '../../src/evaluate.ts';
import { cli, file, folder, lines } from '../support/cli-run.ts';

const n = 200;
const scores = Array.from({ length: n }, (_, t) => ((7 * t) % 13) / 4 + (t === 63 || t === 120 || t === 155 ? 9 : 0));
const labels = [
  { begin: 60, end: 69 },
  { begin: 150, end: 159 },
];
const isAnomalous = (t: number) => labels.some(({ begin, end }) => begin <= t && t <= end);
const minute = (t: number) => new Date(Date.UTC(2024, 0, 1, 0, t)).toISOString().slice(0, 19);

const SCORES = file('scores.txt', lines(scores));
const RANGES = file('ranges.csv', 'begin,end\n60,69\n150,159\n');
const TABLE = file(
  'table.csv.gz',
  gzipSync(`time,score,y\n${scores.map((x, t) => `${minute(t)},${x},${Number(isAnomalous(t))}\n`).join('')}`),
);
const DATED = file(
  'dated.csv',
  `begin,end,fault\n${minute(150)},${minute(155)},b\n${minute(60)},${minute(69)},a\n2024-01-01T02:34,2024-01-01T02:39:30,c\n`,
);

/** `knn-anomaly eval` that must succeed: what it prints. */
async function evaluate(args: string[], input = ''): Promise<string> {
  const run = await cli(['eval', ...args], { input });
  expect(run).toMatchObject({ status: 0, stderr: '' });
  return run.stdout;
}

const json = async (args: string[], input?: string): Promise<unknown> =>
  JSON.parse(await evaluate([...args, '--format', 'json'], input));

const basic = {
  n,
  anomalies: 2,
  anomalousValues: 20,
  rocAuc: rocAuc(scores, labels),
  prAuc: prAuc(scores, labels),
  window: 100,
  vusRoc: vusRoc(scores, labels),
  vusPr: vusPr(scores, labels),
};
const nab = (threshold?: number) =>
  Object.fromEntries(
    (['standard', 'reward_low_FP_rate', 'reward_low_FN_rate'] as const).map((profile) => {
      const options = { profile, ...(threshold !== undefined && { threshold }) };
      const result = nabScore([{ scores, labels }], options);
      return [profile, { score: result.score, threshold: result.threshold }];
    }),
  );

describe('eval --format json', () => {
  test('is what the library says', async () => {
    expect(await json([SCORES, '--labels', RANGES])).toEqual({ ...basic, nab: nab() });
    expect(await json([SCORES, '--labels', RANGES, '--threshold', '5', '--window=20'])).toEqual({
      ...basic,
      window: 20,
      vusRoc: vusRoc(scores, labels, { window: 20 }),
      vusPr: vusPr(scores, labels, { window: 20 }),
      threshold: 5,
      events: eventF1(scores, labels, 5),
      ranges: rangeF1(scores, labels, 5),
      affiliation: affiliation(scores, labels, 5),
      pointAdjusted: pointAdjustedF1(scores, labels, 5),
      nab: nab(5),
    });
  });

  test('is the same for labels beside the scores, by time, of standard input and of JSON lines', async () => {
    const expected = { ...basic, nab: nab() };
    expect(await json([TABLE, '--column', 'score', '--label-column', 'y'])).toEqual(expected);
    expect(await json([TABLE, '--column', 'score', '--time', 'time', '--labels', DATED])).toEqual(expected);
    expect(await json(['--labels', RANGES], lines(scores))).toEqual(expected);
    const objects = scores.map((s, t) => `{"s":${s},"truth":{"y":${Number(isAnomalous(t))}}}\n`).join('');
    expect(await json(['--field', 's', '--label-column', 'truth.y'], objects)).toEqual(expected);
  });

  test('takes missing scores as the lowest, and tells null where there is nothing', async () => {
    const missing = scores.map((x, t) => (t % 5 === 0 ? 'NaN' : String(x))).join('\n');
    const values = scores.map((x, t) => (t % 5 === 0 ? NaN : x));
    const result = await json(['--labels', RANGES, '--threshold', '1e3'], `${missing}\n`);
    expect(result).toMatchObject({ rocAuc: rocAuc(values, labels), events: { precision: null, delays: [null, null] } });
  });

  test('has no NAB score where every anomaly is within the probation', async () => {
    const early = file('early.csv', 'begin,end\n3,5\n');
    expect(await json([SCORES, '--labels', early])).not.toHaveProperty('nab');
    expect(await evaluate([SCORES, '--labels', early])).toContain('no NAB score: no anomaly reaches beyond');
  });
});

describe('eval', () => {
  test('prints a table', async () => {
    expect(await evaluate([TABLE, '--column', 'score', '--label-column', 'y', '--threshold', '5'])).toBe(`\
table.csv.gz · score: 200 values, 2 anomalies of 20 values (10 %)

ROC-AUC            ${basic.rocAuc.toFixed(3).padStart(13)}
PR-AUC             ${basic.prAuc.toFixed(3).padStart(13)}
VUS-ROC            ${basic.vusRoc.toFixed(3).padStart(13)}  buffer up to 100
VUS-PR             ${basic.vusPr.toFixed(3).padStart(13)}  buffer up to 100

alarms from 5          precision    recall        F1
  events                   0.667     1.000     0.800  2 of 2 found, 1 false alarm; delay 4 (median), 5 at most
  ranges                   0.667     0.100     0.174
  affiliation              ${(['precision', 'recall', 'f1'] as const)
    .map((key) => affiliation(scores, labels, 5)[key].toFixed(3))
    .join('     ')}  random alarms have about 0.5
  point-adjusted           0.952     1.000     0.976  flatters: only to compare with published figures

NAB score                 at this threshold
  standard             ${nabScore([{ scores, labels }], { threshold: 5 }).score.toFixed(1).padStart(9)}
  reward_low_FP_rate   ${nab(5).reward_low_FP_rate!.score.toFixed(1).padStart(9)}
  reward_low_FN_rate   ${nab(5).reward_low_FN_rate!.score.toFixed(1).padStart(9)}
`);
  });

  test('writes a file', async () => {
    expect(await evaluate([SCORES, '--labels', RANGES, '--format', 'json', '-o', 'out.json'])).toBe('');
    expect(JSON.parse(readFileSync(`${folder}/out.json`, 'utf8'))).toMatchObject(basic);
  });

  test('--help tells every option', async () => {
    const help = await evaluate(['--help']);
    for (const name of ['--labels', '--label-column', '--threshold', '--window', '--format'])
      expect(help).toContain(name);
    expect(help.split('\n').every((line) => line.length <= 80)).toBe(true);
  });
});

describe('eval: errors', () => {
  const hint = ' (see knn-anomaly eval --help)';
  const few = file('few.txt', '1\n2\n3\n');
  test.each<[string[], number, string]>([
    [[SCORES], 2, 'no labels: give --labels FILE or --label-column NAME'],
    [
      [SCORES, '--labels', RANGES, '--label-column', 'y'],
      2,
      'labels come from --labels or from --label-column: give one',
    ],
    [[TABLE, '--label-column', 'y'], 2, '--label-column needs --column or --field for the scores beside it'],
    [[TABLE, '--column=score', '--label-column=y', '--time=time'], 2, '--time is for --labels'],
    [[SCORES, '--labels', RANGES, '--column=a', '--field=b'], 2, '--column is for CSV, --field for JSON: give one'],
    [[SCORES, '--labels', RANGES, '--threshold', 'high'], 2, '--threshold must be a number, got "high"'],
    [[SCORES, '--labels', RANGES, '--window', '1.5'], 2, '--window must be a non-negative integer, got "1.5"'],
    [[SCORES, '--labels', RANGES, '--format=csv'], 2, '--format must be one of table, json, got "csv"'],
    [[SCORES, '--labels', RANGES, '--force'], 2, '--force is for --output FILE'],
    [[SCORES, SCORES], 2, `one FILE at a time, got ${SCORES} ${SCORES}`],
    [['--labels', '-'], 2, 'standard input can be read once only'],
    [[SCORES, '--profile', 'low'], 2, `unknown option --profile${hint}`],
    [['gone.txt', '--labels', RANGES], 1, 'gone.txt: no such file'],
    [[SCORES, '--labels', 'gone.csv'], 1, 'gone.csv: no such file'],
    [[few, '--labels', RANGES], 1, 'ranges.csv: no value lies within the label from 60 to 69'],
    [
      [few, '--labels', file('all.csv', 'begin,end\n0,2\n')],
      1,
      'few.txt: labels must leave at least one value normal, got 3 of 3 anomalous',
    ],
    [[TABLE, '--column=y', '--label-column=score'], 1, 'table.csv.gz: labels[1] must be 0 or 1, got 1.75'],
    [
      [TABLE, '--column=score', '--labels', file('other.csv', 'begin,end,metric\n1,2,cpu\n')],
      1,
      'other.csv: no label is about "score"; they are about cpu',
    ],
    [
      [SCORES, '--labels', RANGES, '--max-memory=1K'],
      1,
      'scores.txt: the input needs about 12 KB, more than --max-memory 1K: raise --max-memory to 12K, or score a part of it',
    ],
  ])('%j', async (args, status, message) => {
    const run = await cli(['eval', ...args], { input: lines(scores) });
    expect(run).toEqual({ status, signal: null, stdout: '', stderr: `knn-anomaly: ${message}\n` });
  });
});
