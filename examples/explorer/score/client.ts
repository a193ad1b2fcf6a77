// The page's side of a panel's worker: one job at a time, of which only the last one is answered.
import type { Detector } from './detectors.ts';
import type { Answer, Explained, Place, Request, Scored, Suggested, TimedSeries } from './protocol.ts';

/** What a panel is told while its scores are computed. */
export interface ScoreListener {
  scored(result: Scored): void;
  progress(share: number, remaining: number): void;
  failed(message: string): void;
}

/** Scores one series with one detector at a time. */
export class ScoreClient {
  #worker: Worker;
  #series: TimedSeries | undefined;
  /** The last number that was given to a job, */
  #job: number;
  /** and that of the job whose scores are wanted. */
  #scoreJob: number;
  readonly #listener: ScoreListener;
  /** Whether the worker is at work that it cannot stop. */
  #isStuck: boolean;
  /** Who waits for an answer of another kind, by job. */
  readonly #waiting: Map<number, { resolve(answer: never): void; reject(error: Error): void }>;

  constructor(listener: ScoreListener) {
    this.#listener = listener;
    this.#series = undefined;
    this.#job = 0;
    this.#scoreJob = 0;
    this.#isStuck = false;
    this.#waiting = new Map();
    this.#worker = this.#start();
  }

  setSeries(series: TimedSeries): void {
    this.#series = series;
    this.#restartIfStuck();
    this.#say({ type: 'series', ...series });
  }

  /** Begins to score; an earlier request is dropped. */
  score(detector: Detector): void {
    this.#restartIfStuck();
    this.#isStuck = detector.kind === 'locate';
    this.#scoreJob = ++this.#job;
    this.#say({ type: 'score', job: this.#scoreJob, detector });
  }

  explain(detector: Detector, place: Place): Promise<Explained> {
    return this.#ask({ type: 'explain', job: ++this.#job, detector, place });
  }

  /** The window that fits the series. */
  async suggest(): Promise<Suggested['suggestion']> {
    return (await this.#ask<Suggested>({ type: 'suggest', job: ++this.#job })).suggestion;
  }

  #ask<T>(request: Extract<Request, { type: 'explain' | 'suggest' }>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(request.job, { resolve, reject });
      this.#say(request);
    });
  }

  stop(): void {
    this.#scoreJob = ++this.#job;
    if (this.#isStuck) this.#restartIfStuck();
    else this.#say({ type: 'stop' });
  }

  close(): void {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Error('the panel was closed'));
    this.#waiting.clear();
  }

  #say(request: Request): void {
    this.#worker.postMessage(request);
  }

  #restartIfStuck(): void {
    if (!this.#isStuck) return;
    this.#worker.terminate();
    this.#isStuck = false;
    this.#worker = this.#start();
    if (this.#series !== undefined) this.#say({ type: 'series', ...this.#series });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./compute.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#take(data));
    worker.addEventListener('error', ({ message }) => this.#listener.failed(message || 'the worker could not start'));
    return worker;
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.job);
    if (waiting !== undefined) {
      this.#waiting.delete(answer.job);
      if (answer.type === 'failed') waiting.reject(new Error(answer.message));
      else waiting.resolve(answer as never);
      return;
    }
    if (answer.job !== this.#scoreJob) return;
    if (answer.type === 'progress') this.#listener.progress(answer.share, answer.remaining);
    else if (answer.type === 'failed') {
      this.#isStuck = false;
      this.#listener.failed(answer.message);
    } else if (answer.type === 'scored') {
      if (answer.exact) this.#isStuck = false;
      this.#listener.scored(answer);
    }
  }
}
