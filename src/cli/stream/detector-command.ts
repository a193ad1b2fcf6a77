// Makes the command of a streaming detector, such as `changefinder` or `monitor`, from its entry in the registry.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { thresholdView } from '../alarms/runs.ts';
import { PLAIN_VIEW } from '../alarms/view.ts';
import { CHANGE_OPTIONS, changeIn, rateSetting, secondsReader } from '../change/options.ts';
import { type Command, terminals } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { defaultSettings, givenSettings, type Settings } from '../options/settings.ts';
import type { OptionName } from '../options/table.ts';
import { answer } from './answer.ts';
import type { DetectorKind } from './detector-kind.ts';
import { DETECTORS } from './detectors.ts';
import { type Live, openLive, openState } from './live-detectors.ts';
import { optionsIn } from './monitor-settings.ts';
import { type AnswerOptions, answerOptionsOf, STREAM_EXIT_STATUS, streamGroups } from './options.ts';

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
      kind.check?.(given);
      await answer(await open(name, kind, given, options), options);
    },
  };
}

/** Opens the state and makes the detectors. Everything that can go wrong before the first value goes wrong here. */
async function open(name: string, kind: DetectorKind, given: ParsedOptions, options: AnswerOptions): Promise<Live> {
  const { view, warmup } = kind;
  const changes = CHANGE_OPTIONS.filter((change) => !kind.settings.includes(change));
  const names: OptionName[] = [...kind.settings, 'missing', 'series', ...changes];
  const later: OptionName[] = [...(kind.laterSettings ?? []), 'series', ...changes];
  const [givenOnes, defaults] = [{ ...givenSettings(given, names) }, { ...defaultSettings(names, name) }];
  for (const one of later) {
    if (givenOnes[one] !== undefined && givenOnes[one] === defaults[one]) givenOnes[one] = '';
    defaults[one] = '';
  }
  const state = openState(name, options.state);
  const rate = rateSetting(givenOnes.rate, state.saved?.settings.rate, given.has('time'));
  if (rate !== undefined) givenOnes.rate = rate;
  await kind.prepare?.({ ...defaults, ...state.saved?.settings, ...givenOnes } as Settings<OptionName>);
  return await openLive<OptionName, StreamingDetector>({
    state,
    given: givenOnes,
    defaults,
    later,
    make: (settings) => {
      const make = (): StreamingDetector => kind.make(...kind.settings.map((setting) => settings[setting]));
      checkArguments(make);
      return ({ columns }) => columns.map(make);
    },
    load: (settings) => (bytes) => kind.load(bytes, settings),
    view: (settings) => {
      const shown = view?.(given, options, settings) ?? PLAIN_VIEW;
      return kind.settings.includes('threshold') ? shown : thresholdView(shown, given);
    },
    ...(warmup !== undefined && { warmup }),
    change: (settings) => changeIn(settings, kind.settings.includes('rate')),
    secondsOf: secondsReader(options.inputOptions.dialect),
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
