// Elements of the page, typed.

/** The element of the page with this id. */
export function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element #${id}`);
  return element as T;
}

/** A new element with properties and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** A menu of choices. */
export function menu<T extends string>(
  choices: readonly T[],
  chosen: T | undefined,
  choose: (choice: T) => void,
  nameOf: (choice: T) => string = (choice) => choice,
): HTMLSelectElement {
  const select = make('select');
  fill(select, choices, chosen, nameOf);
  select.addEventListener('change', () => choose(select.value as T));
  return select;
}

/** Gives a menu other choices. */
export function fill<T extends string>(
  select: HTMLSelectElement,
  choices: readonly T[],
  chosen: T | undefined,
  nameOf: (choice: T) => string = (choice) => choice,
): void {
  select.replaceChildren(...choices.map((choice) => make('option', { value: choice }, nameOf(choice))));
  if (chosen !== undefined) select.value = chosen;
}
