// Work in small steps: a generator that yields between them, so that its caller may do something else meanwhile.

/** Yields every few milliseconds of work, and returns what the work was for. */
export type Steps<T> = Generator<void, T, void>;

/** Does all steps at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
