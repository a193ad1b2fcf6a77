// The detectors of a stream: of one series, or with --series of every series in its rows.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { UsageError } from '../errors.ts';
import { type Live, type LiveParts, openLive } from '../stream/live-detectors.ts';
import { agreed, type Settings } from '../stream/saved-state.ts';
import { SeriesLive } from './series-live.ts';

/** As {@link openLive}; with the setting `series` every series has detectors of its own. */
export async function openStream<Name extends string, D extends StreamingDetector>(
  parts: LiveParts<Name | 'missing', D>,
): Promise<Live> {
  const { state, given, defaults } = parts;
  const settings: Settings<Name | 'missing'> & { readonly series?: string } = agreed(
    given,
    state.saved,
    defaults,
    state.file?.path,
  );
  if (!settings.series) return await openLive(parts);
  const isGiven = (given as { readonly series?: string }).series !== undefined;
  if (!isGiven) throw new UsageError(`${state.file!.path}: was saved with --series ${settings.series}: give it again`);
  const [make, load] = [await parts.make(settings), await parts.load(settings)];
  return new SeriesLive(state, settings, make, load, parts.change?.(settings), parts);
}
