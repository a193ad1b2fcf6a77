// The list of the strangest places of a panel.
import type { Place } from '../score/protocol.ts';
import { type Axis, writeNumber } from './axis.ts';
import { make } from './elements.ts';

/** Fills the list. The exact numbers stand in its attributes, for programs. */
export function listPlaces(
  list: HTMLElement,
  places: readonly Place[],
  axis: Axis,
  choose: (place: Place) => void,
  chosen: Place | undefined,
): void {
  list.replaceChildren(
    ...places.map((place) => {
      const button = make(
        'button',
        { type: 'button' },
        make('span', {}, axis.write(place.index)),
        make('strong', {}, writeNumber(place.score)),
      );
      button.dataset.index = String(place.index);
      button.dataset.score = String(place.score);
      if (place.index === chosen?.index) button.setAttribute('aria-current', 'true');
      button.addEventListener('click', () => choose(place));
      return make('li', {}, button);
    }),
  );
  if (places.length === 0) list.append(make('li', { className: 'faint' }, 'no place stands out'));
}
