// Work in small steps: a generator that yields between them, so that its caller can do other work there.

/** Yields every few milliseconds of work, and returns the result of the work. */
export type Steps<T> = Generator<void, T, void>;

/** Does all steps at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The last of some values. There must be one. */
export async function lastOf<T>(values: AsyncIterable<T>): Promise<T> {
  let last: T | undefined;
  for await (const value of values) last = value;
  return last!;
}

/** Lets timers, input and all other pending events have their turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    // A timer of 0 ms would take 4 in a browser, and a second in a hidden page.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
