// How the following of a query goes.

export interface QueryHealth {
  /** Seconds that the last step took. */
  stepSeconds: number;
  queryErrors: number;
  saveErrors: number;
  /** When the state was saved last, in seconds since 1970; 0 before. */
  saved: number;
  /** What is wrong now, as it was told. */
  trouble: string | undefined;
}

export function newHealth(): QueryHealth {
  return { stepSeconds: 0, queryErrors: 0, saveErrors: 0, saved: 0, trouble: undefined };
}
