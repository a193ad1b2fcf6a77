// A lock on a state file: while one process writes it, a second one is refused.
//
// The lock is a file beside the state, made in one step that fails if it exists, with the holder's process, host and start
// in it. It goes when the process ends, but for kill -9 and a power failure. What they leave behind is told apart:
//
// - on this host by the process: none has its number, or one that began at another time, or this very process has it;
// - of another host, or a container, by the time of the lock file, which its holder renews: MISSED renewals and it is stale.
//
// A stale lock is replaced under a second lock, held for a moment, so that of several processes that find it one takes it.
import { closeSync, openSync, readFileSync, statSync, unlinkSync, utimesSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf, fail, show } from '../errors.ts';
import { atExit } from '../signals.ts';

/** Milliseconds between two renewals. */
const RENEWAL = 10_000;

/** A lock of another host that was not renewed so often in a row is stale. */
const MISSED = 6;

/** Milliseconds after which the lock of a takeover was left behind, and after which a lock without a holder was. */
const ABANDONED = 5000;

/** Attempts to take a lock that others are taking, and milliseconds between them. */
const ATTEMPTS = 50;
const PAUSE = 20;

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system counts; '' where it does not tell. */
  readonly start: string;
}

/** The lock that this process holds. */
export class StateLock {
  readonly #path: string;
  /** The path of the state as it was given, for messages. */
  readonly #state: string;
  readonly #text: string;

  /**
   * Takes the lock until the process ends. A stale lock is taken over, which is said on standard error.
   *
   * @param path of the lock
   * @param state path of the state, for messages
   * @throws CliError with the holder's process if another one has it
   */
  constructor(path: string, state: string) {
    this.#path = path;
    this.#state = state;
    this.#text = JSON.stringify({ pid: process.pid, host: hostname(), start: startOf(process.pid) } satisfies Holder);
    this.#take();
    setInterval(() => this.#renew(), RENEWAL).unref();
    atExit(() => {
      if (textOf(path) === this.#text) unlinkSync(path);
    });
  }

  /** Before every write of the state. A lock that was removed is taken again. @throws CliError if another process has it */
  check(): void {
    const text = textOf(this.#path);
    if (text === this.#text) return;
    if (text === undefined && create(this.#path, this.#text)) return;
    this.#refuse(holderIn(textOf(this.#path)));
  }

  #take(): void {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (create(this.#path, this.#text)) return;
      const text = textOf(this.#path);
      if (text === undefined) continue; // it went meanwhile
      const holder = holderIn(text);
      if (!this.#isStale(holder)) {
        // Between its creation and the first byte a lock has no holder yet.
        if (holder !== undefined) this.#refuse(holder);
      } else if (this.#takeOver(text)) {
        const who = holder === undefined ? 'a process' : `process ${holder.pid}${placeOf(holder)}`;
        process.stderr.write(`knn-anomaly: ${this.#state}: took over the lock that ${who} left behind\n`);
        return;
      }
      sleep(PAUSE);
    }
    this.#refuse(holderIn(textOf(this.#path)));
  }

  #isStale(holder: Holder | undefined): boolean {
    const age = ageOf(this.#path);
    if (holder === undefined) return age > ABANDONED;
    if (holder.host !== hostname()) return age > MISSED * RENEWAL;
    return holder.pid === process.pid || !isAlive(holder.pid) || startOf(holder.pid) !== holder.start;
  }

  /** Replaces the stale lock that holds `text`; false if another process was first. */
  #takeOver(text: string): boolean {
    const second = `${this.#path}.takeover`;
    if (!create(second, this.#text)) {
      if (ageOf(second) > ABANDONED) remove(second);
      return false;
    }
    try {
      if (textOf(this.#path) !== text) return false;
      remove(this.#path);
      return create(this.#path, this.#text);
    } finally {
      remove(second);
    }
  }

  #renew(): void {
    try {
      const now = Date.now() / 1000;
      if (textOf(this.#path) === this.#text) utimesSync(this.#path, now, now);
    } catch {} // what is wrong with the folder is an error when the state is saved
  }

  #refuse(holder: Holder | undefined): never {
    const who = holder === undefined ? 'another process' : `process ${holder.pid}${placeOf(holder)}`;
    fail(`${this.#state}: is in use by ${who}: stop it or use another file (if it is gone, remove ${this.#path})`);
  }
}

/** Makes a file with this text; false if there is one. */
function create(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
  return true;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** The text of a lock; `undefined` if there is none. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Milliseconds since a file was made or renewed; 0 if it is gone. */
function ageOf(path: string): number {
  const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return time === undefined ? 0 : Date.now() - time;
}

/** The holder that a lock names; `undefined` if it names none. */
function holderIn(text: string | undefined): Holder | undefined {
  try {
    const { pid, host, start } = JSON.parse(text ?? '') as Record<keyof Holder, unknown>;
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0) return undefined;
    return { pid: pid as number, host: String(host), start: String(start) };
  } catch {
    return undefined;
  }
}

function placeOf({ host }: Holder): string {
  return host === hostname() ? '' : ` on ${show(host)}`;
}

/** Whether there is a process with this number, of any user. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** When a process began: its boot and the clock ticks since then, on Linux; '' elsewhere, and where there is no such process. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`; // field 22; the name in field 2 may hold spaces
  } catch {
    return '';
  }
}

/** Blocks the thread, as all work on state files does. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
