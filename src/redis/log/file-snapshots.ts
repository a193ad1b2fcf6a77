// Snapshots as files of a folder. The two latest of a shard are kept: a power failure may take the end of Redis' append-only file,
// but not a file that was written, and a snapshot that is ahead of the scores cannot be continued.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../files/error-code.ts';
import { replaceFile } from '../../files/replace.ts';
import type { Snapshot } from './tick-log.ts';

/** Snapshots of a shard that are kept. */
const KEPT = 2;

export class FileSnapshots {
  readonly #folder: string;
  #isMade: boolean;

  constructor(folder: string) {
    this.#folder = folder;
    this.#isMade = false;
  }

  /** The latest snapshot whose position is at most `most`. */
  async load(shard: number, most: number): Promise<Snapshot | undefined> {
    for (;;) {
      const position = (await this.#positions(shard)).find((one) => one <= most);
      if (position === undefined) return undefined;
      try {
        return { position, bytes: await readFile(this.#path(shard, position)) };
      } catch (error) {
        // Another worker has dropped it, because it wrote a later one.
        if (codeOf(error) !== 'ENOENT') throw error;
      }
    }
  }

  /** Keeps a snapshot. Returns the position of the oldest one that is kept: ticks before it are not needed. */
  async keep(shard: number, { position, bytes }: Snapshot): Promise<number> {
    const before = await this.#positions(shard);
    const path = this.#path(shard, position);
    if (!before.includes(position)) await replaceFile(path, `${path}.${process.pid}.tmp`, [bytes]);
    const positions = await this.#positions(shard);
    for (const old of positions.slice(KEPT)) await rm(this.#path(shard, old), { force: true });
    const oldest = positions[KEPT - 1] ?? 0;
    await this.#removeUnfinished(shard, oldest);
    return oldest;
  }

  /** Removes what workers that were killed have begun to write, up to a position. */
  async #removeUnfinished(shard: number, position: number): Promise<void> {
    for (const [name, at] of await this.#files(shard, '\\.\\d+\\.tmp')) {
      if (at <= position) await rm(join(this.#folder, name), { force: true });
    }
  }

  /** The positions of the snapshots of a shard, the latest first. */
  async #positions(shard: number): Promise<number[]> {
    return (await this.#files(shard, '')).map(([, position]) => position).sort((a, b) => b - a);
  }

  /** The files of a shard, whose names end in `.knna` and what `end` matches, with their positions. */
  async #files(shard: number, end: string): Promise<[name: string, position: number][]> {
    if (!this.#isMade) await mkdir(this.#folder, { recursive: true });
    this.#isMade = true;
    const pattern = new RegExp(`^shard-${shard}\\.(\\d+)\\.knna${end}$`);
    return (await readdir(this.#folder)).flatMap((name) => {
      const position = pattern.exec(name)?.[1];
      return position === undefined ? [] : [[name, Number(position)]];
    });
  }

  #path(shard: number, position: number): string {
    return join(this.#folder, `shard-${shard}.${position}.knna`);
  }
}
