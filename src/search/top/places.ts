// Places among settled windows: the greedy choice, and the bound that it gives to the last place of all windows.
//
// n windows that are pairwise at least 2·separation − 1 apart bound the n-th place. A place rules out an interval of 2·separation − 1
// starts, hence at most one of them. So after n − 1 places one of them is still free, and the n-th place is at or before the
// last of them in the order (score descending, start ascending). A window behind that one is no place and rules out nothing, as
// only places do. Windows at a smaller distance would not do: one more window between two others can take the place of both.

/** A window by its start, and its score. */
export interface Place {
  readonly start: number;
  readonly score: number;
}

/** Orders places: higher scores first, equal ones by start. */
export function byRank(a: Place, b: Place): number {
  return b.score - a.score || a.start - b.start;
}

/** The first n places that are at least `separation` apart, of windows in their order by rank. */
export function greedyPlaces(windows: Iterable<Place>, n: number, separation: number): Place[] {
  const places: Place[] = [];
  for (const window of windows) {
    if (places.length === n) break;
    if (places.every(({ start }) => Math.abs(start - window.start) >= separation)) places.push(window);
  }
  return places;
}

/** The place that the last of n places is not behind, by windows whose scores are known; undefined if they are too few. */
export function boundOfLast(windows: readonly Place[], n: number, separation: number): Place | undefined {
  const far = greedyPlaces([...windows].sort(byRank), n, 2 * separation - 1);
  return far.length === n && far[n - 1]!.score > 0 ? far[n - 1] : undefined;
}
