// The notebook-style examples, run again: every committed notebook, page and figure is made by its source, to the byte.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { codeOf, readCells } from '../examples/cells.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
if (!existsSync(join(ROOT, 'dist/plot.js'))) throw new Error('dist is missing: run `npm run build` first');

const committed = join(ROOT, 'examples');
const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = readdirSync(committed)
  .filter((file) => /^\d\d-.*\.ts$/.test(file))
  .map((file) => file.slice(0, -3));

/** An example that takes long; it is checked where time does not matter. */
const LONG = '05-long-series';

/** Makes the files of an example in the folder. */
function build(name: string): Promise<void> {
  const args = ['--import', 'tsx', 'examples/build.ts', '--out', folder, name];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (problem += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => (status === 0 ? resolve() : reject(new Error(problem))));
  });
}

/** The files that belong to an example, without its source. */
function filesOf(root: string, name: string): Map<string, string> {
  const pages = readdirSync(root).filter((file) => file === `${name}.md` || file === `${name}.ipynb`);
  const figures = readdirSync(join(root, 'figures')).filter((file) => file.startsWith(`${name}-`));
  const files = [...pages, ...figures.map((file) => join('figures', file))].sort();
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

describe('examples', () => {
  test.each(names)('%s is what its source makes', { timeout: 240_000 }, async (name) => {
    if (name === LONG && !process.env.CI) return;
    await build(name);
    const [found, expected] = [filesOf(folder, name), filesOf(committed, name)];
    expect([...found.keys()]).toEqual([...expected.keys()]);
    for (const [file, text] of found) expect(text === expected.get(file), `${file}: run npm run examples`).toBe(true);
  });

  test.each(names)('%s has moderate figures, valid notebooks, and imports what a user would', (name) => {
    for (const [file, text] of filesOf(committed, name)) {
      if (file.endsWith('.svg')) expect(text.length, file).toBeLessThan(150_000);
      if (!file.endsWith('.ipynb')) continue;
      const { cells, nbformat } = JSON.parse(text) as { cells: { id: string; outputs?: object[] }[]; nbformat: number };
      expect(nbformat).toBe(4);
      expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
      expect(cells.some(({ outputs }) => outputs !== undefined && outputs.length > 0)).toBe(true);
    }
    const source = readFileSync(join(committed, `${name}.ts`), 'utf8');
    expect(source).not.toMatch(/from '\.\.\//);
    expect(source).toMatch(/from 'knn-anomaly'/);
  });

  test('there are five', () => {
    expect(names).toHaveLength(5);
  });
});

describe('percent cells', () => {
  const text = '// %% [markdown]\n// # A\n//\n// b\n\n// %%\nconst a: number = 1;\na + 1;\n\n// %%\nif (a) a;\n';

  test('readCells(text) tells Markdown from code', () => {
    expect(readCells(text)).toEqual([
      { isCode: false, source: '# A\n\nb' },
      { isCode: true, source: 'const a: number = 1;\na + 1;' },
      { isCode: true, source: 'if (a) a;' },
    ]);
  });

  test('codeOf(cells) shows the last expression of a cell, and nothing of other statements', () => {
    const code = codeOf(readCells(text));
    expect(code.match(/notebook\.show\([^)]*\)/g)).toEqual(['notebook.show(a + 1)']);
    expect(code.match(/notebook\.begin\(\d\)/g)).toEqual(['notebook.begin(1)', 'notebook.begin(2)']);
    expect(code).not.toContain(': number');
  });
});
