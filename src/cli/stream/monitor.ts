// The command `monitor`: the monitors it makes or loads, and what it says of their alarms; the rest is as in `stream`.
import { Monitor, type MonitorOptions, monitor } from '../../calibrate.ts';
import { type Detectors, type Live, LiveStream, loadDetectors } from './live-detectors.ts';
import { DEFAULTS, MONITOR_HELP, type MonitorCommandOptions, parseMonitorOptions } from './monitor-options.ts';
import { agreed, decode } from './saved-state.ts';
import { StateFile } from './state-file.ts';
import { answer } from './stream.ts';

/** Runs `knn-anomaly monitor` with these arguments. */
export async function monitorCommand(args: readonly string[]): Promise<void> {
  const isTerminal = { stdin: process.stdin.isTTY === true, stdout: process.stdout.isTTY === true };
  const options = parseMonitorOptions(args, isTerminal);
  await answer(options === 'help' ? MONITOR_HELP : options, openLive);
}

/** Everything that can go wrong before the first value does so here. */
function openLive({ settings: given, state, explain }: MonitorCommandOptions): Live {
  const file = state === undefined ? undefined : new StateFile(state);
  const bytes = file?.read();
  const saved = bytes && decode(bytes, file!.path, 'monitor');
  const settings = agreed(given, saved, DEFAULTS, file?.path);
  const options: MonitorOptions = {
    preset: settings.preset as NonNullable<MonitorOptions['preset']>,
    warmup: Number(settings.warmup),
    hold: Number(settings.hold),
    ...(settings.threshold !== '' && { threshold: Number(settings.threshold) }),
    maxValues: Number(settings['max-values']),
    seed: Number(settings.seed),
  };
  const monitorsOf: Detectors<Monitor> = saved
    ? loadDetectors(saved, file!.path, (one) => Monitor.load(one))
    : ({ columns }) => columns.map(() => monitor(options));
  const names = new Map<Monitor, string | undefined>();
  const detectors: Detectors<Monitor> = (table) => {
    const monitors = monitorsOf(table);
    for (const [c, one] of monitors.entries()) names.set(one, table.columns[c]!.name);
    return monitors;
  };
  const tell = (one: Monitor, surprise: number): number => {
    const name = names.get(one);
    if (one.last.alarm) process.stderr.write(`${name === undefined ? '' : `${name}: `}${one.explain().text}\n`);
    return surprise;
  };
  return new LiveStream('monitor', settings, saved, detectors, file, explain ? tell : undefined);
}
