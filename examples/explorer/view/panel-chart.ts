// One panel of the figure: a curve, marked ranges and points, and perhaps a threshold that can be dragged.
import uPlot from 'uplot';
import { type Axis, writeTicks } from './axis.ts';
import type { Pyramid } from './pyramid.ts';

/** A part of the axis that is marked from top to bottom. Both ends are inclusive. */
export interface Mark {
  readonly begin: number;
  readonly end: number;
  /** Its color: see the style sheet. */
  readonly kind: 'label' | 'place' | 'incident' | 'chosen';
  /** Its number in the list of places, which then stands above the curve. */
  readonly rank?: number;
}

/** What a panel shows beside its curve. */
export interface Marks {
  readonly ranges: readonly Mark[];
  /** Indices that are marked on the curve. */
  readonly points: readonly number[];
  readonly threshold: number | undefined;
}

const NO_MARKS: Marks = { ranges: [], points: [], threshold: undefined };

/** Pixels on the left for the numbers of the axis: the same in all panels, so that they stand above each other. */
const LEFT = 64;

/** Pixels on the right for half of the last label. */
const RIGHT = 28;

/** Pixels above the curve of a panel with numbers of places, and the radius of one. */
const ABOVE = 26;
const BADGE = 9;

/** Whole steps between the labels of an axis that counts values. */
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

/** Pixels around the line of a threshold, or below the upper edge where there is none, by which it is taken hold of. */
const GRIP = 7;

/** Values of which each is drawn as a point, if there are no more in sight. */
const FEW = 60;

/** Marks that are drawn at most: more of them cover all. */
const MOST_MARKS = 2000;

export interface PanelChartOptions {
  readonly axis: Axis;
  readonly color: string;
  readonly height: number;
  /** Whether 0 is always in sight, as for scores. */
  readonly fromZero: boolean;
  /** Whether it has the labels of the time axis. */
  readonly hasTicks: boolean;
  /** Whether the numbers of places stand above the curve. */
  readonly hasRanks: boolean;
  /** Whether a threshold can be drawn. */
  readonly hasThreshold: boolean;
}

/** Draws a series of any length in the time of its columns of pixels. */
export class PanelChart {
  readonly plot: uPlot;
  readonly #axis: Axis;
  readonly #fromZero: boolean;
  readonly #hasThreshold: boolean;
  #pyramid: Pyramid | undefined;
  #marks: Marks;
  #from: number;
  #to: number;
  #low: number;
  #high: number;

  constructor(host: HTMLElement, options: PanelChartOptions) {
    const { axis, color, height, fromZero, hasTicks, hasRanks, hasThreshold } = options;
    this.#axis = axis;
    this.#fromZero = fromZero;
    this.#hasThreshold = hasThreshold;
    this.#marks = NO_MARKS;
    [this.#from, this.#to, this.#low, this.#high] = [0, 1, 0, 1];
    const style = getComputedStyle(host);
    const paint = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    const font = `12px ${style.fontFamily}`;
    const ink = { stroke: paint('faint'), font, grid: { stroke: paint('grid'), width: 1 }, ticks: { show: false } };
    const { zone } = axis;
    this.plot = new uPlot(
      {
        width: host.clientWidth || 600,
        height,
        padding: [hasRanks ? ABOVE : 8, RIGHT, hasTicks ? 0 : 4, 0],
        legend: { show: false },
        ...(axis.isDate && zone !== undefined && { tzDate: (ts: number) => uPlot.tzDate(new Date(ts * 1000), zone) }),
        cursor: {
          y: false,
          drag: { x: false, y: false },
          sync: { key: 'explorer' },
          points: { show: false },
          bind: { dblclick: () => null },
        },
        scales: {
          x: {
            time: axis.isDate,
            range: () => [axis.placeOf(this.#from), axis.placeOf(this.#to)] as uPlot.Range.MinMax,
          },
          y: { range: () => [this.#low, this.#high] as uPlot.Range.MinMax },
        },
        series: [
          {},
          {
            stroke: paint(color),
            width: 1.25,
            spanGaps: false,
            points: { show: (_, __, from, to) => to - from < FEW, size: 4, fill: paint(color) },
          },
        ],
        axes: [
          {
            ...ink,
            show: hasTicks,
            size: 40,
            space: axis.isDate ? 96 : 70,
            values: (_, places, __, ___, step) => axis.ticks(places, step),
            ...(axis.isCount && { incrs: WHOLE }),
          },
          { ...ink, size: LEFT, values: (_, values) => writeTicks(values), space: 28 },
        ],
        hooks: {
          drawClear: [() => this.#drawRanges(paint)],
          draw: [() => this.#drawMarks(paint), () => hasRanks && this.#drawRanks(paint, font)],
        },
      },
      [[], []],
      host,
    );
  }

  /** The curve; `undefined` empties the panel. */
  setCurve(pyramid: Pyramid | undefined): void {
    this.#pyramid = pyramid;
    this.show(this.#from, this.#to);
  }

  setMarks(marks: Marks): void {
    this.#marks = marks;
    this.show(this.#from, this.#to);
  }

  /** Shows the values from index `from` to index `to`, which need not be whole. */
  show(from: number, to: number): void {
    [this.#from, this.#to] = [from, to];
    const { plot } = this;
    const pyramid = this.#pyramid;
    if (pyramid === undefined) {
      plot.setData([[], []]);
      return;
    }
    const [first, behind] = [Math.floor(from), Math.ceil(to) + 1];
    const numColumns = Math.max(50, Math.round(plot.bbox.width));
    const { x, y } = pyramid.curve(first, behind, numColumns, (index) => this.#axis.placeOf(index));
    let [low, high] = pyramid.range(first, behind);
    if (!(low <= high)) [low, high] = [0, 1];
    if (this.#fromZero) low = Math.min(0, low);
    const { threshold } = this.#marks;
    if (threshold !== undefined) high = Math.max(high, threshold);
    const space = high > low ? 0.05 * (high - low) : Math.max(1, Math.abs(high)) * 0.05;
    [this.#low, this.#high] = [this.#fromZero && low === 0 ? 0 : low - space, high + space];
    plot.batch(() => {
      plot.setData([x, y] as uPlot.AlignedData, false);
      plot.setScale('x', { min: this.#axis.placeOf(from), max: this.#axis.placeOf(to) });
      plot.setScale('y', { min: this.#low, max: this.#high });
    });
  }

  resize(width: number): void {
    this.plot.setSize({ width, height: this.plot.height });
    this.show(this.#from, this.#to);
  }

  /** The index at a number of pixels from the left of the plotting area. */
  indexAt(left: number): number {
    return this.#axis.indexOf(this.plot.posToVal(left, 'x'));
  }

  /** The value at a number of pixels from its top. */
  valueAt(top: number): number {
    return this.plot.posToVal(top, 'y');
  }

  /** Whether this place is where the threshold is taken hold of: on its line, or at the upper edge where there is none yet. */
  isOnThreshold(top: number): boolean {
    if (!this.#hasThreshold) return false;
    const { threshold } = this.#marks;
    return Math.abs((threshold === undefined ? 0 : this.plot.valToPos(threshold, 'y')) - top) < GRIP;
  }

  destroy(): void {
    this.plot.destroy();
  }

  /** The edges of a value on the canvas: half a value to either side. */
  #edges(begin: number, end: number): [left: number, width: number] {
    const { plot } = this;
    const at = (index: number): number => plot.valToPos(this.#axis.placeOf(index), 'x', true);
    const left = Math.max(plot.bbox.left, at(begin - 0.5));
    const right = Math.min(plot.bbox.left + plot.bbox.width, at(end + 0.5));
    return [left, Math.max(right - left, 3)];
  }

  #drawRanges(paint: (name: string) => string): void {
    const { ctx, bbox } = this.plot;
    ctx.save();
    let numDrawn = 0;
    for (const { begin, end, kind } of this.#marks.ranges) {
      if (end < this.#from - 1 || begin > this.#to + 1 || ++numDrawn > MOST_MARKS) continue;
      const [left, width] = this.#edges(begin, end);
      ctx.fillStyle = paint(kind === 'label' ? 'band' : kind);
      ctx.fillRect(left, bbox.top, width, bbox.height);
      if (kind !== 'chosen' || width < 8 * devicePixelRatio) continue;
      ctx.fillStyle = paint('series');
      for (const x of [left, left + width - devicePixelRatio]) ctx.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
    }
    ctx.restore();
  }

  /** The numbers of places above the curve. One that has no space beside a stranger one is left out. */
  #drawRanks(paint: (name: string) => string, font: string): void {
    const { ctx, bbox } = this.plot;
    const scale = devicePixelRatio;
    const taken: number[] = [];
    ctx.save();
    ctx.font = font.replace('12px', `bold ${11 * scale}px`);
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    for (const { begin, end, kind, rank } of this.#marks.ranges) {
      if (rank === undefined || end < this.#from || begin > this.#to) continue;
      const [left, width] = this.#edges(begin, end);
      const x = left + width / 2;
      if (taken.some((other) => Math.abs(other - x) < 2 * BADGE * scale)) continue;
      taken.push(x);
      ctx.fillStyle = paint(kind === 'chosen' ? 'series' : 'faint');
      ctx.beginPath();
      ctx.arc(x, bbox.top - (BADGE + 3) * scale, BADGE * scale, 0, 2 * Math.PI);
      ctx.fill();
      ctx.fillStyle = paint('ground');
      ctx.fillText(String(rank), x, bbox.top - (BADGE + 2.5) * scale);
    }
    ctx.restore();
  }

  #drawMarks(paint: (name: string) => string): void {
    const { ctx, bbox } = this.plot;
    const scale = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    const { threshold, points } = this.#marks;
    if (threshold !== undefined) {
      const y = this.plot.valToPos(threshold, 'y', true);
      ctx.strokeStyle = paint('alarm');
      ctx.lineWidth = 1.5 * scale;
      ctx.setLineDash([6 * scale, 4 * scale]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    ctx.fillStyle = paint('alarm');
    if (this.#hasThreshold) {
      // The grip at the right end of the line, or of the upper edge.
      const y = threshold === undefined ? bbox.top + 6 * scale : this.plot.valToPos(threshold, 'y', true);
      const right = bbox.left + bbox.width;
      ctx.beginPath();
      ctx.moveTo(right, y - 6 * scale);
      ctx.lineTo(right, y + 6 * scale);
      ctx.lineTo(right - 9 * scale, y);
      ctx.fill();
    }
    let numDrawn = 0;
    for (const index of points) {
      if (index < this.#from || index > this.#to || ++numDrawn > MOST_MARKS) continue;
      const x = this.plot.valToPos(this.#axis.placeOf(index), 'x', true);
      const value = this.#pyramid?.values[index] ?? NaN;
      const y = Number.isFinite(value) ? this.plot.valToPos(value, 'y', true) : bbox.top;
      ctx.beginPath();
      ctx.arc(x, y, 4 * scale, 0, 2 * Math.PI);
      ctx.fill();
    }
    ctx.restore();
  }
}
