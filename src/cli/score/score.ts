// The command `score`: reads a table, scores its columns, writes what was asked for.
import { availableParallelism } from 'node:os';
import { KNN, suggestWindow, topAnomalies } from '../../index.ts';
import { ALARM_STATUS, FAIL_ON_ALARM } from '../alarms/options.ts';
import { alarmFields } from '../alarms/runs.ts';
import { estimateBlockBytes, openBlock, writeBlock } from '../blocks/write-block.ts';
import { CHANGE_OPTIONS } from '../change/options.ts';
import { type Command, EXIT_STATUS, terminals } from '../command.ts';
import { announce, checkMemory, estimateSeconds, formatCount, formatDuration, threadsIn } from '../cost.ts';
import { fail, UsageError } from '../errors.ts';
import { numRows, type Table } from '../input/columns.ts';
import type { Labels } from '../input/labels.ts';
import { nameOf } from '../input/source.ts';
import { INPUT_OPTIONS } from '../options/input-options.ts';
import { formatCsv, formatJson, formatLines, type Scored } from '../output/formats.ts';
import { openOutput } from '../output/output.ts';
import { plain } from '../output/text.ts';
import { progressOf, readWithin } from '../read-within.ts';
import { merged, type Rows } from '../series/merge.ts';
import { nameOfSeries, type Part, splitSeries, tellOf } from '../series/split.ts';
import { interruptible } from '../signals.ts';
import { TIME_OPTIONS } from '../time/options.ts';
import { nothingCompared } from './compared.ts';
import { checkSameStep, type InTime, inTime } from './in-time.ts';
import { type ScoreOptions, scoreOptionsOf, withWindow } from './options.ts';
import type { PlacedSeries } from './summary.ts';
import { estimateScoreBytes, isPlacesOnly, isRanking, secondsOfScoring } from './top-memory.ts';

/** The command `knn-anomaly score`. */
export const score: Command = {
  usage: '[FILE] [options]',
  about: `Scores every value of a series by how far the window that ends there (--align)
is from the windows most like it: higher is stranger. FILE is a path, or - or
nothing for standard input. Gzip is recognized.`,
  groups: [
    {
      title: 'Input',
      options: [...INPUT_OPTIONS, 'series', ...TIME_OPTIONS, 'reference', 'missing'],
      note: `Missing are empty cells, NaN, NA, n/a, null, None, - and infinities. With
--time rows are sorted, and those that are absent count as missing values, so
that no window crosses a hole; every row that was read has its score. With
--column '*', --series and more than 8 columns the summary is one ranking: a
place counts by how seldom a score as high comes in its own series.`,
    },
    {
      title: 'Scores',
      options: [
        'window',
        'neighbors',
        'metric',
        'covariance',
        'normalize',
        'aggregation',
        'align',
        'exclusion-zone',
        'side',
        ...CHANGE_OPTIONS,
        'engine',
        'threads',
      ],
    },
    {
      title: 'Output',
      options: [
        'format',
        'fill',
        'threshold',
        'fail-on-alarm',
        'top',
        'top-only',
        'separation',
        'labels',
        'output',
        'force',
        'max-memory',
        'no-progress',
        'help',
      ],
    },
    {
      title: 'One of many processes',
      options: ['block', 'out'],
      note: `knn-anomaly merge puts the blocks together, on whatever machine.`,
    },
  ],
  exitStatus: `${EXIT_STATUS}
${FAIL_ON_ALARM}`,
  examples: `knn-anomaly score cpu.txt
knn-anomaly score server.csv.gz --column cpu --time time --format csv
knn-anomaly score long.txt --window 100 --top 10 --top-only
zcat log.jsonl.gz | knn-anomaly score --field latency.p99 --normalize zscore`,
  run: async (given) => await run(await scoreOptionsOf(given, terminals())),
};

async function run(given: ScoreOptions): Promise<void> {
  detectorOf(given);
  const { target } = given;
  const output = await (target ? openBlock(target, given) : openOutput(given.output, given.force));
  const name = nameOf(given.input);
  const parts = splitSeries(await read(given.input, given, 0)).map((part) => {
    const title = part.name === undefined ? name : `${name}, ${plain(part.name)}`;
    return { ...part, grid: inTime(part.table, given.times, title, given.isFilled) };
  });
  // Labels first: times that they cannot be put beside are an error, not a notice.
  const labels: (Labels | undefined)[] = [];
  for (const { grid } of parts)
    labels.push(given.labels === undefined ? undefined : await readLabels(given.labels, grid));
  tellOf(parts.map(({ grid }) => grid.notice));
  const options = given.isAuto ? await withFoundWindow(given, parts) : given;
  const knn = detectorOf(options);
  const numAll = parts.reduce((sum, { grid }) => sum + numRows(grid.table), 0);
  const referenceGrid =
    options.reference === undefined
      ? undefined
      : inTime(await readReference(options, numAll), options.times, nameOf(options.reference));
  if (referenceGrid !== undefined) {
    tellOf([referenceGrid.notice]);
    for (const { grid } of parts) checkSameStep(grid, referenceGrid);
  }
  const reference = referenceGrid?.table;
  checkLength(options, Math.max(...parts.map(({ grid }) => numRows(grid.table))), reference && numRows(reference));
  if (target !== undefined || options.topOnly) {
    const { grid } = onlyPart(parts, target === undefined ? 'top-only' : 'block');
    if (target !== undefined) await writeBlock(target, options, grid.table, grid.isUnchanged, output);
    else await topOf(knn, options, grid, reference, output);
    return;
  }
  const only = parts.length === 1 ? parts[0]! : undefined;
  if (only && isPlacesOnly(options, numAll, only.grid.table.columns.length)) {
    await output.write(await longSummary(knn, options, only.grid.table, labels[0]));
    return;
  }
  const warnings: string[] = [];
  const all: Scored[][] = [];
  for (const { name: series, grid } of parts) {
    const threads = threadsFor(options, grid.table, reference);
    if (parts.length === 1) announceScoring(options, grid.table, reference, threads);
    const scored = await scoreColumns(knn, options, grid.table, reference, threads);
    all.push(scored);
    for (const one of scored) {
      const warning = nothingCompared({ ...one, name: nameOfSeries(series, one.name) }, options);
      if (warning !== undefined) warnings.push(warning);
    }
  }
  tellOf(warnings);
  if (options.failOnAlarm && all.flat().some(({ scores }) => scores.some((x) => x >= options.threshold!))) {
    process.exitCode = ALARM_STATUS;
  }
  const isSummary = options.format === 'summary';
  await output.write(
    isSummary ? await summaryOf(options, parts, all, reference, labels) : linesOf(options, rowsOf(parts, all)),
  );
}

/** A series in time. */
interface GridPart extends Part {
  readonly grid: InTime;
}

async function readLabels(path: string, { table }: InTime): Promise<Labels> {
  return await (await import('../input/labels.ts')).Labels.read(path, table.times);
}

/** The reference; one of several series has no place there. */
async function readReference(options: ScoreOptions, numBefore: number): Promise<Table> {
  const { inputOptions } = options;
  return await read(
    options.reference!,
    { ...options, inputOptions: { ...inputOptions, series: undefined } },
    numBefore,
  );
}

/** The summary of each column, or where there are many one ranking of all. */
async function summaryOf(
  options: ScoreOptions,
  parts: readonly GridPart[],
  all: readonly (readonly Scored[])[],
  reference: Table | undefined,
  labels: readonly (Labels | undefined)[],
): Promise<string[]> {
  if (!isRanking(options, all[0]!.length)) {
    const { table } = parts[0]!.grid;
    const { top, separation } = options;
    const placed = all[0]!.map((one) => ({ ...one, places: topAnomalies(one.scores, top, { separation }) }));
    return await reportOf(options, placed, table, reference, labels[0]);
  }
  const { rankingReport } = await import('./ranking-report.ts');
  const ranked = parts.flatMap(({ name, grid: { table } }, p) =>
    all[p]!.map((scored, c) => ({
      ...scored,
      series: name,
      timeOf: table.times && ((index: number) => table.times!.at(index)),
      reference: reference?.columns[c]?.values.toArray(),
      labels: labels[p],
    })),
  );
  return [interruptible(() => rankingReport(ranked, options))];
}

async function reportOf(
  options: ScoreOptions,
  placed: readonly PlacedSeries[],
  table: Table,
  reference: Table | undefined,
  labels: Labels | undefined,
): Promise<string[]> {
  const { report } = await import('./report.ts');
  return interruptible(() => report({ options, placed, table, reference, labels }));
}

/** The summary of a series whose scores would take long: its places are found alone, and it has no curve of the scores. */
async function longSummary(
  knn: KNN,
  options: ScoreOptions,
  table: Table,
  labels: Labels | undefined,
): Promise<string[]> {
  const numWindows = numRows(table) - options.windowSize + 1;
  const duration = formatDuration(secondsOfScoring(options, numWindows, table.columns.length));
  const reason = `the scores of all ${formatCount(numWindows)} windows may take one thread ${duration}`;
  process.stderr.write(
    `knn-anomaly: ${reason}: the summary has the strangest places alone, which are the same (--format csv has all scores)\n`,
  );
  tellOf(nothingComparedIn(table, options));
  const { findPlaces } = await import('./top-only.ts');
  const placed: PlacedSeries[] = [];
  for (const [c, { name, values }] of table.columns.entries()) {
    const places = await findPlaces(knn, options, table, c, undefined);
    placed.push({ name, values: values.toArray(), scores: undefined, places });
  }
  return await reportOf(options, placed, table, undefined, labels);
}

function nothingComparedIn(table: Table, options: ScoreOptions): string[] {
  return table.columns.flatMap(
    ({ name, values }) => nothingCompared({ name, values: values.toArray() }, options) ?? [],
  );
}

/** The rows that were read; those of several series in the order of their times. */
function rowsOf(parts: readonly GridPart[], all: readonly (readonly Scored[])[]): Rows {
  const rows = parts.map(({ grid }, p) => grid.ofRows(all[p]!));
  if (parts[0]!.name === undefined) return rows[0]!;
  const areDated = parts.every(({ grid }) => grid.moments !== undefined);
  return merged(
    parts.map(({ name, rows: given, grid }, p) => {
      return { name: name!, ...rows[p]!, order: areDated ? grid.moments! : given! };
    }),
  );
}

/** One line per row, with its alarms if there is a threshold. */
function linesOf({ format, threshold }: ScoreOptions, { scored, times, series }: Rows): Iterable<string> {
  if (format === 'lines') return formatLines(scored[0]!);
  const told =
    threshold === undefined
      ? scored
      : scored.map((one) => ({ ...one, fields: alarmFields(one, times, threshold, series) }));
  return format === 'csv' ? formatCsv(told, times, 0, true, series) : formatJson(told, times, 0, series);
}

/** The one series of the input. Throws for several, which the option cannot serve. */
function onlyPart(parts: readonly GridPart[], option: string): GridPart {
  if (parts.length === 1) return parts[0]!;
  throw new UsageError(`--${option} is for one series, got ${parts.length}: choose one with --where`);
}

/** The strangest places alone, without the scores of all. */
async function topOf(
  knn: KNN,
  options: ScoreOptions,
  grid: InTime,
  reference: Table | undefined,
  output: Awaited<ReturnType<typeof openOutput>>,
): Promise<void> {
  tellOf(nothingComparedIn(grid.table, options));
  const { writePlaces } = await import('./top-only.ts');
  await writePlaces(knn, options, grid, reference, output);
}

/** The options with the window of `--window auto`, which is said on standard error with how sure it is. */
async function withFoundWindow(options: ScoreOptions, parts: readonly GridPart[]): Promise<ScoreOptions> {
  const { table } = parts[0]!.grid;
  const columns = parts.flatMap(({ grid }) => grid.table.columns);
  const name = nameOf(options.input);
  if (columns.length > 1) {
    throw new UsageError(
      `--window auto is for one ${parts.length > 1 ? 'series' : 'column'}, got ${columns.length}: knn-anomaly suggest tells that of each`,
    );
  }
  const suggestion = interruptible(() => suggestWindow(columns[0]!.values.toArray()));
  const { describeSuggestion, NO_PERIOD } = await import('../suggest/words.ts');
  if (suggestion === undefined) fail(`${name}: --window auto: ${NO_PERIOD}`);
  process.stderr.write(`knn-anomaly: ${name}: --window auto: ${describeSuggestion(suggestion)}\n`);
  const n = numRows(table);
  const found = withWindow(options, suggestion.windowSize);
  checkMemory(n, estimateScoreBytes(n, found, 1) + (table.times?.size ?? 0), options.maxMemory, 1);
  return found;
}

/** The detector, made before anything is read: what it refuses is a usage error. */
function detectorOf(options: ScoreOptions): KNN {
  try {
    return new KNN(options.windowSize, options.k, options.knn);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Reads an input beside `numBefore` rows that are already in memory. */
async function read(path: string, options: ScoreOptions, numBefore: number): Promise<Table> {
  const { target } = options;
  const bytesOf = (n: number, { columns: { length } }: Table): number =>
    target === undefined ? estimateScoreBytes(n, options, length) : estimateBlockBytes(n, options, target);
  return await readWithin(path, options.inputOptions, options, bytesOf, 'as read', numBefore);
}

function checkLength({ windowSize, input, reference }: ScoreOptions, n: number, m: number | undefined): void {
  const [path, length] = n < windowSize ? [input, n] : [reference!, m ?? windowSize];
  if (length >= windowSize) return;
  const values = length === 1 ? '1 value' : `${formatCount(length)} values`;
  fail(`--window ${windowSize} is larger than the series: ${nameOf(path)} has ${values}`);
}

/** Number of threads; `undefined` leaves the choice to `scoreAsync`, because memory suffices for all of them. */
function threadsFor(options: ScoreOptions, table: Table, reference: Table | undefined): number | undefined {
  if (options.threads !== undefined) return options.threads;
  const n = numRows(table) + (reference === undefined ? 0 : numRows(reference));
  const most = threadsIn(options.maxMemory, n, options, table.columns.length);
  return most < availableParallelism() ? most : undefined;
}

/** Announces long work on stderr, with its estimated time. */
function announceScoring(
  options: ScoreOptions,
  table: Table,
  reference: Table | undefined,
  threads = availableParallelism(),
): void {
  const numWindows = numRows(table) - options.windowSize + 1;
  const numCandidates = reference === undefined ? numWindows : numRows(reference) - options.windowSize + 1;
  const seconds = table.columns.length * estimateSeconds(numWindows, numCandidates, options, threads);
  if (options.progress) announce(`scoring ${formatCount(numWindows)} windows`, seconds);
}

async function scoreColumns(
  knn: KNN,
  options: ScoreOptions,
  table: Table,
  reference: Table | undefined,
  threads: number | undefined,
): Promise<Scored[]> {
  const scored: Scored[] = [];
  for (const [c, { name, values: numbers }] of table.columns.entries()) {
    const values = numbers.toArray();
    const memory = reference?.columns[c]?.values.toArray();
    const progress = progressOf(options);
    try {
      const scores = await knn.scoreAsync(values, {
        ...(memory !== undefined && { reference: memory }),
        threads,
        onProgress: (state) => void progress.scoring(state, name),
      });
      scored.push({ name, values, scores });
    } finally {
      await progress.stop();
    }
  }
  return scored;
}
