/**
 * Figures of a series and its scores as SVG, without a display, as PNG, and as HTML to zoom in.
 *
 * @module knn-anomaly/plot
 */

export type { LabeledRange } from './core/labeled-range.ts';
export { plotSVG } from './plot/figure.ts';
export { plotHTML } from './plot/html/html.ts';
export type {
  PlotFrame,
  PlotOptions,
  PlottedAnomaly,
  PlottedBand,
  PlottedPanels,
  PlottedScore,
  PlottedSeries,
  Theme,
  Times,
} from './plot/options.ts';
export { type PNGOptions, toPNG } from './plot/png.ts';
