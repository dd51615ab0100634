/** What went away behind the back of those who remember it. */
import assert from "node:assert/strict";
import { type Attack, bytesOf, fails, remove } from "./_attacks.ts";

export const TRACES: readonly Attack[] = [
  {
    name:
      "what went away without a trace is at no revision, and a holder of the keys who never saw it leaves one",
    async run({ raw, client, keys, writer, reader, restart }) {
      await writer.set("x", "one");
      await writer.set("y", "two");
      await reader.list("");
      await remove(raw, "x");
      const { invalid } = await reader.list("");
      assert.deepEqual(invalid.map(({ key, revision }) => [key, revision]), [
        ["x", 0],
      ]);
      const other = client(keys);
      const gone = (always: boolean) =>
        other.transaction({
          compare: [{ key: "x", revision: 0 }],
          operations: ["x", "y"].map((key) => ({
            ...{ kind: "delete" as const, key, always },
          })),
        });
      assert.deepEqual((await gone(false)).deleted, ["y"]);
      await fails(reader.get("x"), "replay");
      const old = await bytesOf(raw, "y");
      assert.deepEqual((await gone(true)).deleted, []);
      assert.notDeepEqual(await bytesOf(raw, "y"), old);
      assert.equal(await reader.get("x"), undefined);
      assert.deepEqual((await (await restart()).list("")).invalid, []);
    },
  },
];
