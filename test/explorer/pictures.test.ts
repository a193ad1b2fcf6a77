// The stored pictures of the page: as large as they should be, shown in its README, and of a page that still looks like that. Fonts
// and drawing differ between machines, so that pixels are not compared.
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { PICTURES, showPicture } from '../../examples/explorer/pictures/take.ts';
import { Chromium } from '../support/chromium.ts';
import { explore } from '../support/explorer.ts';
import { findBrowser, isAllRequired } from '../support/find-browser.ts';

const folder = new URL('../../examples/explorer/', import.meta.url);

/** Width and height of a WebP, in its plain or its extended form. */
function sizeOf(bytes: Buffer): [width: number, height: number] {
  expect(bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 12)).toBe('RIFFWEBP');
  if (bytes.toString('latin1', 12, 16) === 'VP8X') return [bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1];
  return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff];
}

test.each(PICTURES)('$name is small and shown in the README', ({ name, width, height }) => {
  const file = new URL(`pictures/${name}.webp`, folder);
  expect(sizeOf(readFileSync(file))).toEqual([width, height]);
  expect(statSync(file).size).toBeLessThan(100_000);
  expect(readFileSync(new URL('README.md', folder), 'utf8')).toContain(`(pictures/${name}.webp)`);
});

const browser = findBrowser();

test.skipIf(browser === undefined && !isAllRequired)(
  'the page is as its pictures show it',
  { timeout: 120_000 },
  async () => {
    if (browser === undefined) throw new Error('no browser was found: install chromium, or set CHROMIUM');
    const chromium = Chromium.start(browser);
    onTestFinished(() => chromium.close());
    const data = (name: string): string => fileURLToPath(new URL(`../data/${name}`, folder));
    const { address, stop } = await explore(data('server-metrics.csv.gz'), '--labels', data('faults.csv'));
    onTestFinished(stop);
    for (const picture of PICTURES) {
      const page = await showPicture(chromium, address, picture);
      const seen = await page.evaluate<unknown>(`({
        titles: [...document.querySelectorAll('#work h2')].map(({ textContent }) => textContent),
        places: document.querySelectorAll('#places li').length,
        chosen: [...document.querySelectorAll('#places button')].findIndex((button) => button.ariaCurrent === 'true'),
        isWide: document.documentElement.scrollWidth > innerWidth,
        ground: getComputedStyle(document.body).backgroundColor,
        // Nothing of a row of controls lies over another part of it.
        covered: [...document.querySelectorAll('.row')].flatMap((row) => {
          const boxes = [...row.children].map((child) => child.getBoundingClientRect()).filter(({ width }) => width > 0);
          return boxes.flatMap((a, p) => boxes.slice(p + 1).filter((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
        }).length,
      })`);
      expect(seen).toEqual({
        titles: ['Strangest places', 'Why?', 'Labels', 'Take it along'],
        places: 20,
        chosen: picture.press.length === 0 ? 0 : 1,
        isWide: false,
        ground: picture.isDark ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)',
        covered: 0,
      });
      expect(page.errors).toEqual([]);
    }
  },
);
