// The door of this folder: opens the history that serves the settings of a stream best.
import { directHistory } from './direct.ts';
import type { HistorySearch, HistoryState } from './history-search.ts';
import { lagHistory, servesLags } from './lags.ts';
import type { Reference } from './reference.ts';
import { type ScanShape, scanHistory } from './scan.ts';
import { sortedHistory } from './sorted-history.ts';

export { checkHistoryState, type HistorySearch, type HistoryState, NO_VALUES } from './history-search.ts';
export { Reference } from './reference.ts';

/** Everything that a history depends on. */
export interface HistorySettings extends ScanShape {
  /** The series whose windows are the candidates, if they are not those of the stream itself. */
  readonly reference: Reference | undefined;
}

/**
 * Opens a history that goes on from `state`. The choice depends on the settings and on whether WASM is available; all choices
 * give the same bits:
 *
 * | windows | candidates | history |
 * |---|---|---|
 * | plain, windowSize 1 | any | sorted values |
 * | plain, longer | those of the stream | distances by lag in WASM; direct sums where WASM is refused |
 * | all others | any | scan of all vectors |
 */
export function openHistory(settings: HistorySettings, state: HistoryState): HistorySearch {
  const { reference, windowSize, metric, normalize } = settings;
  const isPlain = metric === undefined && normalize === 'none';
  if (isPlain && windowSize === 1) return sortedHistory(settings, state, reference);
  if (reference || !isPlain || !servesLags(settings)) return scanHistory(settings, state, reference);
  return lagHistory(settings, state) ?? directHistory(settings, state);
}
