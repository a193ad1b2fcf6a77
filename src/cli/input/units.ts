// Units behind (or before) a number: which of them are of one kind, and how many of the smallest each one is.

/** Kinds of units, and the size of each unit in the kind's own base. Names are compared as they are, then in lower case. */
const KINDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  time: {
    ...{ ns: 1, nsec: 1, nanoseconds: 1, µs: 1e3, μs: 1e3, us: 1e3, usec: 1e3, microseconds: 1e3 },
    ...{ ms: 1e6, msec: 1e6, msecs: 1e6, milliseconds: 1e6, ミリ秒: 1e6 },
    ...{ s: 1e9, sec: 1e9, secs: 1e9, second: 1e9, seconds: 1e9, 秒: 1e9 },
    ...{ m: 6e10, min: 6e10, mins: 6e10, minute: 6e10, minutes: 6e10, 分: 6e10 },
    ...{ h: 36e11, hr: 36e11, hour: 36e11, hours: 36e11, 時間: 36e11 },
    ...{ d: 864e11, day: 864e11, days: 864e11, 日: 864e11, week: 6048e11, weeks: 6048e11 },
  },
  bytes: sizes({ b: 1, B: 1, byte: 1, bytes: 1 }, ['B', 'bytes']),
  'bytes per second': sizes({ 'B/s': 1, Bps: 1, 'b/s': 1 }, ['B/s', 'Bps']),
  bits: sizes({ bit: 1, bits: 1 }, ['b', 'bit', 'bits']),
  'bits per second': sizes({ 'bit/s': 1, 'b/s': 1, bps: 1 }, ['b/s', 'bps', 'bit/s', 'bits/s']),
  hertz: { Hz: 1, kHz: 1e3, KHz: 1e3, MHz: 1e6, GHz: 1e9 },
  watts: { mW: 1e-3, W: 1, kW: 1e3, MW: 1e6 },
  volts: { mV: 1e-3, V: 1, kV: 1e3 },
  count: {
    ...{ '': 1, k: 1e3, K: 1e3, M: 1e6, Mil: 1e6, G: 1e9, Bil: 1e9, Bn: 1e9, T: 1e12, Tri: 1e12 },
    ...{ m: 1e-3, u: 1e-6, µ: 1e-6, μ: 1e-6 },
  },
  'per second': {
    ...{ '/s': 1, 'req/s': 1, 'ops/s': 1, ops: 1, rps: 1, reqps: 1, qps: 1, iops: 1, wps: 1, cps: 1 },
    ...{ 'K/s': 1e3, 'k/s': 1e3, 'K req/s': 1e3, 'k req/s': 1e3, 'K ops/s': 1e3, 'M req/s': 1e6 },
  },
  'parts of a whole': { '%': 1, percent: 1, Percent: 1, pct: 1, '‰': 0.1 },
  truth: { true: 1, false: 0 },
};

/** Currencies and further units are of a kind of their own: they cannot be mixed with others. */
const ALONE =
  /^(?:\p{Sc}|[A-Z]{0,3}\p{Sc}|EUR|USD|GBP|JPY|CHF|CNY|INR|円|°[CF]?|℃|℉|rpm|dB|dBm|px|pp|db|Count|count|i|u|個|件|人)$/u;

/** Decimal (k, M, G, T, P) and binary (Ki, Mi, …) multiples of these bases. */
function sizes(own: Record<string, number>, bases: readonly string[]): Record<string, number> {
  const all: Record<string, number> = { ...own };
  for (const base of bases) {
    for (const [p, prefix] of ['', 'k', 'M', 'G', 'T', 'P'].entries()) {
      all[prefix + base] ??= 1000 ** p;
      if (p === 1) all[`K${base}`] = 1000;
      if (p > 0) all[`${prefix.toUpperCase()}i${base}`] = 1024 ** p;
      if (p > 0) all[`${prefix.toUpperCase()} ${base}`] = 1000 ** p;
    }
  }
  return all;
}

/** The kinds that know a unit, each with the unit's size. */
function kindsOf(unit: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of [unit, unit.toLowerCase()]) {
    for (const [kind, units] of Object.entries(KINDS)) {
      if (Object.hasOwn(units, name) && !found.has(kind)) found.set(kind, units[name]!);
    }
    if (found.size > 0) break;
  }
  if (found.size === 0) found.set(`unit ${unit}`, 1);
  return found;
}

/** Whether a text is a unit that is known, so that a column with it is one of numbers. */
export function isKnownUnit(unit: string): boolean {
  if (ALONE.test(unit)) return true;
  return [...kindsOf(unit).keys()].some((kind) => kind in KINDS);
}

/** What is known of the units of a column, as JSON. */
export interface UnitMemory {
  readonly first?: string | undefined;
  readonly other?: string | undefined;
  readonly kinds: readonly string[];
}

/** The units of one column: the first one is what all values are brought to. */
export class ColumnUnit {
  /** The unit of the first value; `undefined` while there is none but zeros without a unit. */
  first: string | undefined;
  /** Another unit that was brought to the first one. */
  other: string | undefined;
  #kinds: Map<string, number>;
  /** Sizes of the units seen so far in each kind that is still possible. */
  readonly #known: Map<string, Map<string, number>>;

  constructor() {
    this.first = undefined;
    this.other = undefined;
    this.#kinds = new Map();
    this.#known = new Map();
  }

  /** What was found so far, for {@link resume}. */
  get memory(): UnitMemory {
    return { first: this.first, other: this.other, kinds: [...this.#kinds.keys()] };
  }

  /** Goes on where another one of the same column ended. */
  resume({ first, other, kinds }: UnitMemory): void {
    [this.first, this.other] = [first, other];
    const all = first === undefined ? new Map<string, number>() : kindsOf(first);
    this.#kinds = new Map([...all].filter(([kind]) => kinds.includes(kind)));
  }

  /** A value of this unit in the unit of the first one; `undefined` if both are not of one kind. */
  convert(value: number, unit: string): number | undefined {
    if (unit === this.first) return value;
    if (unit === '' && value === 0) return 0;
    let kinds = this.#known.get(unit);
    if (kinds === undefined) this.#known.set(unit, (kinds = kindsOf(unit)));
    if (this.first === undefined) {
      this.first = unit;
      this.#kinds = new Map(kinds);
      return value;
    }
    for (const kind of this.#kinds.keys()) {
      if (kinds.has(kind)) continue;
      if ([...this.#kinds.keys()].some((shared) => kinds.has(shared))) this.#kinds.delete(kind);
      else return undefined;
    }
    const kind = this.#kinds.keys().next().value!;
    const [from, to] = [kinds.get(kind)!, this.#kinds.get(kind)!];
    this.other ??= unit;
    return from >= to ? value * (from / to) : value / (to / from); // both quotients are whole numbers where units are
  }
}
