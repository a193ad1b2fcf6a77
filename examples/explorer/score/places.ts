// The places of a panel: which values a score is about, and which place a pointer means.
import type { Detector } from './detectors.ts';
import type { Place, Scored } from './protocol.ts';

/** Scores at the start of a detector that learns as it goes: they say that it has seen too little. As `plot` has them. */
export function warmupOf({ kind, outlierDiscount }: Detector): number {
  return kind === 'changefinder' ? Math.ceil(1 / outlierDiscount) : 0;
}

/** How many values before it the score of a monitor is shown with. */
const MONITOR_WIDTH = 5;

/** The values that the score at an index is about. Both ends are inclusive. */
export function spanOf({ kind, windowSize }: Detector, index: number): Pick<Place, 'begin' | 'end'> {
  const width = kind === 'knn' ? windowSize : kind === 'monitor' ? MONITOR_WIDTH : 1;
  return { begin: Math.max(0, index - width + 1), end: index };
}

/**
 * The place that is meant within `tolerance` values of an index: the strangest of the list, else the strangest window or value;
 * `undefined` where a detector scores places alone.
 */
export function placeAt(
  { scores, places }: Pick<Scored, 'scores' | 'places'>,
  d: Detector,
  index: number,
  tolerance: number,
): Place | undefined {
  const listed = places.find(({ begin, end }) => begin - tolerance <= index && index <= end + tolerance);
  if (listed !== undefined || d.kind === 'locate' || !(index in scores)) return listed;
  const first = d.kind === 'knn' ? d.windowSize - 1 : 0;
  const reach = Math.floor(tolerance);
  let best = Math.max(index, first);
  const last = Math.min(scores.length - 1, index + first + reach);
  for (let end = Math.max(first, index - reach); end <= last; end++) {
    if (Number.isNaN(scores[best]) || scores[end]! > scores[best]!) best = end;
  }
  return best in scores ? { index: best, score: scores[best]!, ...spanOf(d, best) } : undefined;
}

/** Multiplications that an explanation may take that nobody has asked for, so that the next slider need not wait for it. */
const CHEAP = 1e8;

/** Values that a monitor sees again within a moment. */
const FEW_VALUES = 20_000;

/** Whether a place of a series of this length can be explained within a moment. */
export function isSoonExplained({ kind, windowSize, metric }: Detector, length: number): boolean {
  if (kind === 'monitor') return length <= FEW_VALUES;
  return length * windowSize * (metric === 'mahalanobis' ? windowSize : 1) <= CHEAP;
}
