// The explorer for tests: the command that serves it, its page in a browser, and the numbers of the commands that it gives.
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Chromium, Page } from './chromium.ts';

/** The program, as it is built. */
export const main: string = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A running `explore`: its address, and its end. */
export async function explore(...args: readonly string[]): Promise<{ address: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [main, 'explore', ...args, '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(String(text).trim()));
    child.once('exit', (status) => reject(new Error(`explore ended with ${status}`)));
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    });
  return { address, stop };
}

/** How a page is opened: see `Chromium.page`. */
export type Settings = Parameters<Chromium['page']>[2];

/** Opens the page, and keeps the exact scores of its panels where tests find them: in `scored`, by the kind of the detector. */
export async function openPage(
  chromium: Chromium,
  address: string,
  settings: Settings = {},
  width = 1300,
  height = 900,
): Promise<Page> {
  const page = await chromium.page(width, height, settings);
  const source = `window.scored = {};
    document.addEventListener('knn-opened', ({ detail }) => { window.opened = detail; window.scored = {}; });
    document.addEventListener('knn-scored', ({ detail: { result, detector } }) => {
      if (result.exact) window.scored[detector.kind] = [...result.scores].map((x) => String(x));
    });`;
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source });
  await page.goto(address);
  return page;
}

/** Whether the scores of a detector of this kind are exact, as an expression. */
export const settled = (kind: string): string => `window.scored?.${kind} !== undefined`;

/** The column of what a command line that the page gives writes, as texts; it is run in the folder of the examples' data. */
export function scoresOf(command: string, column: string): string[] {
  const text = execFileSync('sh', ['-c', command.replace(/^knn-anomaly/, `"${process.execPath}" "${main}"`)], {
    cwd: join(main, '../../../examples/data'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [header, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const c = header!.indexOf(column);
  return rows.map((cells) => (cells[c] === '' ? 'NaN' : cells[c]!));
}
