// The options of `knn-anomaly plot` as checked values.
import { changeOptionOf } from '../change/options.ts';
import type { Terminals } from '../command.ts';
import { show, UsageError } from '../errors.ts';
import type { InputOptions } from '../input/read.ts';
import {
  checkInputOptions,
  checkOutput,
  checkStdin,
  inputOptionsOf,
  inputPath,
  type OutputOptions,
  outputOptionsOf,
} from '../options/input-options.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { type TimeOptions, timeOptionsOf } from '../time/options.ts';
import { type Detector, parseDetector } from './detector-option.ts';
import { checkFonts, type FigureFormat, type FigureOptions, figureOptionsOf, formatOfPath } from './figure.ts';
import { checkedZone } from './zone.ts';

/** The options of `knn-anomaly plot`. */
export interface PlotCommand extends OutputOptions, FigureOptions {
  /** A path; `-` is standard input. */
  readonly input: string;
  readonly inputOptions: InputOptions;
  readonly times: TimeOptions;
  /** `undefined`: the one that the times are written in. */
  readonly timezone: string | undefined;
  /** What was given, or KNN(5, 5) if nothing was. */
  readonly detectors: readonly Detector[];
  /** Files with ready scores. */
  readonly scores: readonly string[];
  /** Thresholds of the detectors, then of the files, in their order. */
  readonly thresholds: readonly (number | undefined)[];
  /** Whether {@link detectors} is what was not given. */
  readonly isByDefault: boolean;
  /** Number of the strangest places to mark, 0 for none; `undefined` if it was not given. */
  readonly top: number | undefined;
  /** `undefined`: each detector's own warm-up. */
  readonly warmup: number | undefined;
  readonly labels: string | undefined;
  /** Whether the band of the monitor is drawn. */
  readonly band: boolean;
  readonly format: FigureFormat;
  readonly maxMemory: number;
  readonly progress: boolean;
}

/** The options of a command line. Throws a {@link UsageError} for options that make no sense. */
export function plotOptionsOf(given: ParsedOptions, isTerminal: Terminals): PlotCommand {
  const output = outputOptionsOf(given);
  const scores = given.texts('scores');
  const named = given.texts('detector');
  const isByDefault = named.length + scores.length === 0;
  const detectors = (isByDefault ? ['knn:5,5'] : named).map(parseDetector);
  const timezone = given.text('timezone');
  const options: PlotCommand = {
    input: inputPath(given, isTerminal.stdin),
    inputOptions: inputOptionsOf(given),
    times: { ...timeOptionsOf(given), change: changeOptionOf(given) },
    timezone: timezone === undefined ? undefined : checkedZone(timezone),
    isByDefault,
    detectors,
    scores,
    thresholds: thresholdsOf(given.texts('threshold'), detectors.length + scores.length),
    top: given.has('top') ? given.integer('top') : undefined,
    warmup: given.has('warmup') ? given.integer('warmup') : undefined,
    labels: given.text('labels'),
    band: given.flag('band'),
    ...figureOptionsOf(given),
    format: formatOf(given, output.output),
    ...output,
    maxMemory: given.size('max-memory'),
    progress: !given.flag('no-progress'),
  };
  checkTogether(options, isTerminal.stdout);
  return options;
}

function thresholdsOf(texts: readonly string[], numScores: number): (number | undefined)[] {
  if (texts.length > numScores) {
    throw new UsageError(`--threshold is given ${texts.length} times, but there are ${numScores} scores to draw`);
  }
  return texts.map((text) => {
    const x = Number(text.trim() || NaN);
    if (text !== 'none' && !Number.isFinite(x)) {
      throw new UsageError(`--threshold must be a number or none, got ${show(text)}`);
    }
    return text === 'none' ? undefined : x;
  });
}

function formatOf(given: ParsedOptions, output: string | undefined): FigureFormat {
  if (given.has('format') || output === undefined) return given.choice('format');
  return formatOfPath(output, ', or needs --format');
}

function checkTogether(options: PlotCommand, isTerminal: boolean): void {
  const { inputOptions, input, labels, scores, output, format, fonts } = options;
  checkInputOptions(inputOptions, format);
  const { columns, fields } = inputOptions;
  if (scores.length > 0 && columns.length + fields.length > 1) {
    throw new UsageError('--scores is for one column: its scores are those of one series');
  }
  if (options.timezone !== undefined && inputOptions.time === undefined) {
    throw new UsageError('--timezone is for --time NAME');
  }
  if (output === undefined && isTerminal) {
    throw new UsageError('a figure is not for a terminal: give --output FILE, such as --output plot.svg');
  }
  checkOutput(options);
  checkFonts(fonts, format);
  checkStdin([input, labels, ...scores]);
  const numMonitors = options.detectors.filter(({ monitor }) => monitor !== undefined).length;
  if (numMonitors > 1)
    throw new UsageError('one monitor at a time: its incidents and its band are drawn in the series');
  const ofMonitor = options.thresholds.find((_, s) => options.detectors[s]?.monitor !== undefined);
  if (ofMonitor !== undefined && ofMonitor <= 0) {
    throw new UsageError(`--threshold of a monitor must be a positive number, got "${ofMonitor}"`);
  }
  const ofLocate = options.thresholds.findIndex(
    (x, s) => x !== undefined && options.detectors[s]?.numPlaces !== undefined,
  );
  if (ofLocate >= 0) throw new UsageError('--threshold of locate must be none: it has no scores');
  if (options.band && numMonitors === 0) throw new UsageError('--band is for --detector monitor');
}
