// What the marks of a panel mean, in a line at the right above it.
import { AREA, EXPECTED } from './curves/band.ts';
import type { Paints, Role } from './palette.ts';
import { type Axis, NAME_SIZE, type Panel, TICK_SIZE, text } from './panel.ts';
import { px, textWidth } from './svg.ts';

/** The usual width of a word in pixels: closer than the upper estimate of {@link textWidth}. */
function usualWidth(word: string): number {
  let width = 0;
  for (const letter of word)
    width += /[ijlftrI.,:;'|()[\] ]/.test(letter)
      ? 0.4
      : /[mwMW%@]/.test(letter)
        ? 0.92
        : /[A-Z]/.test(letter)
          ? 0.78
          : 0.61;
  return width * TICK_SIZE;
}

/** Pixels of a sample, between it and its word, and between two entries. */
const SAMPLE = 18;
const GAP = 5;
const BETWEEN = 12;

/** Height of the bars that tell where values are missing, and of those that tell where anomalies are. */
export const BAR = 3;

/** Attributes of what is shaded: windows of alarms and anomalies. */
export const SHADE = 'fill-opacity="0.16"';

/** How the bars of a warm-up are drawn. */
export const WARMUP: string = `stroke-width="${BAR}" stroke-dasharray="2 2"`;

/** Attributes of an envelope and of its edge. */
export const ENVELOPE = 'fill-opacity="0.25" stroke-opacity="0.55" stroke-width="0.7" stroke-linejoin="round"';

/** What can be in a legend. */
export type Meaning = 'normal' | 'expected' | 'envelope' | 'missing' | 'warm-up' | 'threshold' | 'anomaly' | 'window';

/** One entry: a sample, and its word. */
export interface Entry {
  readonly meaning: Meaning;
  readonly word: string;
  /** The color of its sample. */
  readonly role: Role;
}

/**
 * The entries from left to right, as many as the name of the panel leaves space for: the first ones are the most important.
 */
export function drawLegend(entries: readonly Entry[], panel: Panel, { left, right }: Axis, paints: Paints): string[] {
  let free = right - left - textWidth(panel.name, NAME_SIZE) - BETWEEN;
  const shown = entries.filter(({ word }) => {
    const width = SAMPLE + GAP + usualWidth(word) + BETWEEN;
    if (width > free) return false;
    free -= width;
    return true;
  });
  let x = right;
  const drawn: string[] = [];
  for (const { meaning, word, role } of [...shown].reverse()) {
    drawn.unshift(text(x, panel.top - 7, word, `${paints.fill('faint')} text-anchor="end"`));
    x -= usualWidth(word);
    x -= SAMPLE + GAP;
    drawn.unshift(sampleOf(meaning, x, panel.top - 11, role, paints));
    x -= BETWEEN;
  }
  return drawn;
}

/** @param y the middle of the line of text */
function sampleOf(meaning: Meaning, x: number, y: number, role: Role, paints: Paints): string {
  const [fill, stroke] = [paints.fill(role), paints.stroke(role)];
  const line = `d="M${px(x)} ${px(y)}h${SAMPLE}"`;
  const rect = (top: number, height: number): string =>
    `x="${px(x)}" y="${px(top)}" width="${SAMPLE}" height="${height}"`;
  if (meaning === 'normal') return `<rect ${fill} ${AREA} ${rect(y - 5, 10)}/>`;
  if (meaning === 'expected') return `<path ${stroke} fill="none" ${EXPECTED} ${line}/>`;
  if (meaning === 'threshold') return `<path ${stroke} fill="none" stroke-dasharray="5 4" ${line}/>`;
  if (meaning === 'missing') return `<rect ${fill} ${rect(y - 1.5, BAR)}/>`;
  if (meaning === 'warm-up') return `<path ${stroke} fill="none" ${WARMUP} ${line}/>`;
  if (meaning === 'envelope') {
    return (
      `<g ${fill}><rect ${stroke} ${ENVELOPE} ${rect(y - 5, 10)}/></g>` +
      `<path ${stroke} fill="none" stroke-width="1.3" ${line}/>`
    );
  }
  return `<g ${fill}><rect ${SHADE} ${rect(y - 5, 10)}/><rect ${rect(y - 5, BAR)}/></g>`;
}
