// Memory that threads may share, where the platform allows it.

/** Whether threads may share memory: in browsers, only on pages that are isolated from other origins. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated !== false;
}

/**
 * A copy of the values that threads share where that is allowed; elsewhere each thread gets its own with the message.
 */
export function sharedCopy(values: Float64Array): Float64Array {
  const copy = canShare()
    ? new Float64Array(new SharedArrayBuffer(values.byteLength))
    : new Float64Array(values.length);
  copy.set(values);
  return copy;
}
