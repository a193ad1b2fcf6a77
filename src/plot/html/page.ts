// The script of a page: one axis of time for all panels, zoomed and moved by mouse, fingers and keys, and read by pointing.
import type uPlot from 'uplot';
import type { datesIn } from '../axes/dates.ts';
import type { columnsOf } from '../curves/columns.ts';
import type { Chart, chartOf, Shared } from './chart.ts';
import type { decodeNumbers } from './encode.ts';
import type { PageData } from './page-data.ts';

/** @internal The functions that the script uses beside uPlot. */
export interface Tools {
  readonly datesIn: typeof datesIn;
  readonly columnsOf: typeof columnsOf;
  readonly decodeNumbers: typeof decodeNumbers;
  readonly chartOf: typeof chartOf;
}

/**
 * Draws the panels of a page and follows what the reader does.
 *
 * The function uses nothing outside itself, because its own text is a part of pages.
 *
 * @internal
 */
export function startPage(plot: typeof uPlot, data: PageData, tools: Tools): void {
  const begin = performance.now();
  /** Milliseconds after the last movement until medians are drawn again. */
  const REST = 120;
  const { length, isDate } = data;
  const times = 'step' in data.time ? undefined : tools.decodeNumbers(data.time);
  const { first, step } = 'step' in data.time ? data.time : { first: 0, step: 1 };
  const timeAt = (t: number): number => (times === undefined ? first + t * step : times[t]!);
  const dates = isDate ? tools.datesIn(data.timezone) : undefined;
  const [start, end] =
    timeAt(0) < timeAt(length - 1) ? [timeAt(0), timeAt(length - 1)] : [timeAt(0) - 1, timeAt(0) + 1];
  const leastSpan = (2 * (end - start)) / Math.max(2, length - 1);
  const view = { lo: start, hi: end, isWhole: true };
  const byId = (id: string): HTMLElement => document.getElementById(id)!;
  const sections = [...document.querySelectorAll<HTMLElement>('.panel')];
  let charts: Chart[] = [];
  let width = 0;
  let ticks: { key: string; list: { at: number; text: string; below?: string }[] } = { key: '', list: [] };

  function indexFrom(time: number): number {
    let [from, to] = [0, length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (timeAt(middle) >= time) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  function nearest(time: number): number {
    const after = Math.min(length - 1, indexFrom(time));
    return after > 0 && time - timeAt(after - 1) < timeAt(after) - time ? after - 1 : after;
  }

  function write(time: number): string {
    return dates === undefined ? String(Number(time.toPrecision(15))) : dates.write(Math.round(time));
  }

  /** What is visible, in seconds where milliseconds could not be seen. */
  function writeRange(): void {
    const unit = isDate && view.hi - view.lo > 600_000 ? 1000 : 0;
    const ends = [view.lo, view.hi].map((time) => write(unit === 0 ? time : Math.round(time / unit) * unit));
    byId('range').textContent = ends.join(' – ');
  }

  /** Ticks at multiples of 1, 2 or 5 times a power of ten. */
  function numberTicks(most: number): { at: number; text: string }[] {
    const rough = (view.hi - view.lo) / most;
    const power = 10 ** Math.floor(Math.log10(rough));
    const size = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
    const list: { at: number; text: string }[] = [];
    for (let i = Math.ceil(view.lo / size); i * size <= view.hi; i++) {
      const at = Number((i * size).toPrecision(12));
      list.push({
        at,
        text: String(at)
          .replace('-', '−')
          .replace(/\B(?=(?:\d{3})+$)/g, /\.|e/.test(String(at)) ? '' : ','),
      });
    }
    return list;
  }

  const shared: Shared = {
    uPlot: plot,
    columnsOf: tools.columnsOf,
    decodeNumbers: tools.decodeNumbers,
    dates,
    length,
    timeAt,
    indexFrom,
    view,
    color: (role) => colors.get(role) ?? '#888888',
    gutter(needed) {
      if (needed <= width) return width;
      width = needed;
      if (charts.length > 0) schedule(true);
      return width;
    },
    timeTicks(pixels) {
      const key = `${view.lo} ${view.hi} ${Math.round(pixels)}`;
      const most = Math.max(2, Math.floor(pixels / 84));
      if (ticks.key !== key) ticks = { key, list: dates?.ticks(view.lo, view.hi, most) ?? numberTicks(most) };
      return ticks.list;
    },
  };
  const colors = new Map<string, string>();
  const readColors = (): void => {
    const style = getComputedStyle(document.documentElement);
    const own = data.panels.map(({ role }) => role);
    for (const role of ['ink', 'faint', 'grid', 'band', 'anomaly', ...own]) {
      colors.set(role, style.getPropertyValue(`--${role}`).trim());
    }
  };

  /** The share of the visible time that is pointed at. */
  let pointed: number | undefined;
  let frame = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const drawAll = (hasMedian: boolean): void => {
    for (const [p, chart] of charts.entries()) {
      chart.draw(hasMedian);
      const entry = sections[p]!.querySelector<HTMLElement>('.envelope');
      if (entry !== null) entry.hidden = !chart.isEnvelope();
    }
    point(pointed);
  };
  /** Draws with the next frame. */
  const schedule = (hasMedian: boolean): void => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => drawAll(hasMedian));
  };

  /** Shows a part of the time, within all of it; the next frame draws it, and medians come when it rests. */
  function show(lo: number, hi: number): void {
    const span = Math.max(leastSpan, Math.min(end - start, hi - lo));
    const middle = (lo + hi) / 2;
    const from = Math.max(start, Math.min(end - span, middle - span / 2));
    [view.lo, view.hi] = [from, Math.min(end, from + span)];
    view.isWhole = view.lo === start && view.hi === end;
    writeRange();
    byId('reset').hidden = view.isWhole;
    schedule(false);
    clearTimeout(rest);
    rest = setTimeout(() => drawAll(true), REST);
  }

  const reset = (): void => show(start, end);

  /** @param share where the fixed point is, from 0 at the left to 1 at the right */
  function zoom(factor: number, share: number): void {
    const span = Math.max(leastSpan, Math.min(end - start, (view.hi - view.lo) * factor));
    const fixed = view.lo + share * (view.hi - view.lo);
    const lo = fixed - share * span;
    show(lo, lo + span);
  }

  const move = (share: number): void => {
    const by = share * (view.hi - view.lo);
    const kept = Math.max(start - view.lo, Math.min(end - view.hi, by));
    show(view.lo + kept, view.hi + kept);
  };

  /** What stands at a share of the visible time, in all panels; `undefined` for nothing. */
  function point(share: number | undefined): void {
    pointed = share;
    const t = share === undefined ? undefined : nearest(view.lo + share * (view.hi - view.lo));
    byId('time').textContent = t === undefined ? '' : `${write(timeAt(t))} · value ${t}`;
    for (const [p, chart] of charts.entries()) {
      const section = sections[p]!;
      section.querySelector('.value')!.textContent = t === undefined ? '' : chart.read(t);
      const dot = section.querySelector<HTMLElement>('.dot')!;
      const x = t === undefined ? NaN : chart.valueAt(t);
      dot.hidden = Number.isNaN(x);
      if (dot.hidden) continue;
      dot.style.left = `${(100 * (timeAt(t!) - view.lo)) / (view.hi - view.lo)}%`;
      dot.style.top = `${100 * (1 - chart.heightOf(x))}%`;
    }
  }

  function follow({ u }: Chart): void {
    const { over } = u;
    const shareAt = (clientX: number): number => {
      const { left, width } = over.getBoundingClientRect();
      return Math.max(0, Math.min(1, (clientX - left) / width));
    };
    const dot = document.createElement('div');
    dot.className = 'dot';
    dot.hidden = true;
    over.append(dot);
    over.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const scale = event.deltaMode === 1 ? 30 : 1;
        const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
        if (isSideways) move(((event.deltaX || event.deltaY) * scale) / 800);
        else zoom(Math.exp((event.deltaY * scale) / 500), shareAt(event.clientX));
      },
      { passive: false },
    );
    over.addEventListener('dblclick', reset);
    // With shift a drag moves; without, uPlot selects a part, which is shown when the mouse is released.
    let from: number | undefined;
    over.addEventListener(
      'mousedown',
      (event) => {
        if (event.button !== 0 || !event.shiftKey) return;
        event.stopImmediatePropagation();
        event.preventDefault();
        from = event.clientX;
      },
      { capture: true },
    );
    addEventListener('mousemove', (event) => {
      if (from === undefined) return;
      move((from - event.clientX) / over.clientWidth);
      from = event.clientX;
    });
    addEventListener('mouseup', () => (from = undefined));
    over.addEventListener('mousemove', (event) => point(shareAt(event.clientX)));
    over.addEventListener('mouseleave', () => point(undefined));
    let touches: number[] = [];
    over.addEventListener('touchstart', (event) => {
      touches = Array.from(event.touches, ({ clientX }) => clientX);
      point(shareAt(touches[0]!));
    }, { passive: true }); // biome-ignore format: short
    over.addEventListener(
      'touchmove',
      (event) => {
        const now = Array.from(event.touches, ({ clientX }) => clientX);
        if (now.length === 2 && touches.length === 2) {
          event.preventDefault();
          const [before, after] = [Math.abs(touches[0]! - touches[1]!), Math.abs(now[0]! - now[1]!)];
          if (after > 10) zoom(before / after, shareAt((now[0]! + now[1]!) / 2));
        } else if (now.length === 1 && touches.length === 1 && !view.isWhole) {
          if (event.cancelable) event.preventDefault();
          move((touches[0]! - now[0]!) / over.clientWidth);
        }
        point(shareAt(now[0]!));
        touches = now;
      },
      { passive: false },
    );
  }

  /** uPlot has selected a part: in all charts, of which the one under the mouse speaks. */
  function onSelect(u: uPlot): void {
    const { left, width } = u.select;
    if (width > 3) show(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'));
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  readColors();
  charts = data.panels.map((panel, p) => {
    const root = sections[p]!.querySelector<HTMLElement>('.chart')!;
    return tools.chartOf(panel, root, p === data.panels.length - 1, shared);
  });
  for (const chart of charts) {
    follow(chart);
    (chart.u.hooks.setSelect ??= []).push(onSelect);
  }
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts: Record<string, () => void> = {
      '+': () => zoom(1 / 1.5, 0.5),
      '=': () => zoom(1 / 1.5, 0.5),
      '-': () => zoom(1.5, 0.5),
      '0': reset,
      Escape: reset,
      ArrowLeft: () => move(-0.2),
      ArrowRight: () => move(0.2),
    };
    const act = acts[event.key];
    if (act === undefined) return;
    act();
    event.preventDefault();
  });
  byId('reset').addEventListener('click', reset);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    readColors();
    for (const { u } of charts) u.redraw();
  });
  let known = sections[0]!.clientWidth; // an observer tells of the first width, too, which is drawn already
  new ResizeObserver(() => {
    const now = sections[0]!.clientWidth;
    if (now === known || now === 0) return;
    known = now;
    for (const [p, { u }] of charts.entries()) {
      u.setSize({ width: sections[p]!.querySelector('.chart')!.clientWidth, height: u.height });
    }
    drawAll(true);
  }).observe(sections[0]!);
  writeRange();
  drawAll(true);
  // The first drawing is done when the frame after it begins.
  requestAnimationFrame(() =>
    setTimeout(() => {
      document.documentElement.dataset.drawn = String(Math.round(performance.now() - begin));
    }),
  );
}
