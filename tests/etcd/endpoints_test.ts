/** Endpoints that are refused before anything is reached. */
import assert from "node:assert/strict";
import { openEtcd } from "./_etcd.ts";

Deno.test("EtcdStore refuses a user and a password in an endpoint, and repeats neither", async () => {
  for (
    const user of ["eva:hunter2", "eva", ":hunter2", "eva:hunter2%40:x"]
  ) {
    for (const protocol of ["http", "https"]) {
      const endpoints = ["http://localhost:1", `${protocol}://${user}@h:2379`];
      const error = await openEtcd({ endpoints, timeoutMs: 100 })
        .then(() => undefined, (e) => e);
      assert.ok(error instanceof TypeError, `${error}`);
      assert.match(error.message, /user or password.*'auth'/);
      assert.doesNotMatch(error.message, /eva|hunter2/);
    }
  }
});
