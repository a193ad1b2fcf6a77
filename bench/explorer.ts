// How soon does the explorer's page show a file, how smoothly does it move, how soon does a slider answer? In Chromium, with the
// time of the same scores in Node beside it.
//   npx tsx bench/explorer.ts --n 50000,1000000
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Library from '../src/index.ts';
import { Chromium } from '../test/support/chromium.ts';
import { findBrowser } from '../test/support/find-browser.ts';
import { integers, save, settings } from './harness.ts';
import { readValues, seriesFile } from './series.ts';

const options = settings({ n: '50000,1000000' });
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const dist: string = '../dist/index.js';

/** Watches the page from its first moment. */
const WATCH = `
  window.scored = [];
  window.frames = [];
  window.long = [];
  document.addEventListener('knn-opened', () => requestAnimationFrame(() => requestAnimationFrame(() => { window.shown = performance.now(); })));
  document.addEventListener('knn-scored', ({ detail: { result, detector } }) => window.scored.push({ at: performance.now(), kind: detector.kind, exact: result.exact, took: result.milliseconds }));
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.long.push(entry.duration); }).observe({ entryTypes: ['longtask'] });`;

async function measure(browser: Chromium, n: number, folder: string): Promise<Record<string, number>> {
  const { KNN } = (await import(dist)) as typeof Library;
  const series = readValues(seriesFile('metrics', n)!);
  const file = join(folder, `${n}.txt`);
  writeFileSync(file, series.join('\n'));
  const begin = performance.now();
  new KNN(5, 5).score(series);
  const inNode = performance.now() - begin;
  const child = spawn(process.execPath, [main, 'explore', file, '--no-open'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text) => resolve(String(text).trim())),
  );
  const page = await browser.page(1300, 900);
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source: WATCH });
  await page.goto(`${address}#detector=knn:5,5`);
  await page.until('window.scored.some(({ exact }) => exact)', 120);
  const { x, y, width } = await page.evaluate<{ x: number; y: number; width: number }>(
    `(({ x, y, width }) => ({ x, y, width }))(document.querySelector('#series-chart .u-over').getBoundingClientRect())`,
  );
  for (let turn = 0; turn < 4; turn++) await page.mouse('Wheel', x + width / 2, y + 50, { deltaX: 0, deltaY: -200 });
  await page.evaluate('(function next() { frames.push(performance.now()); requestAnimationFrame(next); })()');
  await page.drag([x + width * 0.8, y + 50], [x + width * 0.2, y + 50], 60);
  const frames = await page.evaluate<number[]>('frames.slice(1).map((at, f) => at - frames[f]).sort((a, b) => a - b)');
  const took = await page.evaluate<number>('scored.find(({ exact }) => exact).took');
  const shown = await page.evaluate<number>('shown');
  // The slider of the window, from 5 to about 50.
  await page.evaluate(`scored.length = 0; long.length = 0; window.slid = performance.now();
    (() => { const slider = document.querySelector('.panel input[type=range]'); slider.valueAsNumber = 56; slider.dispatchEvent(new Event('input', { bubbles: true })); })()`);
  await page.until('scored.length > 0', 120);
  const first = await page.evaluate<number>('scored[0].at - slid');
  const blocked = await page.evaluate<number>('Math.max(0, ...long)');
  child.kill();
  return {
    n,
    shown,
    frame: frames[frames.length >> 1]!,
    scores: took,
    scoresInNode: inNode,
    sliderFirst: first,
    blocked,
  };
}

const program = findBrowser();
if (program === undefined) throw new Error('no browser was found: install chromium, or set CHROMIUM');
const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-bench-'));
const browser = Chromium.start(program);
const rows: Record<string, number>[] = [];
try {
  for (const n of integers(options.n)) {
    const row = await measure(browser, n, folder);
    rows.push(row);
    const texts = Object.entries(row).map(([name, value]) => `${name} ${Math.round(value)}`);
    console.log(texts.join(', '));
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
save('explorer', options.out, { unit: 'milliseconds' }, rows);
