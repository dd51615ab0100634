/** Failures that tests expect. */
import assert from "node:assert/strict";
import { EtcdError, type EtcdErrorCode } from "../error.ts";

/** The error of an action that must fail with a code. */
export async function fails(
  action: Promise<unknown>,
  code: EtcdErrorCode,
): Promise<EtcdError> {
  const error = await action.then(() => undefined, (e) => e);
  assert.ok(error instanceof EtcdError, `${error}, ${code} expected`);
  assert.equal(error.code, code, error.message);
  return error;
}
