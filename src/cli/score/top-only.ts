// The strangest places alone, which need neither the scores of all values nor their memory: for `score --top-only`, and for the
// summary of a long series.
import type { Anomaly, KNN } from '../../index.ts';
import type { Table } from '../input/columns.ts';
import type { Output } from '../output/output.ts';
import { type Cell, formatRows } from '../output/rows.ts';
import { aligned, NOTHING, plain, shortNumber } from '../output/text.ts';
import { progressOf } from '../read-within.ts';
import { interruptible } from '../signals.ts';
import type { InTime } from './in-time.ts';
import type { ScoreOptions } from './options.ts';

/** A place: its row in the order of the times, its time and its score. */
interface Place {
  readonly column: string | undefined;
  readonly rank: number;
  readonly index: number;
  readonly time: string | undefined;
  readonly value: number;
  readonly score: number;
}

/** The strangest places of column c. */
export async function findPlaces(
  knn: KNN,
  options: ScoreOptions,
  table: Table,
  c: number,
  reference: Table | undefined,
): Promise<Anomaly[]> {
  const { name, values } = table.columns[c]!;
  const memory = reference?.columns[c]?.values.toArray();
  const asked = { separation: options.separation, ...(memory !== undefined && { reference: memory }) };
  // At once, the search needs no copy of the values.
  const isShown = options.progress && process.stderr.isTTY === true;
  if (options.threads === 1 && !isShown) return interruptible(() => knn.top(values.toArray(), options.top, asked));
  const progress = progressOf(options);
  try {
    return await knn.topAsync(values.toArray(), options.top, {
      ...asked,
      threads: options.threads,
      onProgress: (state) => void progress.scoring(state, name),
    });
  } finally {
    await progress.stop();
  }
}

/** Finds the places of every column and writes them. */
export async function writePlaces(
  knn: KNN,
  options: ScoreOptions,
  grid: InTime,
  reference: Table | undefined,
  output: Output,
): Promise<void> {
  const { columns, times } = grid.table;
  const names: (keyof Place)[] = [
    ...(columns.length > 1 ? (['column'] as const) : []),
    ...(['rank', 'index'] as const),
    ...(times === undefined ? [] : (['time'] as const)),
    ...(['value', 'score'] as const),
  ];
  const rows: Record<string, Cell>[] = [];
  for (const c of columns.keys()) {
    for (const place of await placesOf(knn, options, grid, c, reference)) {
      rows.push(Object.fromEntries(names.map((name) => [name, cellOf(place[name])])));
    }
  }
  await output.write([textOf(rows, options, names)]);
}

function cellOf(x: string | number | undefined): Cell {
  return x === undefined || Number.isNaN(x) ? null : x;
}

function textOf(rows: readonly Record<string, Cell>[], { format }: ScoreOptions, names: readonly string[]): string {
  if (format === 'csv' || format === 'json') return formatRows(rows, format, names);
  if (format === 'lines') {
    const kept = names.filter((name) => name !== 'rank' && name !== 'value');
    return rows.map((row) => `${kept.map((name) => String(row[name])).join('\t')}\n`).join('');
  }
  if (rows.length === 0) return `${NOTHING}\n`;
  const cells = rows.map((row) =>
    names.map((name) => {
      const cell = row[name];
      if (name === 'value' || name === 'score') return cell === null ? '' : shortNumber(cell as number);
      return plain(String(cell), 32);
    }),
  );
  const lines = aligned([names.map((name) => (name === 'rank' ? '#' : name)), ...cells], (cell, width) =>
    cell.padEnd(width),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

async function placesOf(
  knn: KNN,
  options: ScoreOptions,
  { table, rowFrom }: InTime,
  c: number,
  reference: Table | undefined,
): Promise<Place[]> {
  const { name, values: numbers } = table.columns[c]!;
  const found = await findPlaces(knn, options, table, c, reference);
  const values = numbers.toArray();
  return found.map(({ index, score }, p) => ({
    ...{ column: name, rank: p + 1, index: rowFrom(index) },
    ...{ time: table.times?.at(index), value: values[index]!, score },
  }));
}
