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

const FIRST_STEP_MS = 4;
const LONGEST_STEP_MS = 250;

/** Lets others go first, longer each time: not all who met once are to meet again. */
export function standBack(attempt: number): Promise<void> {
  const longest = Math.min(FIRST_STEP_MS * 2 ** attempt, LONGEST_STEP_MS);
  return new Promise((done) => setTimeout(done, Math.random() * longest));
}
