// --metric and --covariance: from their texts to a metric. ml-matrix and ml-distance are loaded only when a metric needs them.
import type { FittedMahalanobis, Metric, Normalization } from '../../index.ts';
import type { Covariance } from '../../metrics.ts';
import { show, UsageError } from '../errors.ts';

/** Exports of the metrics module that make a metric from an argument. */
const FACTORIES = ['mahalanobis', 'minkowski'];

/** The default of `--covariance`. */
export const DEFAULT_COVARIANCE = 'ledoit-wolf';

/** The metric with this name; `undefined` for the default, Euclidean distance. */
export async function metricOf(name: string, covariance: string | undefined): Promise<Metric | undefined> {
  if (covariance !== undefined && name !== 'mahalanobis') {
    throw new UsageError(`--covariance is for --metric mahalanobis, the metric is ${name}`);
  }
  if (name === 'euclidean') return undefined;
  const metrics = await import('../../metrics.ts');
  if (name === 'mahalanobis') {
    return metrics.mahalanobis({ covariance: parseCovariance(covariance ?? DEFAULT_COVARIANCE) });
  }
  const minkowski = /^minkowski(?::(.*))?$/.exec(name);
  if (minkowski) return metrics.minkowski(parseExponent(minkowski[1]));
  const functions = Object.entries(metrics).filter(([key]) => !FACTORIES.includes(key));
  const found = functions.find(([key]) => key === name);
  if (found) return found[1] as Metric;
  const names = ['mahalanobis', 'minkowski:P', ...functions.map(([key]) => key)].sort();
  throw new UsageError(`unknown metric ${show(name)}; the metrics are ${names.join(', ')}`);
}

/** A function that fits Mahalanobis distance with this covariance to a series. */
export async function mahalanobisFitter(
  covariance: string,
): Promise<(series: Float64Array, windowSize: number, normalize?: Normalization) => FittedMahalanobis> {
  const parsed = parseCovariance(covariance);
  const { mahalanobis } = await import('../../metrics.ts');
  return (series, windowSize, normalize = 'none') =>
    mahalanobis.fit(series, windowSize, { covariance: parsed, normalize });
}

function parseCovariance(text: string): Covariance {
  if (text === 'ledoit-wolf' || text === 'empirical' || text === 'pinv') return text;
  const ridge = Number(/^ridge:(.+)$/.exec(text)?.[1]);
  if (ridge > 0 && ridge < Infinity) return { ridge };
  throw new UsageError(
    `--covariance must be ledoit-wolf, empirical, pinv or ridge:X with a positive number X, got ${show(text)}`,
  );
}

function parseExponent(text: string | undefined): number {
  const p = Number(text || NaN);
  if (p >= 1 && p < Infinity) return p;
  throw new UsageError(
    `--metric minkowski needs an exponent of at least 1, such as minkowski:3, got ${show(text ?? '')}`,
  );
}
