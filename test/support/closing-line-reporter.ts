// Ends a run with one plain line, `N passed, N failed, N skipped`, for readers of the end of the output alone.
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What the closing line counts: tests, and as failed also what broke outside of them. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A test file that does not load and an error that no test caught are failures, though no test is. */
export function count(modules: readonly TestModule[], errors: readonly SerializedError[]): Counts {
  const counts: Counts = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'pending' ? 'skipped' : state]++;
    }
  }
  return counts;
}

export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const { passed, failed, skipped } = count(modules, errors);
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}
