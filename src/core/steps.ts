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
