// The colors of figures, light and dark, and how one figure holds both.
import type { Theme } from './options.ts';

/**
 * The colors. The hues are those of Okabe and Ito, which people with any color vision tell apart; blue is lighter on a dark
 * background. No meaning depends on color alone: every curve stands in a panel with its name.
 */
export interface Palette {
  readonly ground: string;
  readonly frame: string;
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  /** Labeled ranges. */
  readonly band: string;
  readonly series: string;
  /** Shaded parts of a series that are not those of a score. */
  readonly anomaly: string;
  /** Scores, in turn. */
  readonly scores: readonly string[];
}

const LIGHT: Palette = {
  ground: '#ffffff',
  frame: '#d1d9e0',
  ink: '#1f2328',
  faint: '#59636e',
  grid: '#e4e8ec',
  band: '#f8f0a0',
  series: '#0072b2',
  anomaly: '#882255',
  scores: ['#d55e00', '#009e73', '#cc79a7', '#e69f00'],
};

const DARK: Palette = {
  ground: '#0d1117',
  frame: '#3d444d',
  ink: '#f0f6fc',
  faint: '#9198a1',
  grid: '#262c36',
  band: '#4b4619',
  series: '#56b4e9',
  anomaly: '#e583b6',
  scores: ['#f0803c', '#2fbf95', '#d68fb7', '#e69f00'],
};

/** The colors of a light or a dark page. */
export function paletteOf(page: 'light' | 'dark'): Palette {
  return page === 'dark' ? DARK : LIGHT;
}

/** The colors as custom properties of a style sheet: `--ground`, …, `--score0`, …. */
export function variablesOf(palette: Palette): string {
  const { scores, ...named } = palette;
  const pairs = [...Object.entries(named), ...scores.map((color, s): [string, string] => [`score${s}`, color])];
  return pairs.map(([role, color]) => `--${role}:${color}`).join(';');
}

/** The fonts, in the order in which they are looked for. */
export const FONT = '"Segoe UI", Roboto, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif';

/** A color of the palette. Elements of this color have a class of the same name. */
export type Role = Exclude<keyof Palette, 'scores'> | `score${number}`;

/** The role whose color this one has: scores beyond the last color begin again with the first. */
export function classOf(role: Role): Role {
  return role.startsWith('score') ? `score${Number(role.slice(5)) % LIGHT.scores.length}` : role;
}

function colorOf(palette: Palette, role: Role): string {
  const own = classOf(role);
  return own.startsWith('score')
    ? palette.scores[Number(own.slice(5))]!
    : palette[own as Exclude<keyof Palette, 'scores'>];
}

/** The colors of a figure. */
export interface Paints {
  /** Attributes of elements that are filled, or drawn, in a color. */
  fill(role: Role): string;
  stroke(role: Role): string;
  /** Class of the whole figure, and the rules that change its colors on a dark page. */
  readonly className: string;
  readonly css: string;
}

/**
 * Colors are attributes, so that programs without style sheets draw them. A figure for light and dark pages has the dark
 * colors in a media query, which overrides attributes.
 *
 * @param numScores how many scores there are to paint
 */
export function paintsFor(theme: Theme, numScores: number): Paints {
  const base = theme === 'dark' ? DARK : LIGHT;
  const names = (Object.keys(LIGHT) as (keyof Palette)[]).filter((key) => key !== 'scores');
  const scores = Array.from({ length: Math.min(numScores, LIGHT.scores.length) }, (_, s): Role => `score${s}`);
  const rules = [...names, ...scores].map((role) => {
    const color = colorOf(DARK, role);
    return `.knn-plot-auto .f-${role}{fill:${color}}.knn-plot-auto .s-${role}{stroke:${color}}`;
  });
  return {
    fill: (role) => `class="f-${classOf(role)}" fill="${colorOf(base, role)}"`,
    stroke: (role) => `class="s-${classOf(role)}" stroke="${colorOf(base, role)}"`,
    className: `knn-plot-${theme}`,
    css: theme === 'auto' ? `<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>` : '',
  };
}
