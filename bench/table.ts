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
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
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

/** A row of top.ts: seconds of the places, and of the scores of all windows if they were computed. */
interface TopRow {
  readonly series: string;
  readonly n: number;
  readonly w: number;
  readonly k: number;
  readonly top: { readonly seconds: number };
  readonly all?: { readonly seconds: number };
}

const sizeOfTop = ({ w, n }: TopRow) => `w = ${w}, n = ${big(n)}`;

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
  top: (rows) => {
    const measured = rows as unknown as TopRow[];
    const columns = [...new Set(measured.map(sizeOfTop))];
    const body = [...new Set(measured.map(({ series }) => series))].map((name) => [
      name,
      ...columns.map((column) => {
        const row = measured.find((r) => r.series === name && sizeOfTop(r) === column);
        if (!row) return '–';
        return time(row.top.seconds) + (row.all ? ` (${factor(row.all.seconds / row.top.seconds)}×)` : '');
      }),
    ]);
    return markdown(['', ...columns], body);
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
  'detection-incidents': (rows: Figures[]) => {
    const names = [...new Set(rows.map((row) => String(row.collection)))];
    return names.length > 1 ? incidentsOfSeveral(rows, names) : incidentsOfOne(rows);
  },
  'detection-nab': (rows: Figures[]) => {
    const columns = [
      ['standard, default threshold', 'standard', 'default'],
      ['standard, best', 'standard', 'best'],
      ['low FP, best', 'reward_low_FP_rate', 'best'],
      ['low FN, best', 'reward_low_FN_rate', 'best'],
    ];
    const rowOf = (detector: string, [, profile, threshold]: string[]) =>
      rows.find((r) => r.detector === detector && r.profile === profile && r.threshold === threshold);
    const figure = (row: Figures | undefined): string =>
      row === undefined ? '–' : `${row.score.toFixed(1)} ± ${row.deviation.toFixed(1)}`;
    const detectors = [...new Set(rows.map((row) => String(row.detector)))];
    const cells = columns.map((column) => {
      const those = detectors.map((detector) => rowOf(detector, column));
      return bestInBold(
        those.map((row) => row?.score),
        those.map(figure),
      );
    });
    const body = detectors.map((detector, i) => [detector, ...cells.map((column) => column[i]!)]);
    return markdown(['', ...columns.map(([head]) => head!)], body);
  },
  'detection-quiet': (rows: Figures[]) => {
    const kinds = [...new Set(rows.map((row) => String(row.kind)))];
    const lines = [...new Set(rows.map(({ preset, threshold }) => `${preset}, ${threshold}`))];
    const body = lines.map((line) => [
      line,
      ...kinds.map((kind) => {
        const row = rows.find((r) => r.kind === kind && `${r.preset}, ${r.threshold}` === line)!;
        return `${row.first.toFixed(1)}; ${row.later.toFixed(2)}`;
      }),
    ]);
    return markdown(['preset and threshold', ...kinds], body);
  },
  'detection-archive': (rows: Figures[]) => {
    const body = rows.map(({ detector, accuracy, deviation }) => [
      detector,
      `${(100 * accuracy).toFixed(1)} % ± ${(100 * deviation).toFixed(1)}`,
    ]);
    return markdown(['', 'strangest place is the right one'], body);
  },
});

/** The texts, those of the largest figure in bold. */
function bestInBold(figures: (number | undefined)[], texts: string[]): string[] {
  const best = Math.max(...figures.map((figure) => figure ?? -Infinity)).toFixed(2);
  return texts.map((text, i) => (figures[i]?.toFixed(2) === best ? `**${text}**` : text));
}

const BUDGETS = ['day', 'week', 'month'];

/** Recall at each budget and F1 of each collection, and the scores of NAB: a line for every detector. */
function incidentsOfSeveral(rows: Figures[], collections: string[]): string {
  const detectors = [...new Set(rows.map((row) => String(row.detector)))];
  const column = (head: string, figures: (number | undefined)[], digits: number) => {
    const texts = figures.map((figure) => figure?.toFixed(digits) ?? '–');
    return { head, cells: bestInBold(figures, texts) };
  };
  const ofCollections = collections.flatMap((collection) => {
    const those = detectors.map((name) => rows.find((r) => r.detector === name && r.collection === collection)!);
    const name = collection.replace(/-.*/, '');
    const recalls = BUDGETS.map((budget) => {
      const figures = those.map((row) => row[budget].value);
      return column(`${name}: ${budget}`, figures, 2);
    });
    const f1s = those.map((row) => row.byDefault?.f1);
    return [...recalls, column('F1', f1s, 2)];
  });
  const nab: Figures[] = JSON.parse(readFileSync(join(import.meta.dirname, 'results/detection-nab.json'), 'utf8')).rows;
  const ofNab = ['default', 'best'].map((threshold) => {
    const standard = nab.filter((row) => row.profile === 'standard' && row.threshold === threshold);
    const scores = detectors.map((name) => standard.find(({ detector }) => detector === name)?.score);
    return column(threshold === 'default' ? 'NAB' : 'NAB, best', scores, 0);
  });
  const columns = [...ofCollections, ...ofNab];
  const body = detectors.map((detector, i) => [detector, ...columns.map(({ cells }) => cells[i]!)]);
  return markdown(['', ...columns.map(({ head }) => head)], body);
}

/** All figures of one collection, with their intervals. */
function incidentsOfOne(rows: Figures[]): string {
  const within = (value: number, [low, high]: [number, number]): string =>
    `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
  const body = rows.map(({ detector, byDefault: d, best, ...row }) => [
    detector,
    ...BUDGETS.map((budget) => within(row[budget].value, row[budget].interval)),
    ...(d ? [`${d.precision.toFixed(2)}, ${d.recall.toFixed(2)}`, within(d.f1, d.interval)] : ['–', '–']),
    d ? d.falseAlarms.toFixed(2) : '–',
    `${best.f1.toFixed(2)} at ${Number(best.threshold.toPrecision(3))}`,
  ]);
  const head = ['', ...BUDGETS, 'default: precision, recall', 'F1', 'false alarms a day', 'best F1'];
  return markdown(head, body);
}

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
