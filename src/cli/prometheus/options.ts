// The options of `knn-anomaly prometheus` as checked values, from the command line and a configuration file.
import { readFile } from 'node:fs/promises';
import type { FollowOptions, QuerySettings, ServerOptions, Shard } from '../../prometheus.ts';
import { fileError, show, UsageError } from '../errors.ts';
import { type ParsedOptions, parseChoice, parseInteger, parseNumber } from '../options/parse.ts';
import { defaultOf, type OptionName, optionOf } from '../options/table.ts';
import { type Config, readConfig } from './config.ts';
import { durationOf, rateOf } from './durations.ts';
import { type Address, addressOf } from './server.ts';

/** The options that a configuration may give. */
export const CONFIGURABLE: readonly OptionName[] = [
  ...(['url', 'query', 'step', 'history', 'delay', 'threshold', 'preset', 'mute', 'max-values', 'max-series'] as const),
  ...(['max-idle', 'shard', 'state', 'listen', 'webhook', 'once', 'backtest', 'budget', 'output', 'force'] as const),
  ...(['header', 'bearer-token-file', 'timeout', 'compress'] as const),
];

/** What a command line asks for. */
export interface PrometheusCommand {
  /** All that `follow` and a backtest need. */
  readonly follow: FollowOptions;
  readonly mode: 'serve' | 'once' | 'backtest';
  /** Seconds of a backtest. */
  readonly period: number;
  /** Alarms per day that are wanted. */
  readonly budget: number | undefined;
  readonly output: string | undefined;
  readonly force: boolean;
  readonly state: string | undefined;
  readonly listen: Address;
  readonly webhook: URL | undefined;
}

/** The texts of all options, each with the name for messages about it. */
class Given {
  readonly #given: ParsedOptions;
  readonly #config: Config | undefined;

  constructor(given: ParsedOptions, config: Config | undefined) {
    this.#given = given;
    this.#config = config;
  }

  has(name: OptionName): boolean {
    return this.texts(name).length > 0;
  }

  /** What the command line says, else what the configuration says. */
  texts(name: OptionName): readonly string[] {
    if (this.#given.has(name)) return this.#given.texts(name).map(String);
    return this.#config?.texts.get(name) ?? [];
  }

  /** How a message names the option. */
  label(name: OptionName): string {
    return this.#given.has(name) || !this.#config?.texts.has(name) ? `--${name}` : `${this.#config.path}: ${name}`;
  }

  /** The value, read by `read`; of the default where none is given. */
  value<T>(name: OptionName, read: (text: string, label: string) => T): T {
    return read(this.texts(name)[0] ?? defaultOf(name, 'prometheus')!, this.label(name));
  }

  optional<T>(name: OptionName, read: (text: string, label: string) => T): T | undefined {
    return this.has(name) ? this.value(name, read) : undefined;
  }
}

/** @throws UsageError for options that make no sense, CliError for a configuration or a token that cannot be read */
export async function prometheusOptionsOf(parsed: ParsedOptions): Promise<PrometheusCommand> {
  if (parsed.positionals.length > 0) {
    throw new UsageError(
      `prometheus reads no files, got ${parsed.positionals.join(' ')}: queries are given by --query`,
    );
  }
  const path = parsed.text('config');
  const config = path === undefined ? undefined : await readConfig(path, CONFIGURABLE);
  const given = new Given(parsed, config);
  const queries = queriesOf(given, config?.queries ?? {});
  const mode = given.has('backtest') ? 'backtest' : given.has('once') ? 'once' : 'serve';
  checkMode(given, mode);
  const threshold = given.optional('threshold', (text, label) =>
    parseNumber(text, label, optionOf('threshold', 'prometheus')),
  );
  const maxValues = given.optional('max-values', (text, label) => parseInteger(text, label, 1));
  const shard = given.optional('shard', shardIn);
  return {
    follow: {
      ...(await serverOf(given)),
      queries,
      step: given.value('step', wholeSeconds),
      history: given.value('history', durationOf),
      delay: given.value('delay', durationOf),
      preset: given.value('preset', (text, label) => parseChoice(text, label, ['metrics', 'novelty', 'views'])),
      ...(threshold !== undefined && { threshold }),
      mute: given.value('mute', durationOf),
      ...(maxValues !== undefined && { maxValues }),
      maxSeries: given.value('max-series', (text, label) => parseInteger(text, label, 1)),
      maxIdle: given.value('max-idle', durationOf),
      ...(shard !== undefined && { shard }),
    },
    mode,
    period: given.optional('backtest', durationOf) ?? 0,
    budget: given.optional('budget', rateOf),
    output: given.texts('output')[0],
    force: given.has('force'),
    state: given.texts('state')[0],
    listen: given.value('listen', addressOf),
    webhook: given.optional('webhook', webhookOf),
  };
}

/** `--query NAME=EXPR`, and those of the configuration. */
function queriesOf(given: Given, configured: Readonly<Record<string, QuerySettings>>): Record<string, QuerySettings> {
  const queries: Record<string, QuerySettings> = { ...configured };
  for (const text of given.texts('query')) {
    const [, name, expr] = /^\s*([\w.-]+)\s*=(?![=~])(.*)$/s.exec(text) ?? [];
    if (name === undefined || expr!.trim() === '') {
      throw new UsageError(`${given.label('query')} must be NAME=EXPR, such as cpu=node_load1, got ${show(text)}`);
    }
    if (Object.hasOwn(queries, name))
      throw new UsageError(`${given.label('query')}: there are two queries named ${name}`);
    queries[name] = { expr: expr!.trim() };
  }
  if (Object.keys(queries).length > 0) return queries;
  throw new UsageError('no query: give --query NAME=EXPR, such as --query cpu=node_load1, or queries in a --config');
}

function checkMode(given: Given, mode: PrometheusCommand['mode']): void {
  const only: Partial<Record<OptionName, PrometheusCommand['mode']>> = {
    ...{ budget: 'backtest', output: 'backtest', force: 'backtest' },
    ...{ webhook: 'serve', listen: 'serve', ...(mode === 'backtest' && { state: 'serve' }) },
  };
  for (const [name, needed] of Object.entries(only) as [OptionName, PrometheusCommand['mode']][]) {
    if (!given.has(name) || mode === needed) continue;
    // A configuration may say where a later run serves.
    if (needed === 'serve' && !given.label(name).startsWith('--')) continue;
    const cure = needed === 'serve' ? `not together with --${mode}` : 'for --backtest TIME';
    throw new UsageError(`${given.label(name)} is ${cure}`);
  }
  if (given.has('force') && !given.has('output')) throw new UsageError('--force is for --output FILE');
}

async function serverOf(given: Given): Promise<ServerOptions> {
  const url = given.texts('url');
  if (url.length === 0) throw new UsageError('no server: give --url, such as --url http://localhost:9090');
  const headers: Record<string, string> = {};
  for (const text of given.texts('header')) {
    const colon = text.indexOf(':');
    if (colon < 1) throw new UsageError(`${given.label('header')} must be NAME: VALUE, got ${show(text)}`);
    headers[text.slice(0, colon).trim()] = text.slice(colon + 1).trim();
  }
  const file = given.texts('bearer-token-file')[0];
  if (file !== undefined) await tokenIn(file); // found to be there before anything is asked
  return {
    url,
    timeout: given.value('timeout', durationOf),
    compress: given.has('compress'),
    headers:
      file === undefined ? headers : async () => ({ ...headers, authorization: `Bearer ${await tokenIn(file)}` }),
  };
}

/** The token in a file, which may change while the program runs. */
async function tokenIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw fileError(error, file);
  }
}

function wholeSeconds(text: string, label: string): number {
  const seconds = durationOf(text, label);
  if (Number.isSafeInteger(seconds) && seconds >= 1) return seconds;
  throw new UsageError(`${label} must be whole seconds, such as 15s or 1m, got ${show(text)}`);
}

function shardIn(text: string, label: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index !== undefined && Number(index) < Number(count)) return { index: Number(index), count: Number(count) };
  throw new UsageError(`${label} must be I/M with I from 0 to M - 1, such as 0/4, got ${show(text)}`);
}

function webhookOf(text: string, label: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${label} must be an address such as http://localhost:9093, got ${show(text)}`);
  }
  // Alertmanager's address alone is what is mostly at hand.
  if (url.pathname === '/') url.pathname = '/api/v2/alerts';
  return url;
}
