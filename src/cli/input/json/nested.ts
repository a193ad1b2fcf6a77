// Series inside of a JSON document that nobody described: arrays of points with times, wherever they are.
import { epochOf, looksLikeTime } from '../times.ts';
import { columnsOf, flat, isObject, type Json, list, pairs, type Series, TIME_KEY, text } from './plain.ts';

/** How deep points are looked for. */
const DEEPEST = 8;
/** Texts that name what an array belongs to, the better ones first. */
const TITLES = [/^(?:label|target|title|legend)$/i, /name$/i, /^(?:metric|series|host|instance|id)$/i];

/** Points at one place, and the path that leads to all of their kind. */
interface Place {
  readonly path: string;
  readonly title: string;
  readonly points: unknown;
}

/**
 * The series of all arrays of points with times in a document, if they are of one kind: at the same path but for the positions in
 * arrays, or pairs under the names of their series. `undefined` if there are none, or of several kinds. O(size of the document).
 */
export function nestedSeries(document: unknown, time?: string): Series[] | undefined {
  const found = placesIn(document);
  if (found.length === 0 || found[0]!.path === '') return undefined; // the document itself is plain
  const isOneKind = found.every(({ path }) => path === found[0]!.path);
  // Points under the names of their series in one object.
  const parentOf = ({ path }: Place): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));
  const isNamed = found.every((place) => isPairs(place.points) && parentOf(place) === parentOf(found[0]!));
  if (!isOneKind && !isNamed) return undefined;
  const places = isOneKind ? found : found.map((place) => ({ ...place, title: place.path.replace(/.*\./, '') }));
  const titles = places.map(({ title }, i) => (title === '' ? String(i + 1) : title));
  const isClear = new Set(titles).size === titles.length;
  return places.flatMap(({ points }, p) => {
    const name = isClear ? titles[p]! : `${titles[p]} ${p + 1}`;
    if (isPairs(points)) {
      const isTimeFirst = points.every((pair) => isMoment(pair[0]));
      return [pairs(name, points, isTimeFirst ? [0, 1] : [1, 0])];
    }
    const prefix = places.length > 1 ? `${name}.` : '';
    return Array.isArray(points)
      ? columnsOf(
          points.map((row) => flat(scalars(row as Json))),
          prefix,
          time,
        )
      : columnsIn(points as Json, prefix);
  });
}

/** The paths of all arrays of points with times, and of arrays of objects with numbers, as `--path` takes them. */
export function pathsIn(document: unknown): string[] {
  const strong = [...new Set(placesIn(document).map(({ path }) => path))];
  if (strong.length > 0) return strong.filter((path) => path !== '');
  const weak = new Set<string>();
  const visit = (value: unknown, path: string, depth: number): void => {
    if (depth > DEEPEST) return;
    if (Array.isArray(value)) {
      if (value.length > 1 && value.every((item) => typeof item === 'number')) weak.add(path);
      else if (value.length > 1 && value.every(isObject)) {
        const numbers = Object.entries(flat(scalars(value[0]!))).filter(([, own]) => typeof own === 'number');
        for (const [name] of numbers) weak.add(`${path}[*].${name}`);
      } else for (const item of value.slice(0, 3)) visit(item, `${path}[*]`, depth + 1);
    } else if (isObject(value)) {
      for (const [key, own] of Object.entries(value)) visit(own, path === '' ? key : `${path}.${key}`, depth + 1);
    }
  };
  visit(document, '', 0);
  return [...weak].filter((path) => path !== '');
}

function placesIn(document: unknown): Place[] {
  const places: Place[] = [];
  const visit = (points: unknown, path: string, title: string, depth: number): void => {
    if (depth > DEEPEST) return;
    if (isPairs(points) || isRows(points) || isColumns(points)) places.push({ path, title, points });
    else if (Array.isArray(points)) for (const item of points) visit(item, `${path}[*]`, title, depth + 1);
    else if (isObject(points)) {
      const own = titleOf(points);
      const full = [title, own].filter((part) => part !== '').join(' ');
      for (const [key, value] of Object.entries(points)) {
        if (typeof value === 'object') visit(value, path === '' ? key : `${path}.${key}`, full, depth + 1);
      }
    }
  };
  visit(document, '', '', 0);
  return places;
}

function titleOf(value: Json): string {
  const texts = Object.entries(value).filter(([, own]) => typeof own === 'string' && own.length < 200);
  for (const form of TITLES) {
    const found = texts.find(([key]) => form.test(key));
    if (found !== undefined) return text(found[1]);
  }
  return '';
}

function isMoment(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isNaN(epochOf(value)) && value > 0;
  return typeof value === 'string' && (looksLikeTime(value) || /^\d{9,}(?:\.\d+)?$/.test(value));
}

const isValue = (value: unknown): boolean =>
  value === null ||
  typeof value === 'number' ||
  (typeof value === 'string' && value !== '' && !Number.isNaN(Number(value)));

function isPairs(value: unknown): value is unknown[][] {
  if (!Array.isArray(value) || value.length < 2 || !value.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    return false;
  }
  return [
    [0, 1],
    [1, 0],
  ].some(([t, v]) => value.every((pair) => isMoment(pair[t!]) && isValue(pair[v!])));
}

/** What is neither an array nor in one. */
function scalars(row: Json): Json {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => !Array.isArray(value)));
}

function isRows(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 2 || !value.every(isObject)) return false;
  const first = Object.entries(flat(scalars(value[0] as Json)));
  const time = first.find(([name, own]) => TIME_KEY.test(name) && isMoment(own))?.[0];
  return time !== undefined && first.some(([name, own]) => name !== time && own !== null && isValue(own));
}

function isColumns(value: unknown): boolean {
  if (!isObject(value)) return false;
  const time = Object.entries(value).find(([key, own]) => TIME_KEY.test(key) && list(own).length > 1);
  if (time === undefined || !list(time[1]).every(isMoment)) return false;
  return Object.entries(value).some(([key, own]) => key !== time[0] && isLike(own, time[1]));
}

const isLike = (own: unknown, times: unknown): boolean =>
  Array.isArray(own) && own.length === list(times).length && own.every(isValue);

/** Arrays of one length beside an array of times. */
function columnsIn(value: Json, prefix: string): Series[] {
  const [key, times] = Object.entries(value).find(([name, own]) => TIME_KEY.test(name) && list(own).length > 1)!;
  return Object.entries(value).flatMap(([name, own]) =>
    name !== key && isLike(own, times) ? [{ name: `${prefix}${name}`, times: list(times), values: list(own) }] : [],
  );
}
