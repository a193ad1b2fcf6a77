// Turns streams of values into streams of scores: iterables and Web streams, and through them the streams of Node.
import { describe } from '../core/checks.ts';
import type { Series, Value } from '../core/series.ts';
import type { StreamingDetector } from '../core/streaming-detector.ts';

/**
 * The scores of an item of type T: a number for a value; for a chunk of values an array of scores, which is a `Float64Array` if
 * the chunk is a typed array.
 */
export type ScoresOf<T> = 0 extends 1 & T
  ? T // `any`, which is the type of the items of Node's streams
  : T extends Value
    ? number
    : T extends TypedChunk
      ? Float64Array
      : number[];

type TypedChunk = Series & { readonly BYTES_PER_ELEMENT: number };

/** The part of a detector that a stream needs. */
type Updatable = Pick<StreamingDetector, 'update'>;

/**
 * The scores of a stream, one per value, each as soon as its value arrives: `detector.update(x)` for every x.
 * The source may be an array, a generator, a Node `Readable` in object mode, a Web `ReadableStream` where that is
 * iterable (Node, Deno, Firefox), or any other iterable. Its items are values, or chunks of values (arrays or typed
 * arrays). Each chunk gives one chunk of scores of the same length. In addition to the detector's own work a single value
 * costs 0.2 µs, and a value in a chunk of 1000 costs 0.02 µs.
 *
 * The source is read no faster than the scores are consumed, and is closed when the consumer stops early. If the detector
 * throws for a value, the stream yields the scores of all values before it, which have been learned, and then throws the
 * detector's error with the index of the value. In Node this function is a step of a `pipeline`, much cheaper than a Web
 * stream:
 *
 * ```js
 * import { pipeline } from 'node:stream/promises';
 * await pipeline(readable, (values) => scoreStream(values, detector), writable); // readable and writable in object mode
 * ```
 *
 * In Node's streams `null` means the end: `readable` must give NaN for a missing value.
 *
 * @throws TypeError when `source` is not iterable or `detector` is no detector; during the iteration, when an item is
 * neither a value nor a chunk of values
 *
 * @example
 * const scores: number[] = [];
 * for await (const score of scoreStream([1, 2, 1, 2, 9], new StreamingKNN(2, 1))) scores.push(score);
 * scores; // => [0, 0, Math.SQRT2, 0, Math.sqrt(50)]
 */
export function scoreStream<T extends Value | Series>(
  source: AsyncIterable<T> | Iterable<T>,
  detector: Updatable,
): AsyncGenerator<ScoresOf<T>, void, undefined> {
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = Object(source);
  if (typeof async !== 'function' && typeof sync !== 'function') {
    throw new TypeError(`source must be iterable, got ${describe(source)}`);
  }
  return scoreItems(source, new ItemScorer(detector)) as AsyncGenerator<ScoresOf<T>, void, undefined>;
}

async function* scoreItems(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  scorer: ItemScorer,
): AsyncGenerator<unknown, void, undefined> {
  for await (const item of source) {
    const { scores, error } = scorer.score(item);
    if (scores !== undefined) yield scores;
    if (error !== undefined) throw error;
  }
}

/**
 * A Web `TransformStream` from values to scores: `stream.pipeThrough(scoreTransform(detector))`. It takes values or chunks of
 * values and emits scores or chunks of scores, as {@link scoreStream} does. A single value costs 3 µs, and a value in a chunk of
 * 1000 costs 0.01 µs. For chunks, name their type: `scoreTransform<Float64Array>(detector)`.
 *
 * If the detector throws for a value, both sides of the transform fail with its error and the index of the value. Between
 * Node's own streams use `Duplex.from((values) => scoreStream(values, detector))`, or with a high-water mark of 1
 *
 * ```js
 * Duplex.fromWeb(scoreTransform(detector), { objectMode: true, highWaterMark: 1 });
 * ```
 *
 * With a higher mark Node up to at least 22.22 ends the process when the detector throws (nodejs/node#62199).
 *
 * @throws TypeError when `detector` is no detector
 *
 * @example
 * const values = new ReadableStream<number[]>({
 *   start(controller) {
 *     for (const chunk of [[1, 2, 1], [2, 9]]) controller.enqueue(chunk);
 *     controller.close();
 *   },
 * });
 * const scores = values.pipeThrough(scoreTransform<number[]>(new StreamingKNN(2, 1))).getReader();
 * (await scores.read()).value; // => [0, 0, Math.SQRT2]
 * (await scores.read()).value; // => [0, Math.sqrt(50)]
 */
export function scoreTransform(detector: Updatable): ScoreTransform<Value, number>;
export function scoreTransform<T extends Series>(detector: Updatable): ScoreTransform<T, ScoresOf<T>>;
export function scoreTransform(detector: Updatable): ScoreTransform<unknown, unknown> {
  const scorer = new ItemScorer(detector);
  const stream = new TransformStream<unknown, unknown>({
    transform(item, controller) {
      const { scores, error } = scorer.score(item);
      if (error !== undefined) throw error;
      controller.enqueue(scores);
    },
  });
  return stream as unknown as ScoreTransform<unknown, unknown>; // the overloads differ, the behavior does not
}

/** The scores of an item, as far as it was scored, and the error that stopped it. */
interface Outcome {
  readonly scores: number | number[] | Float64Array | undefined;
  readonly error: unknown;
}

/** Scores values and chunks. It counts the values, to name their index in errors. */
class ItemScorer {
  readonly #detector: Updatable;
  #numValues: number;

  constructor(detector: Updatable) {
    if (typeof detector?.update !== 'function') {
      throw new TypeError(`detector must have a method update, got ${describe(detector)}`);
    }
    this.#detector = detector;
    this.#numValues = 0;
  }

  score(item: unknown): Outcome {
    if (typeof item === 'object' && item !== null) return this.#scoreChunk(item as Series);
    try {
      const scores = this.#detector.update(item as Value);
      this.#numValues++;
      return { scores, error: undefined };
    } catch (error) {
      return { scores: undefined, error: withIndex(error, this.#numValues) };
    }
  }

  #scoreChunk(chunk: Series): Outcome {
    const { length } = chunk;
    if (!Number.isSafeInteger(length) || 'readUInt8' in chunk) {
      const error = new TypeError(`x must be a number, missing, or an array of these, got ${describe(chunk)}`);
      return { scores: undefined, error: withIndex(error, this.#numValues) };
    }
    const isTyped = ArrayBuffer.isView(chunk);
    const scores = isTyped ? new Float64Array(length) : new Array<number>(length);
    const detector = this.#detector;
    let p = 0;
    try {
      for (; p < length; p++) scores[p] = detector.update(chunk[p]);
      this.#numValues += length;
      return { scores, error: undefined };
    } catch (error) {
      return { scores: p > 0 ? scores.slice(0, p) : undefined, error: withIndex(error, this.#numValues + p) };
    }
  }
}

/** A TypeError or RangeError with the index of the value in the stream. Any other error, such as a metric's, is unchanged. */
function withIndex(error: unknown, index: number): unknown {
  for (const Kind of [TypeError, RangeError]) {
    if (error instanceof Kind) return new Kind(`source[${index}]: ${error.message}`, { cause: error });
  }
  return error ?? new Error(`source[${index}]: ${describe(error)} was thrown`);
}

/**
 * A Web `TransformStream`, declared without the types of a browser or of Node. It can be assigned to the types of both, so
 * `pipeThrough` and `Duplex.fromWeb` accept it.
 */
export interface ScoreTransform<In, Out> {
  readonly readable: ReadableStreamLike<Out>;
  readonly writable: WritableStreamLike<In>;
}

/** A Web `ReadableStream`. */
export interface ReadableStreamLike<T> extends AsyncIterable<T> {
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
  getReader(): ReaderLike<T>;
  // biome-ignore lint/suspicious/noExplicitAny: the types of browsers and of Node differ here
  getReader(options?: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  pipeThrough(transform: any, options?: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  pipeTo(destination: any, options?: any): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  tee(): [any, any];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  values(options?: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  [Symbol.asyncIterator](options?: any): any;
}

/** A reader of a {@link ReadableStreamLike}. */
export interface ReaderLike<T> {
  readonly closed: Promise<undefined>;
  cancel(reason?: unknown): Promise<void>;
  read(): Promise<{ done: false; value: T } | { done: true; value: undefined }>;
  /** The compiler infers the type of a stream's items from the last overload. */
  read(): Promise<{ done: boolean; value: T }>;
  releaseLock(): void;
}

/** A Web `WritableStream`. */
export interface WritableStreamLike<T> {
  readonly locked: boolean;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
  getWriter(): WriterLike<T>;
}

/** A writer of a {@link WritableStreamLike}. */
export interface WriterLike<T> {
  readonly closed: Promise<undefined>;
  readonly desiredSize: number | null;
  readonly ready: Promise<undefined>;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
  releaseLock(): void;
  write(chunk?: T): Promise<void>;
}
