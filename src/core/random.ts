// Random numbers from a seed, the same on every machine: integer arithmetic only.

/**
 * Uniform integers: xoshiro128** (Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators", ACM TOMS
 * 47(4)). Period 2¹²⁸ − 1; different seeds start in different states.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed any safe integer; all of its 54 bits count */
  constructor(seed: number) {
    // No two seeds share a state: `a` determines the seed's low half, and `b` then determines its high half. The first
    // number comes from `b` alone, so `b` must differ between seeds that are close. The state is never all zeros, which
    // xoshiro could not leave: b = c would mean mix(low + 2γ) = mix(low + 3γ), but mix is a bijection.
    const low = seed | 0;
    const high = mix(Math.floor(seed / 2 ** 32));
    this.#a = mix(low + GAMMA);
    this.#b = mix(mix(low + 2 * GAMMA) + high);
    this.#c = mix(mix(low + 3 * GAMMA) + high);
    this.#d = mix(mix(low + 4 * GAMMA) + high);
  }

  /** 0 … 2³² − 1, all equally likely. */
  next(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return result;
  }

  /**
   * 0 … n − 1, all equally likely, for 1 ≤ n ≤ 2⁵³: draws as many bits as n − 1 has, until the number is less than n.
   */
  below(n: number): number {
    if (n === 1) return 0;
    const high = Math.floor((n - 1) / 2 ** 32);
    const spare = Math.clz32(high > 0 ? high : n - 1);
    for (;;) {
      const draw = high > 0 ? (this.next() >>> spare) * 2 ** 32 + this.next() : this.next() >>> spare;
      if (draw < n) return draw;
    }
  }

  /** The whole state: four words. */
  get state(): number[] {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  set state([a, b, c, d]: readonly number[]) {
    this.#a = a! | 0;
    this.#b = b! | 0;
    this.#c = c! | 0;
    this.#d = d! | 0;
  }
}

/** 2³² over the golden ratio, odd: multiples of it are far apart. */
const GAMMA = 0x9e3779b9;

/** A bijection of 32 bits that mixes them well (finalizer of MurmurHash3, Appleby 2011). */
function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
