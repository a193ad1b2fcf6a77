// The list of the strangest places of a panel: ten of them, and more at a press.
import type { Place } from '../score/protocol.ts';
import { type Axis, writeAlike } from './axis.ts';
import { make } from './elements.ts';

/** Places that are shown without a press: as many as have a number in the figure. */
export const SHORT = 10;

/** Fills the list. The exact numbers stand in its attributes, for programs. @param otherwise what stands there without places */
export function listPlaces(
  list: HTMLElement,
  places: readonly Place[],
  axis: Axis,
  choose: (place: Place) => void,
  chosen: Place | undefined,
  otherwise: string,
): void {
  // What has the focus keeps it when the list is filled again.
  const focused = [...list.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement);
  const numbers = writeAlike(places.map(({ score }) => score));
  list.replaceChildren(
    ...places.map((place, p) => {
      const { index, score, begin, end } = place;
      const button = make(
        'button',
        { type: 'button', title: begin === end ? axis.write(index) : `${axis.write(begin)} to ${axis.write(end)}` },
        make('span', {}, axis.write(index)),
        ' ',
        make('strong', {}, numbers[p]!),
      );
      button.dataset.index = String(index);
      button.dataset.score = String(score);
      if (index === chosen?.index) button.setAttribute('aria-current', 'true');
      button.addEventListener('click', () => choose(place));
      return make('li', {}, button);
    }),
  );
  if (places.length === 0) list.append(make('li', { className: 'faint none' }, otherwise));
  if (focused >= 0) list.querySelectorAll('button')[focused]?.focus({ preventScroll: true });
}
