// The window of a place over its neighbors and over what was expected.
import uPlot from 'uplot';
import type { Explained, Place } from '../score/protocol.ts';
import { type Axis, writeTicks } from './axis.ts';

/** Draws the explanation of a place. Returns the plot. */
export function drawDetail(
  host: HTMLElement,
  series: Float64Array,
  axis: Axis,
  explained: Explained,
  { begin, end }: Place,
): uPlot {
  const { start, windowSize, expected, neighbors } = explained;
  const style = getComputedStyle(host);
  const paint = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const font = `11px ${style.fontFamily}`;
  // A window of few values is shown with some before it.
  const around = Math.max(2, Math.round(windowSize / 2));
  const first = Math.max(0, start - around);
  const length = Math.min(series.length, start + windowSize + around) - first;
  const x = Array.from({ length }, (_, l) => first + l);
  const own = x.map((t) => known(series[t]));
  const wanted = x.map((t) => known(expected[t - start]));
  const others = neighbors.map((neighbor) => x.map((t) => known(series[neighbor.start + t - start])));
  const ink = { stroke: paint('faint'), font, grid: { stroke: paint('grid'), width: 1 }, ticks: { show: false } };
  const points = { show: length < 60, size: 4 };
  host.replaceChildren();
  return new uPlot(
    {
      width: host.clientWidth || 320,
      height: 170,
      padding: [6, 38, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false } },
      axes: [
        {
          ...ink,
          size: 22,
          values: (_, places, __, ___, step) =>
            places.map((t) => (Number.isInteger(t) ? shortPlace(axis, t, step) : '')),
          space: 90,
        },
        { ...ink, size: 54, values: (_, values) => writeTicks(values), space: 26 },
      ],
      series: [
        {},
        ...others.map(() => ({ stroke: paint('faint'), width: 1, alpha: 0.55, points: { show: false } })),
        { stroke: paint('score0'), width: 2, dash: [6, 4], points: { ...points, fill: paint('score0') } },
        { stroke: paint('series'), width: 2, points: { ...points, fill: paint('series') } },
      ],
      hooks: {
        drawClear: [
          (plot) => {
            const [left, right] = [begin - 0.5, end + 0.5].map((t) => plot.valToPos(t, 'x', true));
            plot.ctx.fillStyle = paint('chosen');
            plot.ctx.fillRect(left!, plot.bbox.top, right! - left!, plot.bbox.height);
          },
        ],
      },
    },
    [x, ...others, wanted, own] as uPlot.AlignedData,
    host,
  );
}

function known(x: number | undefined): number | null {
  return x !== undefined && Number.isFinite(x) ? x : null;
}

/** A place in a few characters: of dates what tells places apart that are `step` values from each other. */
function shortPlace(axis: Axis, t: number, step: number): string {
  return axis.isDate
    ? axis.ticks([axis.placeOf(t)], axis.placeOf(t + step) - axis.placeOf(t))[0]!.split('\n')[0]!
    : axis.write(t);
}
