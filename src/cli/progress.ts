// What stderr shows while a long input is read.
import { formatBytes, formatCount } from './limits.ts';
import { atExit } from './signals.ts';
import type { Source } from './source.ts';

/** Reading that takes no longer than this many milliseconds shows nothing. */
const PATIENCE = 1000;

/** A bar on a terminal, once reading has taken a second. */
export class ReadProgress {
  readonly #isOn: boolean;
  readonly #begin: number;
  #bar: import('cli-progress').SingleBar | undefined;
  #forget: () => void;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
    this.#begin = performance.now();
    this.#bar = undefined;
    this.#forget = () => {};
  }

  /** Call it now and then with the state of the reading. */
  async update(source: Source, numValues: number): Promise<void> {
    if (!this.#isOn || performance.now() - this.#begin < PATIENCE) return;
    const read = { values: formatCount(numValues), bytes: formatBytes(source.bytesRead), name: source.name };
    if (this.#bar === undefined) {
      const { SingleBar, Presets } = (await import('cli-progress')).default;
      const bar = source.size === undefined ? '' : ' {bar} {percentage}% · {eta_formatted} left ·';
      const format = `reading {name}${bar} {bytes} · {values} values`;
      this.#bar = new SingleBar(
        { format, stream: process.stderr, clearOnComplete: true, hideCursor: true, barsize: 20 },
        Presets.shades_classic,
      );
      this.#forget = atExit(() => this.#bar?.stop());
      this.#bar.start(source.size ?? 1, source.bytesRead, read);
    }
    this.#bar.update(source.bytesRead, read);
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#forget();
  }
}
