// A figure as a page: one file without a network, to zoom in and to read values from.

import { datesIn } from '../axes/dates.ts';
import { columnsOf } from '../curves/columns.ts';
import { alarmWord, thresholdWord } from '../figure.ts';
import type { PlotOptions } from '../options.ts';
import { classOf } from '../palette.ts';
import type { Panel } from '../panel.ts';
import { type Plan, planOf } from '../plan.ts';
import { escapeXml } from '../svg.ts';
import { chartOf } from './chart.ts';
import { decodeNumbers } from './encode.ts';
import { startPage } from './page.ts';
import { pageDataOf } from './page-data.ts';
import { styleOf } from './style.ts';
import { readUPlot } from './uplot.ts';

const HELP =
  'Drag to zoom, double click to see everything again. The wheel zooms, with shift it moves, and so does dragging with shift; ' +
  'fingers pinch and drag. Keys: + − ← → 0.';

/**
 * A figure as an HTML page: one file that needs no network, and is not allowed any. It has the panels and marks of
 * {@link plotSVG}, light or dark, as wide as the window. Dragging and the wheel zoom in, a double click shows everything
 * again, and pointing shows the exact value, its time and its index in all panels. Beyond four values per pixel a curve is
 * an envelope from the least to the largest value with the line of the medians.
 *
 * The page brings the package `uplot` (MIT) with it, which draws it, and the values to the bit, in 2, 4 or 8 bytes each as
 * they need: a million values are 3 to 11 MB for the series and as much for each score. Node only.
 *
 * @param options as for {@link plotSVG}; `width` is the most that the page takes, default: all of the window
 * @throws TypeError and RangeError as {@link plotSVG} does; Error where the package is missing
 *
 * @example
 * const series = [1, 2, 1, 2, 9, 2, 1, 2, 1];
 * const page = plotHTML({ series, scores: [{ label: 'KNN(2, 1)', values: new KNN(2, 1).score(series) }] });
 * page.startsWith('<!doctype html>'); // => true
 */
export function plotHTML(options: PlotOptions): string {
  const plan = planOf(options);
  const { title, subtitle, theme = 'auto', width, height } = options;
  const explained = new Set<string>();
  const { data, panels } = pageDataOf(plan, height);
  const { script, style, license } = readUPlot();
  const styles = `/* uPlot: its license stands before its script. */\n${style}\n${styleOf(theme, width)}`;
  const scripts = [`/*\n${license.trim()}\n*/\n${script}`, programOf()];
  const name = title ?? panels.map((panel) => panel.name).join(', ');
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(' ')}`,
    `style-src ${hashOf(styles)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escapeXml(name)}</title>`,
    `<style>${styles}</style>`,
    '</head>',
    '<body>',
    title === undefined ? '' : `<h1>${escapeXml(title)}</h1>`,
    subtitle === undefined ? '' : `<p>${escapeXml(subtitle)}</p>`,
    '<noscript><p>This page draws with JavaScript, which is turned off.</p></noscript>',
    `<div class="bar"><span id="range"></span>${zoneOf(plan)}<button id="reset" type="button" hidden>Show all</button><span id="time" aria-live="off"></span></div>`,
    ...panels.map((panel) => sectionOf(panel, panels, explained)),
    `<p class="help">${HELP}</p>`,
    `<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`,
    ...scripts.map((text) => `<script>${text}</script>`),
    '</body>',
    '</html>',
    '',
  ]
    .filter((line, l, all) => line !== '' || l === all.length - 1)
    .join('\n');
}

function zoneOf({ timeName }: Plan): string {
  return timeName === undefined ? '' : `<span>${escapeXml(timeName)}</span>`;
}

/**
 * The name of a panel, what its marks mean, and where its chart goes.
 *
 * @param explained what panels above have told already
 */
function sectionOf(panel: Panel, panels: readonly Panel[], explained: Set<string>): string {
  const { name, role, score, series, values } = panel;
  const color = `c-${classOf(role)}`;
  const start = score?.warmup ?? 0;
  const entry = (meaning: string, word: string, by = color): string =>
    `<span class="${meaning} ${by}">${escapeXml(word)}</span>`;
  const entries = [
    score?.threshold === undefined ? '' : entry('threshold', thresholdWord(score.threshold)),
    ...(score !== undefined
      ? []
      : panels
          .filter((other) => other.series === series && (other.score?.windows?.length ?? 0) > 0)
          .map((other) => entry('shade', alarmWord(other.name, series.scores.length), `c-${classOf(other.role)}`))),
    score === undefined && series.anomalies.length > 0 ? entry('shade', series.anomalyName, 'c-anomaly') : '',
    score === undefined && series.band !== undefined ? entry('normal', 'normal') : '',
    score === undefined && series.band?.expected !== undefined ? entry('expected', 'expected') : '',
    values.subarray(start).some(Number.isNaN) ? entry('missing', 'missing') : '',
    start > 0 ? entry('warm-up', 'warm-up') : '',
    entry('envelope', 'least to largest, median'),
  ];
  const isMany = panels.some((other) => other.series !== series);
  const shown = entries.filter((text) => !(isMany && explained.has(text)));
  for (const text of shown) explained.add(text);
  return (
    `<section class="panel ${color}"><div class="head"><h2 class="${color}">${escapeXml(name)}</h2>` +
    `<div class="legend">${shown.join('')}</div><span class="value"></span></div><div class="chart"></div></section>`
  );
}

/** The script of the page: the texts of functions that use nothing outside themselves, and a call. */
function programOf(): string {
  const tools = { datesIn, columnsOf, decodeNumbers, chartOf };
  const texts = Object.entries(tools).map(([name, tool]) => `${name}: ${tool.toString()}`);
  // Some tools that run TypeScript wrap named functions in a call of __name.
  const text = `{
const __name = (f) => f;
const tools = {\n${texts.join(',\n')}\n};
(${startPage.toString()})(uPlot, JSON.parse(document.getElementById('data').textContent), tools);
}`;
  return text.replaceAll('</script', '<\\/script');
}

/** A source of a content security policy: this very text. */
function hashOf(text: string): string {
  const { createHash } = process.getBuiltinModule('crypto');
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
