// Whether any window was compared with another. Where none was, scores of 0 or NaN must not pass for "nothing strange".
import { LARGEST_VALUE } from '../../core/series.ts';
import { formatCount } from '../cost.ts';
import { plain } from '../output/text.ts';
import type { ScoreOptions } from './options.ts';

/** One line for stderr if no window of the series had another to be compared with, else `undefined`. O(n). */
export function nothingCompared(
  { name, values }: { readonly name: string | undefined; readonly values: Float64Array },
  { windowSize, reference, knn }: ScoreOptions,
): string | undefined {
  const reason = reasonFor(values, windowSize, reference === undefined ? (knn.exclusionZone ?? 0) : undefined);
  return reason && `${name === undefined ? '' : `${plain(name)}: `}nothing was compared: ${reason}`;
}

/** @param zone the exclusion zone; `undefined` if a reference has the candidates */
function reasonFor(values: Float64Array, w: number, zone: number | undefined): string | undefined {
  let first = 0;
  let last = 0;
  let numWindows = 0; // without a missing value
  let numKnown = 0; // values up to t without a missing one
  for (let t = 0; t < values.length; t++) {
    numKnown = Math.abs(values[t]!) <= LARGEST_VALUE ? numKnown + 1 : 0;
    if (numKnown < w) continue;
    last = t - w + 1;
    if (numWindows++ === 0) first = last;
  }
  if (numWindows === 0) return `every window of ${w} touches a missing value; a smaller --window may not`;
  if (zone === undefined || last - first > zone) return undefined;
  const windows = `${formatCount(numWindows)} window${numWindows === 1 ? '' : 's'}`;
  const known = values.length - w + 1 > numWindows ? ' without a missing value' : '';
  if (numWindows === 1) return `the series has only ${windows} of ${w}${known}; use a smaller --window`;
  const farthest = `the ${windows}${known} start at most ${last - first} apart`;
  return `--exclusion-zone ${zone} leaves out all of them, ${farthest}; use a smaller one`;
}
