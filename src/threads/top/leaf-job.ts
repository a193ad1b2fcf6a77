// A search for the places of short windows from its beginning to its end, in slices on the calling thread.
import { turn } from '../../core/steps.ts';
import { LeafSearchTop } from '../../search/top/engine.ts';
import { throwIfAborted } from '../abort.ts';
import type { ThreadOptions } from '../options.ts';
import { SLICE, type TopJob, TopMeter, type TopSnapshot } from './top-job.ts';

/** Searches a tree on this thread: that takes less time than the scores of all windows by several. */
export async function* runLeaves(
  { source, k, isMax, query, numRows }: TopJob,
  { signal, onProgress }: ThreadOptions,
): AsyncGenerator<TopSnapshot, void, undefined> {
  throwIfAborted(signal);
  await turn();
  const search = new LeafSearchTop(source, k, isMax, query);
  const meter = new TopMeter(numRows, () => 0);
  const steps = search.search();
  let begin = performance.now();
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done) {
      const progress = meter.now(numRows);
      onProgress?.(progress);
      yield { places: next.value, exact: true, bound: 0, progress };
      return;
    }
    if (performance.now() - begin < SLICE) continue;
    await turn();
    throwIfAborted(signal);
    begin = performance.now();
    if (!meter.isDue) continue;
    const progress = meter.now(search.done);
    onProgress?.(progress);
    yield { places: search.places, exact: false, bound: search.bound, progress };
  }
}
