// The monitor as a streaming detector of the command line.
import { Monitor, monitor } from '../../calibrate.ts';
import { loadDetector, prepareDetector } from '../alarms/detector-option.ts';
import { UsageError } from '../errors.ts';
import { momentReader } from '../input/moments.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { DetectorKind } from './detector-kind.ts';
import { checkRule, MONITOR_SETTINGS, type MonitorSettings, monitorOptionsOf, needsTimes } from './monitor-settings.ts';
import { monitorView } from './monitor-view.ts';
import type { StreamFormat } from './options.ts';

/** The number of values after `--warmup` that are learned before any can be surprising: see `Calibrator`. */
export const FIRST_LEARNED = 10;

/** The options that say what a monitor is, in groups of the help text. */
export const MONITOR_GROUPS = [
  { title: 'Surprises', options: ['preset', 'threshold', 'hold', 'warmup', 'step', 'max-values'] },
  { title: 'Incidents', options: ['mute', 'worse', 'resolve', 'repeat', 'accept'] },
  { title: 'Alarms that are wanted', options: ['direction', 'min-change', 'bounds'] },
  {
    title: 'What else is looked at',
    options: ['stuck', 'no-data', 'rate', 'diff', 'period', 'calendar', 'timezone', 'tolerance'],
  },
] as const;

export const monitorKind: DetectorKind<Monitor> = {
  make: (...texts) => {
    const pairs = MONITOR_SETTINGS.map((name, s) => [name, texts[s]]);
    return monitor(monitorOptionsOf(Object.fromEntries(pairs) as MonitorSettings));
  },
  load: (bytes, { detector = '' } = {}) =>
    Monitor.load(bytes, detector === '' ? {} : { detector: (inner) => loadDetector(detector, inner) }),
  prepare: async ({ detector = '' }) => {
    if (detector !== '') await prepareDetector(detector);
  },
  check: checkRule,
  settings: MONITOR_SETTINGS,
  laterSettings: MONITOR_SETTINGS.slice(MONITOR_SETTINGS.indexOf('mute')),
  warmup: {
    numValues: ({ warmup, mute }) => Math.max(Number(warmup) + FIRST_LEARNED, Number(mute)),
    // Bounds are alarms before anything is learned.
    isOver: (detector, { bounds, mute }) => detector.ready || (bounds !== '' && detector.seen >= Number(mute)),
  },
  command: {
    about: `Says of every value as it comes how surprising it is, on one scale for every
series, and makes one alarm of an incident, however long it lasts: what is not
below the threshold is an alarm. In the rest of an incident 0 is shown, and of
other bursts only the values that surprise more than all of the last ones. Each
line is answered before the next one arrives. FILE is a path, or - or nothing
for standard input. Gzip is recognized.`,
    groups: [
      { title: 'Instead of a preset', options: ['detector'] },
      ...MONITOR_GROUPS,
      { title: 'Shown besides', options: ['explain', 'band', 'time-unit'] },
    ],
    examples: `knn-anomaly monitor --follow latency.log --explain --state latency.state
knn-anomaly monitor cpu.csv --column cpu --time time --format csv --band
tail -f latency.log | knn-anomaly monitor --direction up --min-change 10%
knn-anomaly monitor orders.csv --column n --time time --calendar week \\
  --timezone Europe/Berlin --format events
knn-anomaly monitor cpu.csv --column cpu --time time --only-alarms
tail -f latency.log | knn-anomaly monitor --exec-on begin \\
  --exec 'mail -s "$KNN_ANOMALY_TEXT" oncall@localhost'`,
  },
  view: (given, { format, exec, failOnAlarm }, settings) => {
    const isForPrograms = format === 'csv' || format === 'json' || format === 'events';
    const timezone = settings.timezone || undefined;
    return monitorView({
      hasFields: isForPrograms || format === 'alarms' || exec !== undefined,
      hasBand: hasBand(given, format),
      hasEvents: isForPrograms || format === 'alarms' || format === 'table' || exec !== undefined || failOnAlarm,
      explains: given.flag('explain'),
      momentOf: momentReader(given.choice('time-unit'), given.text('time-format')),
      needsTimes: needsTimes(settings as MonitorSettings),
      timezone,
    });
  },
};

function hasBand(given: ParsedOptions, format: StreamFormat): boolean {
  if (given.flag('band') && format !== 'csv' && format !== 'json') {
    throw new UsageError('--band is for --format csv or json');
  }
  return given.flag('band');
}
