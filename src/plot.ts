/**
 * Figures of a series and its scores as SVG, without a display, and as PNG.
 *
 * @module knn-anomaly/plot
 */

export type { LabeledRange } from './core/labeled-range.ts';
export { plotSVG } from './plot/figure.ts';
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
