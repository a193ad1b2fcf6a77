// Work that an AbortSignal can end between two of its steps.
import type { Steps } from '../core/steps.ts';
import { turn } from '../core/steps.ts';

/** The members of an `AbortSignal` that are used here. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Throws the reason of a signal that is aborted. */
export function throwIfAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

/** Does all steps; between two of them timers and input have their turn, and an aborted signal ends the work. */
export async function inTurns<T>(steps: Steps<T>, signal: AbortSignalLike | undefined): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await turn();
    throwIfAborted(signal);
  }
}
