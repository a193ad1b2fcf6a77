// results/scaling.json and scaling-threads.json → figures/scaling-*.svg, results/streaming.json → figures/scaling-history.svg,
// results/anytime.json → figures/anytime.svg: small multiples with a label at the end of each line. The files stand alone,
// bring their own light ground, and are the same for the same results: npx tsx bench/plots.ts [FOLDER]

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Row } from './harness.ts';
import { type Pixel, placeLabels } from './labels.ts';

type Line = Row & { axis: string; series: string; n: number; w: number; k: number; work?: number; share?: number };
type Point = { panel: string; contender: string; x: number; y: number };

interface Figure {
  title: string;
  /** What all panels have in common, and what each is about. */
  subtitle: (row: Line) => string;
  panel: (row: Line) => string;
  x: 'n' | 'w' | 'k' | 'work';
  xText?: (x: number) => string;
  xLabel: string;
  unit: string;
  y: (row: Line) => number | undefined;
  yScale: YScale;
}

interface YScale {
  type: 'log' | 'linear';
  ticks: [at: number, label: string][];
  domain?: [number, number];
  /** Where neither side is ahead. */
  even?: number;
}

const US = 'knn-anomaly';

type Style = { color: string; dash: string; symbol: Plot.SymbolType; width?: number };

// Colors of Okabe and Ito, which the color-blind tell apart; dashes and symbols say the same without color.
const ours: Style = { color: '#0072b2', dash: '', symbol: 'circle', width: 3 };
const styles: Record<string, Style> = {
  [US]: ours,
  'SciPy cKDTree': { color: '#d55e00', dash: '6 3', symbol: 'triangle' },
  'scikit-learn brute': { color: '#009e73', dash: '2 3', symbol: 'square' },
  'faiss flat (float32)': { color: '#cc79a7', dash: '9 3 2 3', symbol: 'diamond' },
  '2 threads': ours,
  'SciPy, indexed anew': { color: '#d55e00', dash: '6 3', symbol: 'triangle' },
  'scikit-learn anew': { color: '#009e73', dash: '2 3', symbol: 'square' },
  'scan in JavaScript': { color: '#56606a', dash: '1 2', symbol: 'star' },
  'server metrics': ours,
  'random walk': { color: '#009e73', dash: '2 3', symbol: 'square' },
  'white noise': { color: '#cc79a7', dash: '9 3 2 3', symbol: 'diamond' },
  'heart beats': { color: '#d55e00', dash: '6 3', symbol: 'triangle' },
};
const styleOf = (contender: string): Style => styles[contender] ?? { color: '#56606a', dash: '1 2', symbol: 'star' };

const INK = '#1f2328';
const FAINT = '#59636e';
const FONT = 'system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';
const WIDTH = 880;
const PLOT_HEIGHT = 400;
const MARGIN = { marginLeft: 58, marginRight: 4, marginTop: 50, marginBottom: 46 };
const PADDING = 0.03; // between panels
/** Pixels of a panel left of the lines, and right of them for their labels. */
const INSETS = { insetLeft: 8, insetRight: 126 };

const big = (n: number) =>
  n === 1e6 ? '1 million' : n < 1e4 ? String(n) : String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');
const seriesNames: Record<string, string> = { metrics: 'server metrics', noise: 'white noise', rw: 'random walk' };
const nameOf = (row: Line) => seriesNames[row.series] ?? row.series;

const seconds: YScale = {
  type: 'log',
  ticks: [
    [1e-4, '0.1 ms'],
    [1e-3, '1 ms'],
    [1e-2, '10 ms'],
    [0.1, '0.1 s'],
    [1, '1 s'],
    [10, '10 s'],
    [60, '1 min'],
    [600, '10 min'],
  ],
};
const microseconds: YScale = {
  type: 'log',
  ticks: [
    [1e-7, '0.1 µs'],
    [1e-6, '1 µs'],
    [1e-5, '10 µs'],
    [1e-4, '0.1 ms'],
    [1e-3, '1 ms'],
    [1e-2, '10 ms'],
    [0.1, '0.1 s'],
    [1, '1 s'],
  ],
};
const times: YScale = {
  type: 'linear',
  ticks: [0, 0.5, 1, 1.5, 2].map((factor) => [factor, `${factor}×`]),
  domain: [0, 2.1],
  even: 1,
};

const ROUND: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

const shares: YScale = {
  type: 'linear',
  ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => [share, `${100 * share} %`]),
  domain: [0, 1.05],
};

const figures: Record<string, Figure> = {
  n: {
    title: 'Time of one call by length of the series',
    subtitle: (r) => `${nameOf(r)}, ${r.k} neighbors, one thread`,
    panel: (r) => `windows of ${r.w} values`,
    x: 'n',
    xLabel: 'values in the series',
    unit: 'values',
    y: (r) => r.median,
    yScale: seconds,
  },
  w: {
    title: 'Time of one call by window',
    subtitle: (r) => `${big(r.n)} values, ${r.k} neighbors, one thread`,
    panel: nameOf,
    x: 'w',
    xLabel: 'values in a window',
    unit: 'values a window',
    y: (r) => r.median,
    yScale: seconds,
  },
  k: {
    title: 'Time of one call by number of neighbors',
    subtitle: (r) => `${nameOf(r)}, ${big(r.n)} values, one thread`,
    panel: (r) => `windows of ${r.w} values`,
    x: 'k',
    xLabel: 'neighbors',
    unit: 'neighbors',
    y: (r) => r.median,
    yScale: seconds,
  },
  history: {
    title: 'Time of one value in a stream, by history',
    subtitle: (r) => `${nameOf(r)}, ${r.k} neighbors, one thread, median`,
    panel: (r) => `windows of ${r.w} values`,
    x: 'n',
    xLabel: 'windows that are remembered',
    unit: 'windows',
    y: (r) => r.median,
    yScale: microseconds,
  },
  threads: {
    title: 'How many times as fast with threads',
    subtitle: (r) => `${nameOf(r)}, ${r.k} neighbors`,
    panel: (r) => `windows of ${r.w} values`,
    x: 'n',
    xLabel: 'values in the series',
    unit: 'values',
    y: (r) => r.ratio && 1 / r.ratio[0],
    yScale: times,
  },
  work: {
    title: 'How many of the ten strangest places are known when',
    subtitle: (r) => `${big(r.n)} values, ${r.k} neighbors, by refine()`,
    panel: (r) => `windows of ${r.w} values`,
    x: 'work',
    xText: (work) => `${Math.round(100 * work)} %`,
    xLabel: 'work done',
    unit: 'of the work',
    y: (r) => r.share,
    yScale: shares,
  },
};

/** A panel's message: the largest x where a peer was still there, and how we compare with the best of them. */
function message(points: Point[], unit: string): string {
  const best = new Map<number, Point>();
  for (const p of points) if (p.contender !== US && p.y < (best.get(p.x)?.y ?? Infinity)) best.set(p.x, p);
  const met = points.filter((p) => p.contender === US && best.has(p.x)).at(-1);
  if (!met) return '';
  const { contender, y } = best.get(met.x)!;
  return `${Number((y / met.y).toPrecision(2))}× as fast as ${contender} at ${big(met.x)} ${unit}`;
}

const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as { document: Document };

function chart({ x, xText = big, xLabel, unit, yScale }: Figure, points: Point[]): Element {
  const panels = [...new Set(points.map((p) => p.panel))];
  const contenders = [...new Set(points.map((p) => p.contender))];
  const xs = [...new Set(points.map((p) => p.x))].sort((a, b) => a - b);
  const ys = points.map((p) => p.y);
  const domain = yScale.domain ?? [0.7 * Math.min(...ys), 1.5 * Math.max(...ys)];
  const ticks = new Map(yScale.ticks.filter(([at]) => at >= domain[0]! && at <= domain[1]!));
  const isTick = { n: (n: number) => Number.isInteger(Math.log10(n)), work: (share: number) => ROUND.includes(share) };
  const xTicks = x === 'n' || x === 'work' ? xs.filter(isTick[x]) : xs;
  const place = { x: 'x', y: 'y', fx: 'panel' };
  const heading = { fx: (panel: string) => panel, frameAnchor: 'top-left', textAnchor: 'start' } as const;

  const linesOf = (panel: string) =>
    contenders
      .map((contender) => points.filter((p) => p.panel === panel && p.contender === contender))
      .filter((line) => line.length > 0);
  const panelWidth = ((WIDTH - MARGIN.marginLeft - MARGIN.marginRight) * (1 - PADDING)) / (panels.length - PADDING);
  const scaleX = Plot.scale({
    x: { type: 'log', domain: [xs[0]!, xs.at(-1)!], range: [INSETS.insetLeft, panelWidth - INSETS.insetRight] },
  });
  const scaleY = Plot.scale({
    y: { type: yScale.type, domain, range: [PLOT_HEIGHT - MARGIN.marginBottom, MARGIN.marginTop] },
  });
  const labelsOf = (panel: string) => {
    const lines = linesOf(panel).map((line) => ({
      text: line[0]!.contender,
      points: line.map((p): Pixel => [scaleX.apply(p.x), scaleY.apply(p.y)]),
    }));
    return placeLabels(lines).map(({ text, end, dx, dy, textAnchor }) => {
      const fontWeight = text === US ? 600 : 400;
      const at = { panel, x: scaleX.invert!(end[0]), y: scaleY.invert!(end[1]) };
      return Plot.text([at], { ...place, text: [text], dx, dy, textAnchor, fontWeight, fill: styleOf(text).color });
    });
  };

  return Plot.plot({
    document,
    width: WIDTH,
    height: PLOT_HEIGHT,
    ...MARGIN,
    style: { fontFamily: FONT, fontSize: '12px', color: INK, background: 'none' },
    fx: { axis: null, domain: panels, paddingInner: PADDING },
    x: { type: 'log', domain: [xs[0]!, xs.at(-1)!], ...INSETS },
    y: { type: yScale.type, domain },
    marks: [
      Plot.text(panels, { ...heading, text: (panel) => panel, dy: -38, fontSize: 14, fontWeight: 600 }),
      Plot.text(panels, {
        ...heading,
        text: (panel) => message(linesOf(panel).flat(), unit),
        dy: -20,
        fill: styleOf(US).color,
      }),
      Plot.gridY(ticks.keys(), { stroke: INK, strokeOpacity: 0.13 }),
      Plot.axisY(ticks.keys(), { tickSize: 0, text: (at) => ticks.get(at), label: null }),
      Plot.axisX(xTicks, { text: xText, tickSize: 4, label: xLabel, labelAnchor: 'center', labelArrow: 'none' }),
      yScale.even === undefined ? [] : Plot.ruleY([yScale.even], { stroke: INK }),
      contenders.map((contender) => {
        const { color, dash, symbol, width = 1.8 } = styleOf(contender);
        const line = points.filter((p) => p.contender === contender);
        return [
          Plot.line(line, { ...place, stroke: color, strokeWidth: width, strokeDasharray: dash }),
          Plot.dot(line, { ...place, symbol, fill: color, r: 3.5 }),
        ];
      }),
      panels.flatMap(labelsOf),
    ],
  });
}

/** The chart with a title above, where and when below, on a light ground. */
function poster(figure: Figure, rows: Line[], caption: string[]): string {
  const points = rows.flatMap((r) => {
    const y = figure.y(r);
    return y === undefined ? [] : [{ panel: figure.panel(r), contender: r.contender, x: r[figure.x]!, y }];
  });
  const height = PLOT_HEIGHT + 76 + 16 * caption.length;
  const inner = chart(figure, points);
  inner.setAttribute('x', '12');
  inner.setAttribute('y', '62');
  const text = (y: number, size: number, more: string, content: string) =>
    `<text x="20" y="${y}" font-size="${size}" ${more}>${escaped(content)}</text>`;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH + 24}" height="${height}" viewBox="0 0 ${WIDTH + 24} ${height}"` +
      ` font-family='${FONT}' fill="${INK}" role="img" aria-label="${escaped(figure.title)}">`,
    `<rect x="0.5" y="0.5" width="${WIDTH + 23}" height="${height - 1}" rx="8" fill="#fff" stroke="#d1d9e0"/>`,
    text(30, 18, 'font-weight="600"', figure.title),
    text(50, 13, `fill="${FAINT}"`, figure.subtitle(rows[0]!)),
    inner.outerHTML,
    ...caption.map((line, i) => text(PLOT_HEIGHT + 78 + 16 * i, 11, `fill="${FAINT}"`, line)),
    '</svg>',
  ].join('\n');
  return `${svg.replace(/\d+\.\d{3,}/g, (digits) => String(Number(Number(digits).toFixed(2))))}\n`;
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

interface Results<R> {
  rows: R[];
  machine: { cpu: string; cores: number; os: string };
  versions: Record<string, string>;
  date: string;
  commit: string;
}

function read<R>(name: string): Results<R> {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'results', name), 'utf8'));
}

function draw(axis: string, rows: Line[], { machine, versions, date, commit }: Results<unknown>): void {
  const figure = figures[axis]!;
  const drawn = rows.filter((row) => row.axis === axis && figure.y(row) !== undefined);
  if (drawn.length === 0) return;
  const caption = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.os}; ${date}, commit ${commit.replace(/(\w{7})\w+/, '$1')}`,
    Object.entries(versions)
      .map(([program, version]) => `${program} ${version}`)
      .join(', '),
  ];
  const file = axis === 'work' ? 'anytime' : `scaling-${axis}`;
  writeFileSync(join(folder, `${file}.svg`), poster(figure, drawn, caption));
}

interface Update {
  series: string;
  w: number;
  k: number;
  history: number;
  p50: number;
  naive: number;
  scipy?: number;
  sklearn?: number;
}

/** Windows of two lengths tell it all; of a single value and of 50 values they are between these or below. */
const STREAMED: readonly number[] = [5, 256];

function linesOfUpdates(rows: Update[]): Line[] {
  const contenders = {
    p50: US,
    naive: 'scan in JavaScript',
    scipy: 'SciPy, indexed anew',
    sklearn: 'scikit-learn anew',
  };
  return rows
    .filter(
      ({ series, w, history }) => series === 'noise' && STREAMED.includes(w) && Number.isInteger(Math.log10(history)),
    )
    .flatMap(({ series, w, k, history, ...seconds }) =>
      Object.entries(contenders).flatMap(([key, contender]) => {
        const median = seconds[key as keyof typeof contenders];
        return median === undefined ? [] : [{ axis: 'history', series, w, k, n: history, contender, median }];
      }),
    );
}

const [folder = join(import.meta.dirname, 'figures')] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const scaling = read<Line>('scaling.json');
for (const axis of ['n', 'w', 'k']) draw(axis, scaling.rows, scaling);
const threads = read<Line>('scaling-threads.json');
draw('threads', threads.rows, threads);
const streaming = read<Update>('streaming.json');
draw('history', linesOfUpdates(streaming.rows), streaming);
const anytime = read<Line>('anytime.json');
const linesOfRefinements = anytime.rows.map((row) => ({
  ...row,
  axis: 'work',
  work: Number(row.work!.toFixed(2)), // stops are passed by a part at most
  contender: row.series === 'ecg' ? 'heart beats' : nameOf(row),
}));
draw('work', linesOfRefinements, anytime);
