// Labeled ranges: bands from top to bottom of some panels, with their names in the uppermost.
import type { Paints, Role } from './palette.ts';
import { type Axis, type Panel, TICK_SIZE, text, xAt } from './panel.ts';
import type { Plan, Range } from './plan.ts';
import { escapeXml, px, textWidth } from './svg.ts';

/** Bands narrower than this would not be seen. */
const LEAST_WIDTH = 2;

/** The ranges of all series, then those of each one. */
export function drawRanges(plan: Plan, panels: readonly Panel[], axis: Axis, paints: Paints): string[] {
  const own = plan.series.flatMap(({ ranges }, s) => {
    const of = panels.filter(({ series }) => series === plan.series[s]);
    return rangesOf(s === 0 && panels.length === of.length ? [...plan.ranges, ...ranges] : ranges, of, axis, paints);
  });
  return plan.series.length === 1 ? own : [...rangesOf(plan.ranges, panels, axis, paints), ...own];
}

function rangesOf(ranges: readonly Range[], panels: readonly Panel[], axis: Axis, paints: Paints): string[] {
  const [{ top }, { bottom }] = [panels[0]!, panels.at(-1)!];
  const shown = ranges
    .filter(({ begin, end }) => end >= axis.lo && begin <= axis.hi)
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  const rects: string[] = [];
  const names: string[] = [];
  let free = axis.left;
  for (const { begin, end, label } of shown) {
    const from = Math.max(axis.left, xAt(axis, begin));
    const to = Math.min(axis.right, xAt(axis, end));
    const size = Math.max(LEAST_WIDTH, to - from);
    const title = label === '' ? '' : `<title>${escapeXml(label)}</title>`;
    rects.push(`<rect x="${px(from)}" y="${top}" width="${px(size)}" height="${bottom - top}">${title}</rect>`);
    if (label === '') continue;
    const length = textWidth(label, TICK_SIZE);
    const start = Math.min(from + 3, axis.right - length);
    if (start < free) continue; // the title in the band tells the label
    names.push(text(start, top + 12, label, ''));
    free = start + length + 6;
  }
  const group = (role: Role, content: string[]): string =>
    content.length === 0 ? '' : `<g ${paints.fill(role)}>${content.join('')}</g>`;
  return [group('band', rects), group('faint', names)];
}
