// Whole JSON documents as series: what Prometheus, CloudWatch, Datadog, InfluxDB, Graphite and sysstat answer.
import { ANSWER_READERS } from './answers.ts';
import { columnsOf, flat, isObject, type Json, list, objects, pairs, type Series, text } from './plain.ts';

/** The series of an answer of a monitoring system that is known; `undefined` for any other document. */
export function knownSeries(document: unknown): Series[] | undefined {
  for (const reader of READERS) {
    const series = reader(document);
    if (series !== undefined && series.length > 0) return series;
  }
  return undefined;
}

const READERS: readonly ((document: unknown) => Series[] | undefined)[] = [
  prometheus,
  cloudWatchStatistics,
  cloudWatchData,
  datadog,
  datadog2,
  influx,
  graphite,
  sysstat,
  ...ANSWER_READERS,
];

function prometheus(document: unknown): Series[] | undefined {
  const lines = Array.isArray(document) ? objects(document) : isObject(document) ? [document] : [];
  if (lines.length > 0 && lines.every(({ metric, values, timestamps }) => isObject(metric) && values && timestamps)) {
    return lines.map(({ metric, values, timestamps }) => {
      return { name: labelsOf(metric as Json), times: list(timestamps), values: list(values) };
    });
  }
  const data = isObject(document) && isObject(document.data) ? document.data : document;
  if (!isObject(data)) return undefined;
  if (data.resultType === 'scalar') return [pairs('scalar', [data.result])];
  const results = objects(data.result ?? data);
  if (results.length === 0 || !results.every(({ metric, values, value }) => isObject(metric) && (values ?? value))) {
    return undefined;
  }
  return results.map(({ metric, values, value }) => pairs(labelsOf(metric as Json), values ? list(values) : [value]));
}

/** `name{label="value", …}`, as Prometheus writes it. */
function labelsOf({ __name__: name, ...labels }: Json): string {
  const inner = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name ?? ''}${inner.length > 0 ? `{${inner.join(', ')}}` : ''}`;
}

function cloudWatchStatistics(document: unknown): Series[] | undefined {
  if (!isObject(document) || !Array.isArray(document.Datapoints)) return undefined;
  const points = objects(document.Datapoints).map(({ ExtendedStatistics, ...point }): Json => {
    return { ...point, ...(isObject(ExtendedStatistics) ? ExtendedStatistics : {}) };
  });
  const names = Object.keys(points[0] ?? {}).filter((name) => name !== 'Timestamp' && name !== 'Unit');
  const times = points.map(({ Timestamp }) => Timestamp);
  return names.map((name) => ({ name, times, values: points.map((point) => point[name]) }));
}

function cloudWatchData(document: unknown): Series[] | undefined {
  if (!isObject(document) || !Array.isArray(document.MetricDataResults)) return undefined;
  return objects(document.MetricDataResults).map(({ Label, Id, Timestamps, Values }) => {
    return { name: text(Label ?? Id), times: list(Timestamps), values: list(Values) };
  });
}

function datadog(document: unknown): Series[] | undefined {
  const all = isObject(document) ? objects(document.series) : [];
  if (all.length === 0 || !all.every(({ pointlist }) => Array.isArray(pointlist))) return undefined;
  return all.map(({ metric, scope, pointlist }) => {
    return pairs(`${text(metric)}${scope === undefined ? '' : `{${text(scope)}}`}`, list(pointlist));
  });
}

function datadog2(document: unknown): Series[] | undefined {
  const data = isObject(document) && isObject(document.data) ? document.data : undefined;
  const attributes = isObject(data?.attributes) ? data.attributes : undefined;
  if (!Array.isArray(attributes?.times) || !Array.isArray(attributes.values)) return undefined;
  const series = objects(attributes.series);
  return attributes.values.map((values, s) => {
    const tags = list(series[s]?.group_tags).map(text).join(', ');
    return { name: tags || `series ${s + 1}`, times: list(attributes.times), values: list(values) };
  });
}

function influx(document: unknown): Series[] | undefined {
  if (!isObject(document) || !Array.isArray(document.results)) return undefined;
  return objects(document.results).flatMap((result) =>
    objects(result.series).flatMap(({ name, tags, columns, values }) => {
      const names = list(columns).map(text);
      const at = names.indexOf('time');
      const prefix = `${text(name)}${isObject(tags) ? labelsOf(tags) : ''}`;
      const times = at < 0 ? undefined : list(values).map((row) => list(row)[at]);
      return names.flatMap((column, c) => {
        if (c === at) return [];
        return [{ name: `${prefix}.${column}`, times, values: list(values).map((row) => list(row)[c]) }];
      });
    }),
  );
}

function graphite(document: unknown): Series[] | undefined {
  const all = objects(document);
  if (all.length === 0 || !all.every(({ datapoints }) => Array.isArray(datapoints))) return undefined;
  return all.map(({ target, datapoints }) => pairs(text(target), list(datapoints), [1, 0]));
}

/** `sadf -j` and `iostat -o JSON`. */
function sysstat(document: unknown): Series[] | undefined {
  if (!isObject(document) || !isObject(document.sysstat)) return undefined;
  return objects(document.sysstat.hosts).flatMap(({ nodename, statistics }, h) => {
    const prefix = h === 0 ? '' : `${text(nodename)}.`;
    return columnsOf(
      objects(statistics).map((entry) => flat(entry)),
      prefix,
    );
  });
}
