// Where a detector went wrong: a figure for every series with a window that was missed or a false alarm.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NABResult, ScoredSeries } from '../../src/evaluate.ts';
import { plotSVG } from '../../src/plot.ts';
import type { LabeledSeries } from './corpus.ts';

/** Draws them into `folder`, as DETECTOR/SERIES.svg; returns their number. */
export function drawMisses(
  folder: string,
  detector: string,
  corpus: readonly LabeledSeries[],
  scored: readonly ScoredSeries[],
  { threshold, series }: NABResult,
): number {
  const into = join(folder, fileName(detector));
  mkdirSync(into, { recursive: true });
  const wrong = series.flatMap((one, i) => (one.found < one.windows || one.falseAlarms > 0 ? [i] : []));
  for (const i of wrong) {
    const { name, values, labels } = corpus[i]!;
    const { found, windows, falseAlarms } = series[i]!;
    const scores = Float64Array.from(scored[i]!.scores as ArrayLike<number>);
    const alarms = Array.from(scores.keys()).filter((t) => scores[t]! >= threshold);
    const svg = plotSVG({
      title: name,
      subtitle: `${detector} at ${Number(threshold.toPrecision(4))}: ${found} of ${windows} windows found, ${falseAlarms} false alarms`,
      series: values,
      scores: [{ label: 'surprise', values: scores, threshold, alarms }],
      labels: labels.map(({ begin, end }) => ({ begin, end })),
    });
    writeFileSync(join(into, `${fileName(name)}.svg`), svg);
  }
  return wrong.length;
}

function fileName(name: string): string {
  return name.replaceAll(/\W+/g, '-').replace(/-$/, '');
}
