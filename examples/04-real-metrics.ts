// %% [markdown]
// # Real metrics, real faults
//
// Fifty minutes of a small service, one sample a second, with twelve faults injected: a core that is kept busy, memory that leaks,
// bursts of writing, a service that stalls (`data/README.md` says how it was recorded). Every five minutes a cron job takes all of
// the core for a second or two, which is normal operation. Which faults are seen, and when?

// %%
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { KNN, StreamingKNN, topAnomalies } from 'knn-anomaly';
import { monitor } from 'knn-anomaly/calibrate';
import { plotSVG } from 'knn-anomaly/plot';

const rowsOf = (csv: string) =>
  csv
    .trim()
    .split('\n')
    .map((line) => line.split(','));
const [header, ...rows] = rowsOf(gunzipSync(readFileSync('examples/data/server-metrics.csv.gz')).toString());
const time = rows.map((row) => new Date(row[0]!));
const column = (name: string) => rows.map((row) => Number(row[header!.indexOf(name)]));

const faults = rowsOf(readFileSync('examples/data/faults.csv', 'utf8'))
  .slice(1)
  .map(([begin, end, label, metric]) => ({
    begin: new Date(begin!),
    end: new Date(end!),
    label: label!,
    metric: metric!,
  }));
const faultsOf = (metric: string) =>
  faults.filter((fault) => fault.metric === metric).map(({ metric: _, ...range }) => range);

// %% [markdown]
// ## Afterwards: the whole recording at once
//
// `KNN(5, 5)` knows everything that came before and after. The eight strangest places of each metric are marked.

// %%
function afterwards(metric: string, title: string): string {
  const series = column(metric);
  const values = new KNN(5, 5).score(series);
  const alarms = topAnomalies(values, 8, { separation: 5 }).map(({ index }) => index);
  const scores = [{ label: 'KNN(5, 5), the eight strangest places', values, alarms, windowSize: 5 }];
  return plotSVG({ title, series, name: metric, time, scores, labels: faultsOf(metric) });
}

afterwards('network_mb', 'A service that stalls: its traffic stops, and starts again');

// %%
afterwards('memory_mb', 'Memory that leaks: levels that were never there before');

// %%
afterwards('disk_write_mb', 'Bursts of writing: three of them injected, two by somebody else');

// %%
afterwards('cpu_percent', 'A busy core: full load is normal for two seconds, not for twenty');

// %% [markdown]
// ## Meanwhile: one value at a time
//
// `StreamingKNN` scores each value by what came before. Its scores, like all distances, have the unit of the metric, so each
// metric would need a threshold of its own. `monitor` turns them into a *surprise* that means the same for every metric, and tells
// a burst once. One threshold serves all four.

// %%
const THRESHOLD = 4.65; // monitor's own, for every metric

function watch(series: readonly number[]) {
  const detector = monitor({ detector: new StreamingKNN(5, 5), threshold: THRESHOLD });
  const alarms: number[] = [];
  const surprises = series.map((x, t) => {
    const surprise = detector.update(x);
    if (detector.last.alarm) alarms.push(t);
    return surprise;
  });
  return { surprises, alarms };
}

function meanwhile(metric: string, title: string): string {
  const series = column(metric);
  const { surprises, alarms } = watch(series);
  const scores = [
    { label: 'StreamingKNN(5, 5)', values: new StreamingKNN(5, 5).learn(series) },
    { label: 'monitor({ detector: new StreamingKNN(5, 5) })', values: surprises, threshold: THRESHOLD, alarms },
  ];
  return plotSVG({ title, series, name: metric, time, scores, labels: faultsOf(metric) });
}

meanwhile('network_mb', 'The stalled service, as it happens');

// %%
meanwhile('memory_mb', 'The leak, as it happens');

// %% [markdown]
// ## Which fault is seen, and when
//
// *Afterwards*: the rank of the strangest place that touches the fault, among the places of its metric. All twelve are among the
// first six. *Meanwhile*: seconds from the first sample of the fault to the first alarm in it. Nine of twelve are told, most of
// them within four seconds; later leaks only by their end, for what leaks for the second time has been seen before. That
// is also why the second and third busy core and the third burst are silent: neighbors are enough by then. If known faults
// are to alarm again, do not learn them: `update(x, { learn: false })`.

// %%
faults.map(({ begin, end, label, metric }) => {
  const series = column(metric);
  const isIn = (t: number) => time[t]! >= begin && time[t]! <= end;
  const places = topAnomalies(new KNN(5, 5).score(series), 50, { separation: 5 });
  const rank = 1 + places.findIndex(({ index }) => isIn(index) || isIn(index - 4));
  const alarm = watch(series).alarms.find(isIn);
  const after = alarm === undefined ? undefined : (Number(time[alarm]) - Number(begin)) / 1000;
  return {
    begin: begin.toISOString().slice(11, 19),
    fault: label,
    metric,
    'rank afterwards': rank,
    'alarm meanwhile': after === undefined ? 'none' : `after ${after} s`,
  };
});

// %%
[...new Set(faults.map(({ metric }) => metric))].map((metric) => {
  const isIn = (t: number) => faultsOf(metric).some(({ begin, end }) => time[t]! >= begin && time[t]! <= end);
  const { alarms } = watch(column(metric));
  return {
    metric,
    'alarms in its faults': alarms.filter(isIn).length,
    'other alarms': alarms.filter((t) => !isIn(t)).length,
  };
});

// %% [markdown]
// *Other alarms* are bursts that nobody labeled, the cron job, the minutes after a fault, and what ran on the machine beside
// the service. A monitor cannot know that they are none; somebody who knows the service can, and raises the threshold.
