// The part of the table of options that is about live files, which streaming commands follow.

/** See OPTIONS. */
export const FOLLOW_OPTIONS = {
  follow: {
    kind: 'text',
    value: 'FILE',
    help: 'read FILE, then go on as lines are appended, through rotation and truncation. Rotated files are found beside it by number or date, plain or as .gz (not .xz, nor in another folder). With --state it is read from where the state ends. A line counts when its line feed has come',
  },
  'from-end': { kind: 'flag', help: 'where no state knows FILE yet: begin at its end' },
  poll: {
    kind: 'seconds',
    value: 'SECS',
    default: '1',
    help: 'look at FILE at least so often (default {default}); most changes are noticed at once',
  },
  once: {
    kind: 'flag',
    help: 'end where FILE ends now: for cron',
    in: { prometheus: { help: 'reads up to the present, prints every incident found as a JSON line, and ends' } },
  },
} as const;
