// Whole JSON documents as series: the answers of further monitoring systems and databases of metrics.
import { fail } from '../../errors.ts';
import { columnsOf, flat, isObject, type Json, list, objects, pairs, type Series, text } from './plain.ts';

/** The readers; each returns nothing for a document that is not of its system. */
export const ANSWER_READERS: readonly ((document: unknown) => Series[] | undefined)[] = [
  grafanaFrames,
  elasticsearch,
  newRelic,
  azureMonitor,
  cloudMonitoring,
  dynatrace,
  zabbix,
  rrdtool,
  openTsdb,
  netdata,
  loki,
];

/** `/api/ds/query` of Grafana: frames with a field of times and fields of numbers. */
function grafanaFrames(document: unknown): Series[] | undefined {
  if (!isObject(document) || !isObject(document.results)) return undefined;
  const frames = Object.values(document.results).flatMap((result) => (isObject(result) ? objects(result.frames) : []));
  return frames.flatMap(({ schema, data }) => {
    const fields = isObject(schema) ? objects(schema.fields) : [];
    const columns = isObject(data) ? list(data.values) : [];
    const time = fields.findIndex(({ type }) => type === 'time');
    return fields.flatMap(({ name, type, labels }, c): Series[] => {
      if (type !== 'number') return [];
      const title = isObject(labels) ? `${text(name)}{${pairsOf(labels)}}` : text(name);
      return [{ name: title, times: time < 0 ? undefined : list(columns[time]), values: list(columns[c]) }];
    });
  });
}

const pairsOf = (labels: Json): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ');

/** The first date histogram among the aggregations of Elasticsearch or OpenSearch. */
function elasticsearch(document: unknown): Series[] | undefined {
  if (!isObject(document) || !isObject(document.aggregations)) return undefined;
  for (const aggregation of Object.values(document.aggregations)) {
    const buckets = isObject(aggregation) ? objects(aggregation.buckets) : [];
    if (buckets.length === 0 || !buckets.every(({ key }) => typeof key === 'number')) continue;
    const hasText = buckets.every(({ key_as_string: key }) => typeof key === 'string');
    const rows = buckets.map(({ key, key_as_string: written, ...rest }) =>
      flat({ time: hasText ? written : key, ...rest }),
    );
    return columnsOf(rows, '', 'time');
  }
  return undefined;
}

/** NRQL with TIMESERIES. */
function newRelic(document: unknown): Series[] | undefined {
  const results = isObject(document) ? objects(document.results) : [];
  if (results.length === 0 || !results.every(({ beginTimeSeconds }) => typeof beginTimeSeconds === 'number')) {
    return undefined;
  }
  return columnsOf(
    results.map(({ endTimeSeconds: _, ...row }) => flat(row)),
    '',
    'beginTimeSeconds',
  );
}

/** `az monitor metrics list`, and the same of its REST interface. */
function azureMonitor(document: unknown): Series[] | undefined {
  const all = isObject(document) ? objects(document.value) : [];
  if (all.length === 0 || !all.every(({ timeseries }) => Array.isArray(timeseries))) return undefined;
  return all.flatMap(({ name, timeseries }) => {
    const title = isObject(name) ? text(name.value) : text(name);
    const many = objects(timeseries);
    return many.flatMap(({ metadatavalues, data }) => {
      const points = objects(data);
      const tags = objects(metadatavalues).map((tag) => text(tag.value));
      const rules = [...new Set(points.flatMap((point) => Object.keys(point)))].filter((key) => key !== 'timeStamp');
      const times = points.map(({ timeStamp }) => timeStamp);
      const prefix = `${title}${tags.length > 0 ? `{${tags.join(', ')}}` : ''}`;
      return rules.map((rule) => ({
        name: rules.length > 1 ? `${prefix} ${rule}` : prefix,
        times,
        values: points.map((point) => point[rule] ?? null),
      }));
    });
  });
}

/** `projects.timeSeries.list` of Google Cloud Monitoring. Its points are the newest first. */
function cloudMonitoring(document: unknown): Series[] | undefined {
  const all = objects(isObject(document) ? document.timeSeries : document);
  if (all.length === 0 || !all.every(({ metric, points }) => isObject(metric) && Array.isArray(points)))
    return undefined;
  return all.map(({ metric, points }) => {
    const { type, labels } = metric as Json;
    const own = objects(points);
    const valueIn = ({ value }: Json): unknown => {
      if (!isObject(value)) return value;
      if (isObject(value.distributionValue)) return value.distributionValue.mean ?? null;
      return value.doubleValue ?? value.int64Value ?? value.boolValue ?? null;
    };
    return {
      name: `${text(type)}${isObject(labels) ? `{${pairsOf(labels)}}` : ''}`,
      times: own.map(({ interval }) => (isObject(interval) ? interval.endTime : undefined)),
      values: own.map(valueIn),
    };
  });
}

/** `/api/v2/metrics/query` of Dynatrace. */
function dynatrace(document: unknown): Series[] | undefined {
  const all = isObject(document) ? objects(document.result) : [];
  if (all.length === 0 || !all.every(({ metricId, data }) => metricId !== undefined && Array.isArray(data)))
    return undefined;
  return all.flatMap(({ metricId, data }) =>
    objects(data).map(({ dimensions, timestamps, values }) => {
      const tags = list(dimensions).map(text).join(', ');
      return { name: `${text(metricId)}${tags ? `{${tags}}` : ''}`, times: list(timestamps), values: list(values) };
    }),
  );
}

/** `history.get` and `trend.get` of Zabbix: items told apart by `itemid`. */
function zabbix(document: unknown): Series[] | undefined {
  const all = isObject(document) ? objects(document.result) : [];
  if (all.length === 0 || !all.every(({ itemid, clock }) => itemid !== undefined && clock !== undefined))
    return undefined;
  const items = new Map<string, Json[]>();
  for (const { itemid, ns: _, ...row } of all) {
    const id = text(itemid);
    items.set(id, [...(items.get(id) ?? []), row]);
  }
  return [...items].flatMap(([id, rows]) => columnsOf(rows, items.size > 1 ? `${id}.` : '', 'clock'));
}

/** `rrdtool xport --json`: rows without times, which follow from the beginning and the step. */
function rrdtool(document: unknown): Series[] | undefined {
  if (!isObject(document) || !isObject(document.meta) || !Array.isArray(document.data)) return undefined;
  const { start, step, legend } = document.meta;
  if (typeof start !== 'number' || typeof step !== 'number' || !Array.isArray(legend)) return undefined;
  const rows = document.data.map(list);
  const times = rows.map((_, i) => start + i * step);
  return legend.map((name, c) => ({ name: text(name), times, values: rows.map((row) => row[c] ?? null) }));
}

/** `/api/query` of OpenTSDB: points as an object by time, or with `arrays` as pairs. */
function openTsdb(document: unknown): Series[] | undefined {
  const all = objects(document);
  if (all.length === 0 || !all.every(({ metric, dps }) => typeof metric === 'string' && typeof dps === 'object')) {
    return undefined;
  }
  return all.map(({ metric, tags, dps }) => {
    const name = `${text(metric)}${isObject(tags) && Object.keys(tags).length > 0 ? `{${pairsOf(tags)}}` : ''}`;
    if (Array.isArray(dps)) return pairs(name, dps);
    return { name, times: Object.keys(dps as Json), values: Object.values(dps as Json) };
  });
}

/** `/api/v1/data` of Netdata: names in `labels`, rows in `data`, the newest first. */
function netdata(document: unknown): Series[] | undefined {
  if (!isObject(document) || !Array.isArray(document.labels) || !Array.isArray(document.data)) return undefined;
  const [rows, names] = [document.data.map(list), document.labels.map(text)];
  const time = names.indexOf('time');
  if (time < 0 || !rows.every((row) => row.length === names.length)) return undefined;
  return names.flatMap((name, c) =>
    c === time ? [] : [{ name, times: rows.map((row) => row[time]), values: rows.map((row) => row[c]) }],
  );
}

/** Lines of logs, which hold no numbers. */
function loki(document: unknown): undefined {
  const data = isObject(document) && isObject(document.data) ? document.data : undefined;
  if (data?.resultType === 'streams') {
    fail('these are lines of logs, not numbers: ask Loki for a metric query, such as count_over_time({app="web"}[1m])');
  }
}
