// The command `eval`: reads scores and labels, writes what every metric says about them.
import { toRanges } from '../../evaluate/labels.ts';
import { probationOf } from '../../evaluate/nab.ts';
import {
  affiliation,
  type EventF1,
  eventF1,
  type LabeledRange,
  nabProfiles,
  nabScore,
  type PrecisionRecall,
  pointAdjustedF1,
  prAuc,
  rangeF1,
  rocAuc,
  vusPr,
  vusRoc,
} from '../../evaluate.ts';
import { type Command, EXIT_STATUS, terminals } from '../command.ts';
import { formatCount } from '../cost.ts';
import { CliError, show } from '../errors.ts';
import { numRows, pickRows, type Table } from '../input/columns.ts';
import { Labels } from '../input/labels.ts';
import { nameOf } from '../input/source.ts';
import { INPUT_OPTIONS } from '../options/input-options.ts';
import { openOutput } from '../output/output.ts';
import { inWidth, lineWidth, plain, shortNumber, wrapped } from '../output/text.ts';
import { readWithin } from '../read-within.ts';
import { tellOf } from '../series/split.ts';
import { interruptible } from '../signals.ts';
import { regularTable } from '../time/time-order.ts';
import { type EvalOptions, evalOptionsOf } from './options.ts';

/** Bytes per value: score and label (arrays grow by doubling, so half may be spare), copies, order, weights and gains. */
const BYTES_PER_VALUE = 120;

/** The metrics. Those of alarms need a threshold; NAB is left out if it would score no window. */
interface Evaluation {
  n: number;
  anomalies: number;
  anomalousValues: number;
  window: number;
  rocAuc: number;
  prAuc: number;
  vusRoc: number;
  vusPr: number;
  threshold?: number;
  events?: EventF1;
  ranges?: PrecisionRecall;
  affiliation?: PrecisionRecall;
  pointAdjusted?: PrecisionRecall;
  nab?: Record<string, { score: number; threshold: number }>;
}

/** The command `knn-anomaly eval`. */
export const evaluate: Command = {
  usage: '[FILE] (--labels FILE | --label-column NAME) [...]',
  about: `Tells how good scores are, given the true anomalies. FILE holds one score per
value, higher is stranger, as score, stream and monitor write them: of their csv
and json the score is found, and the time for --labels. It is a path, or - or
nothing for standard input. Gzip is recognized.`,
  groups: [
    {
      title: 'Input',
      options: [...INPUT_OPTIONS, 'duplicates', 'resample', 'labels', 'label-column'],
      note: `Missing scores are empty cells, NaN, NA, null and infinities: lower than all.
With --time rows are sorted, and rows of one time count once.`,
    },
    { title: 'Metrics', options: ['threshold', 'window'] },
    { title: 'Output', options: ['format', 'output', 'force', 'max-memory', 'help'] },
  ],
  exitStatus: EXIT_STATUS,
  examples: `knn-anomaly eval scores.txt --labels faults.csv
knn-anomaly eval scores.csv --column score --label-column y --threshold 4.65
knn-anomaly score cpu.txt | knn-anomaly eval --labels faults.csv --format json`,
  run: async (given) => await run(evalOptionsOf(given, terminals().stdin)),
};

async function run(options: EvalOptions): Promise<void> {
  const output = await openOutput(options.output, options.force);
  const table = await read(options);
  const scored = table.columns[0]!;
  const anomalies = await anomaliesOf(options, table);
  const evaluation = inInput(options.input, () =>
    interruptible(() => measure(scored.values.toArray(), anomalies, options)),
  );
  if (options.format === 'json') await output.write([`${JSON.stringify(evaluation)}\n`]);
  else {
    const title = [nameOf(options.input), ...(scored.name === undefined ? [] : [plain(scored.name)])].join(' · ');
    await output.write([tableOf(evaluation, title)]);
  }
}

/** Scores, and labels beside them, in the order of their times; rows of one time as one. */
async function read({ input, inputOptions, times, maxMemory }: EvalOptions): Promise<Table> {
  const bytesOf = (n: number): number => n * BYTES_PER_VALUE;
  const table = await readWithin(input, inputOptions, { maxMemory, progress: false }, bytesOf, 'as read');
  const regular = regularTable(table, times, nameOf(input), 'order');
  tellOf([regular.notice]);
  if (regular.isUnchanged) return table;
  const { columns, numRows: n, rowAt, positionOf } = regular;
  const firsts: number[] = [];
  for (let r = 0; r < n; r++) if (positionOf(r) === firsts.length) firsts.push(rowAt(r));
  const sorted = pickRows(table, firsts);
  for (const [c, { values }] of columns.entries()) {
    for (const [t, x] of values.entries()) sorted.columns[c]!.values.set(t, x);
  }
  return sorted;
}

/** The anomalies, from the other file or from the second column. */
async function anomaliesOf({ labels, input }: EvalOptions, table: Table): Promise<LabeledRange[]> {
  const { name } = table.columns[0]!;
  const n = numRows(table);
  if (labels === undefined) return inInput(input, () => toRanges(table.columns[1]!.values.toArray(), n));
  const all = await Labels.read(labels, table.times);
  const ranges = inInput(labels, () => all.rangesFor(all.for(name).length > 0 ? name : subjectOf(name), n));
  if (ranges.length > 0) return ranges;
  const metrics = [...new Set(all.all.map(({ metric }) => metric))].join(', ');
  const what = name === undefined ? 'these scores' : show(name);
  throw new CliError(`${nameOf(labels)}: no label is about ${what}; they are about ${metrics}`);
}

/** The column that scores are about, as an output of several columns names them: `cpu` of `cpu_score` and `metrics.cpu.score`. */
function subjectOf(name: string | undefined): string | undefined {
  return name?.replace(/^metrics\.(.+)\.(?:score|surprise)$/, '$1').replace(/_(?:score|surprise)$/, '');
}

/** Turns what a metric refuses into an error about the input. */
function inInput<T>(input: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw new CliError(`${nameOf(input)}: ${(error as Error).message}`);
  }
}

function measure(scores: Float64Array, labels: LabeledRange[], { threshold, window }: EvalOptions): Evaluation {
  const n = scores.length;
  const evaluation: Evaluation = {
    n,
    anomalies: labels.length,
    anomalousValues: labels.reduce((sum, { begin, end }) => sum + end - begin + 1, 0),
    rocAuc: rocAuc(scores, labels),
    prAuc: prAuc(scores, labels),
    window,
    vusRoc: vusRoc(scores, labels, { window }),
    vusPr: vusPr(scores, labels, { window }),
  };
  if (threshold !== undefined) {
    evaluation.threshold = threshold;
    evaluation.events = eventF1(scores, labels, threshold);
    evaluation.ranges = rangeF1(scores, labels, threshold);
    evaluation.affiliation = affiliation(scores, labels, threshold);
    evaluation.pointAdjusted = pointAdjustedF1(scores, labels, threshold);
  }
  if (labels.some(({ end }) => end >= probationOf(n))) {
    const results = nabProfiles.map((profile) => {
      const result = nabScore([{ scores, labels }], { profile, ...(threshold !== undefined && { threshold }) });
      return [profile, { score: result.score, threshold: result.threshold }] as const;
    });
    evaluation.nab = Object.fromEntries(results);
  }
  return evaluation;
}

function tableOf(evaluation: Evaluation, title: string): string {
  const { n, anomalies, anomalousValues, window, threshold, nab } = evaluation;
  const share = ((100 * anomalousValues) / n).toPrecision(2);
  const lines = [
    inWidth(
      `${title}: ${count(n, 'value')}, ${count(anomalies, 'anomaly', 'anomalies')} of ${count(anomalousValues, 'value')} (${share} %)`,
      NARROW,
    ),
    '',
    row('ROC-AUC', [evaluation.rocAuc]),
    row('PR-AUC', [evaluation.prAuc]),
    row('VUS-ROC', [evaluation.vusRoc], `buffer up to ${window}`),
    row('VUS-PR', [evaluation.vusPr], `buffer up to ${window}`),
    '',
  ];
  if (threshold !== undefined) lines.push(...alarmLines(evaluation, threshold), '');
  if (nab === undefined)
    lines.push(inWidth('no NAB score: no anomaly reaches beyond the first values, which it leaves out', NARROW));
  else {
    lines.push(
      `NAB score${''.padEnd(isNarrow() ? 2 : 17)}${threshold === undefined ? 'at its best threshold' : 'at this threshold'}`,
    );
    for (const [profile, { score, threshold: at }] of Object.entries(nab)) {
      lines.push(row(`  ${profile}`, [score], threshold === undefined ? `at ${shortNumber(at)}` : '', 1));
    }
  }
  return `${lines.join('\n')}\n`;
}

function alarmLines({ events, ranges, affiliation: near, pointAdjusted }: Evaluation, threshold: number): string[] {
  const { found, missed, falseAlarms, medianDelay, maxDelay } = events!;
  const delay = found === 0 ? '' : `; delay ${shortNumber(medianDelay)} (median), ${shortNumber(maxDelay)} at most`;
  const cells = ({ precision, recall, f1 }: PrecisionRecall): number[] => [precision, recall, f1];
  return [
    line(`alarms from ${shortNumber(threshold)}`, [isNarrow() ? 'prec.' : 'precision', 'recall', 'F1']),
    row(
      '  events',
      cells(events!),
      `${found} of ${found + missed} found, ${count(falseAlarms, 'false alarm')}${delay}`,
    ),
    row('  ranges', cells(ranges!)),
    row('  affiliation', cells(near!), 'random alarms have about 0.5'),
    row('  point-adjusted', cells(pointAdjusted!), 'flatters: only to compare with published figures'),
  ];
}

/** Widths of names and of numbers, where lines are wide and where they are not. */
const NAME = [22, 16];
const CELL = [10, 8];
/** Lines shorter than that are narrow: a note then has lines of its own. */
const NARROW = 60;

function isNarrow(): boolean {
  return lineWidth() < NARROW;
}

/** A name and cells beside each other. */
function line(name: string, cells: readonly string[]): string {
  const [nameWidth, width] = [NAME, CELL].map((widths) => widths[Number(isNarrow())]!) as [number, number];
  return `${name.padEnd(nameWidth)}${cells.map((cell) => cell.padStart(width)).join('')}`;
}

function row(name: string, values: readonly number[], note = '', digits = 3): string {
  const cells = values.map((value) => (Number.isNaN(value) ? '–' : value.toFixed(digits)));
  if (note === '') return line(name, cells);
  if (!isNarrow()) return `${line(name, cells)}  ${note}`;
  return [line(name, cells), ...wrapped(note, lineWidth() - 4).map((text) => `    ${text}`)].join('\n');
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}
