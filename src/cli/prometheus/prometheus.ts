// The command `prometheus`: watches the series of a Prometheus, or tells what it finds in its history.
import { byBegin } from '../../prometheus/incident-report.ts';
import { type Follower, follow, type IncidentReport } from '../../prometheus.ts';
import type { Command } from '../command.ts';
import { formatCount } from '../cost.ts';
import { CliError } from '../errors.ts';
import { uninterrupted } from '../signals.ts';
import { optionsIn } from '../stream/monitor-settings.ts';
import { backtestQueries } from './backtest.ts';
import { openStates } from './files.ts';
import { IncidentLines, incidentLine } from './incident-lines.ts';
import { type PrometheusCommand, prometheusOptionsOf } from './options.ts';
import { serve } from './server.ts';
import { Webhook } from './webhook.ts';

/** Seconds after which an incident that is found late is no news for a webhook, unless it is still under way. */
const NEWS = 300;

/** The command `knn-anomaly prometheus`. */
export const prometheus: Command = {
  usage: '--url URL --query NAME=EXPR [options]',
  about: `Watches every series that queries of a Prometheus give: reads the history,
learns what is usual for each, and judges every step as it comes. Surprises and
alarms are served at /metrics for Prometheus to scrape and to alert on; where an
incident begins and ends, a JSON line is printed. With --state a restart goes on
where it was, however it ended: what it missed is read again.`,
  groups: [
    { title: 'Server', options: ['url', 'header', 'bearer-token-file', 'timeout', 'compress'] },
    { title: 'Queries', options: ['query', 'config', 'step', 'history', 'delay', 'max-series', 'max-idle', 'shard'] },
    { title: 'Alarms', options: ['preset', 'threshold', 'mute', 'max-values'] },
    {
      title: 'What is done',
      options: ['state', 'listen', 'webhook', 'once', 'backtest', 'budget', 'output', 'force', 'help'],
    },
  ],
  note: 'A configuration in YAML needs an optional package: npm install yaml',
  exitStatus: '0 done, 1 a failure, 2 bad usage, 130 and 143 stopped.',
  examples: `knn-anomaly prometheus --url http://localhost:9090 --query cpu=node_load1 \\
  --backtest 7d --budget 5/day -o report.html
knn-anomaly prometheus --url http://localhost:9090 --query cpu=node_load1 \\
  --query 'rps=sum by (job) (rate(http_requests_total[5m]))' --state states
knn-anomaly prometheus --config knn-anomaly.yaml --once`,
  run: async (given) => {
    const options = await prometheusOptionsOf(given);
    if (options.mode === 'serve') await watch(options);
    else if (options.mode === 'once') await once(options);
    else await backtestQueries(options);
  },
};

function warn(text: string): void {
  process.stderr.write(`knn-anomaly: ${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
}

/** A follower of these options. The names of arguments in messages become those of options. */
function followerOf({ follow: options, state }: PrometheusCommand, more: Partial<Parameters<typeof follow>[0]>) {
  const stop = new AbortController();
  try {
    const given = { ...options, ...more, onWarning: warn, signal: stop.signal };
    follow(given); // finds what is wrong before a folder is made
    return { follower: follow(state === undefined ? given : { ...given, store: openStates(state) }), stop };
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(optionsIn((error as Error).message), 2);
  }
}

async function watch(options: PrometheusCommand): Promise<void> {
  const { follower, stop } = followerOf(options, { onIncident: (report) => tell(report) });
  const lines = new IncidentLines((error) => stop.abort(error));
  const { url } = options.follow;
  const webhook =
    options.webhook && new Webhook(options.webhook, (query) => linkOf(String([url].flat()[0]), options, query), warn);
  webhook?.repeat(() => follower.incidents);
  const tell = (report: IncidentReport): void => {
    if (report.event !== 'worse') lines.write(incidentLine(report, true));
    if (follower.isReady && report.time > Date.now() / 1000 - NEWS) webhook?.post(report);
  };
  const address = await serve(follower, options.listen);
  warn(`reading the history; ${address}/metrics`);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  const timer = setInterval(() => {
    if (!follower.isReady) return;
    clearInterval(timer);
    for (const report of follower.incidents) webhook?.post(report);
    tellSeries(follower);
  }, 100).unref();
  await uninterrupted(async () => {
    await follower.run(stop.signal);
    await lines.end();
  });
  if (stop.signal.reason instanceof Error && stop.signal.reason.name !== 'AbortError') throw stop.signal.reason;
}

/** Tells how many series each query has; of one that has none, as soon as it has. */
function tellSeries(follower: Follower): void {
  const told = new Set<string>();
  const tellNew = (): void => {
    const isNew = ([name, count]: [string, number]): boolean => count > 0 && !told.has(name);
    const found = Object.entries(follower.numSeries).filter(isNew);
    for (const [name] of found) told.add(name);
    if (found.length > 0) {
      warn(`watching ${found.map(([name, count]) => `${formatCount(count)} of ${name}`).join(', ')}`);
    }
  };
  tellNew();
  const empty = Object.keys(follower.numSeries).filter((name) => !told.has(name));
  for (const name of empty) if (!(name in follower.waiting)) warn(`${name}: the query gives no series yet`);
  if (empty.length === 0) return;
  const timer = setInterval(() => {
    tellNew();
    if (empty.every((name) => told.has(name))) clearInterval(timer);
  }, 1000).unref();
}

/** The page of Prometheus about a query. */
function linkOf(url: string, { follow: { queries } }: PrometheusCommand, name: string): string | undefined {
  const query = queries[name];
  if (query === undefined) return undefined;
  const link = new URL(`${url.replace(/\/$/, '')}/graph`);
  [link.username, link.password] = ['', ''];
  link.searchParams.set('g0.expr', typeof query === 'string' ? query : query.expr);
  link.searchParams.set('g0.tab', '0');
  return link.href;
}

async function once(options: PrometheusCommand): Promise<void> {
  const found: IncidentReport[] = [];
  const { follower } = followerOf(options, {
    tellHistory: true,
    onIncident: (report) => void (report.event === 'end' && found.push(report)),
  });
  await follower.catchUp();
  await follower.save();
  for (const [name, count] of Object.entries(follower.numSeries)) {
    if (count === 0 && !(name in follower.waiting)) warn(`${name}: the query gives no series`);
  }
  const lines = new IncidentLines((error) => {
    throw error;
  });
  for (const report of byBegin([...found, ...follower.incidents])) lines.write(incidentLine(report, false));
  await lines.end();
}
