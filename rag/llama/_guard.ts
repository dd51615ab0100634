import { ModelError } from "../answers/answer_model.ts";
import { PACKAGE, PACKAGE_NAME } from "./library.ts";

/**
 * Do something while errors that the package throws in callbacks of its own, where nobody can catch them and which would end
 * the process, count as its failure.
 *
 * @throws {ModelError} `protocol` if it throws so.
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const take = (event: Event, error: unknown) => {
    if (!String((error as Error | null)?.stack).includes(PACKAGE_NAME)) return;
    event.preventDefault();
    failed.reject(
      new ModelError("protocol", `${PACKAGE} failed in a callback of its own`, {
        cause: error,
      }),
    );
  };
  const onError = (event: ErrorEvent) => take(event, event.error);
  const onRejection = (event: PromiseRejectionEvent) =>
    take(event, event.reason);
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  try {
    return await Promise.race([work(), failed.promise]);
  } finally {
    globalThis.removeEventListener("error", onError);
    globalThis.removeEventListener("unhandledrejection", onRejection);
  }
}
