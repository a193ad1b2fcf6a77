// What is on the screen as a figure of the library.
import { plotSVG } from 'knn-anomaly/plot';
import type { LabelRange, Opened } from '../read/protocol.ts';
import { nameOf, thresholdOf } from '../score/detectors.ts';
import type { Panel } from '../score/panel.ts';
import { warmupOf } from '../score/places.ts';
import type { Axis } from '../view/axis.ts';

/** The part of the series that is shown, with the scores of all panels, as SVG. */
export function figureOf(
  opened: Opened,
  panels: readonly Panel[],
  labels: readonly LabelRange[],
  axis: Axis,
  [from, to]: readonly [number, number],
): string {
  const [first, behind] = [Math.max(0, Math.floor(from)), Math.min(opened.values.length, Math.ceil(to) + 1)];
  const timeOf = (t: number): number | Date => (axis.isDate ? new Date(axis.placeOf(t) * 1000) : axis.placeOf(t));
  const indices = Array.from({ length: behind - first }, (_, l) => first + l);
  const times = indices.map(timeOf);
  return plotSVG({
    series: opened.values.subarray(first, behind),
    time: times as number[],
    name: opened.column ?? opened.name,
    title: opened.name,
    labels: labels
      .filter(({ begin, end }) => end >= first && begin < behind)
      .map(({ begin, end, name }) => ({ begin: timeOf(begin), end: timeOf(end), label: name })),
    scores: panels.flatMap((panel) => {
      const { result, detector } = panel;
      if (result === undefined) return [];
      const threshold = thresholdOf(detector);
      // A score at the threshold is an alarm, as in the panel.
      const begins = result.alarms ?? panel.alarms.map(({ begin }) => begin);
      const alarms = begins.filter((t) => t >= first && t < behind).map((t) => t - first);
      const values = result.scores.subarray(first, behind);
      const warmup = Math.max(0, warmupOf(detector) - first);
      return [{ label: nameOf(detector), values, warmup, ...(threshold !== undefined && { threshold }), alarms }];
    }),
  });
}
