// The answers of a server as data, read while their bytes come: neither the whole text nor its numbers as texts need memory.
//
// Prometheus writes a matrix as
//
//   {"status":"success","data":{"resultType":"matrix","result":[{"metric":{…},"values":[[time,"value"],…]},…]},…}
//
// A text that begins so is taken apart series by series as it arrives, and what was taken is dropped. A series is only taken if it
// is exactly of this form, so that JSON.parse would say the same of it. What is left, from the first character of another form on
// or from the end of the list, is parsed as JSON behind the same beginning, with one number in place of the series that were
// taken. So the whole is valid JSON if and only if this is. Whatever is written in another way, by another server or with
// histograms, is parsed as a whole.
import { turn } from '../core/steps.ts';
import { type Labels, seriesKey } from './labels.ts';

/** An answer of the interface. */
export interface Answer {
  readonly status: unknown;
  readonly data?: unknown;
  readonly error?: unknown;
  readonly warnings?: readonly string[] | null;
  /** What VictoriaMetrics says instead of a warning. */
  readonly isPartial?: unknown;
}

/** A text that was read. */
export interface ReadAnswer {
  /** `undefined` if the text is no JSON object, or has a series that is none. */
  readonly answer: Answer | undefined;
  /** The first {@link MOST_KEPT} characters of the text. */
  readonly begin: string;
}

/** A series of a matrix as it is answered. Its arrays are those of the next series later on. */
export interface MatrixEntry {
  readonly metric: Labels;
  /** See {@link seriesKey}. */
  readonly key: string;
  /** Its points are the first `count` numbers of both arrays. */
  readonly count: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly histograms?: unknown;
}

/** Takes a series of a matrix. What it returns stands for the series. */
export type Take = (entry: MatrixEntry) => unknown;

/** Milliseconds of work after which timers and requests have their turn. */
export const SLICE = 10;

/** Characters of a text that are kept for messages. */
export const MOST_KEPT = 201;

/** Bytes that are taken at a time: well below a slice of work, and a text that dies young. */
const PIECE = 65_536;

/** How a matrix begins: with Prometheus and most others; with VictoriaMetrics. */
const HEADS = ['', '"isPartial":false,'].map(
  (more) => `{"status":"success",${more}"data":{"resultType":"matrix","result":[`,
);

const METRIC = '{"metric":';
const VALUES = ',"values":[';

/** Metrics that are known by their text: those of 100 000 series are about 60 MB. */
const MOST_KNOWN = 100_000;

const [QUOTE, COMMA, ZERO, OPEN, CLOSE] = [34, 44, 48, 91, 93];

/** Digits of an integer that is exact in a sum of tens. */
const MOST_DIGITS = 15;

/** Reads answers, and knows the metrics of those before: the series of a query are mostly the same. */
export class AnswerReader {
  readonly #known: Map<string, { readonly labels: Labels; readonly key: string }>;

  constructor() {
    this.#known = new Map();
  }

  /**
   * The answer in the bytes of a text in UTF-8, however they are cut.
   *
   * @param take is given each series of a matrix as soon as it has come; default: a copy. What follows may turn out to be no answer
   * @throws whatever `pieces` and `take` throw
   */
  async read(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, take: Take = copyOf): Promise<ReadAnswer> {
    const decoder = new TextDecoder();
    const text = new AnswerText((metric) => this.#metricOf(metric), take);
    let slice = performance.now();
    for await (const piece of pieces) {
      for (let from = 0; from < piece.length; from += PIECE) {
        text.add(decoder.decode(piece.subarray(from, from + PIECE), { stream: true }));
        if (performance.now() - slice < SLICE) continue;
        await turn();
        slice = performance.now();
      }
    }
    text.add(decoder.decode());
    return { answer: text.end(), begin: text.begin };
  }

  /** The labels in a text. @throws SyntaxError for anything else */
  #metricOf(text: string): { readonly labels: Labels; readonly key: string } {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const labels = labelsIn(JSON.parse(text));
    const metric = { labels, key: seriesKey(labels) };
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    // A part of a string keeps all of it: this is a string of its own.
    this.#known.set(new TextDecoder().decode(new TextEncoder().encode(text)), metric);
    return metric;
  }
}

/** A text as it comes. */
class AnswerText {
  readonly #metricOf: (text: string) => { readonly labels: Labels; readonly key: string };
  readonly #take: Take;
  readonly #points: Points;
  /** What stands for the series that were taken. */
  readonly #taken: unknown[];
  /** How the matrix begins; '' while that is not known, and for anything else. */
  #head: string;
  /** What was not taken yet, behind the head. */
  #text: string;
  /** The length at which it is worth looking at. Twice that of the last time, so that work is in proportion to the text. */
  #due: number;
  begin: string;

  constructor(metricOf: (text: string) => { readonly labels: Labels; readonly key: string }, take: Take) {
    this.#metricOf = metricOf;
    this.#take = take;
    this.#points = new Points();
    this.#taken = [];
    this.#head = '';
    this.#text = '';
    this.#due = 0;
    this.begin = '';
  }

  add(text: string): void {
    if (this.begin.length < MOST_KEPT) this.begin += text.slice(0, MOST_KEPT - this.begin.length);
    this.#text += text;
    if (this.#text.length >= this.#due) this.#takeSeries();
  }

  end(): Answer | undefined {
    this.#takeSeries();
    const taken = this.#taken;
    try {
      const answer: unknown = JSON.parse(`${this.#head}${taken.length > 0 ? '0' : ''}${this.#text}`);
      if (typeof answer !== 'object' || answer === null) return undefined;
      const { data } = answer as Answer;
      const { resultType, result } = Object(data) as { resultType?: unknown; result?: unknown };
      if (resultType !== 'matrix' || !Array.isArray(result)) return answer as Answer;
      for (const entry of taken.length > 0 ? result.slice(1) : result) taken.push(this.#take(this.#entryOf(entry)));
      return { ...(answer as Answer), data: { ...(data as object), result: taken } };
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Takes all series that have come to their end, and drops their text. */
  #takeSeries(): void {
    const text = this.#text;
    let at = 0;
    if (this.#head === '') {
      this.#head = HEADS.find((head) => text.startsWith(head)) ?? '';
      at = this.#head.length;
    }
    if (this.#head !== '') {
      try {
        for (let end = at; end >= 0; end = this.#takeOne(text, at)) at = end;
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    }
    this.#text = text.slice(at);
    this.#due = 2 * this.#text.length;
  }

  /** Takes the series at a place. Returns the place behind it; −1 if there is none of the usual form with its end. */
  #takeOne(text: string, at: number): number {
    const isFirst = this.#taken.length === 0;
    if (!isFirst && text.charCodeAt(at) !== COMMA) return -1;
    const metric = (isFirst ? at : at + 1) + METRIC.length;
    if (!text.startsWith(METRIC, metric - METRIC.length)) return -1;
    // No label has an unescaped quote, so that this is the end of the labels if they are labels.
    const labelsEnd = text.indexOf(`}${VALUES}`, metric) + 1;
    if (labelsEnd === 0) return -1;
    const end = this.#points.read(text, labelsEnd + VALUES.length);
    if (end < 0 || text[end] !== '}') return -1;
    const { labels, key } = this.#metricOf(text.slice(metric, labelsEnd));
    const { count, times, values } = this.#points;
    this.#taken.push(this.#take({ metric: labels, key, count, times, values }));
    return end + 1;
  }

  /** A series of another form. @throws SyntaxError for what is none */
  #entryOf(entry: unknown): MatrixEntry {
    const { metric, values, histograms } = Object(entry) as Record<string, unknown>;
    const labels = labelsIn(metric);
    this.#points.set(values === undefined && histograms !== undefined ? [] : values);
    const { count, times, values: numbers } = this.#points;
    return { metric: labels, key: seriesKey(labels), count, times, values: numbers, histograms };
  }
}

/** The points of one series. */
class Points {
  count = 0;
  times = new Float64Array(16);
  values = new Float64Array(16);

  /** Reads `[time,"value"],…]`. Returns the place behind it; −1 if the text is not of this form, or ends before. */
  read(text: string, at: number): number {
    this.count = 0;
    for (;;) {
      if (text.charCodeAt(at) !== OPEN) return -1;
      let comma = at + 1;
      let time = 0;
      for (let digit = 0; (digit = text.charCodeAt(comma) - ZERO) >= 0 && digit <= 9; comma++) time = 10 * time + digit;
      const numDigits = comma - at - 1;
      const isPlain =
        numDigits > 0 && numDigits <= MOST_DIGITS && (numDigits === 1 || text.charCodeAt(at + 1) !== ZERO);
      if (!isPlain || text.charCodeAt(comma) !== COMMA) {
        comma = text.indexOf(',', at);
        if (comma < 0) return -1;
        time = timeIn(JSON.parse(text.slice(at + 1, comma)));
      }
      if (text.charCodeAt(comma + 1) !== QUOTE) return -1;
      const close = text.indexOf('"', comma + 2);
      // Blanks at the ends, which `Number` skips, are not always valid JSON.
      if (close < 0 || text.charCodeAt(comma + 2) <= 32 || text.charCodeAt(close - 1) <= 32) return -1;
      this.#add(time, numberIn(text.slice(comma + 2, close)));
      if (text.charCodeAt(close + 1) !== CLOSE) return -1;
      at = close + 3;
      const next = text.charCodeAt(close + 2);
      if (next === CLOSE) return at;
      if (next !== COMMA) return -1;
    }
  }

  /** Takes pairs that are parsed already. @throws SyntaxError for what is none */
  set(pairs: unknown): void {
    this.count = 0;
    if (!Array.isArray(pairs)) throw new SyntaxError('values must be a list');
    for (const pair of pairs) {
      if (!Array.isArray(pair)) throw new SyntaxError('a point must be a pair');
      this.#add(timeIn(pair[0]), numberIn(pair[1]));
    }
  }

  #add(time: number, value: number): void {
    if (this.count === this.times.length) {
      const [times, values] = [this.times, this.values];
      this.times = new Float64Array(2 * times.length);
      this.values = new Float64Array(2 * times.length);
      this.times.set(times);
      this.values.set(values);
    }
    this.times[this.count] = time;
    this.values[this.count++] = value;
  }
}

function copyOf({ times, values, ...rest }: MatrixEntry): MatrixEntry {
  return { ...rest, times: times.slice(0, rest.count), values: values.slice(0, rest.count) };
}

/** @throws SyntaxError for anything but labels */
function labelsIn(labels: unknown): Labels {
  const isObject = typeof labels === 'object' && labels !== null && !Array.isArray(labels);
  if (!isObject || Object.values(labels).some((value) => typeof value !== 'string')) {
    throw new SyntaxError('labels must be texts by name');
  }
  return Object.freeze(labels as Labels); // many answers share it
}

/** @throws SyntaxError for anything but a number */
function timeIn(time: unknown): number {
  if (typeof time !== 'number') throw new SyntaxError('a time must be a number');
  return time;
}

/** A value as servers write it. @throws SyntaxError for anything else, such as '' or null, which `Number` takes for 0 */
function numberIn(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') throw new SyntaxError('a value must be a number in a text');
  const number = Number(value);
  if (number === 0 ? /\d/.test(value) : !Number.isNaN(number)) return number;
  const [, sign, name] = /^([+-]?)(nan|inf|infinity)$/i.exec(value) ?? [];
  if (name === undefined) throw new SyntaxError('a value must be a number');
  return name.toLowerCase() === 'nan' ? NaN : sign === '-' ? -Infinity : Infinity;
}
