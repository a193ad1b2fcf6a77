// results/*.json → Markdown tables, written between `<!-- bench:NAME key=value … -->` and `<!-- /bench -->` in the pages
// below; the keys choose rows (`n=100000`). With names or files as arguments the tables are printed:
//   npx tsx bench/table.ts versus

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Row, time } from './harness.ts';

/** The pages with tables, below the folder of the package. */
const PAGES = ['README.md', 'bench/README.md', 'bench/detection/README.md'];

type Line = Row & { series: string; n: number; w: number; k: number; what: string; interval: [number, number] };

function markdown(head: string[], body: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join('\n');
}

/** One table: a line for every distinct `line`, a column for every distinct `column`. */
function pivot(
  corner: string,
  rows: Line[],
  line: (r: Line) => string,
  column: (r: Line) => string,
  notes: Set<string>,
) {
  const figure = (row: Line | undefined): string => {
    if (row?.median) return time(row.median) + (row.ratio ? ` (${factor(row.ratio[0])}×)` : '');
    if (row)
      notes.add(`– ${row.contender}${row.skipped?.startsWith('stopped') ? ` (${row.series})` : ''}: ${row.skipped}.`);
    return '–';
  };
  const columns = [...new Set(rows.map(column))];
  const body = [...new Set(rows.map(line))].map((name) => {
    const those = rows.filter((r) => line(r) === name);
    return [name, ...columns.map((c) => figure(those.find((r) => column(r) === c)))];
  });
  return markdown([corner, ...columns], body);
}

const factor = (ratio: number) => (ratio < 100 ? ratio.toPrecision(2) : String(Math.round(ratio)));
const big = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, ' ');
const size = (r: Line) => `w = ${r.w}, k = ${r.k}, n = ${big(r.n)}`;

const byContender = (rows: Line[], notes: Set<string>) =>
  pivot(
    '',
    rows,
    (r) => `${r.series}, ${size(r)}`,
    (r) => r.contender,
    notes,
  );

const tables: Record<string, (rows: Line[], notes: Set<string>) => string> = {
  versus: (rows, notes) =>
    [...new Set(rows.map(size))]
      .map((title) => ({ title, those: rows.filter((r) => size(r) === title) }))
      .map(({ title, those }) => pivot(title, those, (r) => r.contender, (r) => r.series, notes)) // biome-ignore format: one line
      .join('\n\n'),
  engines: byContender,
  threads: byContender,
  'start-up': (rows) => {
    const body = rows.map((r) => [r.what, time(r.median!), r.interval.map(time).join(' to ')]);
    return markdown(['', 'median', 'interval'], body);
  },
  memory: (rows) => {
    const body = rows.map((r) => [
      r.series,
      big(r.n),
      ...r.rss!.map((b) => `${Math.round(b / 2 ** 20)} MiB`),
      time(r.first!),
    ]);
    return markdown(['series', 'n', 'series loaded', 'peak', 'time'], body);
  },
};

/** Rows that are no contender's: read as they stand in their files. */
// biome-ignore lint/suspicious/noExplicitAny: numbers and names
type Figures = Record<string, any>;

const us = (seconds: number | undefined): string =>
  seconds === undefined ? '–' : seconds < 1e-3 ? `${Number((1e6 * seconds).toPrecision(2))} µs` : time(seconds);

Object.assign(tables, {
  streaming: (rows: Figures[]) => {
    const name = (row: Figures) => `w = ${row.w}, history ${big(Number(row.history))}, ${row.series}`;
    const body = rows.map((row) => [
      name(row),
      ...['p50', 'p99', 'p999', 'naive', 'scipy', 'sklearn'].map((key) => us(row[key])),
    ]);
    return markdown(
      ['one update', 'median', 'p99', 'p99.9', 'JS scan', 'SciPy cKDTree anew', 'scikit-learn anew'],
      body,
    );
  },
  fleet: (rows: Figures[]) => {
    const body = rows.map(({ series, perSecond, bytes, rss, saving }) => [
      big(series),
      big(Math.round(perSecond / 1000) * 1000),
      `${(bytes / series / 1000).toFixed(1)} kB`,
      `${Math.round(rss / 1e6)} MB`,
      time(saving),
    ]);
    return markdown(['series', 'values/s, one core', 'remembered per series', 'resident', 'saving all'], body);
  },
  'detection-nab': (rows: Figures[]) => {
    const figure = (detector: unknown, profile: string, threshold: string): string => {
      const row = rows.find((r) => r.detector === detector && r.profile === profile && r.threshold === threshold);
      return row === undefined ? '–' : `${row.score.toFixed(1)} ± ${row.deviation.toFixed(1)}`;
    };
    const body = [...new Set(rows.map((row) => String(row.detector)))].map((detector) => [
      detector,
      figure(detector, 'standard', 'default'),
      ...['standard', 'reward_low_FP_rate', 'reward_low_FN_rate'].map((profile) => figure(detector, profile, 'best')),
    ]);
    return markdown(['', 'standard, default threshold', 'standard, best', 'low FP, best', 'low FN, best'], body);
  },
  'detection-archive': (rows: Figures[]) => {
    const body = rows.map(({ detector, accuracy, deviation }) => [
      detector,
      `${(100 * accuracy).toFixed(1)} % ± ${(100 * deviation).toFixed(1)}`,
    ]);
    return markdown(['', 'strangest place is the right one'], body);
  },
});

/** The table of results/NAME.json or of a file, then what is missing and why, then where and when. */
function table(name: string, filter: string[] = []): string {
  const path = existsSync(name) ? name : join(import.meta.dirname, 'results', `${name}.json`);
  const { bench, rows, machine, versions = {}, date, commit } = JSON.parse(readFileSync(path, 'utf8'));
  const chosen = rows.filter((row: object) => {
    const pairs = new Set(Object.entries(row).map(([key, value]) => `${key}=${value}`));
    return filter.every((pair) => pairs.has(pair));
  });
  if (chosen.length === 0) throw new RangeError(`no row of ${name} matches ${filter.join(' ')}`);
  const notes = new Set<string>();
  const body = tables[bench]!(chosen, notes);
  const what = Object.entries(versions).map(([program, version]) => `${program} ${version}`);
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.os}; ${what
    .map((text) => `${text}; `)
    .join('')
    .replaceAll(/; (?=.*; )/g, ', ')}${date}, commit ${commit.replace(/(\w{7})\w+/, '$1')}.`;
  return [body, [...notes].join('  \n'), where].filter(Boolean).join('\n\n');
}

const names = process.argv.slice(2);
for (const name of names) console.log(`${table(name)}\n`);
if (names.length === 0) {
  const marker = /(<!-- bench:([\w-]+)((?: \w+=\S+)*) -->\n)[\s\S]*?(<!-- \/bench -->)/g;
  for (const page of PAGES) {
    const path = join(import.meta.dirname, '..', page);
    const filled = readFileSync(path, 'utf8').replace(marker, (_, open, name, filter, close) => {
      return `${open}\n${table(name, filter.split(' ').filter(Boolean))}\n\n${close}`;
    });
    writeFileSync(path, filled);
  }
}
