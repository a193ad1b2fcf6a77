// The report of a backtest as a page: tables, and a figure of each of the worst incidents. It needs nothing from elsewhere.
import { plotSVG } from '../../plot.ts';
import { lookbackOf } from '../../prometheus/settings.ts';
import { type FollowOptions, type IncidentReport, queryRange } from '../../prometheus.ts';
import { cellsOf, dateOf, headOf, NUM_SERIES, nameOf, type Reported, suggestionsOf, summaryOf } from './report.ts';

/** Values before and after an incident in its figure, and at most in it. */
const BEFORE = 240;
const AFTER = 60;
const MOST = 2000;

const STYLE = `
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 940px; margin: 2em auto; padding: 0 1em; color: #222; }
table { border-collapse: collapse; margin: 1em 0; }
td, th { padding: .2em 1em .2em 0; text-align: right; font-variant-numeric: tabular-nums; }
td.name, th.name { text-align: left; font-family: ui-monospace, monospace; font-size: 13px; }
tr { border-bottom: 1px solid #ddd; }
h1 { font-size: 1.5em; } h2 { font-size: 1.2em; margin-top: 2em; } h3 { font-size: 1em; margin-bottom: .2em; }
svg { max-width: 100%; height: auto; } .own { font-weight: bold; }
`;

export async function reportPage(reported: Reported, server: FollowOptions): Promise<string> {
  const { result, worst } = reported;
  const queries = result.queries.map((query) => {
    const [summary, alarms] = summaryOf(query).split('\n');
    const counts = query.counts.map((count) => {
      const isOwn = count.threshold === query.threshold;
      return `<tr${isOwn ? ' class="own"' : ''}>${cellsOf(count).map((cell) => `<td>${cell}</td>`).join('')}</tr>`; // biome-ignore format: one line
    });
    const series = query.series.slice(0, 5 * NUM_SERIES).map(({ alarms: number, incidents, labels }) => {
      return `<tr><td>${number}</td><td>${incidents}</td><td class="name">${html(nameOf(labels))}</td></tr>`;
    });
    return `<h2>${html(summary!)}</h2>
<p>${html(alarms!)}</p>
${
  query.numValues === 0
    ? ''
    : `<table><tr><th>threshold</th><th>incidents</th><th>alarms</th><th>per day</th></tr>
${counts.join('\n')}</table>`
}
${series.length === 0 ? '' : `<table><tr><th>alarms</th><th>incidents</th><th class="name">series</th></tr>\n${series.join('\n')}</table>`}`;
  });
  const figures: string[] = [];
  for (const report of worst) {
    // The server may have ended meanwhile: the rest of the report stands.
    const figure = await figureOf(report, server).catch(
      (error: unknown) => `<p>No figure: ${html((error as Error).message)}</p>`,
    );
    figures.push(`<h3>${html(headOf(report))}</h3>\n<p>${html(report.text)}</p>\n${figure}`);
  }
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>What would have been an alarm</title><style>${STYLE}</style></head><body>
<h1>What would have been an alarm</h1>
${queries.join('\n')}
${suggestionsOf(reported).map((sentence) => `<p><b>${html(sentence)}</b></p>`).join('\n')}
${figures.length === 0 ? '' : `<h2>The most surprising incidents</h2>\n${figures.join('\n')}`}
</body></html>
`; // biome-ignore format: as the page is
}

/** The values around an incident, read again: they were not kept. */
async function figureOf(
  { key, query, begin, end, time, labels }: IncidentReport,
  options: FollowOptions,
): Promise<string> {
  const { queries, step: common = 60, url, headers, timeout, compress } = options;
  const settings = queries[query]!;
  const { expr, step = common } = typeof settings === 'string' ? { expr: settings } : settings;
  // One that is not over goes on to the end of the backtest.
  const last = Math.min(end === undefined ? time : end + AFTER * step, begin + MOST * step);
  const values: number[] = [];
  const times: Date[] = [];
  const start = begin - BEFORE * step;
  const range = { query: expr, start, end: last, step, lookback: lookbackOf(step) };
  const server = { url, ...(headers && { headers }), ...(timeout && { timeout }), ...(compress && { compress }) };
  for await (const chunk of queryRange({ ...server, ...range })) {
    const own = chunk.series.find((one) => one.key === key);
    for (let p = 0; p < chunk.count; p++) {
      values.push(own?.values[p] ?? NaN);
      times.push(new Date((chunk.from + p * step) * 1000));
    }
  }
  const span = [{ begin: new Date(begin * 1000), end: new Date((end ?? last) * 1000), label: dateOf(begin) }];
  return plotSVG({ series: values, time: times, labels: span, name: labels.__name__ ?? query, theme: 'light' });
}

/** A text in a page. */
function html(text: string): string {
  return text.replaceAll(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? '&quot;');
}
