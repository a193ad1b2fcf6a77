// Makes the command of a streaming detector, such as `changefinder` or `monitor`, from its entry in the registry.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { type Command, terminals } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { OptionName } from '../options/table.ts';
import { openStream } from '../series/open.ts';
import { answer } from './answer.ts';
import type { DetectorKind } from './detector-kind.ts';
import { DETECTORS } from './detectors.ts';
import { type Live, openState } from './live-detectors.ts';
import { optionsIn } from './monitor-settings.ts';
import {
  type AnswerOptions,
  answerOptionsOf,
  defaultSettings,
  givenSettings,
  STREAM_EXIT_STATUS,
  streamGroups,
} from './options.ts';

/** The command `knn-anomaly NAME` of the detector NAME. */
export function detectorCommand(name: string): Command {
  const kind = DETECTORS[name]!;
  const { about, groups, examples } = kind.command!;
  return {
    usage: '[FILE] [options]',
    about,
    groups: streamGroups(groups),
    exitStatus: STREAM_EXIT_STATUS,
    examples,
    run: async (given) => {
      const options = answerOptionsOf(given, terminals());
      await answer(await open(name, kind, given, options), options);
    },
  };
}

/** Opens the state and makes the detectors. Everything that can go wrong before the first value goes wrong here. */
async function open(
  name: string,
  kind: DetectorKind,
  given: ParsedOptions,
  { state, format }: AnswerOptions,
): Promise<Live> {
  const names: OptionName[] = [...kind.settings, 'missing', 'series'];
  const { view, warmup } = kind;
  const laterSettings: readonly OptionName[] = [...(kind.laterSettings ?? []), 'series'];
  const [givenOnes, defaults] = [{ ...givenSettings(given, names) }, { ...defaultSettings(names, name) }];
  for (const later of laterSettings) {
    if (givenOnes[later] !== undefined && givenOnes[later] === defaults[later]) givenOnes[later] = '';
    defaults[later] = '';
  }
  return await openStream<OptionName, StreamingDetector>({
    state: openState(name, state),
    given: givenOnes,
    defaults,
    later: laterSettings,
    make: (settings) => {
      const make = (): StreamingDetector => kind.make(...kind.settings.map((setting) => settings[setting]));
      checkArguments(make);
      return ({ columns }) => columns.map(make);
    },
    load: () => kind.load,
    ...(view !== undefined && { view: (settings) => view(given, format, settings) }),
    ...(warmup !== undefined && { warmup }),
  });
}

/** What the library refuses is a usage error, found before anything is read. */
function checkArguments(make: () => unknown): void {
  try {
    make();
  } catch (error) {
    throw new UsageError(optionsIn((error as Error).message));
  }
}
