// The band of a figure: nothing narrow is lost, the series keeps its size, and what is no band is refused.
import { describe, expect, test } from 'vitest';
import { bandPath } from '../../src/plot/curves/band.ts';
import { type PlotOptions, plotSVG } from '../../src/plot.ts';
import { whiteNoise } from '../support/series.ts';

/** The corners of closed paths in tenths of a pixel, a list per path. */
function outlines(path: string): [x: number, y: number][][] {
  return path.split('M').slice(1).map((part) => {
    const corners: [number, number][] = [];
    let [x, y] = [0, 0];
    expect(part.endsWith('z')).toBe(true);
    for (const [, command, rest] of `m${part}`.matchAll(/([mlhv])([^mlhvz]*)/g)) {
      const [a, b] = [...rest!.matchAll(/-?(?:\d+\.?\d*|\.\d+)/g)].map(([number]) => Math.round(10 * Number(number)));
      if (command === 'h') x += a!;
      else if (command === 'v') y += a!;
      else [x, y] = [x + a!, y + b!];
      corners.push([x, y]);
    }
    return corners;
  }); // biome-ignore format: short
}

const pathOf = (low: number[], high: number[], perPixel = 1): string =>
  bandPath({
    low: Float64Array.from(low),
    high: Float64Array.from(high),
    xOf: (t) => Math.floor((10 * t) / perPixel),
    yOf: (v) => Math.max(-999, Math.min(999, v)),
  });

describe('bandPath(edges)', () => {
  test('goes along the top and back along the bottom', () => {
    expect(outlines(pathOf([0, 2, 1], [10, 15, 12]))).toEqual([
      [
        [0, 10],
        [10, 15],
        [20, 12],
        [20, 1],
        [10, 2],
        [0, 0],
      ],
    ]);
  });

  test('breaks where the band is not known; a single place is a pixel wide', () => {
    const parts = outlines(pathOf([0, 1, NaN, 3, NaN, NaN, 4, 5], [9, 9, NaN, 9, NaN, NaN, 9, 9]));
    const spans = parts.map((corners) => [Math.min(...corners.map(([x]) => x)), Math.max(...corners.map(([x]) => x))]);
    expect(spans).toEqual([
      [0, 10],
      [30, 40],
      [60, 70],
    ]);
    expect(pathOf([NaN, NaN], [NaN, NaN])).toBe('');
    expect(pathOf([], [])).toBe('');
  });

  test('a gap inside one column of pixels does not break it, one that reaches the next does', () => {
    const count = (low: number[]): number => outlines(pathOf(low, low.map((x) => x + 5), 3)).length; // biome-ignore format: short
    expect(count([1, NaN, 2, 3, 4, 5])).toBe(1);
    expect(count([1, 2, NaN, 3, 4, 5])).toBe(2);
    expect(count([1, 2, 3, NaN, 4, 5])).toBe(2);
  });

  test('keeps least and largest of both edges in every column, so no narrow place is lost', () => {
    const noise = Array.from(whiteNoise(3000, 8), (x) => Math.round(10 * x) + 0);
    const low = noise.map((x, t) => (t === 1234 ? 180 : x - 200));
    const high = noise.map((x, t) => (t === 2345 ? -170 : x + 200));
    const corners = outlines(pathOf(low, high, 30)).flat();
    for (let column = 0; column < 100; column++) {
      const drawn = corners.filter(([x]) => Math.floor(x / 10) === column).map(([, y]) => y);
      const inside = Array.from({ length: 30 }, (_, p) => 30 * column + p);
      const edges = [inside.map((t) => low[t]!), inside.map((t) => high[t]!)];
      for (const edge of edges) {
        expect(drawn).toContain(Math.max(...edge));
        expect(drawn).toContain(Math.min(...edge));
      }
    }
    expect(corners.length).toBeLessThanOrEqual(100 * 8 + 2);
  });

  test('an open end is drawn as far as the panel knows positions', () => {
    expect(outlines(pathOf([-Infinity, 0], [5, Infinity]))[0]!.map(([, y]) => y)).toEqual([5, 999, 0, -999]);
  });
});

describe('plotSVG({ band })', () => {
  const series = [1, 2, 1, 2, 9, 2, 1, 2, 1];
  const flat = (x: number): number[] => series.map(() => x);
  const band = { low: flat(0.5), high: flat(2.5), expected: flat(1.5) };
  const ticksOf = (svg: string): string[] =>
    [
      ...svg
        .split('text-anchor="end">')[1]!
        .split('</g>')[0]!
        .matchAll(/>([^<]+)</g),
    ].map(([, text]) => text!);

  test('is an area behind the series, a dashed line, and a legend', () => {
    const svg = plotSVG({ series, band, theme: 'light' });
    expect(svg.indexOf('fill-opacity="0.16"')).toBeLessThan(svg.indexOf('stroke-width="1.3"'));
    expect(svg).toContain('stroke-dasharray="3 2.5"');
    for (const word of ['normal', 'expected']) {
      expect(svg).toContain(`<title>${word}</title>`);
      expect(svg).toContain(`>${word}</text>`);
    }
    const { low, high } = band;
    const without = plotSVG({ series, band: { low, high }, theme: 'light' });
    expect(without).not.toMatch(/expected|stroke-dasharray/);
    expect(without).toContain('>normal</text>');
    expect(plotSVG({ series, theme: 'light' })).not.toContain('normal');
  });

  test('has the colors of the series and the text in both themes', () => {
    const dark = plotSVG({ series, band, theme: 'dark' });
    expect(dark).toContain('<g class="f-series" fill="#56b4e9"><path class="s-series" stroke="#56b4e9" fill-opacity');
    const auto = plotSVG({ series, band });
    const classes = new Set([...auto.matchAll(/class="([fs]-\w+)"/g)].map(([, name]) => name));
    for (const name of classes) expect(auto).toContain(`.knn-plot-auto .${name}{`);
  });

  test('the axis is that of the series, extended by a quarter of its range at most', () => {
    const alone = ticksOf(plotSVG({ series }));
    expect(ticksOf(plotSVG({ series, band: { low: flat(1.1), high: flat(2.5) } }))).toEqual(alone);
    expect(ticksOf(plotSVG({ series, band: { low: flat(-1), high: flat(10) } }))).toEqual(['0', '5', '10']);
    const wide = plotSVG({ series, band: { low: flat(-1e6), high: flat(1e6) } });
    const wider = plotSVG({ series, band: { low: flat(-1e9), high: flat(1e9) } });
    const open = plotSVG({ series, band: { low: flat(-Infinity), high: flat(Infinity) } });
    expect(ticksOf(wide)).toEqual(['0', '5', '10']);
    expect(ticksOf(wider)).toEqual(ticksOf(wide));
    const curve = (svg: string): string => /stroke-width="1\.3" d="([^"]*)"/.exec(svg)![1]!;
    expect(curve(wider)).toBe(curve(wide));
    expect(curve(open)).toBe(curve(plotSVG({ series })));
    for (const svg of [wide, wider, open]) expect(svg).not.toMatch(/NaN|Infinity|undefined| [xyd]="[^"]*e/);
  });

  test('is clipped to the panel, below the names of ranges', () => {
    const clip = (options: Partial<PlotOptions>): string[] =>
      [...plotSVG({ series, band, ...options }).matchAll(/<svg x="\d+" y="(\d+)" width="\d+" height="(\d+)"/g)].map(
        ([, y, height]) => `${y} ${height}`,
      );
    expect(clip({})).toEqual(['40 140']);
    expect(clip({ labels: [{ begin: 4, end: 4, label: 'fault' }] })).toEqual(['56 140']);
  });

  test('where nothing is known nothing is drawn; a narrow figure has no legend', () => {
    expect(plotSVG({ series, band: { low: flat(NaN), high: flat(NaN), expected: flat(NaN) } })).not.toContain('normal');
    const narrow = plotSVG({ series, band, width: 200, name: 'a name that is long' });
    expect(narrow).not.toContain('>normal</text>');
    expect(narrow).toContain('<title>normal</title>');
  });

  test('of a million values is small', () => {
    const values = whiteNoise(1e6, 4);
    const low = values.map((x) => x - 3);
    const high = values.map((x) => x + 3);
    expect(plotSVG({ series: values, band: { low, high, expected: values } }).length).toBeLessThan(200_000);
  });

  test('throws for what is no band, and names it', () => {
    const cases: [unknown, string][] = [
      [[], 'band.low must be an array of numbers, got undefined'],
      [null, 'band must be an object with low and high, got null'],
      [{ low: [1], high: flat(1) }, 'band.low must have one number per value of series, 9, got 1'],
      [{ low: flat(1), high: [] }, 'band.high must have one number per value of series, 9, got 0'],
      [{ ...band, expected: [2] }, 'band.expected must have one number per value of series, 9, got 1'],
      [{ ...band, expected: series.map(String) }, 'band.expected[0] must be a number, got string "1"'],
      [{ low: flat(3), high: flat(2) }, 'band.low must not exceed band.high; NaN in both where they are not known, got 3 and 2 at index 0'], // biome-ignore format: one line
      [{ low: flat(3), high: flat(NaN) }, 'NaN in both where they are not known, got 3 and NaN at index 0'],
      [{ ...band, upper: flat(1) }, 'band.upper is unknown; known are low, high, expected'],
    ];
    for (const [wrong, message] of cases) {
      expect(() => plotSVG({ series, band: wrong } as PlotOptions), message).toThrow(message);
    }
  });
});
