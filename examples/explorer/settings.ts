// What the page shows, as its address: a link takes it along, but not the data.
import { DEFAULT, type Detector, decode, encode } from './score/detectors.ts';

export interface Settings {
  /** Options of the command line about the input. */
  readonly options: string;
  readonly column: string | undefined;
  readonly time: string | undefined;
  /** The zone of dates: `undefined` is the browser's. */
  readonly zone: string | undefined;
  readonly detectors: readonly Detector[];
  /** What is shown of the series, in indices. */
  readonly range: readonly [from: number, to: number] | undefined;
}

export const NEW: Settings = {
  options: '',
  column: undefined,
  time: undefined,
  zone: undefined,
  detectors: [DEFAULT, { ...DEFAULT, kind: 'monitor' }],
  range: undefined,
};

/** Settings as the part of an address after #. */
export function toHash({ options, column, time, zone, detectors, range }: Settings): string {
  const parts = new URLSearchParams();
  if (options !== '') parts.set('options', options);
  if (column !== undefined) parts.set('column', column);
  if (time !== undefined) parts.set('time', time);
  if (zone !== undefined) parts.set('zone', zone);
  for (const detector of detectors) parts.append('detector', encode(detector));
  if (range !== undefined) parts.set('range', range.map((x) => Math.round(x)).join('-'));
  return parts.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
}

/** What `toHash` wrote. What cannot be read is as on a new page. */
export function fromHash(hash: string): Settings {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const detectors = parts.getAll('detector').flatMap((text) => decode(text) ?? []);
  const [, from, to] = /^(\d+)-(\d+)$/.exec(parts.get('range') ?? '') ?? [];
  const zone = parts.get('zone') ?? undefined;
  return {
    options: parts.get('options') ?? '',
    column: parts.get('column') ?? undefined,
    time: parts.get('time') ?? undefined,
    zone: zone !== undefined && isZone(zone) ? zone : undefined,
    detectors: detectors.length > 0 ? detectors.slice(0, 4) : NEW.detectors,
    range: from === undefined ? undefined : [Number(from), Number(to)],
  };
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat(undefined, { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
