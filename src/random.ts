// Random numbers that are the same everywhere: integer arithmetic and one division, from a seed.

/** A generator of uniform numbers: mulberry32, whose whole state is one 32-bit integer. */
export class Random {
  /** 0 … 2³² − 1. */
  state: number;

  /** @param seed any integer; its lowest 32 bits count */
  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A multiple of 2⁻³² in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}
