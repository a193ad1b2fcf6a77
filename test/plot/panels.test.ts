// What is new in panels: windows that are shaded, envelopes, warm-ups, units, legends, and several series in one figure.
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/plot/curves/columns.ts';
import { envelopePaths } from '../../src/plot/curves/envelope.ts';
import { type PlotOptions, plotSVG } from '../../src/plot.ts';
import { mulberry32, normal, whiteNoise } from '../support/series.ts';

const series = [1, 2, 1, 2, 9, 2, 1, 2, 1, 2, 1];
const values = [0, 0, 0, 0, 8, 9, 7, 1, 1, 1, 1];

/** Left and right of the rectangles of a shade, in steps of the axis of `series`: indices. */
function shades(svg: string): [number, number][][] {
  return [...svg.matchAll(/<g fill-opacity="0.16">(.*?)<\/g>/g)].map(([, rects]) =>
    [...rects!.matchAll(/x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map(([, x, width]) => {
      const toIndex = (at: number): number => Math.round((100 * (at - 50)) / 81) / 100; // 50 to 860 for 0 to 10
      return [toIndex(Number(x)), toIndex(Number(x) + Number(width))];
    }),
  );
}

const words = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, word]) => word!);

describe('plotSVG shades', () => {
  test('the windows of a run above the threshold, from the begin of the first to the end of the last', () => {
    const score = { label: 'KNN(3, 1)', values, threshold: 5, windowSize: 3 };
    const svg = plotSVG({ series, scores: [score] });
    expect(shades(svg)).toEqual([[[2, 6]]]);
    expect(svg.match(/<circle/g)).toHaveLength(1); // on the score: the series has no ring beside a shade
    expect(words(svg)).toContain('window of an alarm');
    expect(shades(plotSVG({ series, scores: [{ ...score, windowSize: 1 }] }))).toEqual([]);
  });

  test('the windows of alarms that are given, joined where they touch, cut at the begin', () => {
    const scoresOf = (alarms: number[]): PlotOptions => ({
      series,
      scores: [{ label: 'a', values, alarms, windowSize: 4 }],
    });
    expect(shades(plotSVG(scoresOf([8, 4])))).toEqual([[[1, 4], [5, 8]]]); // biome-ignore format: one line
    expect(shades(plotSVG(scoresOf([5, 8])))).toEqual([[[2, 8]]]);
    const [[[begin, end]]] = shades(plotSVG(scoresOf([1]))) as [[[number, number]]];
    expect([begin, end]).toEqual([0, 1]);
  });

  test('anomalies as locate gives them, in a color of their own, never narrower than can be seen', () => {
    const svg = plotSVG({ series, anomalies: [{ begin: 3, end: 5 }, { begin: 8, end: 8 }], anomalyName: 'strange' }); // biome-ignore format: one line
    expect(shades(svg)).toEqual([[[3, 5], [7.98, 8.02]]]); // biome-ignore format: one line
    expect(svg).toContain('class="f-anomaly"');
    expect(words(svg)).toContain('strange');
  });

  test('of several detectors have a bar each at the top', () => {
    const scores = [3, 4].map((windowSize) => ({ label: `w${windowSize}`, values, threshold: 5, windowSize }));
    const svg = plotSVG({ series, scores, anomalies: [{ begin: 1, end: 2 }] });
    const bars = [...svg.matchAll(/<\/g><rect x="[\d.]+" y="(\d+)" width="[\d.]+" height="3"/g)].map(([, y]) =>
      Number(y),
    );
    expect(bars).toEqual([40, 44, 48]);
  });
});

describe('columnsOf(values, from, to, columnOf, numColumns)', () => {
  test('has least, largest and median of every column, and says where gaps part two of them', () => {
    const random = mulberry32(3);
    for (let round = 0; round < 200; round++) {
      const n = 1 + Math.floor(400 * random());
      const perColumn = 1 + Math.floor(30 * random());
      const share = random() ** 3;
      const noise = Float64Array.from({ length: n }, () =>
        random() < share ? NaN : Math.round(3 * normal(random)) + 0,
      );
      const from = Math.floor(random() * n);
      const columnOf = (t: number): number => Math.floor(t / perColumn) - Math.floor(from / perColumn);
      const found = columnsOf(noise, from, n, columnOf, columnOf(n - 1) + 1, true);
      let c = 0;
      let last = -1;
      for (let column = 0; column <= columnOf(n - 1); column++) {
        const indices = Array.from({ length: n - from }, (_, i) => from + i).filter((t) => columnOf(t) === column);
        const known = indices.filter((t) => !Number.isNaN(noise[t]));
        if (known.length === 0) continue;
        const sorted = known.map((t) => noise[t]!).sort((a, b) => a - b);
        expect(found.column[c]).toBe(column);
        expect(found.first[c]).toBe(known[0]);
        expect(found.least[c]).toBe(sorted[0]);
        expect(found.largest[c]).toBe(sorted.at(-1));
        expect(found.median[c]).toBe(sorted[(sorted.length - 1) >> 1]);
        const between = noise.slice(Math.max(from, last + 1), known[0]);
        expect(found.isBroken[c] === 1).toBe(between.some(Number.isNaN));
        last = known.at(-1)!;
        c++;
      }
      expect(found.count).toBe(c);
    }
  });

  test('is whole: its text is all that a page needs', () => {
    const copy = new Function(`return ${columnsOf.toString()}`)() as typeof columnsOf;
    const noise = whiteNoise(5000, 2);
    const columnOf = (t: number): number => Math.floor(t / 50);
    expect(copy(noise, 0, 5000, columnOf, 100, true)).toEqual(columnsOf(noise, 0, 5000, columnOf, 100, true));
  });
});

describe('plotSVG of dense series', () => {
  test('is an envelope with its median; of others a line', () => {
    const dense = plotSVG({ series: whiteNoise(9000, 2) });
    expect(words(dense)).toContain('least to largest, median');
    expect(dense).toContain('fill-opacity="0.25"');
    const sparse = plotSVG({ series: whiteNoise(3000, 2) });
    expect(sparse).not.toContain('fill-opacity');
    expect(plotSVG({ series: whiteNoise(9000, 2), width: 5000 })).not.toContain('fill-opacity');
  });

  test('breaks at gaps; a column between two gaps is a pixel wide', () => {
    const x = Float64Array.from([1, 2, 3, 4, NaN, NaN, 7, 8, NaN, NaN, 11, 12]);
    const { area, median, dots } = envelopePaths({ values: x, xOf: (t) => 5 * t, yOf: (v) => 10 * v });
    expect(area.match(/M/g)).toHaveLength(3);
    expect(area).toBe('M.5 2l1 2h0v-1l-1-2zM3.5 8h1v-1h-1zM5.5 12h1v-1h-1z'.replace('h0', '').replace('M.5', 'M0.5'));
    expect(median).toBe('M0.5 1l1 2');
    expect(dots).toBe('M3.5 7h0M5.5 11h0');
  });
});

test('plotSVG: a warm-up is dotted, not drawn, and no part of the range', () => {
  const scores = [{ label: 'a', values: [900, 800, ...values.slice(2)], warmup: 2, threshold: 5 }];
  const svg = plotSVG({ series, scores });
  expect(svg).toContain('stroke-dasharray="2 2"');
  expect(words(svg)).toContain('warm-up');
  expect(words(svg)).not.toContain('missing');
  expect(words(svg)).not.toContain('800');
  expect(svg.match(/<circle/g)).toHaveLength(2);
  expect(words(plotSVG({ series: [1, null, 2] }))).toContain('missing');
});

test('plotSVG: units stand behind the numbers of the axis', () => {
  expect(words(plotSVG({ series, unit: 'ms' }))).toContain('4 ms');
  expect(words(plotSVG({ series, unit: '%', scores: [{ label: 's', values }] }))).toEqual(
    expect.arrayContaining(['4%', '2']),
  );
});

test('plotSVG: long titles end with an ellipsis, and have all of it as a tooltip', () => {
  const title = 'a title that is longer than the figure is wide';
  const svg = plotSVG({ series, title, subtitle: title, width: 300, name: title });
  expect(svg.match(new RegExp(`…<title>${title}</title>`, 'g'))).toHaveLength(3);
  expect(plotSVG({ series, title })).toContain(`>${title}</text>`);
});

describe('plotSVG({ panels })', () => {
  const panels = [
    { series, name: 'a', scores: [{ label: 'of a', values }], labels: [{ begin: 1, end: 2, label: 'only a' }] },
    { series: series.map((x) => 10 * x), name: 'b', unit: 's' },
  ];

  test('draws all series on one axis, each with its scores, and ranges in their panels or in all', () => {
    const svg = plotSVG({ panels, labels: [{ begin: 6, end: 7, label: 'everywhere' }], theme: 'light' });
    const names = [...svg.matchAll(/font-weight="600"[^>]*>([^<]*)</g)].map(([, name]) => name);
    expect(names).toEqual(['a', 'of a', 'b']);
    const heights = [...svg.matchAll(/height="(\d+)"><title>(.*?)</g)].map(([, height, name]) => [
      name,
      Number(height),
    ]);
    expect(heights).toEqual([['everywhere', 308], ['only a', 188]]); // biome-ignore format: one line
    expect(svg.match(/text-anchor="middle"/g)).toHaveLength(1);
    expect(words(svg)).toContain('40 s');
  });

  test('one panel is the figure of its series, but for its heading', () => {
    const one = { series, name: 'a', scores: [{ label: 'of a', values }] };
    expect(plotSVG({ panels: [one] })).toBe(plotSVG(one));
  });

  test('twelve of them are a moderate figure', () => {
    const many = Array.from({ length: 12 }, (_, p) => ({ series: whiteNoise(500, p), name: `series ${p}` }));
    const svg = plotSVG({ panels: many });
    expect(Number(/ height="(\d+)"/.exec(svg)![1])).toBeLessThan(1000);
  });

  test('throws for what is no panel, and names it', () => {
    const cases: [unknown, string][] = [
      [{ panels: [] }, 'panels must have at least one series, got none'],
      [{ panels: {} }, 'panels must be an array, got an object'],
      [{ panels, series }, 'give series or panels, not both'],
      [{ panels, unit: 'ms' }, 'options.unit is unknown'],
      [{ panels: [5] }, 'panels[0] must be an object with series, got number 5'],
      [{ panels: [{ series, theme: 'dark' }] }, 'panels[0].theme is unknown; known are series'],
      [{ panels: [panels[0], { series: [1] }] }, 'panels[1].series must be as long as the first one, 11, got 1'],
      [{ panels: [{ series, scores: [{ label: 'a', values: [1] }] }] }, 'panels[0].scores[0].values must have one score'],
      [{ series, anomalies: [{ begin: 3, end: 2 }] }, 'anomalies[0] must have begin ≤ end'],
      [{ series, anomalies: [{ begin: 3, end: 11 }] }, 'both indices of series, below 11, got 3 and 11'],
      [{ series, anomalies: [3] }, 'anomalies[0] must be an object with begin and end, got number 3'],
      [{ series, unit: 5 }, 'unit must be a string, got number 5'],
      [{ series, scores: [{ label: 'a', values, windowSize: 0 }] }, 'scores[0].windowSize must be a positive integer, got 0'],
      [{ series, scores: [{ label: 'a', values, warmup: -1 }] }, 'scores[0].warmup must be'],
      [{ series, timezone: 'Moon' }, 'timezone must be a time zone such as Europe/Berlin'],
    ]; // biome-ignore format: one line each
    for (const [wrong, message] of cases) expect(() => plotSVG(wrong as PlotOptions), message).toThrow(message);
  });
});
