// What the commands that draw have in common: the options of a figure, its axis of time, and its file.
import { extname } from 'node:path';
import { type PlotFrame, type PlotOptions, plotHTML, plotSVG, type Theme, toPNG } from '../../plot.ts';
import { show, UsageError } from '../errors.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { OptionName } from '../options/table.ts';
import type { Output } from '../output/output.ts';

/** The options of a figure, for a command's groups. */
export const FIGURE_OPTIONS: readonly OptionName[] = ['title', 'width', 'height', 'theme', 'font'];

/** The {@link FIGURE_OPTIONS} that were given. */
export interface FigureOptions {
  readonly title: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly theme: Theme;
  readonly fonts: readonly string[];
}

/** The kinds of files. */
export type FigureFormat = (typeof FORMATS)[number];

const FORMATS = ['svg', 'png', 'html'] as const;

export function figureOptionsOf(given: ParsedOptions): FigureOptions {
  const integerIfGiven = (name: OptionName): number | undefined => (given.has(name) ? given.integer(name) : undefined);
  return {
    title: given.text('title'),
    width: integerIfGiven('width'),
    height: integerIfGiven('height'),
    theme: given.choice('theme'),
    fonts: given.texts('font'),
  };
}

/** The format that the extension of a path names. Throws a {@link UsageError} for another one; `remedy` is part of it. */
export function formatOfPath(path: string, remedy: string): FigureFormat {
  const extension = extname(path).slice(1).toLowerCase();
  const format = FORMATS.find((one) => one === extension);
  if (format !== undefined) return format;
  throw new UsageError(`--output must end in .svg, .png or .html${remedy}, got ${show(path)}`);
}

export function checkFonts(fonts: readonly string[], format: FigureFormat): void {
  if (fonts.length > 0 && format !== 'png') throw new UsageError('--font is for PNG');
}

/** The times of a series: milliseconds where they are dates. */
export interface FigureTimes {
  readonly numbers: Float64Array;
  readonly isDate: boolean;
}

/** A time as figures take it. */
export function momentOf(at: number, times: FigureTimes | undefined): number | Date {
  return times?.isDate ? new Date(at) : at;
}

/** The time of the value at an index, or the index. */
export function timeAt(index: number, times: FigureTimes | undefined): number | Date {
  return times === undefined ? index : momentOf(times.numbers[index]!, times);
}

/** The size, the colors, and the axis of time; dates are shown in this zone. */
export function frameOf(
  { width, height, theme }: FigureOptions,
  times: FigureTimes | undefined,
  timezone = 'UTC',
): PlotFrame {
  return {
    theme,
    ...(times !== undefined && {
      time: times.isDate ? Array.from(times.numbers, (at) => new Date(at)) : times.numbers,
    }),
    ...(times?.isDate && { timezone }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
}

export async function writeFigure(
  figure: PlotOptions,
  output: Output,
  format: FigureFormat,
  fonts: readonly string[],
): Promise<void> {
  if (format === 'html') {
    await output.write([plotHTML(figure)]);
    return;
  }
  const svg = plotSVG(figure);
  if (format === 'svg') await output.write([svg]);
  else await output.write([await toPNG(svg, fonts.length > 0 ? { fonts } : {})]);
}
