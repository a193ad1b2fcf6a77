// The options of `knn-anomaly plot` as checked values.
import { extname } from 'node:path';
import type { Theme } from '../../plot.ts';
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
import type { OptionName } from '../options/table.ts';
import { type Detector, parseDetector } from './detector-option.ts';

/** The options of `knn-anomaly plot`. */
export interface PlotCommand extends OutputOptions {
  /** A path; `-` is standard input. */
  readonly input: string;
  readonly inputOptions: InputOptions;
  readonly detectors: readonly Detector[];
  /** Files with ready scores. */
  readonly scores: readonly string[];
  /** Thresholds of the detectors, then of the files, in their order. */
  readonly thresholds: readonly (number | undefined)[];
  /** Number of the strangest places to mark, 0 for none. */
  readonly top: number;
  /** `undefined`: each detector's own warm-up. */
  readonly warmup: number | undefined;
  readonly labels: string | undefined;
  readonly title: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly theme: Theme;
  readonly fonts: readonly string[];
  readonly format: 'svg' | 'png';
  readonly maxMemory: number;
  readonly progress: boolean;
}

/** The options of a command line. Throws a {@link UsageError} for options that make no sense. */
export function plotOptionsOf(given: ParsedOptions, isTerminal: Terminals): PlotCommand {
  const integerIfGiven = (name: OptionName): number | undefined => (given.has(name) ? given.integer(name) : undefined);
  const output = outputOptionsOf(given);
  const scores = given.texts('scores');
  const named = given.texts('detector');
  const detectors = (named.length + scores.length > 0 ? named : ['knn:5,5']).map(parseDetector);
  const options: PlotCommand = {
    input: inputPath(given, isTerminal.stdin),
    inputOptions: inputOptionsOf(given),
    detectors,
    scores,
    thresholds: thresholdsOf(given.texts('threshold'), detectors.length + scores.length),
    top: given.integer('top'),
    warmup: integerIfGiven('warmup'),
    labels: given.text('labels'),
    title: given.text('title'),
    width: integerIfGiven('width'),
    height: integerIfGiven('height'),
    theme: given.choice('theme'),
    fonts: given.texts('font'),
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

function formatOf(given: ParsedOptions, output: string | undefined): 'svg' | 'png' {
  if (given.has('format') || output === undefined) return given.choice('format');
  const extension = extname(output).slice(1).toLowerCase();
  if (extension === 'svg' || extension === 'png') return extension;
  throw new UsageError(`--output must end in .svg or .png, or needs --format, got ${show(output)}`);
}

function checkTogether(options: PlotCommand, isTerminal: boolean): void {
  const { inputOptions, input, labels, scores, output, format, fonts } = options;
  checkInputOptions(inputOptions, format);
  if (output === undefined && isTerminal) {
    throw new UsageError('a figure is not for a terminal: give --output FILE, such as --output plot.svg');
  }
  checkOutput(options);
  if (fonts.length > 0 && format !== 'png') throw new UsageError('--font is for PNG');
  checkStdin([input, labels, ...scores]);
}
