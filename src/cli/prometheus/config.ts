// The configuration file: YAML or JSON whose keys are the names of the options, and a map of queries.
import { readFile } from 'node:fs/promises';
import type { QuerySettings } from '../../prometheus.ts';
import { codeOf, fail, fileError, show } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { type Option, type OptionName, optionOf } from '../options/table.ts';
import { durationOf } from './durations.ts';

/** What a configuration says. */
export interface Config {
  /** The file, for messages. */
  readonly path: string;
  /** By the name of the option: its texts, as they would stand on a command line. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly queries: Readonly<Record<string, QuerySettings>>;
}

/** The keys of a query, and how their values are read. */
const QUERY_KEYS = ['expr', 'threshold', 'preset', 'step', 'mute', 'max-values'] as const;

/**
 * @param names the options that may be given
 * @throws CliError for a file that cannot be read, an unknown key, or a value of the wrong kind
 */
export async function readConfig(path: string, names: readonly OptionName[]): Promise<Config> {
  const value = await parse(path, await textOf(path));
  if (value === null || value === undefined) fail(`${path}: is empty`);
  const texts = new Map<string, string[]>();
  const queries: Record<string, QuerySettings> = {};
  for (const [key, one] of entriesOf(value, path)) {
    if (key === 'queries') {
      for (const [name, query] of entriesOf(one, `${path}: queries`))
        queries[name] = queryOf(query, `${path}: ${name}`);
      continue;
    }
    checkKey(key, ['queries', ...names], path);
    const given = textsOf(one, optionOf(key as OptionName, 'prometheus'), `${path}: ${key}`);
    if (given.length > 0) texts.set(key, given);
  }
  return { path, texts, queries };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw fileError(error, path);
  }
}

async function parse(path: string, text: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(text);
    const { parse: parseYaml } = await import('yaml');
    return parseYaml(text);
  } catch (error) {
    if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') {
      fail(`${path}: YAML needs an optional package: npm install yaml (or give the same as JSON in a file .json)`);
    }
    fail(`${path}: ${(error as Error).message.split('\n')[0]}`);
  }
}

function entriesOf(value: unknown, what: string): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  fail(`${what}: must be a map of keys and values, got ${show(JSON.stringify(value) ?? String(value))}`);
}

function checkKey(key: string, known: readonly string[], what: string): void {
  if (known.includes(key)) return;
  const meant = nearest(key, known);
  fail(
    `${what}: unknown key ${show(key)}; ${meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`}`,
  );
}

/** The texts of an option. A flag that is true has one, `true`; one that is false has none. */
function textsOf(value: unknown, { kind, isRepeatable }: Option, what: string): string[] {
  if (kind === 'flag') {
    if (typeof value !== 'boolean') fail(`${what}: must be true or false, got ${show(JSON.stringify(value))}`);
    return value ? ['true'] : [];
  }
  const list = Array.isArray(value) && isRepeatable === true ? value : [value];
  return list.map((one: unknown) => {
    if (typeof one === 'string' || typeof one === 'number') return String(one);
    return fail(
      `${what}: must be a text or a number${isRepeatable ? ', or a list' : ''}, got ${show(JSON.stringify(one) ?? '')}`,
    );
  });
}

function queryOf(value: unknown, what: string): QuerySettings {
  if (typeof value === 'string') return { expr: value };
  const query: Record<string, unknown> = {};
  for (const [key, one] of entriesOf(value, what)) {
    checkKey(key, QUERY_KEYS, what);
    const isTime = key === 'step' || key === 'mute';
    const number = isTime && typeof one === 'string' ? durationOf(one, `${what}: ${key}`) : one;
    query[key === 'max-values' ? 'maxValues' : key] = number;
  }
  if (query.expr === undefined) fail(`${what}: has no expr, the expression of PromQL`);
  return query as unknown as QuerySettings;
}
