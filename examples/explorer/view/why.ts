// Why a place is strange: of the place that was chosen, or else of the strangest, the sentence and the picture.
import { type Detector, nameOf } from '../score/detectors.ts';
import type { Panel } from '../score/panel.ts';
import { isSoonExplained, spanOf } from '../score/places.ts';
import type { Place, Scored } from '../score/protocol.ts';
import type { Axis } from './axis.ts';
import { drawDetail } from './detail.ts';

/** The elements that it fills. */
export interface WhyElements {
  readonly text: HTMLElement;
  readonly chart: HTMLElement;
  readonly legend: HTMLElement;
  /** Labels the place that is shown. */
  readonly label: HTMLElement;
}

/** Milliseconds that scores must have come to rest for, before a place is explained that nobody has chosen. */
const REST = 150;

export class WhyView {
  /** The place that is shown. */
  place: Place | undefined;
  readonly #elements: WhyElements;
  readonly #changed: () => void;
  /** Whether the user has chosen it: it then stays when scores change. */
  #isChosen: boolean;
  #panel: Panel | undefined;
  #series: Float64Array;
  #axis: Axis | undefined;
  #timer: number;

  /** @param changed called when another place is shown */
  constructor(elements: WhyElements, changed: () => void) {
    this.#elements = elements;
    this.#changed = changed;
    this.#isChosen = false;
    this.#series = new Float64Array(0);
    this.#timer = 0;
  }

  /** Another series is shown. */
  setSeries(series: Float64Array, axis: Axis): void {
    [this.#series, this.#axis] = [series, axis];
    this.#isChosen = false;
    this.#empty('');
  }

  /** Shows the place that the user has chosen. */
  choose(panel: Panel, place: Place): void {
    [this.#panel, this.#isChosen] = [panel, true];
    this.#set(place);
    void this.#explain(panel, place);
  }

  /** Shows what is to be shown of the scores that a panel has now. */
  follow(panel: Panel | undefined): void {
    if (panel !== this.#panel) [this.#panel, this.#isChosen] = [panel, false];
    clearTimeout(this.#timer);
    if (panel?.result === undefined) this.#empty('');
    else this.#show(panel, panel.result);
  }

  #show(panel: Panel, { places, exact }: Scored): void {
    const { detector } = panel;
    const kept = this.#isChosen ? this.#kept(detector) : undefined;
    const place = kept ?? places[0];
    if (place === undefined) this.#empty(exact ? 'No place stands out.' : '');
    else if (kept === undefined && !isSoonExplained(detector, this.#series.length)) {
      this.#empty('Choose a place in the list or in the figure.');
    } else {
      this.#set(place);
      if (exact) this.#timer = window.setTimeout(() => void this.#explain(panel, place), REST);
    }
  }

  /** The chosen place, about as many values as the detector now looks at. Places of `locate` have no other. */
  #kept(detector: Detector): Place | undefined {
    if (this.place === undefined || detector.kind === 'locate') return undefined;
    const index = detector.kind === 'knn' ? Math.max(this.place.index, detector.windowSize - 1) : this.place.index;
    return index < this.#series.length ? { ...this.place, index, ...spanOf(detector, index) } : undefined;
  }

  #set(place: Place | undefined): void {
    const { begin, end } = this.place ?? {};
    this.place = place;
    this.#elements.label.hidden = place === undefined;
    if (begin !== place?.begin || end !== place?.end) this.#changed();
  }

  #empty(text: string): void {
    const { text: line, chart, legend } = this.#elements;
    line.textContent = text;
    chart.replaceChildren();
    legend.hidden = true;
    this.#set(undefined);
  }

  async #explain(panel: Panel, place: Place): Promise<void> {
    const { text, chart, legend } = this.#elements;
    if (chart.childElementCount === 0) text.textContent = `${nameOf(panel.detector)} is asked …`;
    try {
      const explained = await panel.explain(place);
      if (this.place !== place) return;
      text.textContent = explained.text;
      legend.hidden = false;
      legend.querySelector<HTMLElement>('.neighbors')!.hidden = explained.neighbors.length === 0;
      legend.querySelector<HTMLElement>('.expectation')!.hidden = explained.expected.length === 0;
      drawDetail(chart, this.#series, this.#axis!, explained, place);
    } catch (error) {
      if (this.place !== place) return;
      chart.replaceChildren();
      legend.hidden = true;
      text.textContent = (error as Error).message;
    }
  }
}
