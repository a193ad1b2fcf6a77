// Times of day without a date, as sar prints them: 14:05, 02:05:07 PM.

const CLOCK_TIME = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:\s*([AP])\.?M\.?)?$/i;

/** Milliseconds since midnight; NaN for any other text. */
export function readClockTime(text: string): number {
  const [, hour, minute, second = '0', fraction = '0', half] = CLOCK_TIME.exec(text) ?? [];
  if (hour === undefined) return NaN;
  let h = Number(hour);
  if (half !== undefined) {
    if (h < 1 || h > 12) return NaN;
    h = (h % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  }
  if (h > 24 || Number(minute) > 59 || Number(second) > 60) return NaN;
  return h * 36e5 + Number(minute) * 6e4 + Number(second) * 1e3 + Number(`0.${fraction}`) * 1e3;
}
