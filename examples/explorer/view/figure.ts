// All panels of the figure: they show the same part of the series, and pointer, wheel and keys move it.
import type { PanelChart } from './panel-chart.ts';

/** What the figure tells. */
export interface FigureListener {
  /** Another part of the series is shown. */
  moved(from: number, to: number): void;
  /** The pointer is at this value; `undefined`: at none. */
  hovered(index: number | undefined): void;
  /** A range was drawn, to be labeled. */
  selected(begin: number, end: number): void;
  /** A value was pointed at, as exactly as `tolerance` values. */
  picked(index: number, tolerance: number): void;
}

interface Panel {
  readonly chart: PanelChart;
  readonly dragThreshold: ((threshold: number) => void) | undefined;
}

/** How far a press of an arrow key moves, as a share of what is shown; and a step of zooming. */
const KEY_STEP = 0.15;
const ZOOM_STEP = 1.4;

/** Pixels that a press may move and still point at a value; and around it, in which a place is meant. */
const STILL = 3;
const NEAR = 8;

/** A place is shown with this many times its width around it, and at least so many values. */
const AROUND = 12;
const LEAST_AROUND = 240;

/** The fewest values that are shown. */
const FEWEST = 4;

export class Figure {
  #panels: Panel[];
  #length: number;
  #from: number;
  #to: number;
  readonly #listener: FigureListener;
  /** Whether a drag selects a range instead of moving. */
  isSelecting: boolean;
  #frame: number;

  constructor(listener: FigureListener) {
    this.#panels = [];
    this.#length = 1;
    [this.#from, this.#to] = [0, 1];
    this.#listener = listener;
    this.isSelecting = false;
    this.#frame = 0;
  }

  get range(): readonly [from: number, to: number] {
    return [this.#from, this.#to];
  }

  /** Shows a series of another length as a whole, or a part of it. */
  reset(length: number, range: readonly [number, number] = [0, length - 1]): void {
    this.#length = length;
    this.move(...range);
  }

  /** @param dragThreshold called with a threshold that the user draws */
  add(chart: PanelChart, dragThreshold?: (threshold: number) => void): void {
    const panel = { chart, dragThreshold };
    this.#panels.push(panel);
    this.#listen(panel);
    chart.show(this.#from, this.#to);
  }

  remove(chart: PanelChart): void {
    this.#panels = this.#panels.filter((panel) => panel.chart !== chart);
    chart.destroy();
  }

  /** Shows a part of the series; what lies beyond its ends is pushed back. */
  move(from: number, to: number): void {
    const most = Math.max(this.#length - 1, 1);
    const width = Math.min(most, Math.max(to - from, Math.min(FEWEST, most)));
    const middle = (from + to) / 2;
    const begin = Math.min(most - width, Math.max(0, middle - width / 2));
    [this.#from, this.#to] = [begin, begin + width];
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      for (const { chart } of this.#panels) chart.show(this.#from, this.#to);
      this.#listener.moved(this.#from, this.#to);
    });
  }

  /** Zooms so that the value at `index` stays where it is. */
  zoom(factor: number, index = (this.#from + this.#to) / 2): void {
    this.move(index - (index - this.#from) * factor, index + (this.#to - index) * factor);
  }

  showAll(): void {
    this.move(0, this.#length - 1);
  }

  /** Brings a range into sight, with what is around it; what is shown stays if it does that. */
  focus(begin: number, end: number): void {
    const width = Math.max(AROUND * (end - begin + 1), LEAST_AROUND);
    const isInSight = this.#from <= begin && end <= this.#to && this.#to - this.#from <= width;
    if (!isInSight) this.move((begin + end - width) / 2, (begin + end + width) / 2);
  }

  resize(): void {
    for (const { chart } of this.#panels) chart.resize(chart.plot.root.parentElement!.clientWidth);
  }

  #listen({ chart, dragThreshold }: Panel): void {
    const { over } = chart.plot;
    const pointers = new Map<number, number>();
    let drag: 'pan' | 'select' | 'threshold' | undefined;
    let anchor = 0; // pixels from the left,
    let anchorTop = 0; // and from the top
    let begin: readonly [number, number] = [0, 0]; // what was shown when the drag began
    const leftOf = (event: PointerEvent | WheelEvent): number => event.clientX - over.getBoundingClientRect().left;
    const topOf = (event: PointerEvent): number => event.clientY - over.getBoundingClientRect().top;
    over.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.#pan(event.deltaX / over.clientWidth);
        else this.zoom(Math.exp(Math.min(1, Math.max(-1, event.deltaY / 300))), chart.indexAt(leftOf(event)));
      },
      { passive: false },
    );
    over.addEventListener('dblclick', () => this.showAll());
    over.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      pointers.set(event.pointerId, leftOf(event));
      over.setPointerCapture(event.pointerId);
      const isOnThreshold = dragThreshold !== undefined && chart.isOnThreshold(topOf(event));
      drag = isOnThreshold ? 'threshold' : this.isSelecting || event.shiftKey ? 'select' : 'pan';
      [anchor, anchorTop] = [leftOf(event), topOf(event)];
      begin = this.range;
    });
    over.addEventListener('pointermove', (event) => {
      const left = leftOf(event);
      if (drag === undefined) {
        const isOnThreshold = dragThreshold !== undefined && chart.isOnThreshold(topOf(event));
        over.style.cursor = isOnThreshold ? 'ns-resize' : this.isSelecting ? 'col-resize' : 'grab';
        this.#listener.hovered(Math.round(chart.indexAt(left)));
        return;
      }
      if (pointers.size === 2) this.#pinch(chart, pointers, event.pointerId, left);
      else if (drag === 'threshold') dragThreshold!(Math.max(0, chart.valueAt(topOf(event))));
      else if (drag === 'pan') {
        const moved = ((left - anchor) / over.clientWidth) * (begin[1] - begin[0]);
        this.move(begin[0] - moved, begin[1] - moved);
      } else {
        const [from, to] = [Math.min(anchor, left), Math.max(anchor, left)];
        chart.plot.setSelect({ left: from, width: to - from, top: 0, height: over.clientHeight }, false);
      }
      pointers.set(event.pointerId, left);
    });
    const end = (event: PointerEvent): void => {
      pointers.delete(event.pointerId);
      const left = leftOf(event);
      if (drag === 'select' && event.type === 'pointerup' && Math.abs(left - anchor) > STILL) {
        const [from, to] = [chart.indexAt(Math.min(anchor, left)), chart.indexAt(Math.max(anchor, left))];
        this.#select(Math.round(from), Math.round(to));
      } else if (drag !== undefined && drag !== 'threshold' && event.type === 'pointerup') {
        const isStill = Math.abs(left - anchor) <= STILL && Math.abs(topOf(event) - anchorTop) <= STILL;
        if (isStill) this.#pick(chart, left);
      }
      if (drag === 'select') chart.plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      drag = undefined;
    };
    over.addEventListener('pointerup', end);
    over.addEventListener('pointercancel', end);
    over.addEventListener('pointerleave', () => this.#listener.hovered(undefined));
    this.#listenToKeys(chart);
  }

  #listenToKeys(chart: PanelChart): void {
    const host = chart.plot.root.parentElement!;
    host.addEventListener('keydown', (event) => {
      const keys: Record<string, () => void> = {
        ArrowLeft: () => this.#pan(-KEY_STEP),
        ArrowRight: () => this.#pan(KEY_STEP),
        '+': () => this.zoom(1 / ZOOM_STEP),
        '=': () => this.zoom(1 / ZOOM_STEP),
        '-': () => this.zoom(ZOOM_STEP),
        0: () => this.showAll(),
        l: () => this.#select(Math.ceil(this.#from), Math.floor(this.#to)),
        Home: () => this.move(0, this.#to - this.#from),
        End: () => this.move(this.#length - 1 - (this.#to - this.#from), this.#length - 1),
      };
      const act = keys[event.key];
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
  }

  #pan(share: number): void {
    const by = share * (this.#to - this.#from);
    this.move(this.#from + by, this.#to + by);
  }

  #pinch(chart: PanelChart, pointers: Map<number, number>, id: number, left: number): void {
    const [other] = [...pointers].filter(([key]) => key !== id).map(([, at]) => at);
    const before = Math.abs(pointers.get(id)! - other!);
    const after = Math.abs(left - other!);
    if (before > 0 && after > 0) this.zoom(before / after, chart.indexAt((left + other!) / 2));
  }

  /** A press that hardly moved points at a value. */
  #pick(chart: PanelChart, left: number): void {
    const index = Math.round(chart.indexAt(left));
    this.#listener.picked(index, Math.abs(chart.indexAt(left + NEAR) - chart.indexAt(left)));
  }

  #select(begin: number, end: number): void {
    this.#listener.selected(Math.max(0, begin), Math.min(this.#length - 1, end));
  }
}
