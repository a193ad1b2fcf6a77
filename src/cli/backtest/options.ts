// The options of `knn-anomaly backtest` as checked values.
import { type MonitorOptions, monitor } from '../../calibrate.ts';
import { prepareDetector } from '../alarms/detector-option.ts';
import { type ChangeKind, changeKindOf } from '../change/change.ts';
import type { Terminals } from '../command.ts';
import { show, UsageError } from '../errors.ts';
import type { TimeUnit } from '../input/moments.ts';
import type { InputOptions } from '../input/read.ts';
import {
  checkInputOptions,
  checkOutput,
  inputOptionsOf,
  inputPath,
  type OutputOptions,
  outputOptionsOf,
} from '../options/input-options.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { defaultSettings, givenSettings } from '../options/settings.ts';
import { checkFonts, type FigureFormat, type FigureOptions, figureOptionsOf, formatOfPath } from '../plot/figure.ts';
import {
  checkRule,
  MONITOR_SETTINGS,
  type MonitorSettings,
  monitorOptionsOf,
  needsTimes,
  optionsIn,
} from '../stream/monitor-settings.ts';
import { type TimeOptions, timeOptionsOf } from '../time/options.ts';

/** The options of `knn-anomaly backtest`. */
export interface BacktestCommand extends OutputOptions, FigureOptions {
  /** A path; `-` is standard input. */
  readonly input: string;
  readonly inputOptions: InputOptions;
  readonly times: TimeOptions;
  readonly timeUnit: TimeUnit;
  readonly monitor: Omit<MonitorOptions, 'detector'>;
  /** What `--detector` says, instead of a preset; it is prepared. `undefined`: the preset. */
  readonly detector: string | undefined;
  /** `undefined`: those of the library. */
  readonly thresholds: readonly number[] | undefined;
  /** Alarms a day that are wanted. */
  readonly perDay: number | undefined;
  readonly worst: number;
  /** Of the figure, if there is one. */
  readonly figureFormat: FigureFormat;
  readonly band: boolean;
  readonly format: 'text' | 'json';
  /** Whether an alarm is an exit status. */
  readonly failOnAlarm: boolean;
  readonly maxMemory: number;
  readonly progress: boolean;
}

/** The options of a command line. Throws a {@link UsageError} for options that make no sense. */
export async function backtestOptionsOf(given: ParsedOptions, isTerminal: Terminals): Promise<BacktestCommand> {
  const output = outputOptionsOf(given);
  const detector = given.text('detector');
  if (detector !== undefined) await prepareDetector(detector);
  const options: BacktestCommand = {
    input: inputPath(given, isTerminal.stdin),
    inputOptions: inputOptionsOf(given),
    times: { ...timeOptionsOf(given), change: changeOf(given) },
    timeUnit: given.choice('time-unit'),
    monitor: monitorOf(given),
    detector,
    failOnAlarm: given.flag('fail-on-alarm'),
    thresholds: given.has('thresholds') ? thresholdsOf(given.text('thresholds')!) : undefined,
    perDay: given.has('per-day') ? given.number('per-day') : undefined,
    worst: given.integer('worst'),
    ...figureOptionsOf(given),
    figureFormat: output.output === undefined ? 'svg' : formatOfPath(output.output, ''),
    band: given.flag('band'),
    format: given.choice('format'),
    ...output,
    maxMemory: given.size('max-memory'),
    progress: !given.flag('no-progress'),
  };
  checkInputOptions(options.inputOptions, 'lines');
  checkOutput(options);
  if (options.output === undefined) {
    for (const name of ['band', 'title', 'width', 'height', 'theme', 'font'] as const) {
      if (given.has(name)) throw new UsageError(`--${name} is for the figure: add --output FILE`);
    }
  }
  checkFonts(options.fonts, options.figureFormat);
  return options;
}

/** What the monitor is given instead of the values. A rate per value is its own, as in `knn-anomaly monitor`. */
function changeOf(given: ParsedOptions): ChangeKind | undefined {
  const change = changeKindOf(given.flag('diff'), given.flag('rate'));
  return change === 'rate' && !given.has('time') ? undefined : change;
}

/** The options of the monitor, found to be right before anything is read. */
function monitorOf(given: ParsedOptions): BacktestCommand['monitor'] {
  checkRule(given);
  const settings: MonitorSettings = {
    ...defaultSettings(MONITOR_SETTINGS, 'backtest'),
    ...givenSettings(given, MONITOR_SETTINGS),
    ...(changeOf(given) === 'rate' && { rate: '' }),
  };
  if (needsTimes(settings) && !given.has('time'))
    throw new UsageError('--calendar needs --time: the column with the dates');
  const options = monitorOptionsOf(settings);
  try {
    monitor(options);
  } catch (error) {
    throw new UsageError(optionsIn((error as Error).message));
  }
  const { detector: _, ...others } = options;
  return others;
}

function thresholdsOf(text: string): number[] {
  return text.split(',').map((part) => {
    const threshold = Number(part.trim() || NaN);
    if (threshold > 0 && threshold < Infinity) return threshold;
    throw new UsageError(`--thresholds must be positive numbers with commas between them, got ${show(text)}`);
  });
}
