// --exec: runs a command of the user for what happens in a stream, few at a time, each for a limited time.
//
// The command is a text of the user's own, which `sh -c` gets as it is: nothing of the input is ever put into it. What
// happened stands in the environment and, as JSON, on standard input. What the command prints goes to standard error.
import { type ChildProcess, spawn } from 'node:child_process';
import { UsageError } from '../errors.ts';
import { plain } from '../output/text.ts';
import { atExit } from '../signals.ts';
import { type AlarmEvent, isAlarm } from './events.ts';

/** Commands that run at the same time. */
const MOST_RUNNING = 4;

/** Events that wait while these run. Those beyond are dropped. */
const MOST_WAITING = 256;

/** Milliseconds from the request to end to the end by force. */
const GRACE = 2000;

/** The longest text in the environment: the system limits what a process gets. */
const LONGEST = 4096;

/** The events that begin an incident. A state of an earlier version has alarms, but no incidents. */
const BEGINNINGS = ['begin', 'alarm'];

/** Which events a command is run for. */
export type ExecOn = 'all' | 'alarms' | 'begin';

/** What `--exec` and its options say. */
export interface ExecOptions {
  readonly command: string;
  readonly on: ExecOn;
  /** Seconds after which a command is killed. */
  readonly timeout: number;
  /** The name of the input, for the environment. */
  readonly input: string;
}

/** Runs a command per event. Whatever happens to a command is one line on standard error and nothing else. */
export class AlarmCommands {
  readonly #options: ExecOptions;
  readonly #waiting: AlarmEvent[];
  readonly #running: Set<ChildProcess>;
  #numDropped: number;
  #idle: (() => void) | undefined;

  /** @throws UsageError on a system without sh */
  constructor(options: ExecOptions, platform: string = process.platform) {
    if (platform === 'win32') {
      throw new UsageError('--exec needs sh, which Windows does not have: read the lines of --format events instead');
    }
    this.#options = options;
    this.#waiting = [];
    this.#running = new Set();
    this.#numDropped = 0;
    atExit(() => {
      for (const child of this.#running) endGroup(child, 'SIGTERM');
    });
  }

  /** Runs the command for this event, now or when others are done; drops it if too many wait. */
  take(event: AlarmEvent): void {
    const { on } = this.#options;
    if (on === 'alarms' && !isAlarm(event)) return;
    if (on === 'begin' && !BEGINNINGS.includes(event.note.event)) return;
    if (this.#running.size < MOST_RUNNING) this.#run(event);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(event);
    else if (this.#numDropped++ === 0) {
      say(`${MOST_RUNNING} commands run and ${MOST_WAITING} wait: further ones are dropped until one ends`);
    }
  }

  /** Waits for all commands. */
  async end(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    const count = this.#numDropped;
    if (count > 0) say(`${count} command${count === 1 ? ' was' : 's were'} dropped in all`);
  }

  #run(event: AlarmEvent): void {
    const { command, timeout } = this.#options;
    // A group of its own, so that all of its processes can be ended.
    const child = spawn('/bin/sh', ['-c', command], {
      detached: true,
      stdio: ['pipe', process.stderr, process.stderr],
      env: { ...process.env, ...this.#environment(event) },
    });
    this.#running.add(child);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child, 'SIGTERM');
      setTimeout(() => endGroup(child, 'SIGKILL'), GRACE).unref();
    }, 1000 * timeout).unref();
    const done = (problem: string | undefined): void => {
      if (!this.#running.delete(child)) return;
      clearTimeout(timer);
      if (isLate) endGroup(child, 'SIGKILL');
      const what = isLate ? `took more than ${timeout} s and was ended` : problem;
      if (what !== undefined)
        say(`the command for ${event.note.event} at ${plain(event.time || String(event.index))} ${what}`);
      const next = this.#waiting.shift();
      if (next !== undefined) this.#run(next);
      else if (this.#running.size === 0) this.#idle?.();
    };
    child.on('error', (error) => done(`cannot be run: ${error.message}`));
    child.on('exit', (status, signal) => {
      done(signal !== null ? `was ended by ${signal}` : status === 0 ? undefined : `failed with exit status ${status}`);
    });
    child.stdin!.on('error', () => {}); // a command need not read what it gets
    child.stdin!.end(`${event.json}\n`);
  }

  #environment(event: AlarmEvent): Record<string, string> {
    const number = (x: number): string => (Number.isNaN(x) ? '' : String(x));
    const texts: Record<string, string> = {
      EVENT: event.note.event,
      INDEX: String(event.index),
      TIME: event.time,
      SERIES: event.series,
      VALUE: number(event.value),
      EXPECTED: number(event.expected),
      SCORE: number(event.score),
      SURPRISE: number(event.surprise),
      SINCE: event.since,
      TEXT: String(event.note.text),
      INPUT: this.#options.input,
    };
    return Object.fromEntries(Object.entries(texts).map(([name, text]) => [`KNN_ANOMALY_${name}`, harmless(text)]));
  }
}

/** A text that the environment can hold. */
function harmless(text: string): string {
  return text.replaceAll('\0', '').slice(0, LONGEST);
}

function say(text: string): void {
  process.stderr.write(`knn-anomaly: --exec: ${text}\n`);
}

/** Sends a signal to a command and all of its processes. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {} // it has ended meanwhile
}
