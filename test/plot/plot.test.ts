// Figures: what is drawn of a series, that nothing that matters is lost, and that the same options give the same bytes.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { numberTicks } from '../../src/plot/axes/ticks.ts';
import { linePaths, missingRanges, thinOut } from '../../src/plot/curves/decimate.ts';
import { escapeXml } from '../../src/plot/svg.ts';
import { type PlotOptions, plotSVG, toPNG } from '../../src/plot.ts';
import { mulberry32, normal, whiteNoise } from '../support/series.ts';

const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) =>
  join(import.meta.dirname, '../../node_modules/dejavu-fonts-ttf/ttf', name),
);

/** The corners of a path in tenths of a pixel; a new line begins with a `true`. */
function corners(path: string): { x: number; y: number; isNew: boolean }[] {
  const found: { x: number; y: number; isNew: boolean }[] = [];
  let [x, y] = [0, 0];
  for (const [, command, rest] of path.matchAll(/([Mlhv])([^Mlhv]*)/g)) {
    const numbers = [...rest!.matchAll(/-?(?:\d+\.?\d*|\.\d+)/g)].map(([number]) => Math.round(10 * Number(number)));
    if (command === 'M') [x, y] = [numbers[0]!, numbers[1]!];
    else if (command === 'l') [x, y] = [x + numbers[0]!, y + numbers[1]!];
    else if (command === 'h') x += numbers[0]!;
    else y += numbers[0]!;
    found.push({ x, y, isNew: command === 'M' });
  }
  return found;
}

/** The drawn curves of a figure, from top to bottom. */
function curves(svg: string): ReturnType<typeof corners>[] {
  return [...svg.matchAll(/stroke-width="1\.3" d="([^"]*)"/g)].map(([, path]) => corners(path!));
}

const round = (svg: string): string =>
  svg.replaceAll(/\d+\.\d{4,}/g, (digits) => String(Number(Number(digits).toFixed(3))));

describe('linePaths(line)', () => {
  const paths = (values: number[], perPixel = 1): ReturnType<typeof linePaths> =>
    linePaths({ values: Float64Array.from(values), xOf: (t) => Math.floor((10 * t) / perPixel), yOf: (v) => v });

  test('draws every value where there is room', () => {
    const { line, dots } = paths([0, 5, 5, -12]);
    expect(line).toBe('M0 0l1 .5h1l1-1.7');
    expect(dots).toBe('');
  });

  test('breaks where values are missing; a value between two gaps is a dot', () => {
    const { line, dots } = paths([0, 10, NaN, 7, NaN, NaN, 3, 4]);
    expect(corners(line).map(({ isNew }) => isNew)).toEqual([true, false, true, false]);
    expect(dots).toBe('M3 0.7h0');
    expect(paths([NaN, NaN])).toEqual({ line: '', dots: '' });
    expect(paths([])).toEqual({ line: '', dots: '' });
    expect(paths([3])).toEqual({ line: '', dots: 'M0 0.3h0' });
  });

  test('has first, least, largest and last of every column of pixels, and never more', () => {
    const random = mulberry32(3);
    for (const perPixel of [3, 17, 100]) {
      const values = Array.from({ length: 4000 }, () => Math.round(100 * normal(random)) + 0);
      const drawn = corners(paths(values, perPixel).line);
      const columns = new Map<number, typeof drawn>();
      for (const point of drawn) {
        const column = Math.floor(point.x / 10);
        columns.set(column, [...(columns.get(column) ?? []), point]);
      }
      for (const [column, points] of columns) {
        const inside = values.filter((_, t) => Math.floor(Math.floor((10 * t) / perPixel) / 10) === column);
        const ys = points.map(({ y }) => y);
        expect(points.length).toBeLessThanOrEqual(4);
        expect([ys[0], ys.at(-1)]).toEqual([inside[0], inside.at(-1)]);
        expect([Math.min(...ys), Math.max(...ys)]).toEqual([Math.min(...inside), Math.max(...inside)]);
      }
      expect(columns.size).toBe(Math.ceil(4000 / perPixel));
    }
  });

  test('a gap inside one column does not break the line, one that reaches the next does', () => {
    expect(corners(paths([1, NaN, 2, 3, 4, 5], 3).line).filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(corners(paths([1, 2, NaN, 3, 4, 5], 3).line).filter(({ isNew }) => isNew)).toHaveLength(2);
    expect(corners(paths([1, 2, 3, NaN, 4, 5], 3).line).filter(({ isNew }) => isNew)).toHaveLength(2);
  });
});

test('missingRanges(values, xOf) joins neighbors and is never thinner than a pixel', () => {
  const ranges = (values: number[], step: number): unknown => missingRanges(Float64Array.from(values), (t) => step * t);
  expect(ranges([1, NaN, NaN, NaN, 2, 3, 4, 5, NaN], 10)).toEqual([
    [10, 30],
    [80, 90],
  ]);
  expect(ranges([1, NaN, 1, NaN, 1], 1)).toEqual([[1, 13]]);
  expect(ranges([1, 2], 1)).toEqual([]);
});

test('thinOut(indices, values, xOf) keeps the largest of a column', () => {
  const values = Float64Array.of(1, 5, 3, 2, 9, 4);
  expect(thinOut([0, 1, 2, 3, 5], values, (t) => 4 * t)).toEqual([1, 3, 5]);
});

describe('numberTicks(lo, hi, most)', () => {
  const texts = (lo: number, hi: number, most = 5): string[] => numberTicks(lo, hi, most).map(({ text }) => text);

  test('are round numbers with as many digits as they need', () => {
    expect(texts(0, 1)).toEqual(['0', '0.5', '1.0']);
    expect(texts(0, 1, 6)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(texts(-1200, 900)).toEqual(['−1,000', '−500', '0', '500']);
    expect(texts(0, 3e8)).toEqual(['0', '1e8', '2e8', '3e8']);
    expect(texts(1e-9, 5e-9)).toEqual(['1e-9', '2e-9', '3e-9', '4e-9', '5e-9'].map((t) => t.replace('-', '−')));
    expect(texts(1e12, 1e12 + 2, 3)).toEqual(['1,000,000,000,000', '1,000,000,000,001', '1,000,000,000,002']);
    expect(texts(0.1, 0.3)).toEqual(['0.10', '0.15', '0.20', '0.25', '0.30']);
  });

  test('there are at least one and at most so many, inside the range, whatever it is', () => {
    const random = mulberry32(5);
    for (let i = 0; i < 2000; i++) {
      const lo = normal(random) * 10 ** Math.floor(20 * normal(random));
      const hi = lo + Math.abs(lo) * (1e-9 + random()) + Number.MIN_VALUE;
      const most = 2 + Math.floor(8 * random());
      const ticks = numberTicks(lo, hi, most);
      expect(ticks.length).toBeLessThanOrEqual(most);
      for (const { at } of ticks) expect(at >= lo - 1e-9 * Math.abs(lo) && at <= hi + 1e-9 * Math.abs(hi)).toBe(true);
    }
  });
});

describe('plotSVG(options)', () => {
  const series = [1, 2, 1, 2, 9, 2, 1, 2, 1];
  const scores = [{ label: 'first', values: [0, 1, 1, 1, 8, 8, 1, 1, 1], threshold: 5 }];

  test('is well-formed, names what it shows, and is the same every time', () => {
    const options: PlotOptions = { series, scores, title: 'A <b> & "c"\u0000', subtitle: 'below', name: 'value' };
    const svg = plotSVG(options);
    expect(plotSVG(structuredClone(options))).toBe(svg);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
    expect(svg.endsWith('</svg>\n')).toBe(true);
    for (const text of ['A &lt;b&gt; &amp; &quot;c&quot; ', 'below', 'value', 'first', 'threshold 5']) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const open = [...svg.matchAll(/<([a-z]+)(?=[ >])[^>]*?(\/?)>/g)].filter(([, , slash]) => slash === '').length;
    expect(svg.match(/<\/[a-z]+>/g)).toHaveLength(open);
  });

  test('this figure', () => {
    const svg = plotSVG({ series, scores, labels: [{ begin: 4, end: 5, label: 'here' }], width: 300, theme: 'light' });
    expect(round(svg)).toMatchInlineSnapshot(`
      "<svg xmlns="http://www.w3.org/2000/svg" class="knn-plot-light" width="300" height="322" viewBox="0 0 300 322" font-family='"Segoe UI", Roboto, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif' font-size="11" role="img" aria-label="series, first">
      <rect class="f-ground" fill="#ffffff" x="0.5" y="0.5" width="299" height="321" rx="8"/>
      <rect class="s-frame" stroke="#d1d9e0" fill="none" x="0.5" y="0.5" width="299" height="321" rx="8"/>
      <g class="f-band" fill="#f8f0a0"><rect x="165" y="40" width="28.8" height="252"><title>here</title></rect></g>
      <g class="f-faint" fill="#59636e"><text x="168" y="52">here</text></g>
      <text class="f-series" fill="#0072b2" font-size="13" font-weight="600" x="50" y="33">series</text>
      <path class="s-grid" stroke="#e4e8ec" fill="none" d="M50 172.9H280M50 141.6H280M50 110.4H280M50 79.1H280"/>
      <g class="f-faint" fill="#59636e" text-anchor="end"><text x="44" y="176.9">2</text><text x="44" y="145.6">4</text><text x="44" y="114.4">6</text><text x="44" y="83.1">8</text></g>
      <g class="s-series" stroke="#0072b2" fill="none" stroke-linejoin="round" stroke-linecap="round"><path stroke-width="1.3" d="M50 188.5l28.8-15.6l28.7 15.6l28.8-15.6l28.7-109.4l28.8 109.4l28.7 15.6l28.8-15.6l28.7 15.6"/></g>
      <text class="f-score0" fill="#d55e00" font-size="13" font-weight="600" x="50" y="213">first</text>
      <path class="s-ink" stroke="#1f2328" fill="none" stroke-dasharray="5 4" d="M192.4 209h18"/>
      <text class="f-faint" fill="#59636e" text-anchor="end" x="280" y="213">threshold 5</text>
      <path class="s-grid" stroke="#e4e8ec" fill="none" d="M50 292H280M50 249.5H280"/>
      <g class="f-faint" fill="#59636e" text-anchor="end"><text x="44" y="296">0</text><text x="44" y="253.5">5</text></g>
      <g class="s-score0" stroke="#d55e00" fill="none" stroke-linejoin="round" stroke-linecap="round"><path stroke-width="1.3" d="M50 292l28.8-8.5h28.7h28.8l28.7-59.4h28.8l28.7 59.4h28.8h28.7"/></g>
      <path class="s-ink" stroke="#1f2328" fill="none" stroke-dasharray="5 4" d="M50 249.5H280"/>
      <g class="s-score0" stroke="#d55e00" fill="none" stroke-width="1.6"><circle cx="165" cy="63.5" r="5"/></g>
      <g class="f-score0" fill="#d55e00"><circle cx="165" cy="224.1" r="3.6"/></g>
      <path class="s-faint" stroke="#59636e" fill="none" d="M50 292H280M50 292v4M193.8 292v4"/>
      <g class="f-faint" fill="#59636e" text-anchor="middle"><text x="50" y="308">0</text><text x="193.8" y="308">5</text></g>
      </svg>
      "
    `);
  });

  test('keeps every extreme of a million values, in little', () => {
    const values = whiteNoise(1e6, 4);
    values[123_456] = 50;
    values[777_777] = -70;
    const begin = performance.now();
    const svg = plotSVG({ series: values, scores: [{ label: 'same', values }] });
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(svg.length).toBeLessThan(120_000);
    const areas = [...svg.matchAll(/stroke-linejoin="round" d="([^"]*)z"/g)].map(([, path]) => corners(path!));
    expect(areas).toHaveLength(2);
    for (const area of areas) {
      const ys = area.map(({ y }) => y);
      const [lowest, highest] = [Math.max(...ys), Math.min(...ys)];
      // The spikes are ten times as high as the noise: each is one corner, far from all others.
      const between = ys.filter((y) => y !== lowest && y !== highest);
      expect(Math.min(...between) - highest).toBeGreaterThan((lowest - highest) / 4);
      expect(lowest - Math.max(...between)).toBeGreaterThan((lowest - highest) / 4);
      expect(ys.filter((y) => y === lowest)).toHaveLength(1);
      expect(ys.filter((y) => y === highest)).toHaveLength(1);
    }
  });

  test('shows missing values as gaps, in the series and in scores', () => {
    const values = [1, 2, null, undefined, NaN, 2, 1, 2 ** 501, 4];
    const svg = plotSVG({ series: values, scores: [{ label: 'same', values }] });
    expect(curves(svg)).toHaveLength(2);
    for (const curve of curves(svg)) expect(curve.filter(({ isNew }) => isNew)).toHaveLength(2);
    expect(svg.match(/<rect x="[\d.]+" y="\d+" width="[\d.]+" height="3"\/>/g)).toHaveLength(4);
    expect(plotSVG({ series: [null, null] })).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('marks the first score of every run above the threshold, or the alarms that are given', () => {
    const circles = (svg: string): number => svg.match(/<circle/g)?.length ?? 0;
    expect(circles(plotSVG({ series, scores }))).toBe(2); // one on the score, one on the series
    const [score] = scores;
    expect(circles(plotSVG({ series, scores: [{ ...score!, alarms: [1, 7, 3] }] }))).toBe(6);
    expect(circles(plotSVG({ series, scores: [{ ...score!, alarms: [] }] }))).toBe(0);
    const values = [9, NaN, 9, 9, 0, 9, 0, 0, 9];
    expect(circles(plotSVG({ series, scores: [{ label: 'a', values, threshold: 5 }] }))).toBe(8);
  });

  test('the theme decides the colors; auto follows the page', () => {
    const [auto, light, dark] = (['auto', 'light', 'dark'] as const).map((theme) => plotSVG({ series, scores, theme }));
    expect(auto).toContain('@media (prefers-color-scheme:dark)');
    expect(light).not.toContain('<style>');
    expect(dark).not.toContain('<style>');
    expect(auto!.replace(/<style>.*<\/style>/, '').replace('knn-plot-auto', 'knn-plot-light')).toBe(light);
    expect(dark).toContain('fill="#0d1117"');
    const classes = new Set([...auto!.matchAll(/class="([fs]-\w+)"/g)].map(([, name]) => name));
    for (const name of classes) expect(auto).toContain(`.knn-plot-auto .${name}{`);
  });

  test('draws one value, constant series, huge and tiny ones', () => {
    const noise = Array.from(whiteNoise(50));
    for (const values of [[3], [0], [7, 7, 7], [1e150, -1e150], [5e-324, 0], noise.map((x) => 1e12 + x)]) {
      const svg = plotSVG({ series: values, scores: [{ label: 'same', values }] });
      expect(svg).not.toMatch(/NaN|Infinity|undefined| (?:[xyd]|cx|cy|width|height)="[^"]*e/);
    }
  });

  test('takes times and dates, for the axis and for labels', () => {
    const time = series.map((_, t) => new Date(Date.UTC(2026, 10, 23, 12, t)));
    const svg = plotSVG({
      series,
      time,
      labels: [{ begin: time[2]!, end: time[3]!, label: 'fault' }],
      timeName: 'UTC',
    });
    for (const text of ['12:04', 'Nov 23, 2026', 'fault', 'UTC']) expect(svg).toContain(`>${text}</text>`);
    expect(plotSVG({ series, time: Float64Array.from(series, (_, t) => 100 * t) })).toContain('>400</text>');
    const outside = plotSVG({ series, time, labels: [{ begin: new Date(0), end: new Date(1), label: 'before' }] });
    expect(outside).not.toContain('before');
  });

  test('names of labels do not overlap; those without room are titles still', () => {
    const labels = Array.from({ length: 9 }, (_, t) => ({ begin: t, end: t, label: `fault number ${t}` }));
    const svg = plotSVG({ series, labels, width: 300 });
    expect(svg.match(/<title>fault/g)).toHaveLength(9);
    expect(svg.match(/<text[^>]*>fault/g)!.length).toBeLessThan(4);
  });

  test('throws for what cannot be drawn, and names it', () => {
    const cases: [unknown, string][] = [
      [{ series: [] }, 'series must have at least one value, got none'],
      [{ series: 'abc' }, 'series must be an array or typed array of numbers, got string "abc"'],
      [{ series, scores: {} }, 'scores must be an array, got an object (Object)'],
      [{ series, scores: [{ values: series }] }, 'scores[0].label must be a string, got undefined'],
      [
        { series, scores: [{ label: 'a', values: [1] }] },
        'scores[0].values must have one score per value of series, 9, got 1',
      ],
      [{ series, scores: [{ label: 'a', values: series, limit: 1 }] }, 'scores[0].limit is unknown; known are label'],
      [
        { series, scores: [{ label: 'a', values: series, alarms: [9] }] },
        'scores[0].alarms[0] must be an index of series',
      ],
      [{ series, scores: [{ label: 'a', values: series, range: [1, 1] }] }, 'least < largest, got [1, 1]'],
      [
        { series, scores: [{ label: 'a', values: series, threshold: NaN }] },
        'scores[0].threshold must be a finite number',
      ],
      [{ series, labels: [{ begin: 2, end: 1 }] }, 'labels[0] must not end before it begins'],
      [{ series, labels: [{ begin: new Date(), end: 1 }] }, 'labels[0].begin must be a number, like the rest'],
      [{ series, time: [1, 2] }, 'time must have one entry per value, 9, got 2'],
      [{ series: [1, 2], time: [2, 1] }, 'time must not go back, but time[1] is before time[0]'],
      [{ series: [1, 2], time: [new Date(0), new Date(NaN)] }, 'time[1] must be a valid date'],
      [{ series, width: 20 }, 'width must be from 200 to 10000 pixels, got 20'],
      [{ series, height: 20 }, 'height must be at least'],
      [{ series, theme: 'blue' }, "theme must be one of 'auto', 'light', 'dark', got string \"blue\""],
      [{ series, titel: 'a' }, 'options.titel is unknown'],
    ];
    for (const [options, message] of cases) expect(() => plotSVG(options as PlotOptions), message).toThrow(message);
  });
});

test('escapeXml(text) leaves nothing that XML does not know', () => {
  expect(escapeXml('<a b="c">&\u0007\ud800\uffff')).toBe('&lt;a b=&quot;c&quot;&gt;&amp; \ufffd\ufffd');
});

describe.skipIf(!existsSync(FONTS[0]!))('toPNG(svg, options)', () => {
  const svg = plotSVG({ series: [1, 2, 1], width: 200, title: 'Title' });
  const sizeOf = (png: Uint8Array): number[] => [16, 20].map((at) => new DataView(png.buffer).getUint32(at));

  test('draws the figure, twice as large, the same every time', async () => {
    const png = await toPNG(svg, { fonts: FONTS });
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    const [width, height] = [/ width="(\d+)"/, / height="(\d+)"/].map((size) => Number(size.exec(svg)![1]));
    expect(sizeOf(png)).toEqual([2 * width!, 2 * height!]);
    expect(sizeOf(await toPNG(svg, { fonts: FONTS, scale: 0.5 }))[0]).toBe(100);
    expect(await toPNG(svg, { fonts: FONTS })).toEqual(png);
    const other = await toPNG(svg.replace('>Title<', '>Tital<'), { fonts: FONTS });
    expect(other).not.toEqual(png);
  });

  test('says when there is no font, and refuses wrong options', async () => {
    await expect(toPNG(svg, { fonts: ['/none.ttf'] })).rejects.toThrow('none of these files is a font');
    await expect(toPNG(svg, { fonts: [] })).rejects.toThrow('fonts must name at least one file');
    await expect(toPNG(svg, { scale: 0 })).rejects.toThrow('scale must be a number above 0 and at most 16, got 0');
    await expect(toPNG(5 as never)).rejects.toThrow('svg must be a string, got number 5');
    await expect(toPNG(svg, { size: 3 } as never)).rejects.toThrow('options.size is unknown');
  });
});
