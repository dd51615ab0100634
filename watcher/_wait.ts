/** Waits that end. */

/** Waits, or less when it is to end. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      done();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
    if (signal.aborted) finish();
  });
}

/** Whether a promise was settled before time was up or a signal came. What it rejects with is thrown. */
export async function within(
  promise: Promise<unknown>,
  ms: number,
  signal: AbortSignal,
): Promise<boolean> {
  const end = new AbortController();
  const stop = AbortSignal.any([end.signal, signal]);
  try {
    return await Promise.race([
      promise.then(() => true),
      pause(ms, stop).then(() => false),
    ]);
  } finally {
    end.abort();
  }
}
