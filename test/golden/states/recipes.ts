// The recipes of all golden states. They are never changed, as the states are not; a new case is a new recipe.
// Every state is saved where its fields differ from each other and matter for what follows.
import { commands } from './command-recipes.ts';
import { alone } from './detector-recipes.ts';
import { monitors } from './monitor-recipes.ts';
import type { Recipe } from './recipe.ts';
import { fleets, streams } from './stream-recipes.ts';
import { systems } from './system-recipes.ts';
import { tickedOnes } from './tick-recipes.ts';

/** All of them. */
export const recipes: readonly Recipe[] = [
  ...streams,
  ...alone,
  ...monitors,
  ...fleets,
  ...tickedOnes,
  ...commands,
  ...systems,
];
