// What is said of an alarm, whatever the detector.
import type { Monitor } from './monitor.ts';

/**
 * The reasons for the surprise of a monitor's last value, where its rule knows windows or values that are most like it; else the
 * score, as nobody but the detector itself knows them.
 *
 * @param where when the value came, as it is shown
 */
export function alarmSentence(monitor: Monitor, value: number, where: string): string {
  try {
    return monitor.explain().text;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { score, surprise } = monitor.last;
    return `${short(value)} at ${where} ends a window with the score ${short(score)}: surprise ${short(surprise)}`;
  }
}

function short(x: number): string {
  return String(Number(x.toPrecision(4))).replace('e+', 'e');
}
