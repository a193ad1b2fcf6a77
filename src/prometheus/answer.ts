// The text of an answer as data. The series of a matrix are parsed one by one, so that a long answer stops nothing.
//
// Prometheus writes a matrix as
//
//   {"status":"success","data":{"resultType":"matrix","result":[{"metric":{…},"values":[[time,"value"],…]},…]},…}
//
// A text that begins so is cut at its series: a metric ends where its labels do, and its values end at the first `]]`, as no number
// has a bracket. Each piece is parsed as JSON, and what is left without the series is parsed as JSON, too. Whatever is written in
// another way, by another server or with histograms, is parsed as a whole.
import { turn } from '../core/steps.ts';
import { type Labels, seriesKey } from './labels.ts';

/** An answer of the interface. */
export interface Answer {
  readonly status: unknown;
  readonly data?: unknown;
  readonly error?: unknown;
  readonly warnings?: readonly string[];
}

/** A series of a matrix as it is answered. */
export interface MatrixEntry {
  readonly metric?: Labels;
  /** See {@link seriesKey}; where it is known already. */
  readonly key?: string;
  readonly values?: readonly (readonly [time: number, value: string])[];
  readonly histograms?: unknown;
}

/** Takes a series of a matrix. What it returns stands for the series. */
export type Take = (entry: MatrixEntry) => unknown;

/** Milliseconds of work after which timers and requests have their turn. */
export const SLICE = 10;

const MATRIX = '{"status":"success","data":{"resultType":"matrix","result":[';

/** The labels of a series, up to its values. */
const METRIC = /\{"metric":(\{(?:"[^"\\]*(?:\\.[^"\\]*)*"[:,]?)*\}),"values":(?=\[\[)/y;

/** Metrics that are known by their text: those of 100 000 series are about 60 MB. */
const MOST_KNOWN = 100_000;

/** Reads answers, and knows the metrics of those before: the series of a query are mostly the same. */
export class AnswerReader {
  readonly #known: Map<string, { readonly labels: Labels; readonly key: string }>;

  constructor() {
    this.#known = new Map();
  }

  /**
   * The answer in a text; `undefined` if it is no JSON object.
   *
   * @param take is given each series of a matrix as soon as it is parsed, so that its texts need no memory for long
   */
  async read(text: string, take: Take = (entry) => entry): Promise<Answer | undefined> {
    try {
      const answer = text.startsWith(MATRIX) ? await this.#matrix(text, take) : undefined;
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    const answer = parsed(text);
    const { resultType, result } = Object(answer?.data) as { resultType?: unknown; result?: unknown };
    if (answer === undefined || resultType !== 'matrix' || !Array.isArray(result)) return answer;
    return { ...answer, data: { ...(answer.data as object), result: result.map(take) } };
  }

  /** @returns `undefined` for a text that cannot be cut. @throws SyntaxError for one whose pieces are no JSON */
  async #matrix(text: string, take: Take): Promise<Answer | undefined> {
    const result: unknown[] = [];
    let at = MATRIX.length;
    let slice = performance.now();
    while (text[at] !== ']') {
      METRIC.lastIndex = at;
      const metric = METRIC.exec(text)?.[1];
      if (metric === undefined) return undefined;
      const begin = METRIC.lastIndex;
      const end = text.indexOf(']]', begin) + 2;
      const next = text[end + 1];
      if (end < 2 || text[end] !== '}' || (next !== ',' && next !== ']')) return undefined;
      const { labels, key } = this.#metricOf(metric);
      result.push(take({ metric: labels, key, values: JSON.parse(text.slice(begin, end)) }));
      at = end + (next === ',' ? 2 : 1);
      if (performance.now() - slice < SLICE) continue;
      await turn();
      slice = performance.now();
    }
    const answer = parsed(MATRIX + text.slice(at));
    return answer && { ...answer, data: { ...(answer.data as object), result } };
  }

  #metricOf(text: string): { readonly labels: Labels; readonly key: string } {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const labels = Object.freeze(JSON.parse(text) as Labels); // many answers share it
    const metric = { labels, key: seriesKey(labels) };
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    // A part of a string keeps all of it: this is a string of its own.
    this.#known.set(new TextDecoder().decode(new TextEncoder().encode(text)), metric);
    return metric;
  }
}

/** The answer in a text; `undefined` if it is no JSON object. */
function parsed(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}
