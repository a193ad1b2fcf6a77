// Takes the pictures of the page that its README shows, after `npm run build`:
//   npx tsx examples/explorer/pictures/take.ts
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Chromium, type Page } from '../../../test/support/chromium.ts';
import { explore, openPage } from '../../../test/support/explorer.ts';
import { findBrowser } from '../../../test/support/find-browser.ts';

const data = fileURLToPath(new URL('../../data/server-metrics.csv.gz', import.meta.url));
const labels = fileURLToPath(new URL('../../data/faults.csv', import.meta.url));

/** A picture: its size, what is shown, and what is pressed before it is taken. */
export interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly isDark: boolean;
  /** The page's settings, as the part of its address after #. */
  readonly settings: string;
  readonly hasLabels: boolean;
  readonly press: readonly string[];
}

const whole = { isDark: false, hasLabels: false, press: [] };

export const PICTURES: readonly Picture[] = [
  { ...whole, name: 'first-look', width: 1180, height: 860, settings: 'column=network_mb' },
  {
    ...whole,
    name: 'labels',
    width: 1180,
    height: 860,
    isDark: true,
    settings: 'column=memory_mb&detector=knn:5,5&detector=changefinder@12',
    hasLabels: true,
    press: ['#places li:nth-child(2) button', '#places li:nth-child(2) button'],
  },
  { ...whole, name: 'phone', width: 390, height: 780, settings: 'column=cpu_percent' },
];

/** The page of a picture, at rest. */
export async function showPicture(chromium: Chromium, address: string, picture: Picture): Promise<Page> {
  const { width, height, isDark, settings, press } = picture;
  const page = await openPage(chromium, `${address}#${settings}`, { dark: isDark, locale: 'en-US' }, width, height);
  await page.send('Emulation.setTimezoneOverride', { timezoneId: 'UTC' });
  const isAtRest = `document.querySelectorAll('#detail-chart canvas').length === 1 &&
    [...document.querySelectorAll('.panel .status')].every(({ textContent }) => /exact/.test(textContent))`;
  await page.until(isAtRest);
  for (const selector of press) {
    await page.press(selector);
    await page.until(isAtRest);
  }
  if (press.length > 0) await page.mouse('Moved', 2, 2);
  // Two frames: what was pressed is drawn.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
  return page;
}

async function take(): Promise<void> {
  const program = findBrowser();
  if (program === undefined) throw new Error('no browser was found: install chromium, or set CHROMIUM');
  const chromium = Chromium.start(program, ['--hide-scrollbars']);
  const [plain, labeled] = [await explore(data), await explore(data, '--labels', labels)];
  try {
    for (const picture of PICTURES) {
      const page = await showPicture(chromium, (picture.hasLabels ? labeled : plain).address, picture);
      const { data: base64 } = await page.send('Page.captureScreenshot', { format: 'webp', quality: 70 });
      writeFileSync(new URL(`${picture.name}.webp`, import.meta.url), Buffer.from(base64 as string, 'base64'));
    }
  } finally {
    await chromium.close();
    await Promise.all([plain.stop(), labeled.stop()]);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await take();
