// JSON as series: plain arrays and objects of numbers, and what the readers of documents have in common.
import { fail } from '../../errors.ts';
import { seriesColumn } from '../table/several.ts';
import { timeNames } from '../time/joined.ts';

/** A series in a document. */
export interface Series {
  readonly name: string;
  /** `undefined` if the document has no times for it. */
  readonly times: readonly unknown[] | undefined;
  readonly values: readonly unknown[];
}

/** An object of JSON. */
export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const objects = (value: unknown): Json[] => list(value).filter(isObject);
export const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** From pairs of a time and a value. */
export function pairs(name: string, all: readonly unknown[], [t, v]: readonly [number, number] = [0, 1]): Series {
  return { name, times: all.map((pair) => list(pair)[t]), values: all.map((pair) => list(pair)[v]) };
}

/** All that is no object or array in a value, by its path. Objects in arrays are named by their first text. */
export function flat(value: unknown, path = '', into: Json = {}): Json {
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

/** Names of fields with the time. */
export const TIME_KEY: RegExp =
  /(?:^|[._@])(?:times?|timestamps?|ts|dates?|datetime|_time|t|x|clock|epoch|(?:created|updated|recorded|observed|measured)_?at|(?:begin|start)_?time(?:_?in_?millis|_?seconds)?|time_?unix_?nano)$/i;

/** The columns of flat objects: those of numbers, with the time that is in them. */
export function columnsOf(rows: readonly Json[], prefix = '', time?: string): Series[] {
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
  const free = names.filter((name) => !keys.includes(name));
  const values = free.filter((name) => !isText(name));
  const texts = free.filter(isText).map((name) => ({ name, texts: rows.map((row) => row[name] as string) }));
  const apart =
    texts[
      seriesColumn(
        times?.map((stamp) => text(stamp)),
        texts,
        values.length === 1 ? values[0] : undefined,
      )
    ];
  if (apart !== undefined) {
    return [...new Set(apart.texts)].flatMap((own) =>
      columnsOf(
        rows.filter((row) => row[apart.name] === own),
        `${prefix}${own}.`,
        time,
      ),
    );
  }
  return values.map((name) => ({ name: `${prefix}${name}`, times, values: rows.map((row) => row[name]) }));
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
