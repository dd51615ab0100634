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
export function within(
  promise: Promise<unknown>,
  ms: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    };
    const giveUp = () => {
      end();
      resolve(false);
    };
    const timer = setTimeout(giveUp, ms);
    signal.addEventListener("abort", giveUp);
    promise.then(() => {
      end();
      resolve(true);
    }, (error) => {
      end();
      reject(error);
    });
    if (signal.aborted) giveUp();
  });
}
