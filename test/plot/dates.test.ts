// The axis of dates: its ticks are what the clocks of the zone show, from a second to decades, where clocks are changed, too.
import { describe, expect, test } from 'vitest';
import { checkTimezone, datesIn } from '../../src/plot/axes/dates.ts';
import { mulberry32 } from '../support/series.ts';

const [SECOND, MINUTE, HOUR, YEAR] = [1e3, 6e4, 36e5, 365.25 * 864e5] as const;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  '+09:00',
];

/** What Intl says that clocks show; an offset is added by hand. */
function clock(at: number, zone: string): Record<string, string> {
  const fixed = /^([+-]\d\d):(\d\d)$/.exec(zone);
  const shifted = fixed === null ? at : at + Number(fixed[1]) * HOUR + Number(fixed[2]) * MINUTE;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: fixed === null ? zone : 'UTC',
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'short', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit' },
    ...{ second: '2-digit', fractionalSecondDigits: 3 },
  }).formatToParts(shifted);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

/** Whether a text is a part of what the clocks show then. */
function isShown(text: string, at: number, zone: string): boolean {
  const { year, month, day, hour, minute, second, fractionalSecond } = clock(at, zone);
  const time = `${hour}:${minute}:${second}.${fractionalSecond}`;
  return (
    [`${month} ${day}`, month, year, `${month} ${day}, ${year}`].includes(text) ||
    (/^\d\d:\d\d/.test(text) && time.startsWith(text) && /^[0:.]*$/.test(time.slice(text.length)))
  );
}

describe("datesIn('UTC').ticks(lo, hi, most)", () => {
  const at = (text: string): number => Date.parse(`${text}Z`);
  const texts = (lo: string, hi: string, most = 6): string[] =>
    datesIn('UTC')
      .ticks(at(lo), at(hi), most)
      .map(({ text, below }) => (below === undefined ? text : `${text}/${below}`));

  test('are round times, with the day where it changes', () => {
    expect(texts('2026-11-23T13:22:34', '2026-11-23T14:12:35')).toEqual([
      '13:30/Nov 23, 2026',
      '13:40',
      '13:50',
      '14:00',
      '14:10',
    ]);
    const night = ['22:00/Nov 23, 2026', '23:00', '00:00/Nov 24', '01:00', '02:00', '03:00'];
    expect(texts('2026-11-23T22:00', '2026-11-24T03:00')).toEqual(night);
    expect(texts('2026-12-31T23:30', '2027-01-01T00:30', 3)).toEqual([
      '23:30/Dec 31, 2026',
      '00:00/Jan 1, 2027',
      '00:30',
    ]);
    expect(texts('2026-12-30T00:00', '2027-01-02T00:00')).toEqual(['Dec 30/2026', 'Dec 31', 'Jan 1/2027', 'Jan 2']);
    expect(texts('2026-01-15T00:00', '2027-02-01T00:00')).toEqual(['Mar/2026', 'May', 'Jul', 'Sep', 'Nov', 'Jan/2027']);
    expect(texts('1995-01-01T00:00', '2026-01-01T00:00', 4)).toEqual(['2000', '2010', '2020']);
    expect(texts('2026-01-01T00:00:00.000', '2026-01-01T00:00:00.200', 3)).toEqual([
      '00:00:00.000/Jan 1, 2026',
      '00:00:00.100',
      '00:00:00.200',
    ]);
  });

  test('two months have a tick a week, on Mondays', () => {
    const two = texts('2026-06-02T00:00', '2026-07-31T00:00', 10);
    expect(two).toEqual(['Jun 8/2026', 'Jun 15', 'Jun 22', 'Jun 29', 'Jul 6', 'Jul 13', 'Jul 20', 'Jul 27']);
    expect(texts('2026-06-02T00:00', '2026-07-31T00:00', 6)).toHaveLength(4);
    expect(texts('2026-03-01T00:00', '2026-03-15T00:00', 8)).toEqual([1, 3, 5, 7, 9, 11, 13, 15].map((d) => (d === 1 ? 'Mar 1/2026' : `Mar ${d}`))); // biome-ignore format: one line
  });
});

describe('datesIn(timezone).ticks(lo, hi, most)', () => {
  test('are what the clocks show, as many as fit, whatever the span and the zone', () => {
    const random = mulberry32(9);
    for (let i = 0; i < 1500; i++) {
      const zone = ZONES[i % ZONES.length]!;
      const span = SECOND * ((20 * YEAR) / SECOND) ** random();
      const lo = Math.floor(Date.UTC(1995, 0) + random() * 30 * YEAR);
      const hi = lo + Math.ceil(span);
      const most = 4 + Math.floor(10 * random());
      const ticks = datesIn(zone).ticks(lo, hi, most);
      const context = `${zone} ${new Date(lo).toISOString()} + ${span / HOUR} h, ${most}`;
      expect(ticks.length, context).toBeLessThanOrEqual(most);
      expect(ticks.length, context).toBeGreaterThanOrEqual(most < 6 ? 1 : 2);
      for (const [t, { at, text, below }] of ticks.entries()) {
        expect(at >= lo && at <= hi && (t === 0 || at > ticks[t - 1]!.at), context).toBe(true);
        expect(isShown(text, at, zone), `${context}: ${text} at ${new Date(at).toISOString()}`).toBe(true);
        if (below !== undefined) expect(isShown(below, at, zone), `${context}: ${below}`).toBe(true);
      }
    }
  });

  test('go round the hour that clocks leave out, and through the one that comes twice', () => {
    const berlin = (lo: string, hours: number): string[] =>
      datesIn('Europe/Berlin').ticks(Date.parse(lo), Date.parse(lo) + hours * HOUR, 8).map(({ text }) => text); // biome-ignore format: one line
    expect(berlin('2026-03-29T00:00+01:00', 5)).toEqual(['00:00', '01:00', '03:00', '04:00', '05:00', '06:00']);
    expect(berlin('2026-10-25T00:00+02:00', 5)).toEqual(['00:00', '01:00', '02:00', '02:00', '03:00', '04:00']);
    expect(berlin('2026-03-28T00:00+01:00', 71)).toHaveLength(7); // 12 hours each, of which one step is 11
  });

  test('a day that begins at one o’clock has its tick there', () => {
    const ticks = datesIn('Africa/Cairo').ticks(Date.parse('2024-04-24T12:00Z'), Date.parse('2024-04-28T12:00Z'), 5);
    expect(ticks.map(({ text }) => text)).toEqual(['Apr 25', 'Apr 26', 'Apr 27', 'Apr 28']);
    expect(clock(ticks[1]!.at, 'Africa/Cairo')).toMatchObject({ day: '26', hour: '01', minute: '00' });
  });

  test('there are never too many, whatever the range', () => {
    const random = mulberry32(9);
    for (let i = 0; i < 1000; i++) {
      const lo = Math.floor((random() - 0.5) * 1e13);
      const hi = lo + Math.ceil(1e12 * random() ** (1 + 20 * random()));
      const ticks = datesIn('UTC').ticks(lo, hi, 8);
      expect(ticks.length).toBeLessThanOrEqual(8);
      for (const tick of ticks) expect(tick.at >= lo && tick.at <= hi).toBe(true);
    }
  });
});

test('datesIn(timezone).write(at) is the date and the clock', () => {
  const at = Date.parse('2026-07-01T12:34:56.780Z');
  expect(datesIn('UTC').write(at)).toBe('2026-07-01 12:34:56.780');
  expect(datesIn('Asia/Kolkata').write(at - 780)).toBe('2026-07-01 18:04:56');
  expect(datesIn('-03:30').write(at - 780)).toBe('2026-07-01 09:04:56');
  expect(datesIn('Europe/Berlin').write(Date.parse('2026-01-01T23:30Z'))).toBe('2026-01-02 00:30:00');
});

test('datesIn is whole: its text is all that a page needs', () => {
  const copy = new Function(`return ${datesIn.toString()}`)() as typeof datesIn;
  const [lo, hi] = [Date.UTC(2026, 2, 20), Date.UTC(2026, 3, 20)];
  expect(copy('Europe/Paris').ticks(lo, hi, 9)).toEqual(datesIn('Europe/Paris').ticks(lo, hi, 9));
});

test('checkTimezone(timezone) names what is no zone', () => {
  for (const zone of ZONES) expect(() => checkTimezone(zone, 'timezone')).not.toThrow();
  const remedy = 'timezone must be a time zone such as Europe/Berlin, UTC or +09:00, got ';
  expect(() => checkTimezone('Mars/Olympus', 'timezone')).toThrow(`${remedy}string "Mars/Olympus"`);
  expect(() => checkTimezone('', 'timezone')).toThrow(RangeError);
  expect(() => checkTimezone(9, 'timezone')).toThrow(new TypeError(`${remedy}number 9`));
});
