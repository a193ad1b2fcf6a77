// A suggested window in words.
import type { WindowSuggestion } from '../../index.ts';

/** A period of less confidence is a guess. */
const CERTAIN = 0.3;

/** What is said where there is no suggestion. */
export const NO_PERIOD = 'no period is found: choose --window by how long an anomaly lasts';

/** `window 288 (1 d), confidence 0.87`, and that it is a guess where it is. */
export function describeSuggestion(
  { windowSize, confidence }: WindowSuggestion,
  spanOf?: ((numSteps: number) => string | undefined) | undefined,
): string {
  const span = spanOf?.(windowSize);
  const guess = confidence < CERTAIN ? ': a guess' : '';
  return `window ${windowSize}${span === undefined ? '' : ` (${span})`}, confidence ${confidence.toFixed(2)}${guess}`;
}
