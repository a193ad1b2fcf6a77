// The options of the command line that are those of `monitor()`.
import type { MonitorOptions } from '../../calibrate.ts';
import { detectorOf } from '../alarms/detector-option.ts';
import { UsageError } from '../errors.ts';
import { boundsOf, changeOf, factorOf } from '../options/alarm-values.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { Settings } from '../options/settings.ts';
import type { OptionName } from '../options/table.ts';

/** The options that are numbers of `monitor()`, and their names there. One that is not given is left to it. */
const NUMBERS = {
  warmup: 'warmup',
  hold: 'hold',
  threshold: 'threshold',
  'max-values': 'maxValues',
  step: 'step',
  mute: 'mute',
  resolve: 'resolve',
  accept: 'accept',
  period: 'period',
} as const satisfies Partial<Record<OptionName, keyof MonitorOptions>>;

/** `--rate` is here where it is per value: per second of times it is made before. */
const FLAGS = { stuck: 'stuck', 'no-data': 'noData', rate: 'rate' } as const satisfies Partial<
  Record<OptionName, keyof MonitorOptions>
>;

/** The options that are arguments of `monitor()`, in the order in which a state keeps them. */
// biome-ignore format: a row per group
export const MONITOR_SETTINGS = [
  'preset', 'warmup', 'hold', 'threshold', 'max-values', 'step',
  'mute', 'worse', 'resolve', 'repeat', 'accept', 'direction', 'min-change', 'bounds',
  'stuck', 'no-data', 'rate', 'period', 'calendar', 'timezone', 'tolerance', 'detector',
] as const;

/** Texts by the names of the options; '' for one that is not given. */
export type MonitorSettings = Settings<(typeof MONITOR_SETTINGS)[number]>;

/** What these settings are for `monitor()`. Throws a {@link UsageError} for some that exclude each other. */
export function monitorOptionsOf(settings: MonitorSettings): MonitorOptions {
  const options: MonitorOptions = { ...ruleOf(settings) };
  for (const [name, argument] of Object.entries(NUMBERS) as [keyof typeof NUMBERS, (typeof NUMBERS)['mute']][]) {
    if (settings[name] !== '') options[argument] = Number(settings[name]);
  }
  for (const [name, argument] of Object.entries(FLAGS) as [keyof typeof FLAGS, (typeof FLAGS)['stuck']][]) {
    if (settings[name] === 'true') options[argument] = true;
  }
  const { worse, repeat, direction, bounds } = settings;
  if (worse !== '') options.worse = factorOf(worse, '--worse');
  if (repeat !== '') options.repeat = repeat as NonNullable<MonitorOptions['repeat']>;
  if (settings.accept !== '' && repeat !== 'always') {
    throw new UsageError('--accept is for --repeat always: without it every value is learned as it comes');
  }
  if (direction !== '') options.direction = direction as NonNullable<MonitorOptions['direction']>;
  if (settings['min-change'] !== '') {
    const { absolute = 0, percent = 0 } = changeOf(settings['min-change'], '--min-change');
    options.minChange = { absolute, relative: percent / 100 };
  }
  if (bounds !== '') options.bounds = boundsOf(bounds, '--bounds');
  return { ...options, ...calendarOf(settings) };
}

/** The preset, or the detector instead. */
function ruleOf({ preset, detector, ...others }: MonitorSettings): Pick<MonitorOptions, 'preset' | 'detector'> {
  if (detector === '') return { preset: preset as NonNullable<MonitorOptions['preset']> };
  for (const name of ['max-values', 'step'] as const) {
    if (others[name] !== '') throw new UsageError(`--${name} is for --preset: a --detector does not use it`);
  }
  return { detector: detectorOf(detector) };
}

/** Throws if both a preset and a detector are given. */
export function checkRule(given: ParsedOptions): void {
  if (given.has('preset') && given.has('detector')) {
    throw new UsageError('--preset and --detector exclude each other: give one of them');
  }
}

/** Whether a monitor with these settings needs the time of every value. */
export function needsTimes({ calendar }: MonitorSettings): boolean {
  return calendar !== '' && calendar !== 'none';
}

function calendarOf(settings: MonitorSettings): Pick<MonitorOptions, 'calendar'> {
  const { calendar, timezone, tolerance, period } = settings;
  if (!needsTimes(settings)) {
    if (tolerance !== '') throw new UsageError('--tolerance is for --calendar day or week');
    return {};
  }
  if (period !== '') throw new UsageError('--period and --calendar exclude each other: give one of them');
  if (timezone === '') {
    throw new UsageError('--calendar needs --timezone: whose clocks the series follows, such as Europe/Berlin, or UTC');
  }
  const minutes = tolerance === '' ? {} : { tolerance: Number(tolerance) };
  return { calendar: { period: calendar as 'day' | 'week', timezone, ...minutes } };
}

/** The library's message, with the name of the option instead of the argument that it begins with. */
export function optionsIn(message: string): string {
  return message.replace(/^(?:calendar\.)?(\w+)/, (_, name: string) => {
    return `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
  });
}
