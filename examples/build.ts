// Runs the notebook-style examples: NN-name.ts → NN-name.ipynb with PNG figures, NN-name.md with SVG figures. The same
// sources give the same bytes. Needs the build in dist, for the examples import the package by its name:
//
//   npx tsx examples/build.ts [--out FOLDER] [NAME...]
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect, parseArgs } from 'node:util';
import { toPNG } from '../src/plot.ts';
import { codeOf, readCells, type Shown } from './cells.ts';

const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) =>
  join(import.meta.dirname, '../node_modules/dejavu-fonts-ttf/ttf', name),
);

/** What a code cell left behind. */
type Output =
  | { readonly kind: 'text' | 'table'; readonly text: string }
  | { readonly kind: 'figure'; readonly svg: string; readonly png: Uint8Array; readonly file: string };

/** A cell of the finished notebook. */
interface Finished {
  readonly isCode: boolean;
  readonly source: string;
  readonly outputs: readonly Output[];
}

/** Runs an example; what its cells show. */
async function run(name: string, figures: string): Promise<Finished[]> {
  const cells = readCells(readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8'));
  const shown: Shown[] = [];
  const program = join(import.meta.dirname, `.${name}.${process.pid}.mjs`);
  const log = console.log;
  let at = 0;
  globalThis.notebook = {
    begin: (cell) => void (at = cell),
    show: (value) => void (value === undefined || shown.push({ cell: at, value })),
  };
  console.log = (...values) => {
    const value = values.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' ');
    shown.push({ cell: at, value: { printed: value } });
  };
  try {
    writeFileSync(program, codeOf(cells));
    await import(pathToFileURL(program).href);
  } finally {
    console.log = log;
    rmSync(program, { force: true });
  }
  const finished: Finished[] = [];
  let count = 0;
  for (const [c, { isCode, source }] of cells.entries()) {
    const outputs: Output[] = [];
    for (const { value } of shown.filter(({ cell }) => cell === c)) {
      if (typeof value === 'string' && value.startsWith('<svg ')) {
        const file = `${figures}/${name}-${++count}.svg`;
        outputs.push({ kind: 'figure', svg: value, png: await toPNG(value, { fonts: FONTS, scale: 1.5 }), file });
      } else outputs.push(textOf(value));
    }
    finished.push({ isCode, source, outputs });
  }
  return finished;
}

function textOf(value: unknown): Output {
  if (typeof value === 'object' && value !== null && 'printed' in value) {
    return { kind: 'text', text: String(value.printed) };
  }
  const isTable =
    Array.isArray(value) && value.length > 0 && value.every((row) => Object.getPrototypeOf(row) === Object.prototype);
  return isTable
    ? { kind: 'table', text: tableOf(value) }
    : { kind: 'text', text: inspect(value, { breakLength: 100 }) };
}

/** Objects as the rows of a Markdown table; numbers are flush right. */
function tableOf(rows: readonly Record<string, unknown>[]): string {
  const names = Object.keys(rows[0]!);
  const line = (cells: readonly unknown[]): string => `| ${cells.map(String).join(' | ')} |`;
  const rule = names.map((name) => (rows.every((row) => typeof row[name] === 'number') ? '---:' : '---'));
  return [line(names), line(rule), ...rows.map((row) => line(names.map((name) => row[name])))].join('\n');
}

function altOf(svg: string): string {
  return /aria-label="([^"]*)"/.exec(svg)?.[1] ?? 'figure';
}

function markdown(name: string, cells: readonly Finished[]): string {
  const parts = [`<!-- Made from ${name}.ts by npm run examples. -->`];
  for (const { isCode, source, outputs } of cells) {
    parts.push(isCode ? `\`\`\`ts\n${source}\n\`\`\`` : source);
    for (const output of merged(outputs)) {
      if (output.kind === 'figure') parts.push(`![${altOf(output.svg)}](${output.file})`);
      else parts.push(output.kind === 'table' ? output.text : `\`\`\`text\n${output.text}\n\`\`\``);
    }
  }
  return `${parts.join('\n\n')}\n`;
}

/** Printed lines that follow one another are one output. */
function merged(outputs: readonly Output[]): Output[] {
  const all: Output[] = [];
  for (const output of outputs) {
    const last = all.at(-1);
    if (output.kind === 'text' && last?.kind === 'text') {
      all[all.length - 1] = { kind: 'text', text: `${last.text}\n${output.text}` };
    } else all.push(output);
  }
  return all;
}

/** Jupyter's format 4.5: https://nbformat.readthedocs.io. */
function notebook(cells: readonly Finished[]): string {
  const lines = (text: string): string[] => text.split(/(?<=\n)/);
  const data = (output: Output): object => {
    if (output.kind === 'figure') return { 'image/png': Buffer.from(output.png).toString('base64') };
    return output.kind === 'table' ? { 'text/markdown': lines(output.text) } : { 'text/plain': lines(output.text) };
  };
  const size = (output: Output): object => {
    if (output.kind !== 'figure') return {};
    const [, width, height] = / width="(\d+)" height="(\d+)"/.exec(output.svg)!;
    return { 'image/png': { width: Number(width), height: Number(height) } };
  };
  let count = 0;
  return `${JSON.stringify(
    {
      cells: cells.map(({ isCode, source, outputs }, c) => {
        const common = {
          cell_type: isCode ? 'code' : 'markdown',
          id: `cell-${c + 1}`,
          metadata: {},
          source: lines(source),
        };
        if (!isCode) return common;
        const shown = merged(outputs).map((output) => {
          return { output_type: 'display_data', data: data(output), metadata: size(output) };
        });
        return { ...common, execution_count: ++count, outputs: shown };
      }),
      metadata: {
        kernelspec: { display_name: 'Deno', language: 'typescript', name: 'deno' },
        language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/x.typescript' },
      },
      nbformat: 4,
      nbformat_minor: 5,
    },
    null,
    1,
  )}\n`;
}

const { values: options, positionals } = parseArgs({
  options: { out: { type: 'string', default: import.meta.dirname } },
  allowPositionals: true,
});
const folder = options.out;
mkdirSync(join(folder, 'figures'), { recursive: true });
const all = readdirSync(import.meta.dirname).filter((file) => /^\d\d-.*\.ts$/.test(file));
const names = all.map((file) => file.slice(0, -3)).sort();
for (const name of positionals.length > 0 ? positionals : names) {
  const cells = await run(name, 'figures');
  const old = readdirSync(join(folder, 'figures')).filter((file) => file.startsWith(`${name}-`));
  for (const file of old) rmSync(join(folder, 'figures', file));
  for (const output of cells.flatMap(({ outputs }) => outputs)) {
    if (output.kind === 'figure') writeFileSync(join(folder, output.file), output.svg);
  }
  writeFileSync(join(folder, `${name}.md`), markdown(name, cells));
  writeFileSync(join(folder, `${name}.ipynb`), notebook(cells));
}
