// How many alarms a series would have had at other thresholds, from the surprises of one run.
//
// What a value is does not depend on the threshold: everything is learned as it comes. So the surprises of one run are those of
// all thresholds, and the rules of `Refractory` and `IncidentTracker` are gone through again with another number. Surprises
// below half of the least threshold neither raise alarms nor prolong incidents nor hold other ones back: they are counted only.

/** The rule of alarms, as the monitor has it. */
export interface AlarmRule {
  /** A surprise counts if it is larger than those of so many values before. */
  readonly hold: number;
  /** Values at the start that raise no alarm. */
  readonly mute: number;
  readonly worse: number;
  readonly resolve: number;
}

/** Alarms and incidents since some value. */
export interface Counted {
  readonly alarms: number;
  readonly incidents: number;
}

/** Surprises of at least this share of the threshold prolong an incident. */
const STRANGE = 0.5;

const FIRST_LENGTH = 16;

/** The larger surprises of a series. 16 bytes each. */
export class Tally {
  readonly #floor: number;
  /** Of each: its index in the series, how many values were scored before it, and the surprise. */
  #indices: Uint32Array;
  #ordinals: Uint32Array;
  #surprises: Float64Array;
  #length: number;
  #numScored: number;

  /** @param least the least threshold that will be asked about */
  constructor(least: number) {
    this.#floor = STRANGE * least;
    this.#indices = new Uint32Array(FIRST_LENGTH);
    this.#ordinals = new Uint32Array(FIRST_LENGTH);
    this.#surprises = new Float64Array(FIRST_LENGTH);
    this.#length = 0;
    this.#numScored = 0;
  }

  /** The largest surprise; 0 if there is none. */
  get largest(): number {
    return this.#surprises.subarray(0, this.#length).reduce((most, surprise) => Math.max(most, surprise), 0);
  }

  /** Takes the surprise of the value at `index`; NaN if it has none. */
  add(index: number, surprise: number): void {
    if (Number.isNaN(surprise)) return;
    const ordinal = this.#numScored++;
    if (!(surprise >= this.#floor)) return;
    if (this.#length === this.#indices.length) this.#grow();
    this.#indices[this.#length] = index;
    this.#ordinals[this.#length] = ordinal;
    this.#surprises[this.#length++] = surprise;
  }

  /** The alarms at a threshold, of the values from index `since` on. O(surprises). */
  count(threshold: number, since: number, { hold, mute, worse, resolve }: AlarmRule): Counted {
    let alarms = 0;
    let incidents = 0;
    let isOpen = false;
    let numQuiet = 0;
    let reference = 0;
    for (let e = 0; e < this.#length; e++) {
      const index = this.#indices[e]!;
      const surprise = this.#surprises[e]!;
      if (isOpen) {
        // All that were scored since the last one were quiet.
        numQuiet += this.#ordinals[e]! - this.#ordinals[e - 1]! - 1;
        if (numQuiet >= resolve) isOpen = false;
      }
      if (!isOpen) {
        if (surprise < threshold || index < mute || this.#isHeldBack(e, hold)) continue;
        isOpen = true;
        numQuiet = 0;
        reference = surprise;
        if (index >= since) [alarms, incidents] = [alarms + 1, incidents + 1];
      } else if (index >= mute && surprise >= worse * reference) {
        numQuiet = 0;
        reference = surprise;
        if (index >= since) alarms++;
      } else if (surprise >= STRANGE * threshold) numQuiet = 0;
      else if (++numQuiet >= resolve) isOpen = false;
    }
    return { alarms, incidents };
  }

  /** Whether one of the `hold` values before was as surprising. */
  #isHeldBack(e: number, hold: number): boolean {
    const oldest = this.#indices[e]! - hold;
    for (let b = e - 1; b >= 0 && this.#indices[b]! >= oldest; b--) {
      if (this.#surprises[b]! >= this.#surprises[e]!) return true;
    }
    return false;
  }

  #grow(): void {
    const length = 2 * this.#indices.length;
    const [indices, ordinals, surprises] = [this.#indices, this.#ordinals, this.#surprises];
    this.#indices = new Uint32Array(length);
    this.#ordinals = new Uint32Array(length);
    this.#surprises = new Float64Array(length);
    this.#indices.set(indices);
    this.#ordinals.set(ordinals);
    this.#surprises.set(surprises);
  }
}
