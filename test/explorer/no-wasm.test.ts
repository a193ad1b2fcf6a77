// The explorer where a policy refuses WebAssembly, in pages and in workers: the scores are the same, to the bit.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KNN } from '../../src/index.ts';
import { mahalanobis } from '../../src/metrics.ts';
import { Chromium } from '../support/chromium.ts';
import { openPage, settled } from '../support/explorer.ts';
import { findBrowser, isAllRequired } from '../support/find-browser.ts';
import { serverMetric } from '../support/series.ts';

const built = new URL('../../dist/explorer/', import.meta.url);

/** Everything but WebAssembly. */
const POLICY = "default-src 'self' data:; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'";

/** A worker that says whether WebAssembly is refused to it. */
const PROBE =
  'try { new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)); postMessage(false); } catch { postMessage(true); }';

const browser = findBrowser();

describe.skipIf(browser === undefined && !isAllRequired)('without WebAssembly', () => {
  let chromium: Chromium;
  let server: Server;
  let address: string;
  beforeAll(async () => {
    if (browser === undefined) throw new Error('no browser was found: install chromium, or set CHROMIUM');
    chromium = Chromium.start(browser);
    server = createServer((request, response) => {
      const name = request.url!.slice(1) || 'index.html';
      if (name === 'served.json') return void response.writeHead(404).end();
      const type = name.endsWith('.html') ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8';
      response.writeHead(200, { 'content-security-policy': POLICY, 'content-type': type });
      response.end(name === 'probe.js' ? PROBE : readFileSync(fileURLToPath(new URL(name, built))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await chromium?.close();
    server?.close();
  });

  const series = Array.from(serverMetric(1500), (x, t) => (t === 700 ? NaN : Math.round(100 * x) / 100));
  test.each([
    ['knn:5,5', new KNN(5, 5)],
    ['knn:40,3,euclidean,none,20', new KNN(40, 3, { exclusionZone: 20 })],
    ['knn:50,1,euclidean,zscore,25', new KNN(50, 1, { normalize: 'zscore', exclusionZone: 25 })],
    ['knn:20,2,mahalanobis', new KNN(20, 2, { metric: mahalanobis() })],
  ])('%s gives the scores of the library', { timeout: 120_000 }, async (detector, knn) => {
    const page = await openPage(chromium, `${address}#detector=${detector}`);
    const isRefused = `new Promise((resolve) => new Worker('./probe.js').addEventListener('message', ({ data }) => resolve(data)))`;
    expect(await page.evaluate(isRefused)).toBe(true);
    expect(
      await page.evaluate(
        `(() => { try { new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)); return false; } catch { return true; } })()`,
      ),
    ).toBe(true);
    await page.evaluate(
      `(() => { const pasted = new DataTransfer(); pasted.setData('text/plain', ${JSON.stringify(series.join('\n'))});
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: pasted, bubbles: true })); })()`,
    );
    await page.until(settled('knn'));
    expect((await page.evaluate<string[]>('scored.knn')).map(Number)).toEqual(knn.score(series));
  });
});
