// Pseudo-random numbers for guesses: fast, from a seed, of no quality that matters.

/** A source of numbers in [0, 1): the linear congruential generator of Numerical Recipes. */
export function random(seed: number): () => number {
  let word = seed >>> 0;
  return () => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return word / 2 ** 32;
  };
}
