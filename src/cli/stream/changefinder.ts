// The command `changefinder`: the detectors it makes or loads; the rest is as in `stream`.
import { ChangeFinder } from '../../index.ts';
import { UsageError } from '../errors.ts';
import {
  CHANGEFINDER_HELP,
  type ChangeFinderOptions,
  DEFAULTS,
  parseChangeFinderOptions,
} from './changefinder-options.ts';
import { type Detectors, type Live, LiveStream, loadDetectors } from './live-detectors.ts';
import { agreed, decode } from './saved-state.ts';
import { StateFile } from './state-file.ts';
import { answer } from './stream.ts';

/** Runs `knn-anomaly changefinder` with these arguments. */
export async function changefinder(args: readonly string[]): Promise<void> {
  const isTerminal = { stdin: process.stdin.isTTY === true, stdout: process.stdout.isTTY === true };
  const options = parseChangeFinderOptions(args, isTerminal);
  await answer(options === 'help' ? CHANGEFINDER_HELP : options, openLive);
}

/** Everything that can go wrong before the first value does so here. */
function openLive({ settings: given, state, outlier }: ChangeFinderOptions): Live {
  const file = state === undefined ? undefined : new StateFile(state);
  const bytes = file?.read();
  const saved = bytes && decode(bytes, file!.path, 'changefinder');
  const settings = agreed(given, saved, DEFAULTS, file?.path);
  const make = (): ChangeFinder =>
    new ChangeFinder(
      Number(settings['outlier-order']),
      Number(settings['outlier-discount']),
      Number(settings['change-order']),
      Number(settings['change-discount']),
      Number(settings.smoothing),
    );
  try {
    make();
  } catch (error) {
    throw new UsageError(optionsIn((error as Error).message));
  }
  const detectors: Detectors<ChangeFinder> = saved
    ? loadDetectors(saved, file!.path, ChangeFinder.load)
    : ({ columns }) => columns.map(make);
  const scoreOf = outlier ? ({ outlierScore }: ChangeFinder) => outlierScore : undefined;
  return new LiveStream('changefinder', settings, saved, detectors, file, scoreOf);
}

/** The library's message, about the option instead of the argument it begins with. */
function optionsIn(message: string): string {
  return message.replace(/^\w+/, (name) => `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`);
}
