// What a stranger does first: looks, clicks where the curve is odd, tries a slider, opens a file that is not quite right.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Chromium, type Page } from '../support/chromium.ts';
import { explore, main, openPage, settled } from '../support/explorer.ts';
import { findBrowser, isAllRequired } from '../support/find-browser.ts';
import { mulberry32 } from '../support/series.ts';

const data = fileURLToPath(new URL('../../examples/data/server-metrics.csv.gz', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-first-look-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 9 }));

const browser = findBrowser();

describe.skipIf(browser === undefined && !isAllRequired)('a first look', { timeout: 120_000 }, () => {
  let chromium: Chromium;
  beforeAll(() => {
    if (browser === undefined) throw new Error('no browser was found: install chromium, or set CHROMIUM');
    chromium = Chromium.start(browser);
  });
  afterAll(async () => await chromium?.close());

  const explained = `/most like them/.test(document.querySelector('#detail-text').textContent)`;

  test('shows the strangest place of each metric and why, before anything is pressed', async () => {
    const { address, stop } = await explore(data);
    onTestFinished(stop);
    // The strangest window lies in a fault of examples/data/faults.csv, or is the burst while the recording began.
    for (const [column, begin, end] of [
      ['cpu_percent', '13:37:43', '13:38:07'],
      ['memory_mb', '14:09:16', '14:10:13'],
      ['disk_write_mb', '13:24:34', '13:24:44'],
      ['network_mb', '13:45:37', '13:46:03'],
    ] as const) {
      const page = await openPage(chromium, `${address}#column=${column}`);
      await page.until(explained);
      const index = await page.evaluate<number>(`Number(document.querySelector('[aria-current]').dataset.index)`);
      const first = Date.parse('2026-11-23T13:22:34Z');
      const clock = new Date(first + 1000 * index).toISOString().slice(11, 19);
      expect([column, begin <= clock && clock <= end]).toEqual([column, true]);
      expect(await page.evaluate(`document.querySelectorAll('#detail-chart canvas').length`)).toBe(1);
      expect(page.errors).toEqual([]);
    }
  });

  test('a click in the figure asks why of what is there', async () => {
    const { address, stop } = await explore(data);
    onTestFinished(stop);
    const page = await openPage(chromium, `${address}#column=memory_mb`);
    await page.until(explained);
    const at = async (share: number): Promise<[number, number]> => {
      const { left, top, width } = await page.evaluate<{ left: number; top: number; width: number }>(
        `(({ left, top, width }) => ({ left, top, width }))(document.querySelector('#series-chart .u-over').getBoundingClientRect())`,
      );
      return [left + share * width, top + 40];
    };
    const click = async (share: number): Promise<string> => {
      const before = await page.text('#detail-text');
      const [x, y] = await at(share);
      for (const type of ['Moved', 'Pressed', 'Released'] as const) await page.mouse(type, x, y);
      await page.until(
        `document.querySelector('#detail-text').textContent !== ${JSON.stringify(before)} && ${explained}`,
      );
      return await page.text('#detail-text');
    };
    expect(await click((13 * 60 + 51 - (13 * 60 + 22.5)) / 50)).toContain('01:51:');
    expect(await click(0.83)).toMatch(/0[12]:\d\d:\d\d/);
    expect(await page.evaluate('location.hash')).not.toContain('range=');
    // A threshold is pulled down from the upper edge where there is none.
    const grip = await page.evaluate<[number, number]>(
      `(({ right, top }) => [right - 4, top + 4])(document.querySelector('#panels .u-over').getBoundingClientRect())`,
    );
    await page.drag(grip, [grip[0], grip[1] + 30]);
    await page.until(`/^3 alarms/.test(document.querySelector('#panels .status').textContent)`);
  });

  test('the suggested window is that of the command suggest, with how certain it is', async () => {
    const { address, stop } = await explore(data);
    onTestFinished(stop);
    const page = await openPage(chromium, `${address}#column=network_mb`);
    await page.until(settled('knn'));
    await page.press('[aria-label="Suggest a window"]');
    await page.until(`/confidence/.test(document.querySelector('#panels .controls').textContent)`);
    const said = execFileSync(process.execPath, [main, 'suggest', data, '--column=network_mb', '--time=time'], {
      encoding: 'utf8',
    });
    const words = /window .*/.exec(said)![0];
    expect(await page.text('#panels .controls')).toContain(words);
    const [, windowSize] = /window (\d+)/.exec(words)!;
    await page.until(`/^KNN\\(${windowSize}, 5\\)/.test(document.querySelector('#places-of').textContent)`);
    await page.until(`document.querySelector('#command').value.includes('--window ${windowSize} ')`);
    // What is no window is not taken.
    await page.evaluate(
      `(() => { const number = document.querySelector('#panels input[type=number]'); number.value = '2.5'; number.dispatchEvent(new Event('change')); })()`,
    );
    expect(await page.evaluate(`document.querySelector('#panels input[type=number]').value`)).toBe(windowSize);
  });

  test('labels are taken from a column of zeros and ones', async () => {
    const file = join(folder, 'labeled.csv');
    const rows = Array.from({ length: 300 }, (_, t) => `${t % 17},${(t >= 100 && t < 110) || t === 200 ? 1 : 0},${t}`);
    writeFileSync(file, ['value,anomaly,other', ...rows, ''].join('\n'));
    const { address, stop } = await explore(file, '--column', 'value');
    onTestFinished(stop);
    const page = await openPage(chromium, address);
    await page.until(settled('knn'));
    const take = async (column: string): Promise<void> =>
      await page.evaluate(
        `(() => { const menu = document.querySelector('#labels-column'); menu.value = '${column}'; menu.dispatchEvent(new Event('change')); })()`,
      );
    await take('anomaly');
    await page.until(`document.querySelectorAll('#labels li').length === 2`);
    expect(
      await page.evaluate(
        `[...document.querySelectorAll('#labels li')].map((li) => li.querySelector('button').textContent)`,
      ),
    ).toEqual(['100', '200']);
    await take('other');
    await page.until(`!document.querySelector('#problem').hidden`);
    expect(await page.text('#problem')).toContain('must be 0 or 1, got 2');
    expect(await page.evaluate(`document.querySelectorAll('#labels li').length`)).toBe(2);
  });

  test('a menu takes the place of the option that the command gave', async () => {
    const { address, stop } = await explore(data, '--column', 'memory_mb');
    onTestFinished(stop);
    const page = await openPage(chromium, address);
    await page.until(settled('knn'));
    await page.evaluate(
      `(() => { const menu = document.querySelector('#column'); menu.value = 'cpu_percent'; menu.dispatchEvent(new Event('change')); })()`,
    );
    await page.until(`opened.column === 'cpu_percent'`);
    await page.until(`document.querySelector('#command').value.includes('--column cpu_percent')`);
    expect(await page.evaluate(`document.querySelector('#command').value`)).not.toContain('memory_mb');
    // A press of a button that takes something along says what it did.
    await page.press('#copy-command');
    await page.until(`['Copied', 'Selected, to copy'].includes(document.querySelector('#copy-command').textContent)`);
    expect(page.errors).toEqual([]);
  });

  test('a file without a step is read with the step that its message names', async () => {
    const random = mulberry32(3);
    let at = Date.UTC(2026, 2, 1);
    const rows = Array.from({ length: 600 }, (_, t) => {
      at += 1000 * [50, 60, 60, 60, 70][Math.floor(5 * random())]!;
      return `${new Date(at).toISOString()},${5 + Math.sin(t / 30) + (t === 400 ? 9 : 0)}`;
    });
    const file = join(folder, 'uneven.csv');
    writeFileSync(file, ['time,load', ...rows, ''].join('\n'));
    const { address, stop } = await explore(data);
    onTestFinished(stop);
    const page = await openPage(chromium, address);
    await page.until(settled('knn'));
    await page.files('#file', [file]);
    await page.until(`!document.querySelector('#problem').hidden`);
    const shown = async (): Promise<unknown[]> =>
      await page.evaluate(
        `[document.querySelector('#name').textContent, document.querySelector('#time').value, document.querySelector('#work').hidden]`,
      );
    expect(await shown()).toEqual(['uneven.csv', 'time', true]);
    await page.press('#problem button');
    await page.until(`opened.name === 'uneven.csv' && scored.knn !== undefined`);
    expect(await shown()).toEqual(['uneven.csv', 'time', false]);
    expect(await page.evaluate(`document.querySelector('#options').value`)).toBe('--step 1min');
    expect(await page.evaluate(`document.querySelector('#problem').hidden`)).toBe(true);
    // Options about times need not name the column that the page has found.
    await page.evaluate(`document.querySelector('#options').value = '--resample 5min'`);
    await page.press('#reread');
    await page.until(`opened.grid.step === 300000 && scored.knn !== undefined`);
    expect(page.errors).toEqual([]);
  });

  test('all of it can be done with the keyboard', async () => {
    const { address, stop } = await explore(data);
    onTestFinished(stop);
    const page = await openPage(chromium, `${address}#column=memory_mb`);
    await page.until(explained);
    const focused = `document.activeElement`;
    /** Goes from control to control until one is reached; fails where the way comes back to its begin. */
    const tabTo = async (isThere: string): Promise<void> => {
      for (let steps = 0; steps < 80; steps++) {
        await page.key('Tab', 'Tab', 9);
        if (await page.evaluate(`Boolean(${isThere})`)) return;
      }
      throw new Error(`not reached: ${isThere}`);
    };
    // The whole way past the panels leaves the places those of the panel that was turned to.
    await tabTo(`${focused}.closest('#places li:nth-child(2)')`);
    expect(await page.text('#places-of')).toMatch(/^KNN/);
    await page.key('Enter', 'Enter', 13);
    await page.until(`${focused}.ariaCurrent === 'true'`);
    await tabTo(`${focused}.id === 'label-place'`);
    await page.key('Enter', 'Enter', 13);
    await page.until(`document.querySelectorAll('#labels li').length === 1`);
    expect(await page.evaluate(`${focused}.closest('#labels') !== null`)).toBe(true);
    await tabTo(`${focused}.ariaLabel?.startsWith('Scores of monitor')`);
    await page.key('+', 'Equal', 187);
    await page.until(`location.hash.includes('range=')`);
    await page.key('l', 'KeyL', 76);
    await page.until(`document.querySelectorAll('#labels li').length === 2`);
    await tabTo(`${focused}.textContent === 'Places' && ${focused}.ariaPressed === 'false'`);
    await page.key('Enter', 'Enter', 13);
    await page.until(`/^monitor/.test(document.querySelector('#places-of').textContent)`);
    expect(await page.evaluate(`${focused}.ariaPressed`)).toBe('true');
    expect(page.errors).toEqual([]);
  });

  test('every control has a name for screen readers', async () => {
    const { address, stop } = await explore(data);
    onTestFinished(stop);
    const page: Page = await openPage(
      chromium,
      `${address}#detector=knn:5,5&detector=monitor&detector=locate&detector=changefinder`,
    );
    await page.until(explained);
    await page.press('#more summary');
    await page.press('#label-place');
    const { nodes } = (await page.send('Accessibility.getFullAXTree')) as {
      nodes: { role?: { value: string }; name?: { value: string }; ignored: boolean }[];
    };
    const roles = ['button', 'combobox', 'slider', 'spinbutton', 'textbox', 'searchbox', 'application', 'listbox'];
    const controls = nodes.filter(({ role, ignored }) => !ignored && roles.includes(role?.value ?? ''));
    const nameless = controls.filter(({ name }) => (name?.value ?? '').trim() === '');
    expect(nameless.map(({ role }) => role!.value)).toEqual([]);
    expect(controls.length).toBeGreaterThan(40);
  });
});
