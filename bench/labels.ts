// Where the labels of lines go: right of their ends, one above the other where the ends meet; left of them where another line
// is in the way. All in pixels.

export type Pixel = [x: number, y: number];

export interface Label {
  text: string;
  end: Pixel;
  dx: number;
  dy: number;
  textAnchor: 'start' | 'end';
}

const LINE_HEIGHT = 14;
const CHARACTER = 6; // a mean at 12 px
const AWAY = 9;

/** One label for each line, given by its points from left to right. */
export function placeLabels(lines: { text: string; points: Pixel[] }[]): Label[] {
  const ends = lines.map(({ text, points }) => ({ text, end: points.at(-1)! }));
  return [...new Set(ends.map(({ end }) => end[0]))].flatMap((x) => {
    const together = ends.filter(({ end }) => end[0] === x).sort((a, b) => a.end[1] - b.end[1]);
    const ys = spread(together.map(({ end }) => end[1]));
    const width = CHARACTER * Math.max(...together.map(({ text }) => text.length));
    const isInTheWay = lines
      .flatMap(({ points }) => points.slice(1).flatMap((to, p) => between(points[p]!, to)))
      .some(([px, py]) => px > x + AWAY && px < x + AWAY + width && ys.some((y) => Math.abs(py - y) < LINE_HEIGHT / 2));
    const side = isInTheWay
      ? ({ textAnchor: 'end', dx: -AWAY } as const)
      : ({ textAnchor: 'start', dx: AWAY } as const);
    return together.map(({ text, end }, i) => ({ text, end, ...side, dy: ys[i]! - end[1] }));
  });
}

/** The ascending ys, moved as little as makes them LINE_HEIGHT apart: y − i · LINE_HEIGHT, pooled until it ascends. */
function spread(ys: number[]): number[] {
  const pools: { sum: number; count: number }[] = [];
  ys.forEach((y, i) => {
    let last = { sum: y - i * LINE_HEIGHT, count: 1 };
    for (let p = pools.at(-1); p && p.sum / p.count > last.sum / last.count; p = pools.at(-1)) {
      pools.pop();
      last = { sum: p.sum + last.sum, count: p.count + last.count };
    }
    pools.push(last);
  });
  return pools
    .flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count))
    .map((z, i) => z + i * LINE_HEIGHT);
}

/** A point at least every 3 pixels. */
function between([x0, y0]: Pixel, [x1, y1]: Pixel): Pixel[] {
  const steps = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / 3);
  return Array.from({ length: steps + 1 }, (_, s) => [x0 + ((x1 - x0) * s) / steps, y0 + ((y1 - y0) * s) / steps]);
}
