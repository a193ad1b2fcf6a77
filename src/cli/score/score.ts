// The command `score`: reads a table, scores its columns, writes what was asked for.
import { availableParallelism } from 'node:os';
import { KNN, suggestWindow } from '../../index.ts';
import { ALARM_STATUS, FAIL_ON_ALARM } from '../alarms/options.ts';
import { alarmFields } from '../alarms/runs.ts';
import { estimateBlockBytes, openBlock, writeBlock } from '../blocks/write-block.ts';
import { CHANGE_OPTIONS } from '../change/options.ts';
import { type Command, EXIT_STATUS, terminals } from '../command.ts';
import { announce, checkMemory, estimateBytes, estimateSeconds, formatCount, threadsIn } from '../cost.ts';
import { fail, UsageError } from '../errors.ts';
import { numRows, type Table } from '../input/columns.ts';
import { nameOf } from '../input/source.ts';
import { INPUT_OPTIONS } from '../options/input-options.ts';
import { formatCsv, formatJson, formatLines, type Scored } from '../output/formats.ts';
import { openOutput } from '../output/output.ts';
import { progressOf, readWithin } from '../read-within.ts';
import { interruptible } from '../signals.ts';
import { TIME_OPTIONS } from '../time/options.ts';
import { nothingCompared } from './compared.ts';
import { checkSameStep, type InTime, inTime } from './in-time.ts';
import { type ScoreOptions, scoreOptionsOf, withWindow } from './options.ts';

/** The command `knn-anomaly score`. */
export const score: Command = {
  usage: '[FILE] [options]',
  about: `Scores every value of a series by how far the window that ends there (--align)
is from the windows most like it: higher is stranger. FILE is a path, or - or
nothing for standard input. Gzip is recognized.`,
  groups: [
    {
      title: 'Input',
      options: [...INPUT_OPTIONS, ...TIME_OPTIONS, 'reference', 'missing'],
      note: `Missing are empty cells, NaN, NA, n/a, null, None, - and infinities. With
--time rows are sorted, and those that are absent count as missing values, so
that no window crosses a hole; every row that was read has its score.`,
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
        'threshold',
        'fail-on-alarm',
        'top',
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
zcat log.jsonl.gz | knn-anomaly score --field latency.p99 --normalize zscore`,
  run: async (given) => await run(await scoreOptionsOf(given, terminals())),
};

async function run(given: ScoreOptions): Promise<void> {
  detectorOf(given);
  const { target } = given;
  const output = await (target ? openBlock(target, given) : openOutput(given.output, given.force));
  const grid = inTime(await read(given.input, given, 0), given.times, nameOf(given.input));
  const { table } = grid;
  // Labels first: times that they cannot be put beside are an error, not a notice.
  const labels =
    given.labels === undefined
      ? undefined
      : await (await import('../input/labels.ts')).Labels.read(given.labels, table.times);
  tell(grid);
  const options = given.isAuto ? await withFoundWindow(given, table) : given;
  const knn = detectorOf(options);
  const referenceGrid =
    options.reference === undefined
      ? undefined
      : inTime(await read(options.reference, options, numRows(table)), options.times, nameOf(options.reference));
  if (referenceGrid !== undefined) {
    tell(referenceGrid);
    checkSameStep(grid, referenceGrid);
  }
  const reference = referenceGrid?.table;
  checkLength(options, numRows(table), reference && numRows(reference));
  if (target !== undefined) {
    await writeBlock(target, options, table, grid.isUnchanged, output);
    return;
  }
  const threads = threadsFor(options, table, reference);
  announceScoring(options, table, reference, threads);
  const scored = await scoreColumns(knn, options, table, reference, threads);
  for (const series of scored) {
    const warning = nothingCompared(series, options);
    if (warning !== undefined) process.stderr.write(`knn-anomaly: ${warning}\n`);
  }
  const rows = alarmsOf(grid.ofRows(scored), options);
  if (options.format === 'summary') {
    const { report } = await import('./report.ts');
    await output.write(interruptible(() => report({ options, scored, table, reference, labels })));
    return;
  }
  if (options.format === 'lines') await output.write(formatLines(rows.scored[0]!));
  else if (options.format === 'csv') await output.write(formatCsv(rows.scored, rows.times));
  else await output.write(formatJson(rows.scored, rows.times));
}

/** The rows with their alarms, if there is a threshold. What an alarm means for the exit status is set. */
function alarmsOf(rows: ReturnType<InTime['ofRows']>, { threshold, failOnAlarm }: ScoreOptions): typeof rows {
  if (threshold === undefined) return rows;
  const found = rows.scored.map((series) => ({ series, ...alarmFields(series, rows.times, threshold) }));
  if (failOnAlarm && found.some(({ numAlarms }) => numAlarms > 0)) process.exitCode = ALARM_STATUS;
  return { ...rows, scored: found.map(({ series, fields }) => ({ ...series, fields })) };
}

/** Says on standard error what was done to the rows of a table. */
function tell({ notice }: InTime): void {
  if (notice !== '') process.stderr.write(`knn-anomaly: ${notice}\n`);
}

/** The options with the window of `--window auto`, which is said on standard error with how sure it is. */
async function withFoundWindow(options: ScoreOptions, table: Table): Promise<ScoreOptions> {
  const { columns } = table;
  const name = nameOf(options.input);
  if (columns.length > 1) {
    throw new UsageError(
      `--window auto is for one column, got ${columns.length}: knn-anomaly suggest tells that of each`,
    );
  }
  const suggestion = interruptible(() => suggestWindow(columns[0]!.values.toArray()));
  const { describeSuggestion, NO_PERIOD } = await import('../suggest/words.ts');
  if (suggestion === undefined) fail(`${name}: --window auto: ${NO_PERIOD}`);
  process.stderr.write(`knn-anomaly: ${name}: --window auto: ${describeSuggestion(suggestion)}\n`);
  const n = numRows(table);
  const found = withWindow(options, suggestion.windowSize);
  checkMemory(n, estimateBytes(n, found, 1, options.threads) + (table.times?.size ?? 0), options.maxMemory, 1);
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
  const bytesOf = (n: number, { columns }: Table): number =>
    target ? estimateBlockBytes(n, options, target) : estimateBytes(n, options, columns.length, options.threads);
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
