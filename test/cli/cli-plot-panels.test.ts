// The command plot on rows with times, units and several columns: holes stay holes, dates are in the zone asked for.
import { describe, expect, test } from 'vitest';
import { KNN, locate, topAnomalies } from '../../src/index.ts';
import { plotSVG } from '../../src/plot.ts';
import { cli, file } from '../support/cli-run.ts';
import { whiteNoise } from '../support/series.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 28, 20);
const noise = (seed: number, n = 200): number[] => Array.from(whiteNoise(n, seed), (x) => Math.round(100 * x) / 100);
const iso = (at: number): string => new Date(at).toISOString();

/** `knn-anomaly plot` that must succeed: what it prints, and what it says. */
async function plot(...args: string[]): Promise<{ svg: string; said: string }> {
  const run = await cli(['plot', ...args]);
  expect(run.status, run.stderr).toBe(0);
  return { svg: run.stdout, said: run.stderr };
}

describe('knn-anomaly plot --time', () => {
  const values = noise(2);
  const rows = values.map((x, t) => ({ at: START + t * MINUTE, x }));
  const csv = (some: typeof rows, write = iso): string =>
    `time,ms\n${some.map(({ at, x }) => `${write(at)},${x}\n`).join('')}`;
  const gap = (t: number): boolean => t >= 100 && t < 130;
  const present = rows.filter((_, t) => !gap(t));
  const withGap = values.map((x, t) => (gap(t) ? NaN : x));
  const time = rows.map(({ at }) => new Date(at));
  const figure = {
    series: withGap,
    name: 'ms',
    time,
    scores: [{ label: 'KNN(5, 5)', values: new KNN(5, 5).score(withGap), windowSize: 5 }],
  };

  test('draws no line through rows that are absent, sorts the others, and says both', async () => {
    const shuffled = [...present.slice(50), ...present.slice(0, 50)];
    file('gap.csv', csv(shuffled));
    const { svg, said } = await plot('gap.csv', '--column=ms', '--time=time');
    expect(svg).toBe(plotSVG({ ...figure, title: 'gap.csv · ms' }));
    expect(svg).toContain('>missing</text>');
    expect(said).toBe(
      'knn-anomaly: gap.csv: rows are not in the order of their times: they are sorted; the step is 1 min, and 30 times have no row: missing values\n',
    );
    const asTheyLie = await plot('gap.csv', '--column=ms', '--time=time', '--step=none');
    expect(asTheyLie.svg).not.toContain('>missing</text>');
    expect(asTheyLie.said).toContain('the rows are sorted');
  });

  test('puts ready scores of the rows where their times are', async () => {
    file('gap.csv', csv(present));
    const scores = present.map(({ at }, r) => ({ at, score: r % 7 }));
    file('ready.txt', scores.map(({ score }) => `${score}\n`).join(''));
    const { svg } = await plot('gap.csv', '--column=ms', '--time=time', '--scores=ready.txt');
    const placed = rows.map(({ at }) => scores.find((one) => one.at === at)?.score ?? NaN);
    const expected = { series: withGap, name: 'ms', time, title: 'gap.csv · ms', scores: [{ label: 'ready.txt', values: placed }] }; // biome-ignore format: one line
    expect(svg).toBe(plotSVG(expected));
  });

  test('shows dates in the zone they are written in, or in that of --timezone', async () => {
    const tokyo = (at: number): string => iso(at + 9 * 60 * MINUTE).replace('.000Z', '+09:00');
    file('tokyo.csv', csv(rows, tokyo));
    file(
      'epoch.csv',
      csv(rows, (at) => String(at / 1000)),
    );
    expect((await plot('tokyo.csv', '--column=ms', '--time=time')).svg).toMatch(
      />05:00<.*>Mar 29, 2026<.*\n.*\+09:00</,
    );
    expect((await plot('epoch.csv', '--column=ms', '--time=time')).svg).toMatch(/>20:00<.*>Mar 28, 2026<.*\n.*>UTC</);
    // In Berlin clocks go from 2 to 3 on that night; the series ends at 00:20 there, and at 3 when it is longer.
    const long = Array.from({ length: 500 }, (_, t) => ({ at: START + t * MINUTE, x: t % 7 }));
    file(
      'night.csv',
      csv(long, (at) => String(at)),
    );
    const { svg } = await plot('night.csv', '--column=ms', '--time=time', '--timezone=Europe/Berlin');
    const texts = [...svg.matchAll(/>(\d\d:\d\d)</g)].map(([, text]) => text);
    expect(texts).toEqual(['21:00', '22:00', '23:00', '00:00', '01:00', '03:00', '04:00', '05:00', '06:00']);
    expect(svg).toContain('>Europe/Berlin</text>');
  });
});

test('knn-anomaly plot writes units behind the numbers of the axis', async () => {
  file('ping.csv', `t,latency\n${noise(4).map((x, t) => `${t},${Math.abs(x)} ms\n`).join('')}`); // biome-ignore format: one line
  expect((await plot('ping.csv', '--column=latency')).svg).toContain('>1 ms</text>');
  file('load.txt', noise(4).map((x) => `${Math.abs(x)}%\n`).join('')); // biome-ignore format: one line
  expect((await plot('load.txt')).svg).toContain('>1%</text>');
});

describe('knn-anomaly plot of several columns', () => {
  const columns = Object.fromEntries(['a', 'b', 'c'].map((name, c) => [name, noise(c + 1)]));
  file('three.csv', `a,b,c\n${columns.a!.map((a, t) => `${a},${columns.b![t]},${columns.c![t]}\n`).join('')}`);
  const windowsOf = (x: readonly number[], n: number): { begin: number; end: number }[] =>
    topAnomalies(new KNN(5, 5).score(x), n, { separation: 5 }).map(({ index }) => ({ begin: index - 4, end: index }));

  test('is a panel each with the strangest windows', async () => {
    const figure = (n: number): string =>
      plotSVG({
        panels: Object.entries(columns).map(([name, series]) => {
          return { name, series, anomalies: windowsOf(series, n), anomalyName: 'strangest of KNN(5, 5)' };
        }),
        title: 'three.csv',
      });
    const all = ['three.csv', '--column=a', '--column=b', '--column=c'];
    expect((await plot(...all)).svg).toBe(figure(1));
    expect((await plot(...all, '--top=3')).svg).toBe(figure(3));
    expect((await plot('three.csv', '--column=*')).svg).toBe(figure(1));
    expect((await plot('three.csv', '--column=*', '--top=3')).svg).toBe(figure(3));
  });

  test('has the scores of detectors beneath each, and known faults where they belong', async () => {
    file('known.csv', 'begin,end,fault,metric\n10,20,all,\n50,60,mine,b\n');
    const { svg } = await plot(
      ...['three.csv', '--column=a', '--column=b', '--detector=knn:4,1', '--threshold=1.5', '--labels=known.csv'],
    );
    const labels = [{ begin: 10, end: 20, label: 'all' }];
    const expected = plotSVG({
      panels: ['a', 'b'].map((name) => ({
        name,
        series: columns[name]!,
        scores: [{ label: 'KNN(4, 1)', values: new KNN(4, 1).score(columns[name]!), threshold: 1.5, windowSize: 4 }],
        labels: name === 'a' ? [] : [{ begin: 50, end: 60, label: 'mine' }],
      })),
      title: 'three.csv',
      labels,
    });
    expect(svg).toBe(expected);
  });

  test('draws of more than twelve those with the strangest windows, and says which', async () => {
    const many = Array.from({ length: 15 }, (_, c) => noise(c + 1));
    many[13]![150] = 40;
    many[4]![70] = 20;
    const names = many.map((_, c) => `m${c}`);
    file('many.csv', `${names}\n${many[0]!.map((_, t) => `${many.map((x) => x[t])}\n`).join('')}`);
    const { svg, said } = await plot('many.csv', ...names.map((name) => `--column=${name}`));
    expect(said).toMatch(
      /^knn-anomaly: many\.csv: of 15 columns the 12 with the strangest windows are drawn, the strangest first: m13, m4, m\d+,.* \(--column chooses\)\n$/,
    );
    const drawn = [...svg.matchAll(/font-weight="600"[^>]*>(m\d+)</g)].map(([, name]) => name);
    expect(drawn).toHaveLength(12);
    expect(said).toContain(drawn.join(', '));
  });
});

describe('knn-anomaly plot --detector', () => {
  const values = noise(7, 600);
  values.fill(0.3, 300, 340);
  file('flat.txt', values.map((x) => `${x}\n`).join('')); // biome-ignore format: one line

  test('locate shades what locate finds, without a panel', async () => {
    const anomalies = locate(values, { n: 2 });
    expect(anomalies.length).toBeGreaterThan(0);
    const figure = { series: values, anomalies, anomalyName: 'found by locate', title: 'flat.txt', scores: [] };
    expect((await plot('flat.txt', '--detector=locate:2')).svg).toBe(plotSVG(figure));
  });

  test('views is the monitor of that preset', async () => {
    const [views, monitor] = await Promise.all(
      ['views', 'monitor:views'].map((name) => plot('flat.txt', `--detector=${name}`)),
    );
    expect(views!.svg).toBe(monitor!.svg);
    expect(views!.svg).toContain('>surprise (views)</text>');
  });
});
