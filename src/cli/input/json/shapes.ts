// Whole JSON documents as series: what monitoring systems answer, and plain arrays and objects of numbers.
import { fail } from '../../errors.ts';
import { timeNames } from '../time/joined.ts';

/** A series in a document. */
export interface Series {
  readonly name: string;
  /** `undefined` if the document has no times for it. */
  readonly times: readonly unknown[] | undefined;
  readonly values: readonly unknown[];
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const objects = (value: unknown): Json[] => list(value).filter(isObject);
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** The series of an answer of Prometheus, VictoriaMetrics, CloudWatch, Datadog, InfluxDB, Graphite, sadf or iostat. */
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

/** From pairs of a time and a value. */
function pairs(name: string, all: readonly unknown[], [t, v] = [0, 1]): Series {
  return { name, times: all.map((pair) => list(pair)[t]), values: all.map((pair) => list(pair)[v]) };
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

/** All that is no object or array in a value, by its path. Objects in arrays are named by their first text. */
function flat(value: unknown, path = '', into: Json = {}): Json {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const name = isObject(item) ? Object.values(item).find((own) => typeof own === 'string') : undefined;
      flat(item, `${path}.${name ?? i}`, into);
    }
  } else if (isObject(value)) {
    if (/(?:^|\.)timestamp$/.test(path) && 'time' in value) {
      into.timestamp =
        `${text(value.date ?? '')} ${text(value.time)}${value.utc === 1 || value.utc === true ? ' UTC' : ''}`.trim();
    } else for (const [name, item] of Object.entries(value)) flat(item, path === '' ? name : `${path}.${name}`, into);
  } else into[path] = value;
  return into;
}

const TIME_KEY = /(?:^|[._@])(?:time|timestamp|ts|date|datetime|_time|t|x)$/i;

/** The columns of flat objects: those of numbers, with the time that is in them. */
function columnsOf(rows: readonly Json[], prefix = '', time?: string): Series[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const asked = timeNames(time, names);
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown !== undefined) fail(`no field ${JSON.stringify(unknown)}; the fields are ${names.join(', ')}`);
  const found = names.find((name) => TIME_KEY.test(name));
  const keys = asked.length > 0 ? asked : found === undefined ? [] : [found];
  const timeIn = (row: Json): unknown =>
    keys.length === 1 ? row[keys[0]!] : keys.map((key) => text(row[key])).join(' ');
  const times = keys.length === 0 ? undefined : rows.map(timeIn);
  const isText = (name: string): boolean =>
    rows.every((row) => typeof row[name] === 'string' && Number.isNaN(Number.parseFloat(row[name])));
  return names
    .filter((name) => !keys.includes(name) && !isText(name))
    .map((name) => ({ name: `${prefix}${name}`, times, values: rows.map((row) => row[name]) }));
}

/** The series of any other array or object of arrays; `undefined` if it holds no numbers in rows. */
export function plainSeries(document: unknown, time?: string): Series[] | undefined {
  if (Array.isArray(document) && document.length > 0) {
    if (document.every(isObject))
      return columnsOf(
        document.map((row) => flat(row)),
        '',
        time,
      );
    if (document.every((item) => Array.isArray(item) && item.length === 2)) return [pairs('', document)];
    if (document.every((item) => Array.isArray(item))) {
      const width = Math.max(...document.map((row) => (row as unknown[]).length));
      return Array.from({ length: width }, (_, c) => ({
        name: String(c + 1),
        times: undefined,
        values: document.map((row) => (row as unknown[])[c]),
      }));
    }
    return document.some(isObject) ? undefined : [{ name: '', times: undefined, values: document }];
  }
  if (!isObject(document)) return undefined;
  const arrays = Object.entries(document).filter(([, value]) => Array.isArray(value) || isNumbered(value));
  if (arrays.length === 0 || arrays.length < Object.keys(document).length) return undefined;
  const columns = arrays.map(
    ([name, value]) => [name, Array.isArray(value) ? value : Object.values(value as Json)] as const,
  );
  const key = time ?? columns.find(([name]) => TIME_KEY.test(name))?.[0];
  const times = columns.find(([name]) => name === key)?.[1];
  return columns.filter(([name]) => name !== key).map(([name, values]) => ({ name, times, values }));
}

/** Whether an object has the keys 0, 1, 2, …, as pandas writes a column. */
function isNumbered(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0 && Object.keys(value).every((key, i) => key === String(i));
}

/** What a path such as `data.rows[*].cpu` leads to. `[*]` collects from every element, `[0]` takes one. */
export function follow(document: unknown, path: string): unknown {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+|\[\*\]|\[\d+\]/g) ?? [];
  let at: unknown = document;
  let isMany = false;
  for (const step of steps) {
    if (step === '[*]') {
      const many = isMany
        ? list(at).flatMap(list)
        : Array.isArray(at)
          ? at
          : isObject(at)
            ? Object.values(at)
            : undefined;
      if (many === undefined) fail(`--path ${path}: there is no array at ${step}`);
      at = many;
      isMany = true;
      continue;
    }
    const key = step.startsWith('[') ? step.slice(1, -1) : step;
    const inside = (value: unknown): unknown =>
      typeof value === 'object' && value !== null ? (value as Json)[key] : undefined;
    at = isMany ? list(at).map(inside) : inside(at);
    if (at === undefined || (isMany && list(at).every((item) => item === undefined))) {
      const known = isObject(document)
        ? `; the document begins with ${Object.keys(document).slice(0, 10).join(', ')}`
        : '';
      fail(`--path ${path}: there is nothing at ${step}${known}`);
    }
  }
  return at;
}
