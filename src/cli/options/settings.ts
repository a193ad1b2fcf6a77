// Options as a state keeps them: texts by name.
import type { ParsedOptions } from './parse.ts';
import { defaultOf, type OptionName } from './table.ts';

/** Options as texts, by name; '' for an option without a value. */
export type Settings<Name extends string> = Readonly<Record<Name, string>>;

/** Those of these settings that were given, each in one way of writing it. */
export function givenSettings<Name extends OptionName>(
  given: ParsedOptions,
  names: readonly Name[],
): Partial<Settings<Name>> {
  const pairs = names
    .filter((name) => given.takes(name) && given.has(name))
    .map((name) => [name, given.canonical(name)]);
  return Object.fromEntries(pairs) as Partial<Settings<Name>>;
}

/** The settings where neither the command line nor a state says something else; '' for one without a default. */
export function defaultSettings<Name extends OptionName>(names: readonly Name[], command: string): Settings<Name> {
  return Object.fromEntries(names.map((name) => [name, defaultOf(name, command) ?? ''])) as Settings<Name>;
}
