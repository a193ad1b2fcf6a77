// One panel of a page: what uPlot draws of the visible part of its values, and what is drawn around them.
import type uPlot from 'uplot';
import type { ZoneDates } from '../axes/dates.ts';
import type { columnsOf } from '../curves/columns.ts';
import type { decodeNumbers } from './encode.ts';
import type { PagePanel } from './page-data.ts';

/** @internal What the panels of a page have in common. */
export interface Shared {
  readonly uPlot: typeof uPlot;
  readonly columnsOf: typeof columnsOf;
  readonly decodeNumbers: typeof decodeNumbers;
  readonly dates: ZoneDates | undefined;
  readonly length: number;
  timeAt(t: number): number;
  /** The first index at this time or later; the number of values if there is none. */
  indexFrom(time: number): number;
  /** What is visible. */
  readonly view: { lo: number; hi: number; isWhole: boolean };
  /** The color of a role on this page. */
  color(role: string): string;
  /** CSS pixels left of all panels; they only grow. */
  gutter(needed: number): number;
  /** The ticks of the axis of time for so many CSS pixels. */
  timeTicks(pixels: number): { at: number; text: string; below?: string }[];
}

/** @internal A panel that is drawn. */
export interface Chart {
  readonly u: uPlot;
  /** Draws what is visible; medians take longest, so that they wait for the end of a movement. */
  draw(hasMedian: boolean): void;
  /** The value at an index in words, with the extremes of its column of pixels if many are there. */
  read(t: number): string;
  valueAt(t: number): number;
  /** Where a value stands on the panel: from 0 at its foot to 1 at its top. */
  heightOf(value: number): number;
  /** Whether an envelope is drawn in the place of every value. */
  isEnvelope(): boolean;
}

/**
 * The chart of a panel, in an element.
 *
 * The function uses nothing outside itself, because its own text is a part of pages.
 *
 * @internal
 */
export function chartOf(panel: PagePanel, root: HTMLElement, hasTimes: boolean, shared: Shared): Chart {
  /** Values per pixel from which on a curve is drawn as an envelope. */
  const DENSE = 4;
  const FREE = 0.06;
  /** Pixels for the names of ranges. */
  const NAMES = 18;
  const SIZE = 11;
  const FONT = `${SIZE}px system-ui, sans-serif`;
  const { length, timeAt, indexFrom, view, color } = shared;
  const values = shared.decodeNumbers(panel.values);
  const [low, high, expected] = [panel.low, panel.high, panel.expected].map(
    (list) => list && shared.decodeNumbers(list),
  );
  const gaps = gapsOf();
  let [bottom, top] = panel.range;
  /** The extremes of the columns that are drawn; none where every value is. */
  let drawn: { columns: ReturnType<typeof columnsOf>; columnOf(t: number): number } | undefined;

  /** The runs of missing values. */
  function gapsOf(): [number, number][] {
    const runs: [number, number][] = [];
    for (let t = panel.warmup; t < length; t++) {
      if (!Number.isNaN(values[t])) continue;
      const begin = t;
      while (t + 1 < length && Number.isNaN(values[t + 1])) t++;
      runs.push([begin, t]);
    }
    return runs;
  }

  /** The visible part as uPlot takes it: times, largest, least, line, then high, low and what is expected. */
  function dataOf(pixels: number, hasMedian: boolean): (number | null)[][] {
    const from = Math.max(0, indexFrom(view.lo) - 1);
    const to = Math.min(length, indexFrom(view.hi) + 2);
    const xs: number[] = [];
    const [largest, least, line, ups, downs, middles] = Array.from({ length: 6 }, (): (number | null)[] => []);
    const all = [xs, largest!, least!, line!, ...(low === undefined ? [] : [ups!, downs!, middles!])];
    drawn = undefined;
    const known = (x: number): number | null => (Number.isNaN(x) ? null : Math.max(-1e300, Math.min(1e300, x)));
    const push = (x: number, most: number | null, fewest: number | null, middle: number | null): void => {
      xs.push(x);
      largest!.push(most);
      least!.push(fewest);
      line!.push(middle);
    };
    if (to - from <= DENSE * pixels) {
      for (let t = from; t < to; t++) {
        push(timeAt(t), null, null, known(values[t]!));
        if (low === undefined) continue;
        ups!.push(known(high![t]!));
        downs!.push(known(low[t]!));
        middles!.push(expected === undefined ? null : known(expected[t]!));
      }
      return all;
    }
    const span = view.hi - view.lo;
    /** Column 0 and the last one are beyond what is visible. */
    const columnOf = (t: number): number => {
      const share = (timeAt(t) - view.lo) / span;
      if (share < 0) return 0;
      return share > 1 ? pixels + 1 : Math.min(pixels, Math.floor(share * pixels) + 1);
    };
    const columns = shared.columnsOf(values, from, to, columnOf, pixels + 2, hasMedian);
    const timeOf = (column: number): number => view.lo + ((column - 0.5) / pixels) * span;
    for (let c = 0; c < columns.count; c++) {
      const at = timeOf(columns.column[c]!);
      if (c > 0 && columns.isBroken[c] === 1) push((at + xs.at(-1)!) / 2, null, null, null);
      push(at, columns.largest[c]!, columns.least[c]!, hasMedian ? columns.median[c]! : null);
    }
    drawn = { columns, columnOf };
    if (low === undefined) return all;
    const edges = [
      shared.columnsOf(high!, from, to, columnOf, pixels + 2, false),
      shared.columnsOf(low, from, to, columnOf, pixels + 2, false),
    ] as const;
    const middle = expected && shared.columnsOf(expected, from, to, columnOf, pixels + 2, true);
    const byTime = (list: ArrayLike<number>, of: { count: number; column: Int32Array }): Map<number, number> =>
      new Map(Array.from({ length: of.count }, (_, c) => [timeOf(of.column[c]!), list[c]!]));
    const [upper, lower] = [byTime(edges[0].largest, edges[0]), byTime(edges[1].least, edges[1])];
    const center = middle && byTime(middle.median, middle);
    for (const x of xs) {
      ups!.push(known(upper.get(x) ?? NaN));
      downs!.push(known(lower.get(x) ?? NaN));
      middles!.push(known(center?.get(x) ?? NaN));
    }
    return all;
  }

  /** Lifts the top, so that the names of ranges do not stand on the curve. */
  function makeWay(): void {
    const share = panel.hasNames && panel.ranges.some(({ label }) => label !== '') ? NAMES / panel.height : 0;
    top = bottom + (top - bottom) / (1 - share);
  }

  /** The range of what is visible: as in a picture where that is everything. */
  function findRange(data: readonly (readonly (number | null)[])[]): void {
    [bottom, top] = panel.range;
    if (!panel.isFixed && !view.isWhole) findVisibleRange(data);
    makeWay();
  }

  function findVisibleRange(data: readonly (readonly (number | null)[])[]): void {
    let [lo, hi] = [Infinity, -Infinity];
    for (const list of data.slice(1, 4)) {
      for (const [i, x] of list.entries()) {
        if (x === null || data[0]![i]! < view.lo || data[0]![i]! > view.hi) continue;
        lo = Math.min(lo, x);
        hi = Math.max(hi, x);
      }
    }
    if (panel.isScore) {
      lo = Math.min(lo, 0, panel.threshold ?? 0);
      hi = Math.max(hi, 0, panel.threshold ?? 0);
    }
    if (!(hi > lo)) return;
    const free = FREE * (hi - lo);
    [bottom, top] = [panel.isScore && lo === 0 ? 0 : lo - free, hi + free];
  }

  /** A number with as many digits as its neighbors on the axis need. */
  function tickText(x: number, step: number): string {
    const size = Math.max(Math.abs(bottom), Math.abs(top));
    const text =
      size >= 1e7 || size < 1e-4
        ? String(Number(x.toPrecision(6)))
        : x.toFixed(Math.max(0, Math.min(10, -Math.floor(Math.log10(step) + 1e-9))));
    const [whole, fraction] = text.split('.') as [string, string?];
    const grouped = /^-?\d+$/.test(whole) ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
    return panel.pattern.replace('{}', (fraction === undefined ? grouped : `${grouped}.${fraction}`).replace('-', '−'));
  }

  /** Canvas pixels of a time, within the plotting area. */
  function xOf(u: uPlot, time: number): number {
    const { left, width } = u.bbox;
    const share = (time - view.lo) / (view.hi - view.lo);
    return left + Math.max(0, Math.min(1, share)) * width;
  }

  /** Rectangles of spans of indices or times that are visible, at least some pixels wide; those that touch are one. */
  function fillSpans(
    u: uPlot,
    spans: readonly (readonly [number, number])[],
    timeOf: (end: number) => number,
    y: number,
    height: number,
    leastWidth: number,
  ): void {
    let until = -Infinity;
    for (const [begin, end] of spans) {
      const [from, to] = [timeOf(begin), timeOf(end)];
      if (to < view.lo || from > view.hi) continue;
      const [a, b] = [xOf(u, from), xOf(u, to)];
      const free = Math.max(0, leastWidth - (b - a)) / 2;
      const left = Math.max(until, a - free);
      if (b + free <= left) continue;
      u.ctx.fillRect(left, y, b + free - left, height);
      until = b + free;
    }
  }

  /** Behind the curve: labeled ranges with their names, and shades with their bars. */
  function drawBehind(u: uPlot): void {
    const { ctx, bbox } = u;
    const pxRatio = devicePixelRatio;
    ctx.save();
    ctx.fillStyle = color('band');
    const ranges = panel.ranges.map(({ begin, end }) => [begin, end] as const);
    for (const range of ranges) fillSpans(u, [range], (at) => at, bbox.top, bbox.height, 2 * pxRatio);
    for (const [s, { role, spans }] of panel.shades.entries()) {
      ctx.fillStyle = color(role);
      ctx.globalAlpha = 0.16;
      fillSpans(u, spans, timeAt, bbox.top, bbox.height, 3 * pxRatio);
      ctx.globalAlpha = 1;
      fillSpans(u, spans, timeAt, bbox.top + 4 * s * pxRatio, 3 * pxRatio, 3 * pxRatio);
    }
    ctx.restore();
  }

  /** Before the curve: names of ranges, the threshold, marks, and bars where values are missing. */
  function drawBefore(u: uPlot): void {
    const { ctx, bbox } = u;
    const pxRatio = devicePixelRatio;
    const foot = bbox.top + bbox.height;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left - 6 * pxRatio, bbox.top - 6 * pxRatio, bbox.width + 12 * pxRatio, bbox.height + 12 * pxRatio);
    ctx.clip();
    ctx.fillStyle = color('faint');
    fillSpans(u, gaps, timeAt, foot - 3 * pxRatio, 3 * pxRatio, pxRatio);
    if (panel.warmup > 0 && timeAt(0) < view.hi && timeAt(Math.min(length, panel.warmup) - 1) > view.lo) {
      ctx.strokeStyle = color('faint');
      ctx.lineWidth = 3 * pxRatio;
      ctx.setLineDash([2 * pxRatio, 2 * pxRatio]);
      line(ctx, xOf(u, timeAt(0)), foot - 1.5 * pxRatio, xOf(u, timeAt(Math.min(length, panel.warmup) - 1)));
    }
    if (panel.threshold !== undefined && panel.threshold >= bottom && panel.threshold <= top) {
      ctx.strokeStyle = color('ink');
      ctx.lineWidth = pxRatio;
      ctx.setLineDash([5 * pxRatio, 4 * pxRatio]);
      line(ctx, bbox.left, u.valToPos(panel.threshold, 'y', true), bbox.left + bbox.width);
    }
    ctx.setLineDash([]);
    ctx.lineWidth = 1.6 * pxRatio;
    for (const [r, { role, at }] of panel.rings.entries()) {
      ctx.strokeStyle = color(role);
      for (const [x, y] of marksAt(u, at)) circle(ctx, x, y, (5 + 2.5 * r) * pxRatio, false);
    }
    ctx.fillStyle = color(panel.role);
    for (const [x, y] of marksAt(u, panel.dots)) circle(ctx, x, y, 3.6 * pxRatio, true);
    if (panel.hasNames) drawNames(u);
    ctx.restore();
  }

  function line(ctx: CanvasRenderingContext2D, from: number, y: number, to: number): void {
    ctx.beginPath();
    ctx.moveTo(from, y);
    ctx.lineTo(to, y);
    ctx.stroke();
  }

  function circle(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number, isFilled: boolean): void {
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    if (isFilled) ctx.fill();
    else ctx.stroke();
  }

  /** Canvas pixels of the visible ones of these indices, the highest of each column. */
  function marksAt(u: uPlot, indices: readonly number[]): [number, number][] {
    const highest = new Map<number, number>();
    for (const t of indices) {
      if (timeAt(t) < view.lo || timeAt(t) > view.hi) continue;
      const column = Math.round(xOf(u, timeAt(t)));
      const before = highest.get(column);
      if (before === undefined || values[t]! > values[before]!) highest.set(column, t);
    }
    return Array.from(highest.values(), (t) => {
      const value = Number.isNaN(values[t]) ? bottom : Math.max(bottom, Math.min(top, values[t]!));
      return [xOf(u, timeAt(t)), u.valToPos(value, 'y', true)];
    });
  }

  function drawNames(u: uPlot): void {
    const { ctx, bbox } = u;
    const pxRatio = devicePixelRatio;
    ctx.fillStyle = color('faint');
    ctx.font = FONT.replace(/^\d+/, String(SIZE * pxRatio));
    ctx.textAlign = 'left';
    ctx.textBaseline = 'top';
    let free = bbox.left;
    for (const { begin, end, label } of [...panel.ranges].sort((a, b) => a.begin - b.begin)) {
      if (label === '' || end < view.lo || begin > view.hi) continue;
      const width = ctx.measureText(label).width;
      const start = Math.min(xOf(u, begin) + 3 * pxRatio, bbox.left + bbox.width - width);
      if (start < free) continue;
      ctx.fillText(label, start, bbox.top + 5 * pxRatio);
      free = start + width + 6 * pxRatio;
    }
  }

  /** Indices of what uPlot draws that stand alone between gaps; of few values all. */
  function pointsOf(u: uPlot, s: number): number[] {
    const list = u.data[s] as (number | null)[];
    const isSparse = drawn === undefined && list.length * 12 < u.bbox.width / devicePixelRatio;
    const indices: number[] = [];
    for (let i = 0; i < list.length; i++) {
      if (list[i] === null || list[i] === undefined) continue;
      const isAlone = (list[i - 1] ?? null) === null && (list[i + 1] ?? null) === null;
      if (isSparse || isAlone) indices.push(i);
    }
    return indices;
  }

  const envelope = (): uPlot.Series => ({
    stroke: () => `${color(panel.role)}8c`,
    width: 0.7,
    points: { show: false },
  });
  const edge = (): uPlot.Series => ({ stroke: () => `${color(panel.role)}66`, width: 0.6, points: { show: false } });
  const band: uPlot.Series[] = [
    edge(),
    edge(),
    { stroke: () => color('ink'), width: 0.8, dash: [3, 2.5], points: { show: false } },
  ];
  const options: uPlot.Options = {
    width: Math.max(50, root.clientWidth),
    height: panel.height + (hasTimes ? 45 : 12),
    padding: [5, 8, hasTimes ? 0 : 7, 0],
    legend: { show: false },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: false, range: () => [view.lo, view.hi] },
      y: { range: () => [bottom, top] },
    },
    series: [
      {},
      envelope(),
      envelope(),
      {
        stroke: () => color(panel.role),
        width: 1.3,
        points: {
          show: (u, s) => pointsOf(u, s).length > 0,
          filter: (u, s) => pointsOf(u, s),
          size: 4,
          fill: () => color(panel.role),
        },
      },
      ...(low === undefined ? [] : band),
    ],
    bands: [
      ...(low === undefined ? [] : [{ series: [4, 5] as [number, number], fill: () => `${color(panel.role)}29` }]),
      { series: [1, 2], fill: () => `${color(panel.role)}40` },
    ],
    axes: [
      {
        show: hasTimes,
        font: FONT,
        size: 40,
        gap: 4,
        stroke: () => color('faint'),
        grid: { show: false },
        ticks: { stroke: () => color('faint'), width: 1, size: 4 },
        border: { show: true, stroke: () => color('faint'), width: 1 },
        splits: (u) => shared.timeTicks(u.bbox.width / devicePixelRatio).map(({ at }) => at),
        values: (u, splits) => {
          const ticks = new Map(shared.timeTicks(u.bbox.width / devicePixelRatio).map((tick) => [tick.at, tick]));
          return splits.map((at) => {
            const { text, below } = ticks.get(at) ?? { text: '' };
            return below === undefined ? text : `${text}\n${below}`;
          });
        },
      },
      {
        font: FONT,
        gap: 4,
        stroke: () => color('faint'),
        grid: { stroke: () => color('grid'), width: 1 },
        ticks: { show: false },
        space: panel.height < 60 ? 18 : 26,
        size: (_, texts) => {
          const widest = Math.max(0, ...(texts ?? []).map((text) => text.length));
          return shared.gutter(14 + 6.4 * widest);
        },
        values: (_, splits) => splits.map((x) => tickText(x, splits.length > 1 ? splits[1]! - splits[0]! : 1)),
      },
    ],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      sync: { key: 'knn-anomaly' },
    },
    hooks: { drawClear: [drawBehind], draw: [drawBefore] },
  };
  const u = new shared.uPlot(options, Array.from(options.series, () => []) as unknown as uPlot.AlignedData, root);
  return {
    u,
    draw(hasMedian) {
      const data = dataOf(Math.max(1, Math.round(u.bbox.width / devicePixelRatio)), hasMedian);
      findRange(data);
      u.setData(data as unknown as uPlot.AlignedData, true);
    },
    read(t) {
      const x = values[t]!;
      const text = Number.isNaN(x)
        ? t < panel.warmup
          ? 'warm-up'
          : 'missing'
        : panel.pattern.replace('{}', String(x));
      if (drawn === undefined) return text;
      const { columns, columnOf } = drawn;
      const column = columnOf(t);
      let c = 0;
      while (c < columns.count && columns.column[c]! < column) c++;
      if (c === columns.count || columns.column[c] !== column) return text;
      const short = (value: number): number => Number(value.toPrecision(6));
      return `${text} (here ${short(columns.least[c]!)} to ${short(columns.largest[c]!)})`;
    },
    valueAt: (t) => values[t]!,
    heightOf: (value) => (value - bottom) / (top - bottom),
    isEnvelope: () => drawn !== undefined,
  };
}
