// Pages: what is in the file, and in a browser what a reader sees who zooms in and points.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeNumbers, encodeNumbers } from '../../src/plot/html/encode.ts';
import { type PlotOptions, plotHTML } from '../../src/plot.ts';
import { Chromium, type Page } from '../support/chromium.ts';
import { findBrowser, isAllRequired } from '../support/find-browser.ts';
import { mulberry32, normal, whiteNoise } from '../support/series.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-html-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 9 }));

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 1);
const n = 2000;
const time = Array.from({ length: n }, (_, t) => new Date(START + t * MINUTE));
const load = Array.from(whiteNoise(n, 5), (x, t) => (t >= 700 && t < 720 ? NaN : Math.round(100 * (5 + x)) / 100));
const scores = [{ label: 'score', values: Array.from(whiteNoise(n, 6), Math.abs), threshold: 3, windowSize: 5 }];
const options: PlotOptions = {
  panels: [
    { series: load, name: 'load <1>', unit: 'ms', scores, labels: [{ begin: time[100]!, end: time[160]!, label: 'fault' }] },
    { series: load.map((x) => x / 3), name: 'third', anomalies: [{ begin: 1500, end: 1550 }] },
  ],
  time,
  timezone: 'Europe/Berlin',
  title: 'Two </script> series',
}; // biome-ignore format: short

describe('encodeNumbers(values)', () => {
  const bits = (list: ArrayLike<number>): string[] =>
    Array.from(list, (x) =>
      Number.isNaN(x) ? 'NaN' : x === 0 ? '0' : Buffer.from(Float64Array.of(x).buffer).toString('hex'),
    );

  test('gives back every number, in the smallest type that does', () => {
    const random = mulberry32(4);
    const hundredths = Float64Array.from({ length: 500 }, () => Math.round(1e4 * random()) / 100);
    const cases: [string, Float64Array][] = [
      ['i16', Float64Array.of(0, -0, 1, NaN, -32_767)],
      ['i16', hundredths],
      ['i32', Float64Array.of(32_768, NaN)],
      ['i32', hundredths.map((x) => Math.round(1e4 * x) + 0.25)],
      ['f32', Float64Array.of(2 ** 100, Infinity, NaN)],
      ['f64', whiteNoise(500, 3).map((x, t) => (t % 9 === 0 ? NaN : x))],
      ['f64', Float64Array.of(0.1 + 0.2, 1)],
      ['i16', new Float64Array(0)],
      ['i16', Float64Array.of(NaN, NaN)],
    ];
    for (const [type, values] of cases) {
      const encoded = encodeNumbers(values);
      expect([encoded.type, bits(decodeNumbers(encoded))]).toEqual([type, bits(values)]);
    }
    for (let round = 0; round < 200; round++) {
      const size = 10 ** Math.floor(12 * random() - 6);
      const values = Float64Array.from({ length: 50 }, () =>
        Number((normal(random) * size).toPrecision(1 + Math.floor(8 * random()))),
      );
      expect(bits(decodeNumbers(encodeNumbers(values)))).toEqual(bits(values));
    }
  });
});

describe('plotHTML(options)', () => {
  const page = plotHTML(options);
  const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!);

  test('is one file that may not reach for another, and runs nothing but its own scripts', () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)!;
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text]) => hash(text!));
    expect(scripts).toHaveLength(2);
    const [, style] = /<style>(.*?)<\/style>/s.exec(page)!;
    expect(policy).toBe(
      `default-src 'none'; script-src ${scripts.join(' ')}; style-src ${hash(style!)}; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/ (?:src|href)=|@import|url\(/);
    expect(page).toContain('The MIT License (MIT)');
    expect(page).toContain('Leon Sorokin');
  });

  test('names what it shows, escaped, and is the same every time', () => {
    expect(page).toContain('<h1>Two &lt;/script&gt; series</h1>');
    for (const name of ['load &lt;1&gt;', 'score', 'third']) expect(page).toContain(`>${name}</h2>`);
    for (const word of ['threshold 3', 'window of an alarm', 'anomaly', 'missing', 'Europe/Berlin']) {
      expect(page).toContain(`>${word}</span>`);
    }
    expect(plotHTML(options)).toBe(page);
    expect(plotHTML({ ...options, theme: 'light' })).not.toContain('prefers-color-scheme:dark){:root');
    expect(plotHTML({ ...options, width: 700 })).toContain('max-width:700px');
  });

  test('holds the values to the bit, in as few bytes as that takes, and regular times as a step', () => {
    expect(data.time).toEqual({ first: START, step: MINUTE });
    const [series, score] = data.panels;
    const bytes = Buffer.from(series.values.base64, 'base64');
    expect([series.values.type, series.values.scale, bytes.length]).toEqual(['i16', 100, 2 * n]);
    expect(Array.from({ length: n }, (_, t) => bytes.readInt16LE(2 * t) / 100)[3]).toBe(load[3]);
    const doubles = Buffer.from(score.values.base64, 'base64');
    expect(Array.from({ length: n }, (_, t) => doubles.readDoubleLE(8 * t))).toEqual(scores[0]!.values);
    const uneven = plotHTML({ series: [1, 2, 3], time: [0, 1, 5] });
    expect(/"time":\{"type":"(...)"/.exec(uneven)![1]).toBe('i16');
  });

  test('throws what plotSVG throws', () => {
    expect(() => plotHTML({ series: [] })).toThrow('series must have at least one value, got none');
    expect(() => plotHTML({ series: [1], unit: 5 } as never)).toThrow('unit must be a string, got number 5');
    expect(() => plotHTML({ series: [1, 2], height: 20 })).toThrow('height must be at least');
  });

  test.skipIf(!existsSync(join(ROOT, 'dist/plot.js')))('says what to install where uPlot is not', () => {
    mkdirSync(join(folder, 'dist'));
    for (const part of ['plot.js', 'plot', 'core']) cpSync(join(ROOT, 'dist', part), join(folder, 'dist', part), { recursive: true }); // biome-ignore format: one line
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const program =
      "import { plotHTML } from './dist/plot.js'; try { plotHTML({ series: [1, 2] }); } catch (error) { console.log(error.message); }";
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(said).toBe('HTML needs the package uplot: npm install uplot@1\n');
  });
});

const browser = findBrowser();

describe.skipIf(browser === undefined && !isAllRequired)('a page in a browser', { timeout: 120_000 }, () => {
  let chromium: Chromium;
  beforeAll(() => {
    if (browser === undefined) throw new Error('no browser was found: install chromium, or set CHROMIUM');
    chromium = Chromium.start(browser);
  });
  afterAll(async () => await chromium?.close());
  const open = async (name: string, html: string, size: [number, number] = [900, 900]): Promise<Page> => {
    const path = join(folder, name);
    writeFileSync(path, html);
    const page = await chromium.page(...size);
    await page.goto(pathToFileURL(path).href);
    await page.until('document.documentElement.dataset.drawn !== undefined', 60);
    return page;
  };

  /** Where the plotting area of a panel is on the page. */
  const areaOf = async (page: Page, p: number): Promise<{ left: number; top: number; width: number; height: number }> =>
    await page.evaluate(`(({ left, top, width, height }) => ({ left, top, width, height }))(document.querySelectorAll('.u-over')[${p}].getBoundingClientRect())`); // biome-ignore format: one line
  const rangeOf = async (page: Page): Promise<string[]> => (await page.text('#range')).split(' – ');
  /** What clocks in Berlin show, as the page writes it. */
  const berlin = (t: number): string =>
    new Date(START + t * MINUTE).toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' });
  const valuesOf = async (page: Page): Promise<string[]> =>
    await page.evaluate("Array.from(document.querySelectorAll('.value'), ({ textContent }) => textContent)");

  describe('of two series', () => {
    let page: Page;
    beforeAll(async () => void (page = await open('two.html', plotHTML(options))), 120_000);

    test('draws all panels, without a complaint', async () => {
      expect(await page.evaluate("document.querySelectorAll('canvas').length")).toBe(3);
      expect(await rangeOf(page)).toEqual([berlin(0), berlin(n - 1)]);
      // Every canvas has the color of its curve somewhere.
      const colors = await page.evaluate<boolean[]>(`['#0072b2', '#d55e00', '#0072b2'].map((color, c) => {
        const canvas = document.querySelectorAll('canvas')[c];
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
        for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) return true;
        return false;
      })`);
      expect(colors).toEqual([true, true, true]);
      expect(page.errors).toEqual([]);
    });

    test('shows the exact value, its time and its index at the mouse, in all panels', async () => {
      const { left, top, width } = await areaOf(page, 0);
      for (const t of [0, 333, 1200, n - 1]) {
        await page.mouse('Moved', Math.min(left + width - 1, left + (width * t) / (n - 1)), top + 20);
        const shown = /^(.*) · value (\d+)$/.exec(await page.text('#time'))!;
        const index = Number(shown[2]);
        expect(Math.abs(index - t)).toBeLessThanOrEqual(Math.ceil(n / width));
        expect(shown[1]).toBe(berlin(index));
        expect(await valuesOf(page)).toEqual([
          `${load[index]} ms`,
          String(scores[0]!.values[index]),
          String(load[index]! / 3),
        ]);
      }
      await page.mouse('Moved', left + (width * 710) / (n - 1), top + 20);
      expect((await valuesOf(page))[0]).toBe('missing');
      await page.mouse('Moved', 2, 2);
      expect(await valuesOf(page)).toEqual(['', '', '']);
    });

    test('drag zooms in, double click shows all again, wheel and keys zoom and move', async () => {
      const { left, top, width } = await areaOf(page, 1);
      const y = top + 20;
      const at = (share: number): number => Math.round(left + share * width);
      await page.mouse('Moved', at(0.25), y);
      await page.mouse('Pressed', at(0.25), y);
      await page.mouse('Moved', at(0.4), y, { buttons: 1 });
      await page.mouse('Moved', at(0.5), y, { buttons: 1 });
      await page.mouse('Released', at(0.5), y);
      const minutes = async (): Promise<[number, number]> => {
        const [from, to] = (await rangeOf(page)).map(
          (text) => (Date.parse(`${text.replace(' ', 'T')}+01:00`) - START) / MINUTE,
        );
        return [from!, to!];
      };
      const [from, to] = await minutes();
      expect(Math.abs(from - 0.25 * n)).toBeLessThan(0.005 * n);
      expect(Math.abs(to - 0.5 * n)).toBeLessThan(0.005 * n);
      expect(await page.evaluate("document.querySelector('#reset').hidden")).toBe(false);
      // What is pointed at is in the zoomed range, in all panels.
      await page.mouse('Moved', at(0.5), y);
      const index = Number(/value (\d+)$/.exec(await page.text('#time'))![1]);
      expect(Math.abs(index - (from + to) / 2)).toBeLessThan(4);
      expect((await valuesOf(page))[0]).toBe(`${load[index]} ms`);
      const dot = await page.evaluate<number>("parseFloat(document.querySelector('.dot').style.left)");
      expect(Math.abs(dot - 50)).toBeLessThan(1);
      await page.mouse('Wheel', at(0.5), y, { deltaX: 0, deltaY: -200 });
      const [closer, nearer] = await minutes();
      expect(nearer - closer).toBeLessThan(0.8 * (to - from));
      expect(Math.abs((closer + nearer - from - to) / 2)).toBeLessThan(5);
      await page.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'ArrowRight' });
      const [moved] = await minutes();
      expect(moved).toBeGreaterThan(closer);
      for (const clickCount of [1, 2]) {
        await page.mouse('Pressed', at(0.5), y, { clickCount });
        await page.mouse('Released', at(0.5), y, { clickCount });
      }
      expect(await rangeOf(page)).toEqual([berlin(0), berlin(n - 1)]);
      expect(await page.evaluate("document.querySelector('#reset').hidden")).toBe(true);
      expect(page.errors).toEqual([]);
    });
  });

  test('is no wider than a phone, and follows a dark page', async () => {
    const page = await open('phone.html', plotHTML(options), [360, 740]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    // Nothing moves while the reader points and drags, so that a drag ends where the mouse is.
    const before = await areaOf(page, 0);
    const at = (share: number): number => before.left + share * before.width;
    await page.mouse('Moved', at(0.2), before.top + 5);
    expect((await valuesOf(page))[0]).toMatch(/ ms/);
    expect(await areaOf(page, 0)).toEqual(before);
    await page.mouse('Pressed', at(0.2), before.top + 5);
    await page.mouse('Moved', at(0.6), before.top + 5, { buttons: 1 });
    await page.mouse('Released', at(0.6), before.top + 5);
    expect(await areaOf(page, 0)).toEqual(before);
    const [from, to] = (await rangeOf(page)).map((text) => Date.parse(`${text.replace(' ', 'T')}+01:00`));
    expect(Math.abs((to! - from!) / (0.4 * n * MINUTE) - 1)).toBeLessThan(0.02);
    await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(13, 17, 23)');
    expect(page.errors).toEqual([]);
  });

  test('of a million values is drawn soon, and shows exact values of dense columns', async () => {
    const many = whiteNoise(1e6, 3);
    many[654_321] = 77.125;
    const values = many.map((x) => Math.abs(x));
    const page = await open('million.html', plotHTML({ series: many, scores: [{ label: 'score', values }] }));
    console.log(
      `10⁶ values and their scores: drawn in ${await page.evaluate('document.documentElement.dataset.drawn')} ms`,
    );
    const { left, top, width } = await areaOf(page, 0);
    await page.mouse('Moved', left + width * 0.654_321, top + 20);
    const index = Number(/value (\d+)$/.exec(await page.text('#time'))![1]);
    const [shown] = await valuesOf(page);
    expect(shown).toMatch(new RegExp(`^${String(many[index])} \\(here -?[\\d.]+ to [\\d.]+\\)$`.replace('-', '\\-')));
    expect(await page.evaluate("document.querySelector('.envelope').hidden")).toBe(false);
    expect(page.errors).toEqual([]);
  });
});
