// What a signal does: it ends the program at once, with the usual status, after the cleanups of atExit.
//
// On Windows Node raises SIGINT for Ctrl+C, SIGBREAK for Ctrl+Break, and SIGHUP when the console window is closed; the
// system ends the process some seconds later in any case. SIGTERM cannot be sent there; killing a process runs no handler.

/** Statuses as shells have them: 128 + the signal's number. SIGBREAK exists on Windows only; elsewhere it never comes. */
const STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143, SIGBREAK: 149 } as const;

type Signal = keyof typeof STATUS;

const SIGNALS = Object.keys(STATUS) as Signal[];
const cleanups = new Set<() => void>();

/** How long a signal waits for uninterrupted work, in milliseconds. */
const PATIENCE = 2000;

let numUninterruptible = 0;
let waiting: Signal | undefined;

function onSignal(signal: Signal): void {
  if (numUninterruptible === 0 || waiting !== undefined) process.exit(STATUS[signal]);
  waiting = signal;
  setTimeout(() => process.exit(STATUS[signal]), PATIENCE).unref();
}

/** Does asynchronous work. A first signal waits for its end, for two seconds at most; a second signal does not wait. */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  numUninterruptible++;
  try {
    return await work();
  } finally {
    numUninterruptible--;
    if (waiting !== undefined && numUninterruptible === 0) process.exit(STATUS[waiting]);
  }
}

/** From now on a signal ends the process, after the cleanups that {@link atExit} registered. */
export function catchSignals(): void {
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('exit', () => {
    for (const cleanup of [...cleanups].reverse()) cleanup();
  });
}

/** Runs long synchronous work without signal handlers, so that a signal ends it: a handler would wait for its end. */
export function interruptible<T>(work: () => T): T {
  for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  try {
    return work();
  } finally {
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
}

/** Registers synchronous work for the end of the process, however it ends, the latest first. The function returned cancels it. */
export function atExit(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}
