// From SVG to PNG, with resvg. The only file that needs @resvg/resvg-js, which is loaded when it is used.
import { checkOptions, describe } from '../core/checks.ts';

type Resvg = typeof import('@resvg/resvg-js');

const PACKAGE = '@resvg/resvg-js';

/** A font that is often installed where none of the fonts named in a figure is. */
const SANS = 'DejaVu Sans';

/** A figure of one text. Without a font it has no bounding box. */
const PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text x="2" y="15">x</text></svg>';

/** Options of {@link toPNG}. */
export interface PNGOptions {
  /** Pixels of the picture per pixel of the figure; above 0, at most 16, default 2. */
  readonly scale?: number;
  /**
   * Paths of font files (TTF or OTF), a regular and a bold one, say. Only these are used: the same files give the same
   * bytes on every machine. Default: the fonts that are installed.
   */
  readonly fonts?: readonly string[];
}

/**
 * A figure as the bytes of a PNG file, with the colors it has on a light page. Needs the package `@resvg/resvg-js`, and no
 * display or browser; Node only.
 *
 * @param svg what {@link plotSVG} returned, or another SVG
 * @throws Error when the package is missing, or there is no font to write with
 */
export async function toPNG(svg: string, options: PNGOptions = {}): Promise<Uint8Array> {
  checkArguments(svg, options);
  const { scale = 2, fonts } = options;
  const { Resvg } = await load();
  const files = fonts === undefined ? {} : { loadSystemFonts: false, fontFiles: [...fonts] };
  const font = { ...files, defaultFontFamily: SANS, sansSerifFamily: SANS };
  if (svg.includes('<text') && new Resvg(PROBE, { font }).getBBox() === undefined) {
    throw new Error(
      fonts === undefined
        ? 'there is no font on this machine: give toPNG the paths of font files, such as those of npm install dejavu-fonts-ttf'
        : `none of these files is a font that can be read: ${fonts.join(', ')}`,
    );
  }
  return new Uint8Array(new Resvg(svg, { font, fitTo: { mode: 'zoom', value: scale } }).render().asPng());
}

function checkArguments(svg: string, options: PNGOptions): void {
  if (typeof svg !== 'string') throw new TypeError(`svg must be a string, got ${describe(svg)}`);
  checkOptions(options, ['scale', 'fonts']);
  const { scale = 2, fonts } = options;
  const expectation = 'scale must be a number above 0 and at most 16, got ';
  if (typeof scale !== 'number') throw new TypeError(expectation + describe(scale));
  if (!(scale > 0 && scale <= 16)) throw new RangeError(expectation + scale);
  if (fonts === undefined) return;
  if (!Array.isArray(fonts)) throw new TypeError(`fonts must be an array of paths, got ${describe(fonts)}`);
  if (fonts.length === 0) throw new RangeError('fonts must name at least one file, got none');
  const wrong = fonts.findIndex((path) => typeof path !== 'string');
  if (wrong >= 0) throw new TypeError(`fonts[${wrong}] must be a path, got ${describe(fonts[wrong])}`);
}

/** The name of the package is no literal, so that bundlers for browsers do not look for it. */
async function load(): Promise<Resvg> {
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ PACKAGE)) as Resvg;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`PNG needs the package ${PACKAGE}: npm install ${PACKAGE}`);
  }
}
