// Snapshots as files of a folder. The two latest of a shard are kept: a power failure may take the end of Redis' append-only file,
// but not a file that was written, and a snapshot that is ahead of the scores cannot be continued.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
        if ((error as { code?: string }).code !== 'ENOENT') throw error;
      }
    }
  }

  /** Keeps a snapshot. Returns the position of the oldest one that is kept: ticks before it are not needed. */
  async keep(shard: number, { position, bytes }: Snapshot): Promise<number> {
    const before = await this.#positions(shard);
    if (!before.includes(position)) await this.#write(this.#path(shard, position), bytes);
    const positions = await this.#positions(shard);
    for (const old of positions.slice(KEPT)) await rm(this.#path(shard, old), { force: true });
    const oldest = positions[KEPT - 1] ?? 0;
    await this.#removeUnfinished(shard, oldest);
    return oldest;
  }

  /** Writes beside the target, then renames: whoever reads sees all of it or nothing. */
  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
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
