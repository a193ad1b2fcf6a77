// What a signal does: end at once, with the usual status, leaving nothing behind and nothing half done.

/** Statuses as shells have them: 128 + the signal's number. */
const STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof STATUS;

const SIGNALS = Object.keys(STATUS) as Signal[];
const cleanups = new Set<() => void>();

/** How long a signal waits for what must not be interrupted, in milliseconds. */
const PATIENCE = 2000;

let numUninterruptible = 0;
let waiting: Signal | undefined;

function onSignal(signal: Signal): void {
  if (numUninterruptible === 0 || waiting !== undefined) process.exit(STATUS[signal]);
  waiting = signal;
  setTimeout(() => process.exit(STATUS[signal]), PATIENCE).unref();
}

/** Does asynchronous work that a first signal waits for; a second one, or two seconds, end it all the same. */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  numUninterruptible++;
  try {
    return await work();
  } finally {
    numUninterruptible--;
    if (waiting !== undefined && numUninterruptible === 0) process.exit(STATUS[waiting]);
  }
}

/** From now on a signal runs what {@link atExit} registered, then ends the process. */
export function catchSignals(): void {
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('exit', () => {
    for (const cleanup of cleanups) cleanup();
  });
}

/** Runs long synchronous work with the signals' own behavior: a handler would have to wait until the work is done. */
export function interruptible<T>(work: () => T): T {
  for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  try {
    return work();
  } finally {
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
}

/** Registers synchronous work for the end of the process, however it ends; the answer takes it back. */
export function atExit(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}
