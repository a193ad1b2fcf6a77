// The labels of the page: drawn by hand or read from a file.
import type { LabelRange } from '../read/protocol.ts';
import type { Axis } from '../view/axis.ts';
import { make } from '../view/elements.ts';

export interface LabelsListener {
  changed(): void;
  /** A label is to be looked at. */
  shown(label: LabelRange): void;
}

export class LabelsView {
  #labels: LabelRange[];
  readonly #list: HTMLElement;
  readonly #listener: LabelsListener;
  #axis: Axis | undefined;

  constructor(list: HTMLElement, listener: LabelsListener) {
    this.#labels = [];
    this.#list = list;
    this.#listener = listener;
    this.#axis = undefined;
  }

  get all(): readonly LabelRange[] {
    return this.#labels;
  }

  set(labels: readonly LabelRange[], axis: Axis | undefined = this.#axis): void {
    this.#labels = [...labels].sort((a, b) => a.begin - b.begin);
    this.#axis = axis;
    this.#draw();
    this.#listener.changed();
  }

  add(begin: number, end: number): void {
    this.set([...this.#labels, { begin, end, name: '' }]);
    const p = this.#labels.findIndex((label) => label.begin === begin && label.end === end);
    this.#list.querySelectorAll('input')[p]?.focus();
  }

  #draw(): void {
    const axis = this.#axis;
    this.#list.replaceChildren(
      ...this.#labels.map((label, p) => {
        const name = make('input', { value: label.name, placeholder: 'name' });
        name.ariaLabel = `name of the label from ${axis?.write(label.begin) ?? label.begin}`;
        name.addEventListener('change', () => {
          this.#labels[p] = { ...label, name: name.value };
          this.#listener.changed();
        });
        const show = make(
          'button',
          { type: 'button', title: 'Show it' },
          axis?.write(label.begin) ?? String(label.begin),
        );
        show.addEventListener('click', () => this.#listener.shown(label));
        const remove = make('button', { type: 'button', title: 'Remove this label' }, '×');
        remove.ariaLabel = 'Remove this label';
        remove.addEventListener('click', () => this.set(this.#labels.filter((_, q) => q !== p)));
        return make('li', {}, name, show, remove);
      }),
    );
  }
}
