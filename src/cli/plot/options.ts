// The options of `knn-anomaly plot`: their help, and from the texts of the command line to checked values.
import { extname } from 'node:path';
import type { Theme } from '../../plot.ts';
import { show, UsageError } from '../errors.ts';
import type { InputOptions } from '../input/read.ts';
import { parseChoice, parseInteger, parseSize, parseTexts, type RawValue } from '../options/arguments.ts';
import { type Detector, parseDetector } from './detector-option.ts';

/** Everything `knn-anomaly plot` was told. */
export interface PlotCommand {
  /** A path; `-` is standard input. */
  readonly input: string;
  readonly inputOptions: InputOptions;
  readonly detectors: readonly Detector[];
  /** Files with ready scores. */
  readonly scores: readonly string[];
  /** Of the detectors, then of the files, in their order. */
  readonly thresholds: readonly (number | undefined)[];
  /** The strangest places to mark, 0 for none. */
  readonly top: number;
  /** `undefined`: as long as each detector needs. */
  readonly warmup: number | undefined;
  readonly labels: string | undefined;
  readonly title: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly theme: Theme;
  readonly fonts: readonly string[];
  readonly format: 'svg' | 'png';
  readonly output: string | undefined;
  readonly force: boolean;
  readonly maxMemory: number;
  readonly progress: boolean;
}

/** The text of `knn-anomaly plot --help`. */
export const PLOT_HELP = `Usage: knn-anomaly plot [FILE] [options]

Draws a series with the scores of detectors beneath it, as SVG or PNG. FILE is
a path, or - or nothing for standard input. Gzip is recognized.

Input
  --input FORMAT      lines (a number per line), csv, json (a value or an object
                      per line) or auto (default: by extension, then content)
  --column NAME       CSV column to draw, by its name or its number from 1
  --field PATH        JSON field to draw, such as cpu.user
  --time NAME         column or field with the time: numbers or ISO dates
  --labels FILE       CSV of known faults: begin and end, as in the time column,
                      or without one indices from 0; fault (or label), metric

Scores
  --detector WHAT     repeat it for several panels (default knn:5,5):
                      knn:WINDOW,NEIGHBORS[,left][,mean|zscore]
                      changefinder:ORDER,DISCOUNT,ORDER,DISCOUNT,SMOOTHING
                      sdar:ORDER,DISCOUNT
  --scores FILE       ready scores, one per line, or the column or field "score"
                      of a .csv or .json file; may be repeated
  --threshold X       a line, and marks where scores rise above it; a number, or
                      none. Repeat it: for every detector, then every file
  --top N             mark the N strangest places of every score (default 0)
  --warmup N          scores at the start that are not shown (default: none of
                      knn; 1/DISCOUNT of the others, at most a quarter)

Figure
  --title TEXT        default: the name of the file and the column
  --width N           pixels (default 880)
  --height N          pixels (default: by the number of panels)
  --theme NAME        auto (default: light or dark like the page), light or dark
  --font FILE         for PNG: a TTF or OTF file, instead of installed fonts;
                      may be repeated

Output
  -o, --output FILE   write to FILE, .svg or .png, all of it or nothing
  --format FORMAT     svg or png (default: by the extension of FILE, else svg)
  --force             let --output overwrite a file
  --max-memory SIZE   refuse work that needs more (default 2G)
  --no-progress       no progress on stderr
  -h, --help          this text

PNG needs an optional package: npm install @resvg/resvg-js

Exit status: 0 done, 1 bad input or output, 2 bad usage, 130 interrupted.

Examples
  knn-anomaly plot cpu.txt -o cpu.svg
  knn-anomaly plot server.csv.gz --column cpu --time time --top 5 -o cpu.png
  knn-anomaly plot a.csv --column x --detector changefinder:5,0.01,10,0.01,5 \\
    --detector knn:5,5 --threshold none --threshold 0.5 -o both.svg
`;

const TEXT = { type: 'string' } as const;
const TEXTS = { type: 'string', multiple: true } as const;
const FLAG = { type: 'boolean' } as const;

const OPTIONS = {
  input: TEXT,
  column: TEXT,
  field: TEXT,
  time: TEXT,
  labels: TEXT,
  detector: TEXTS,
  scores: TEXTS,
  threshold: TEXTS,
  top: TEXT,
  warmup: TEXT,
  title: TEXT,
  width: TEXT,
  height: TEXT,
  theme: TEXT,
  font: TEXTS,
  output: { ...TEXT, short: 'o' },
  format: TEXT,
  force: FLAG,
  'max-memory': TEXT,
  'no-progress': FLAG,
  help: { ...FLAG, short: 'h' },
} as const;

/**
 * The options in `args`, or `'help'`. Throws a {@link UsageError} for anything that makes no sense.
 *
 * @param isTerminal which of the standard streams are terminals
 */
export function parsePlotOptions(
  args: readonly string[],
  isTerminal: { readonly stdin: boolean; readonly stdout: boolean },
): PlotCommand | 'help' {
  const { values, positionals } = parseTexts(args, OPTIONS, 'plot');
  if (values.help) return 'help';
  if (positionals.length > 1) throw new UsageError(`one FILE at a time, got ${positionals.join(' ')}`);
  if (positionals.length === 0 && isTerminal.stdin) {
    throw new UsageError('no FILE, and standard input is a terminal (see knn-anomaly plot --help)');
  }
  const text = (name: keyof typeof OPTIONS): string | undefined => values[name] as string | undefined;
  const integer = <T>(name: keyof typeof OPTIONS, least: 0 | 1, fallback: T): number | T =>
    text(name) === undefined ? fallback : parseInteger(text(name)!, `--${name}`, least);
  const output = text('output') === '-' ? undefined : text('output');
  const scores = list(values.scores);
  const named = list(values.detector);
  const detectors = (named.length + scores.length > 0 ? named : ['knn:5,5']).map(parseDetector);
  const options: PlotCommand = {
    input: positionals[0] ?? '-',
    inputOptions: {
      format: parseChoice(text('input') ?? 'auto', '--input', ['auto', 'lines', 'csv', 'json']),
      columns: list(values.column),
      fields: list(values.field),
      time: text('time'),
    },
    detectors,
    scores,
    thresholds: thresholdsOf(list(values.threshold), detectors.length + scores.length),
    top: integer('top', 0, 0),
    warmup: integer('warmup', 0, undefined),
    labels: text('labels'),
    title: text('title'),
    width: integer('width', 1, undefined),
    height: integer('height', 1, undefined),
    theme: parseChoice(text('theme') ?? 'auto', '--theme', ['auto', 'light', 'dark']),
    fonts: list(values.font),
    format: formatOf(text('format'), output),
    output,
    force: values.force === true,
    maxMemory: parseSize(text('max-memory') ?? '2G', '--max-memory'),
    progress: values['no-progress'] !== true,
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

function formatOf(format: string | undefined, output: string | undefined): 'svg' | 'png' {
  if (format !== undefined) return parseChoice(format, '--format', ['svg', 'png']);
  if (output === undefined) return 'svg';
  const extension = extname(output).slice(1).toLowerCase();
  if (extension === 'svg' || extension === 'png') return extension;
  throw new UsageError(`--output must end in .svg or .png, or needs --format, got ${show(output)}`);
}

function checkTogether(options: PlotCommand, isTerminal: boolean): void {
  const { inputOptions, input, labels, scores, output, force, format, fonts } = options;
  if (inputOptions.columns.length > 0 && inputOptions.fields.length > 0) {
    throw new UsageError('--column is for CSV, --field for JSON: give one');
  }
  if (output === undefined && isTerminal) {
    throw new UsageError('a figure is not for a terminal: give --output FILE, such as --output plot.svg');
  }
  if (force && output === undefined) throw new UsageError('--force is for --output FILE');
  if (fonts.length > 0 && format !== 'png') throw new UsageError('--font is for PNG');
  if ([input, labels, ...scores].filter((path) => path === '-').length > 1) {
    throw new UsageError('standard input can be read once only');
  }
}

function list(value: RawValue): string[] {
  return Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? [value] : [];
}
