// The text format of Prometheus (version 0.0.4): what is known of every series, and of the program itself.
//
// It is written by hand: libraries want the names of all labels beforehand, and the series of one query may have different ones.
import type { QueryHealth } from './health.ts';
import { escaped, exposedLabels, labelsOfKey } from './labels.ts';
import { type QueryFollower, STEPS_SHOWN } from './query-follower.ts';

/** The type of `/metrics`. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
}

const SURPRISE = 'How surprising the last value is: -ln of how often such a value comes by chance.';

const OF_SERIES = [
  { name: 'surprise', type: 'gauge', help: SURPRISE },
  { name: 'alarms_total', type: 'counter', help: 'Alarms of the series.' },
  { name: 'last_alarm_timestamp_seconds', type: 'gauge', help: 'When the last alarm came; 0 before the first.' },
  { name: 'incident', type: 'gauge', help: 'Whether an incident of the series is under way.' },
] as const satisfies Family[];

/** A line per query. */
const OF_QUERY: readonly (Family & { readonly valueOf: (query: QueryFollower, health: QueryHealth) => number })[] = [
  { name: 'series', type: 'gauge', help: 'Series that are watched.', valueOf: ({ numSeries }) => numSeries },
  {
    ...{ name: 'missing_series', type: 'gauge', help: 'Series without a value at the last step.' },
    valueOf: ({ buckets }) => sumOf(buckets.map(({ numMissing }) => numMissing)),
  },
  {
    ...{ name: 'refused_series', type: 'gauge', help: 'Series beyond --max-series, which are not watched.' },
    valueOf: ({ numRefused }) => numRefused,
  },
  {
    ...{
      name: 'forgotten_series_total',
      type: 'counter',
      help: 'Series that were forgotten: too long without a value.',
    },
    valueOf: ({ buckets }) => sumOf(buckets.map(({ numForgotten }) => numForgotten)),
  },
  {
    ...{ name: 'updates_total', type: 'counter', help: 'Values that were judged.' },
    valueOf: ({ buckets }) => sumOf(buckets.map(({ numValues }) => numValues)),
  },
  {
    ...{ name: 'last_step_timestamp_seconds', type: 'gauge', help: 'The last step that was judged.' },
    valueOf: ({ position }) => Math.max(0, position),
  },
  {
    ...{ name: 'step_seconds', type: 'gauge', help: 'Seconds that the last step took, with its query.' },
    valueOf: (_, { stepSeconds }) => stepSeconds,
  },
  {
    ...{ name: 'query_errors_total', type: 'counter', help: 'Steps whose query failed.' },
    valueOf: (_, { queryErrors }) => queryErrors,
  },
  {
    ...{ name: 'save_errors_total', type: 'counter', help: 'Steps whose state was not saved.' },
    valueOf: (_, { saveErrors }) => saveErrors,
  },
  {
    ...{ name: 'saved_timestamp_seconds', type: 'gauge', help: 'When a part of the state was saved last.' },
    valueOf: (_, { saved }) => saved,
  },
];

export function exposition(
  queries: readonly QueryFollower[],
  health: readonly QueryHealth[],
  isReady: boolean,
): string {
  const lines: string[] = [];
  const ofSeries = OF_SERIES.map(() => [] as string[]);
  for (const query of isReady ? queries : []) addSeries(query, ofSeries);
  for (const [f, family] of OF_SERIES.entries()) {
    if (ofSeries[f]!.length > 0) lines.push(head(family), ...ofSeries[f]!);
  }
  for (const family of OF_QUERY) {
    lines.push(head(family));
    for (const [q, query] of queries.entries()) {
      const value = family.valueOf(query, health[q]!);
      lines.push(`knn_anomaly_${family.name}{query="${query.query.name}"} ${value}\n`);
    }
  }
  lines.push(head({ name: 'ready', type: 'gauge', help: 'Whether the history has been read.' }));
  lines.push(`knn_anomaly_ready ${Number(isReady)}\n`);
  return lines.join('');
}

function head({ name, type, help }: Family): string {
  return `# HELP knn_anomaly_${name} ${help}\n# TYPE knn_anomaly_${name} ${type}\n`;
}

/** The lines of all series that had a value lately, by key: the others become stale. */
function addSeries({ query, position, buckets }: QueryFollower, lines: string[][]): void {
  const oldest = position - STEPS_SHOWN * query.step;
  for (const bucket of buckets) {
    for (const { key, entry, surprise, isInIncident } of bucket.series()) {
      if (entry.seen <= oldest) continue;
      const labels = shownLabels(query.name, key);
      const values = [surprise, entry.alarms, entry.lastAlarm, Number(isInIncident)];
      for (const [f, { name }] of OF_SERIES.entries()) lines[f]!.push(`knn_anomaly_${name}{${labels}} ${values[f]}\n`);
    }
  }
}

/** Labels by key and query: they do not change. */
const shown = new Map<string, string>();
const MOST_SHOWN = 100_000;

/** What stands between the braces. */
function shownLabels(query: string, key: string): string {
  const id = `${query}\n${key}`;
  const known = shown.get(id);
  if (known !== undefined) return known;
  const labels = exposedLabels(query, labelsOfKey(key));
  const text = Array.from(labels, ([name, value]) => `${name}="${escaped(value)}"`).join(',');
  if (shown.size >= MOST_SHOWN) shown.clear();
  shown.set(id, text);
  return text;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
