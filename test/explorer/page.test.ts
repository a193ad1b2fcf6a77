// The explorer's page in a browser: a file in, a picture, labels, figures of merit, and the command that gives the same numbers.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Chromium, type Page } from '../support/chromium.ts';
import { explore, main, openPage, type Settings, scoresOf, settled } from '../support/explorer.ts';
import { findBrowser, findFirefox, isAllRequired } from '../support/find-browser.ts';
import { Firefox } from '../support/firefox.ts';

const data = fileURLToPath(new URL('../../examples/data/server-metrics.csv.gz', import.meta.url));
const faults = fileURLToPath(new URL('../../examples/data/faults.csv', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-explorer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 9 }));

/** The status of a request, with the headers of a browser. */
async function status(address: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number> {
  return await new Promise((resolve, reject) => {
    const call = request(address, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    call.on('error', reject);
    call.end();
  });
}

describe('the server', () => {
  test('answers this machine, who knows the secret, and no other site', async () => {
    const { address, stop } = await explore(data);
    onTestFinished(stop);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}\/$/);
    const { port, origin } = new URL(address);
    expect(await status(address)).toBe(200);
    expect(await status(`${address}data`)).toBe(200);
    expect(await status(`${address}served.json`)).toBe(200);
    expect(await status(`${origin}/`)).toBe(404);
    expect(await status(`${origin}/data`)).toBe(404);
    expect(await status(`${address}../package.json`)).toBe(404);
    expect(await status(`${address}assets/%2e%2e/%2e%2e/cli/main.js`)).toBe(404);
    expect(await status(address, { host: `evil.example:${port}` })).toBe(403);
    expect(await status(`${address}data`, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status(address, {}, 'POST')).toBe(405);
  });

  test('the page and its workers are small', () => {
    const built = fileURLToPath(new URL('../../dist/explorer/', import.meta.url));
    const files = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(?:html|js|css)$/.test(name),
    );
    const sizes = files.map((name) => brotliCompressSync(readFileSync(join(built, name))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
  });
});

const browser = findBrowser();

describe.skipIf(browser === undefined && !isAllRequired)('the page in a browser', () => {
  let chromium: Chromium;
  beforeAll(() => {
    if (browser === undefined) throw new Error('no browser was found: install chromium, or set CHROMIUM');
    chromium = Chromium.start(browser);
  });
  afterAll(async () => await chromium?.close());

  const open = (address: string, settings?: Settings, width?: number): Promise<Page> =>
    openPage(chromium, address, settings, width);

  test('shows a file with its labels, and the numbers are those of the command that it gives', {
    timeout: 120_000,
  }, async () => {
    const { address, stop } = await explore(data, '--column', 'memory_mb', '--labels', faults);
    onTestFinished(stop);
    const page = await open(address);
    await page.until(settled('knn'));
    await page.until(settled('monitor'));
    expect(await page.evaluate('opened.column ?? opened.columns.numbers')).toBe('memory_mb');
    for (const [panel, kind, column] of [
      [0, 'knn', 'score'],
      [1, 'monitor', 'surprise'],
    ] as const) {
      await page.evaluate(
        `document.querySelectorAll('.panel .controls')[${panel}].dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))`,
      );
      const command = await page.evaluate<string>(`document.querySelector('#command').value`);
      const shown = await page.evaluate<string[]>(`scored.${kind}`);
      expect(scoresOf(command, column).map(Number), command).toEqual(shown.map(Number));
    }
    // The strangest place, why it is strange, and where it stands among the labels.
    await page.evaluate(
      `document.querySelectorAll('.panel .controls')[0].dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))`,
    );
    await page.click('#places button');
    await page.until(`/most like them/.test(document.querySelector('#detail-text').textContent)`);
    expect(await page.evaluate(`document.querySelectorAll('#labels li').length`)).toBe(3);
    await page.until(`document.querySelector('[data-merit="VUS-PR"]') !== null`);
    expect(
      await page.evaluate<number>(`Number(document.querySelector('[data-merit="VUS-PR"]').dataset.value)`),
    ).toBeGreaterThan(0);
    // It asks for nothing but its own files, and complains of nothing.
    expect(page.requests.filter((url) => !url.startsWith(address) && !url.startsWith('data:'))).toEqual([]);
    expect(page.errors).toEqual([]);
  });

  test('zooms, moves, labels a dragged range, and saves what it shows', { timeout: 120_000 }, async () => {
    const { address, stop } = await explore();
    onTestFinished(stop);
    const page = await open(address);
    await page.send('Page.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
    const series = Array.from({ length: 3000 }, (_, t) => 20 + ((t * 37) % 11) + (t === 2000 ? 40 : 0));
    const file = join(folder, 'values.txt');
    writeFileSync(file, `${series.join('\n')}\n`);
    await page.files('#file', [file]);
    await page.until(settled('knn'));
    const box = `document.querySelector('#series-chart .u-over').getBoundingClientRect()`;
    const { x, y, width } = await page.evaluate<{ x: number; y: number; width: number }>(
      `(({ x, y, width }) => ({ x, y, width }))(${box})`,
    );
    await page.mouse('Wheel', x + (width * 2) / 3, y + 40, { deltaX: 0, deltaY: -600 });
    await page.until(`location.hash.includes('range=')`);
    const [from, to] = await page.evaluate<number[]>(`/range=(\\d+)-(\\d+)/.exec(location.hash).slice(1).map(Number)`);
    expect(to! - from!).toBeLessThan(1500);
    expect(from!).toBeLessThan(2000);
    expect(to!).toBeGreaterThan(2000);
    // A range drawn with shift is a label.
    await page.drag([x + width * 0.3, y + 50], [x + width * 0.4, y + 50], 5, { modifiers: 8 });
    await page.until(`document.querySelectorAll('#labels li').length === 1`);
    await page.evaluate(
      `(() => { const name = document.querySelector('#labels input'); name.value = 'odd'; name.dispatchEvent(new Event('change')); })()`,
    );
    await page.click('#labels-save');
    await page.click('#save-csv');
    await page.click('#save-svg');
    const wait = async (name: string): Promise<string> => {
      for (let tries = 0; tries < 200; tries++) {
        if (readdirSync(folder).includes(name)) return readFileSync(join(folder, name), 'utf8');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`no ${name} was saved`);
    };
    const [header, label] = (await wait('labels.csv')).split('\n');
    expect(header).toBe('begin,end,label');
    const [begin, end, name] = label!.split(',');
    expect([Number(begin) > from!, Number(end) < to!, Number(begin) < Number(end), name]).toEqual([
      true,
      true,
      true,
      'odd',
    ]);
    const rows = (await wait('scores.csv'))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    expect(rows.map((cells) => cells.at(-1))).toEqual(
      await page.evaluate(`scored.knn.map((x) => x === 'NaN' ? '' : x)`),
    );
    expect(await wait('figure.svg')).toMatch(/^<svg /);
    // Keys do what the wheel does.
    await page.evaluate(`document.querySelector('#series-chart').focus()`);
    await page.key('0', 'Digit0');
    await page.until(`!location.hash.includes('range=')`);
    expect(page.errors).toEqual([]);
  });

  test('says what the command line says of a file that cannot be read', { timeout: 120_000 }, async () => {
    const { address, stop } = await explore();
    onTestFinished(stop);
    const page = await open(address);
    const file = join(folder, 'page.html');
    writeFileSync(file, '<!doctype html>\n<p>no numbers</p>\n');
    await page.files('#file', [file]);
    await page.until(`!document.querySelector('#problem').hidden`);
    const said = await page.evaluate<string>(`document.querySelector('#problem').textContent`);
    const child = spawn(process.execPath, [main, 'score', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let line = '';
    for await (const text of child.stderr) line += text;
    expect(`knn-anomaly: ${said}\n`).toBe(line);
  });

  test('fits a phone in the dark, with the numbers of another locale', { timeout: 120_000 }, async () => {
    const { address, stop } = await explore(data);
    onTestFinished(stop);
    const page = await open(address, { dark: true, locale: 'de-DE' }, 390);
    await page.until(settled('knn'));
    await page.until(`document.querySelector('#places strong') !== null`);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(await page.evaluate(`document.querySelector('#places strong').textContent`)).toContain(',');
    expect(await page.evaluate(`getComputedStyle(document.body).backgroundColor`)).toBe('rgb(13, 17, 23)');
  });
});

const firefox = findFirefox();

test.skipIf(firefox === undefined && !isAllRequired)(
  'the page works in Firefox, too',
  { timeout: 120_000 },
  async () => {
    if (firefox === undefined) throw new Error('no Firefox was found: install firefox-esr, or set FIREFOX');
    const { address, stop } = await explore(data, '--column', 'memory_mb', '--labels', faults);
    const page = await Firefox.start(firefox);
    try {
      await page.goto(address);
      await page.until(`document.querySelectorAll('#places strong').length > 0`);
      await page.until(
        `[...document.querySelectorAll('.panel .status')].every((status) => /exact/.test(status.textContent))`,
      );
      const score = await page.evaluate<string>(`document.querySelector('#places button').dataset.score`);
      const index = await page.evaluate<string>(`document.querySelector('#places button').dataset.index`);
      const scores = execFileSync(
        process.execPath,
        [main, 'score', data, '--column', 'memory_mb', '--time', 'time', '--format', 'lines'],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      );
      expect(scores.split('\n')[Number(index)]).toBe(score);
      expect(await page.evaluate(`document.querySelectorAll('#labels li').length`)).toBe(3);
    } finally {
      await page.close();
      await stop();
    }
  },
);
