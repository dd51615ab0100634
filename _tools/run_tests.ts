/**
 * Every test. The pure members run with no permission at all; the rest declare theirs in each test or get them here.
 * Arguments are passed on to `deno test`, for both runs.
 */
import { helpIfAsked, runSteps } from "./steps.ts";

helpIfAsked(`
Usage: deno task test [OPTION...]

Runs every test: the pure members' without any permission, then the others. Options are passed on to \`deno test\`, such as
--filter TEXT. What needs a tool or captures that are not there is skipped with the reason, or fails where the environment
says ML_DEFENDER_REQUIRE_ALL=1; captures are looked for in ML_DEFENDER_DATA.
`);

const PURE = ["events", "detectors", "scoring", "watcher"];

const extra = Deno.args.filter((arg) => arg !== "--");
const ok = await runSteps([
  {
    name: "pure members, without any permission",
    args: [
      ...["test", "--lock", "--frozen", "--no-prompt", "--permit-no-files"],
      ...extra,
      ...PURE,
    ],
  },
  {
    name: "members at a boundary, and whole-system tests",
    args: [
      "test",
      "--no-prompt",
      "--permit-no-files",
      "-A",
      ...extra,
      "native",
      "capture",
      "raglogger",
      "etcd_client",
      "rag",
      "generator",
      "evaluation",
      "training",
      "config",
      "_tools",
      "tests",
      "mod_test.ts",
    ],
  },
]);
Deno.exit(ok ? 0 : 1);
