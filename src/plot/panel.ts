// A panel of a figure and the axis of time: from values to pixels, and what is written and clipped there.
import type { Tick } from './axes/ticks.ts';
import type { Role } from './palette.ts';
import type { Drawn, Score } from './plan.ts';
import { escapeXml, px, textWidth } from './svg.ts';

export const TICK_SIZE = 11;
export const NAME_SIZE = 13;

/** One panel, in pixels. */
export interface Panel {
  readonly name: string;
  readonly role: Role;
  readonly values: Float64Array;
  readonly top: number;
  readonly bottom: number;
  /** The values at the bottom and at the top of the panel, the top lowered by `inset`. */
  readonly lo: number;
  readonly hi: number;
  /** Pixels at the top that no curve enters. */
  readonly inset: number;
  readonly ticks: readonly Tick[];
  /** The series that it shows, or that its score is about. */
  readonly series: Drawn;
  readonly score: Score | undefined;
}

export interface Axis {
  readonly left: number;
  readonly right: number;
  readonly lo: number;
  readonly hi: number;
  readonly ticks: readonly Tick[];
}

export function xAt({ left, right, lo, hi }: Axis, at: number): number {
  return left + ((at - lo) / (hi - lo)) * (right - left);
}

/** A curve may leave the panel, but its coordinates stay within the numbers that drawing programs can hold. */
export function yAt({ top, bottom, inset, lo, hi }: Panel, value: number): number {
  const share = (value - lo) / (hi - lo);
  return bottom - Math.max(-9, Math.min(9, share)) * (bottom - top - inset);
}

export function text(x: number, y: number, content: string, attributes: string): string {
  return `<text${attributes && ` ${attributes}`} x="${px(x)}" y="${px(y)}">${escapeXml(content)}</text>`;
}

/** A text that ends with an ellipsis where it would be wider than this; its title tells all of it. */
export function fittedText(
  x: number,
  y: number,
  content: string,
  size: number,
  width: number,
  attributes: string,
): string {
  if (textWidth(content, size) <= width) return text(x, y, content, attributes);
  const most = Math.max(1, Math.floor(width / textWidth('x', size)) - 1);
  const title = `<title>${escapeXml(content)}</title>`;
  return `<text ${attributes} x="${px(x)}" y="${px(y)}">${escapeXml(content.slice(0, most).trimEnd())}…${title}</text>`;
}

/** A nested svg element clips its contents. A clip path would need an id, which another figure on the page might have. */
export function clipped(
  content: string,
  { top, bottom }: Pick<Panel, 'top' | 'bottom'>,
  { left, right }: Axis,
): string {
  const [x, y, width, height] = [left - 2, top, right - left + 4, bottom - top];
  return `<svg x="${x}" y="${y}" width="${width}" height="${height}" viewBox="${x} ${y} ${width} ${height}">${content}</svg>`;
}
