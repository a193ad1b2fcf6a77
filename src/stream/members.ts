// The series of a fleet by name, in the order of their last values; and which of them a tick names.
import { describe } from '../core/checks.ts';

/** A series, in a linked list of all series in the order of their last values. */
export interface Member<Self> {
  readonly id: string;
  /** When it had its last value: the count of the fleet at that moment. */
  last: number;
  /** The series whose last value came before that of this one, and the series whose last value came after it. */
  older: Self | undefined;
  newer: Self | undefined;
  /** Its index in the last tick: a guess of where it comes in the next one. */
  index: number;
  /** The last search that found it, so that a second time is noticed. */
  search: number;
}

/** What every new member begins with, beside its own fields. */
export const UNLINKED = { older: undefined, newer: undefined, index: -1, search: 0 } as const;

/** The series that a tick names. */
export interface Named<M> {
  /** In the order of the names; `undefined` for a name that is new. */
  readonly members: (M | undefined)[];
  readonly numNew: number;
}

/**
 * Series by name. A tick usually names the series of the tick before in the same order: the order is remembered, and each name is
 * compared with the one that is expected, so that the usual tick needs no look-up and leaves the list as it is.
 */
export class Members<M extends Member<M>> {
  readonly #byId: Map<string, M>;
  #oldest: M | undefined;
  #newest: M | undefined;
  /** The members of the last tick, which are the newest ones in this order; empty when the list was changed since. */
  #order: M[];
  #searches: number;

  constructor() {
    this.#byId = new Map();
    this.#oldest = undefined;
    this.#newest = undefined;
    this.#order = [];
    this.#searches = 0;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The one without a value for the longest. */
  get oldest(): M | undefined {
    return this.#oldest;
  }

  get(id: string): M | undefined {
    return this.#byId.get(id);
  }

  /** All of them, from the one with the oldest last value to the one with the newest. */
  *[Symbol.iterator](): Generator<M, void, undefined> {
    for (let member = this.#oldest; member; member = member.newer) yield member;
  }

  /** Adds a member as the newest. */
  add(member: M): void {
    this.#order = [];
    this.#insert(member);
  }

  remove(member: M): void {
    if (this.#order[member.index] === member) this.#order = [];
    this.#byId.delete(member.id);
    this.#unlink(member);
  }

  /** Makes a member the newest. */
  touch(member: M): void {
    if (member === this.#newest) return;
    this.#order = [];
    this.#unlink(member);
    this.#append(member);
  }

  clear(): void {
    this.#byId.clear();
    this.#oldest = undefined;
    this.#newest = undefined;
    this.#order = [];
  }

  /**
   * The members with these names. Changes nothing.
   *
   * @throws TypeError when a name is no string, RangeError when a name comes twice
   */
  find(ids: ArrayLike<string>, numIds: number): Named<M> {
    const order = this.#order;
    let same = 0;
    if (order.length === numIds) while (same < numIds && ids[same] === order[same]!.id) same++;
    if (same === numIds && order.length === numIds) return { members: order, numNew: 0 };
    const search = ++this.#searches;
    const members: (M | undefined)[] = [];
    const added = new Set<string>();
    for (let p = 0, next = 0; p < numIds; p++) {
      const id = ids[p];
      checkId(id);
      const expected = order[next];
      const member = expected?.id === id ? expected : this.#byId.get(id);
      const isTwice = member === undefined ? added.has(id) : member.search === search;
      if (isTwice) throw new RangeError(`ids must name a series once, got ${describe(id)} twice, the second at ${p}`);
      if (member === undefined) added.add(id);
      else {
        member.search = search;
        next = member.index + 1;
      }
      members.push(member);
    }
    return { members, numNew: added.size };
  }

  /** Makes these members, which `find` found or which are new, the newest ones in this order. */
  advance(members: M[], last: number): void {
    for (const member of members) member.last = last;
    if (members === this.#order) return;
    for (let p = 0; p < members.length; p++) {
      const member = members[p]!;
      member.index = p;
      if (this.#byId.get(member.id) === undefined) this.#insert(member);
      else if (member !== this.#newest) {
        this.#unlink(member);
        this.#append(member);
      }
    }
    this.#order = members;
  }

  #insert(member: M): void {
    this.#byId.set(member.id, member);
    this.#append(member);
  }

  #append(member: M): void {
    member.older = this.#newest;
    member.newer = undefined;
    if (this.#newest) this.#newest.newer = member;
    else this.#oldest = member;
    this.#newest = member;
  }

  #unlink({ older, newer }: M): void {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }
}

export function checkId(id: unknown): asserts id is string {
  if (typeof id !== 'string') throw new TypeError(`id must be a string, got ${describe(id)}`);
}

/** The length of `ids`, one per value. @throws TypeError when it is no array, RangeError when there are more or fewer */
export function checkNumIds(ids: unknown, numValues: number): void {
  const length = (ids as ArrayLike<unknown> | null | undefined)?.length;
  if (typeof ids !== 'object' || !Number.isSafeInteger(length)) {
    throw new TypeError(`ids must be an array, got ${describe(ids)}`);
  }
  if (length === numValues) return;
  throw new RangeError(`ids must have a name per value, got ${length} names and ${numValues} values`);
}

/** The time of the next tick as a number, that of a date in milliseconds since 1970. @throws unless it is after `position` */
export function checkedTime(time: unknown, position: number): number {
  const expectation = 'time must be a finite number or a Date';
  const number = time instanceof Date ? time.getTime() : time;
  if (typeof number !== 'number') throw new TypeError(`${expectation}, got ${describe(time)}`);
  if (!Number.isFinite(number)) {
    throw new RangeError(`${expectation}, got ${time instanceof Date ? 'an invalid date' : number}`);
  }
  if (number > position) return number;
  throw new RangeError(`time must be after that of the last tick, ${position}, got ${number}: no step counts twice`);
}

/** Throws when one tick names more series than there may be. */
export function checkNumSeries(numSeries: number, maxSeries: number): void {
  if (numSeries <= maxSeries) return;
  throw new RangeError(
    `ids must name at most maxSeries = ${maxSeries} series, got ${numSeries} in one tick: raise maxSeries, or leave some out`,
  );
}
