// The page's side of the worker that reads files.
import type { Columns } from './inspect.ts';
import type { LabelRange, Opened, ReadAnswer, ReadOptions, ReadRequest } from './protocol.ts';

/** Why a file could not be read, and which columns it has as far as that is known. */
export class ReadFailure extends Error {
  readonly columns: Columns | undefined;

  constructor(message: string, columns: Columns | undefined) {
    super(message);
    this.columns = columns;
  }
}

export class ReadClient {
  readonly #worker: Worker;
  #job: number;
  readonly #waiting: Map<number, { resolve(answer: never): void; reject(error: Error): void }>;

  constructor() {
    this.#job = 0;
    this.#waiting = new Map();
    this.#worker = new Worker(new URL('./reader.worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<ReadAnswer>) => this.#take(data));
    this.#worker.addEventListener('error', ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(message || 'the reader could not start'));
      this.#waiting.clear();
    });
  }

  /** Makes a file known by its name. */
  add(name: string, file: Blob): void {
    this.#worker.postMessage({ type: 'add', name, file } satisfies ReadRequest);
  }

  /** @throws ReadFailure for what the command line refuses */
  async open(name: string, options: ReadOptions): Promise<Opened> {
    const { opened } = await this.#ask<{ opened: Opened }>({ type: 'open', job: ++this.#job, name, ...options });
    return opened;
  }

  /** The labels of a file that was added. */
  async labels(name: string): Promise<readonly LabelRange[]> {
    return (await this.#ask<{ labels: readonly LabelRange[] }>({ type: 'labels', job: ++this.#job, name })).labels;
  }

  /** The labels in a column of zeros and ones, in the file of the series that was opened last. */
  async columnLabels(column: string): Promise<readonly LabelRange[]> {
    const request = { type: 'column-labels', job: ++this.#job, column } as const;
    return (await this.#ask<{ labels: readonly LabelRange[] }>(request)).labels;
  }

  /** Scores of the series that was opened last, one per row, as CSV. */
  async rows(scores: Float64Array): Promise<Blob> {
    return (await this.#ask<{ csv: Blob }>({ type: 'rows', job: ++this.#job, scores })).csv;
  }

  #ask<T>(request: Exclude<ReadRequest, { type: 'add' }>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(request.job, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #take(answer: ReadAnswer): void {
    const waiting = this.#waiting.get(answer.job);
    this.#waiting.delete(answer.job);
    if ('failure' in answer) waiting?.reject(new ReadFailure(answer.failure, answer.columns));
    else waiting?.resolve(answer as never);
  }
}
