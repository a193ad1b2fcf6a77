// Figures of merit as a list of names and numbers.
import { make } from '../view/elements.ts';
import type { Merit } from './merit.ts';

/** Fills the list; a text says why there are none. */
export function listMerit(list: HTMLElement, merit: Merit | string | undefined): void {
  if (merit === undefined || typeof merit === 'string') {
    list.replaceChildren(...(merit === undefined ? [] : [make('dt', {}, merit)]));
    return;
  }
  const { events } = merit;
  const share = (x: number): string => (Number.isNaN(x) ? '–' : x.toFixed(3));
  const rows: [name: string, text: string, value: number][] = [
    ...(events === undefined
      ? []
      : ([
          ['event F1', share(events.f1), events.f1],
          ['precision', share(events.precision), events.precision],
          ['recall', `${share(events.recall)} (${events.found} of ${events.found + events.missed})`, events.recall],
          ['false alarms', String(events.falseAlarms), events.falseAlarms],
        ] satisfies [string, string, number][])),
    ['PR-AUC', share(merit.prAuc), merit.prAuc],
    ['VUS-PR', share(merit.vusPr), merit.vusPr],
    ['NAB', Number.isNaN(merit.nab) ? '–' : merit.nab.toFixed(1), merit.nab],
  ];
  list.replaceChildren(
    ...rows.flatMap(([name, text, value]) => {
      const cell = make('dd', {}, text);
      cell.dataset.merit = name;
      cell.dataset.value = String(value);
      return [make('dt', {}, name), cell];
    }),
  );
}
