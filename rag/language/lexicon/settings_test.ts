import assert from "node:assert/strict";
import { isSettingPath, SETTING_PATHS, SETTING_WORDS } from "./settings.ts";

Deno.test("the paths of settings that questions know are those of docs/configuration.md", async () => {
  const page = await Deno.readTextFile(
    new URL("../../../docs/configuration.md", import.meta.url),
  );
  const paths = [...page.matchAll(/^\| `([A-Za-z.0-9]+)` \|/gm)].map((match) =>
    match[1]!
  );
  assert.ok(paths.length > 50);
  assert.deepEqual(SETTING_PATHS.toSorted(), paths.toSorted());
});

Deno.test("words for settings mean paths that there are", () => {
  for (const theme of Object.values(SETTING_WORDS)) {
    for (const key of Object.keys(theme)) {
      assert.ok(isSettingPath(key.split("=")[1]!), key);
    }
  }
});

Deno.test("isSettingPath knows settings, what is above them, and what is below the one that is open", () => {
  for (
    const path of [
      ...["policy.thresholds", "POLICY.Thresholds.Alert", "log.sync"],
      "rules.thresholds.scan.ports",
    ]
  ) assert.ok(isSettingPath(path), path);
  for (
    const path of ["policy", "log.example.com", "policy.thresholds.alert.x"]
  ) assert.ok(!isSettingPath(path), path);
});
