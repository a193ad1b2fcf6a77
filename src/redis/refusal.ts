// Problems that no further attempt solves. Whatever else a log throws is tried again.

/** Says why, and what to do. */
export class Refusal extends RangeError {}

/** The package that the log needs is not installed. */
export class MissingPackage extends Error {}
