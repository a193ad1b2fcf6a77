// The progress bar on stderr while a long input is read or scored.
import type { Progress as ScoreProgress } from '../../index.ts';
import { formatBytes, formatCount, formatDuration } from '../cost.ts';
import type { Source } from '../input/source.ts';
import { atExit } from '../signals.ts';
import { plain } from './text.ts';

/** Nothing is shown before this many milliseconds. */
const PATIENCE = 1000;

/** A bar on a terminal, once the work has taken a second. */
export class Progress {
  readonly #isOn: boolean;
  readonly #begin: number;
  #bar: Promise<import('cli-progress').SingleBar> | undefined;
  #forget: () => void;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
    this.#begin = performance.now();
    this.#bar = undefined;
    this.#forget = () => {};
  }

  /** Call it now and then while an input is read. */
  async reading({ name, size, bytesRead }: Source, numValues: number): Promise<void> {
    const bar = size === undefined ? '' : ' {bar} {percentage}% · {eta_formatted} left ·';
    const words = { name, bytes: formatBytes(bytesRead), values: formatCount(numValues) };
    await this.#show(`reading {name}${bar} {bytes} · {values} values`, bytesRead, size ?? 1, words);
  }

  /** Call it now and then while a series is scored, with the name it has, if it has one; `unit` is what is counted. */
  async scoring(
    { done, total, rate, remaining }: ScoreProgress,
    name: string | undefined,
    unit: 'windows' | 'values' = 'windows',
  ): Promise<void> {
    const words = { rate: formatCount(Math.round(rate)), left: formatDuration(remaining) };
    const title = name === undefined ? 'scoring' : `scoring ${plain(name, 24)}`;
    await this.#show(`${title} {bar} {percentage}% · {rate} ${unit}/s · {left} left`, done, total, words);
  }

  async #show(format: string, done: number, total: number, words: object): Promise<void> {
    if (!this.#isOn || performance.now() - this.#begin < PATIENCE) return;
    this.#bar ??= this.#open(format, total, words);
    (await this.#bar).update(done, words);
  }

  async #open(format: string, total: number, words: object): Promise<import('cli-progress').SingleBar> {
    const { SingleBar, Presets } = (await import('cli-progress')).default;
    const bar = new SingleBar(
      { format, stream: process.stderr, clearOnComplete: true, hideCursor: true, barsize: 20 },
      Presets.shades_classic,
    );
    this.#forget = atExit(() => bar.stop());
    bar.start(total, 0, words);
    return bar;
  }

  /** Removes the bar. */
  async stop(): Promise<void> {
    (await this.#bar)?.stop();
    this.#bar = undefined;
    this.#forget();
  }
}
