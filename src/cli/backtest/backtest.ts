// The command `backtest`: runs a monitor over a whole file as if it were live, and says what it would have meant.
import {
  type BacktestOptions,
  type MonitorOptions,
  monitor,
  backtest as run,
  type ThresholdCount,
} from '../../calibrate.ts';
import type { LabeledRange } from '../../plot.ts';
import { detectorOf } from '../alarms/detector-option.ts';
import { ALARM_STATUS, FAIL_ON_ALARM } from '../alarms/options.ts';
import { type Command, EXIT_STATUS, terminals } from '../command.ts';
import { announce, formatCount } from '../cost.ts';
import { fail } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import { nameOf } from '../input/source.ts';
import { INPUT_OPTIONS } from '../options/input-options.ts';
import { openOutput } from '../output/output.ts';
import { FIGURE_OPTIONS, type FigureTimes, frameOf, timeAt, writeFigure } from '../plot/figure.ts';
import { SECONDS_PER_BAND, SECONDS_PER_VALUE, spanOf, watch } from '../plot/watched.ts';
import { progressOf, readWithin } from '../read-within.ts';
import { tellOf } from '../series/split.ts';
import { FIRST_LEARNED, MONITOR_GROUPS } from '../stream/monitor-kind.ts';
import { type RegularTable, regularTable } from '../time/time-order.ts';
import { type BacktestCommand, backtestOptionsOf } from './options.ts';
import { type Reported, reportJson, reportText } from './report.ts';

/** Bytes per value of the series, its time, and what is found of it. */
const BYTES_PER_VALUE = 120;

const DEFAULT_STEP = 60;

/** The command `knn-anomaly backtest`. */
export const backtest: Command = {
  usage: '[FILE] [options]',
  about: `Runs a monitor over a whole series as if its values came one by one, and says
what it would have meant: how many incidents and alarms, also at other
thresholds, and the most surprising of them in sentences. Every value is judged
by those before it alone, so the alarms are those of knn-anomaly monitor. FILE
is a path, or - or nothing for standard input. Gzip is recognized.`,
  groups: [
    {
      title: 'Input',
      options: [...INPUT_OPTIONS, 'time-unit', 'duplicates', 'resample'],
      note: `With --time rows are sorted, and those that are absent count as missing
values, if the times have a common step; else values are taken as they come.`,
    },
    { title: 'Instead of a preset', options: ['detector'] },
    ...MONITOR_GROUPS,
    { title: 'Report', options: ['thresholds', 'per-day', 'worst', 'format', 'fail-on-alarm'] },
    { title: 'Figure', options: ['output', 'band', ...FIGURE_OPTIONS, 'force'] },
    { title: 'Work', options: ['max-memory', 'no-progress', 'help'] },
  ],
  note: 'PNG needs an optional package: npm install @resvg/resvg-js',
  exitStatus: `${EXIT_STATUS}
${FAIL_ON_ALARM}`,
  examples: `knn-anomaly backtest cpu.csv --column cpu --time time
knn-anomaly backtest cpu.csv --column cpu --time time --per-day 0.5
knn-anomaly backtest latency.txt --direction up --band -o latency.svg`,
  run: async (given) => await execute(await backtestOptionsOf(given, terminals())),
};

async function execute(options: BacktestCommand): Promise<void> {
  const figure = options.output === undefined ? undefined : await openOutput(options.output, options.force);
  const table = await readWithin(options.input, options.inputOptions, options, (n) => BYTES_PER_VALUE * n, 'as read');
  const regular = inOrder(table, options);
  const { name, values } = regular.columns[0]!;
  const times = regular.gridTimes && timesOf(regular.gridTimes, regular, options);
  const { thresholds, perDay, worst } = options;
  if (options.progress) announceRuns(values.length, options);
  const series = times === undefined ? values : { values, times: times.numbers };
  const result = run(series, {
    ...runOptions(options),
    worst,
    ...(thresholds !== undefined && { thresholds }),
    ...(perDay !== undefined && { perDay }),
  });
  const { warmup = 100, mute = 0, step = DEFAULT_STEP, calendar, bounds } = options.monitor;
  const reported: Reported = {
    title: [nameOf(options.input), ...(name === undefined ? [] : [name])].join(' · '),
    result,
    suggested: result.suggested && inFewDigits(result.suggested, series, options),
    threshold: monitor(monitorOptions(options)).threshold,
    numSilent: bounds === undefined ? Math.max(warmup + FIRST_LEARNED, mute) : mute,
    step: times === undefined ? step : undefined,
    perDay,
    timezone: options.inputOptions.dialect?.zone?.timezone ?? calendar?.timezone,
  };
  if (figure !== undefined) await draw(options, values, times, name, reported, figure);
  const output = await openOutput(undefined, false);
  await output.write(options.format === 'json' ? [reportJson(reported)] : reportText(reported));
  if (options.failOnAlarm && result.incidents.length > 0) process.exitCode = ALARM_STATUS;
}

/** What the runs of the library are given. */
function runOptions({ monitor, detector }: BacktestCommand): BacktestOptions {
  return { ...monitor, ...(detector !== undefined && { detector: () => detectorOf(detector) }) };
}

/** What one monitor is given. */
function monitorOptions({ monitor, detector }: BacktestCommand): MonitorOptions {
  return { ...monitor, ...(detector !== undefined && { detector: detectorOf(detector) }) };
}

/** A threshold with four digits that keeps to the budget, too, and its own counts; the one that is given if there is none. */
function inFewDigits(
  suggested: ThresholdCount,
  series: Parameters<typeof run>[0],
  options: BacktestCommand,
): ThresholdCount {
  const { threshold } = suggested;
  const nearest = Number(threshold.toPrecision(4));
  const short = nearest >= threshold ? nearest : Number((threshold * (1 + 1e-3)).toPrecision(4));
  const [count] = run(series, { ...runOptions(options), thresholds: [short], worst: 0 }).counts;
  return count!.perDay <= options.perDay! ? count! : suggested;
}

/** Of the library: thresholds that are counted at by default, and runs to find the one for a budget. */
const NUM_THRESHOLDS = 6;
const NUM_SEARCHED = 14;

function announceRuns(n: number, { thresholds, perDay, output, band }: BacktestCommand): void {
  const numRuns = 1 + (thresholds?.length ?? NUM_THRESHOLDS) + (perDay === undefined ? 0 : NUM_SEARCHED);
  const bandSeconds = output !== undefined && band ? n * SECONDS_PER_BAND : 0;
  announce(`running ${numRuns} monitors over ${formatCount(n)} values`, numRuns * n * SECONDS_PER_VALUE + bandSeconds);
}

/** The rows in the order of their times, one per step if they have one. What was done to them is said on standard error. */
function inOrder(table: Table, { input, times }: BacktestCommand): RegularTable {
  const regular = regularTable(table, times, nameOf(input), 'grid or order');
  tellOf([regular.notice]);
  return regular;
}

/** The times in milliseconds. Throws for numbers whose unit is not known. */
function timesOf(
  times: Float64Array,
  { isDate, timeOf }: RegularTable,
  { input, timeUnit }: BacktestCommand,
): FigureTimes {
  if (isDate) return { numbers: times, isDate };
  if (timeUnit === 'none') {
    fail(
      `${nameOf(input)}: row 1: the time is the number ${timeOf(0)}: say with --time-unit s or ms what it counts since 1970`,
    );
  }
  return { numbers: timeUnit === 's' ? times.map((time) => time * 1000) : times, isDate: true };
}

/** The series with its incidents; those that the report explains have its numbers. */
async function draw(
  options: BacktestCommand,
  values: Float64Array,
  times: FigureTimes | undefined,
  name: string | undefined,
  { title, result }: Reported,
  output: Awaited<ReturnType<typeof openOutput>>,
): Promise<void> {
  const progress = progressOf(options);
  const watched = await watch(values, times?.numbers, monitorOptions(options), options.band, (state) => {
    void progress.scoring(state, name, 'values');
  }).finally(() => progress.stop());
  const ranks = new Map(result.worst.map(({ incident }, p) => [incident.begin, p + 1]));
  const labels = watched.incidents.map((incident): LabeledRange<number | Date> => {
    const { begin, end } = spanOf(incident);
    const rank = ranks.get(begin);
    const range = { begin: timeAt(begin, times), end: timeAt(end, times) };
    return rank === undefined ? range : { ...range, label: String(rank) };
  });
  const { surprises, threshold, alarms, band } = watched;
  const figure = {
    series: values,
    scores: [{ label: 'surprise', values: surprises, threshold, alarms }],
    labels,
    title: options.title ?? title,
    name: name ?? 'series',
    ...frameOf(options, times, options.monitor.calendar?.timezone),
    ...(band !== undefined && { band }),
  };
  await writeFigure(figure, output, options.figureFormat, options.fonts);
}
