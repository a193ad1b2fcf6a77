// How sure is a figure over a handful of series? Bootstrap over them, and halves by name.
import { mulberry32 } from '../series.ts';

/** Standard deviation of `figure` over `draws` seeded bootstrap samples of the items; samples where it is NaN do not count. */
export function bootstrapDeviation<T>(
  items: readonly T[],
  figure: (sample: readonly T[]) => number,
  draws = 2000,
): number {
  const figures = bootstrap(items, figure, draws);
  const mean = figures.reduce((sum, value) => sum + value, 0) / figures.length;
  return Math.sqrt(figures.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (figures.length - 1));
}

/** The middle 95 % of `figure` over such samples. */
export function bootstrapInterval<T>(
  items: readonly T[],
  figure: (sample: readonly T[]) => number,
  draws = 1000,
): [low: number, high: number] {
  const figures = bootstrap(items, figure, draws).sort((p, q) => p - q);
  const at = (share: number): number => figures[Math.round(share * (figures.length - 1))]!;
  return [at(0.025), at(0.975)];
}

function bootstrap<T>(items: readonly T[], figure: (sample: readonly T[]) => number, draws: number): number[] {
  const random = mulberry32(1);
  const sample = (): T[] => items.map(() => items[Math.floor(random() * items.length)]!);
  return Array.from({ length: draws }, () => figure(sample())).filter((value) => !Number.isNaN(value));
}

/** 0 or 1 by a hash of the name (FNV-1a, then one step of a generator that mixes it): stays when series are added. */
export function halfOf(name: string): 0 | 1 {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return mulberry32(hash)() < 0.5 ? 0 : 1;
}
