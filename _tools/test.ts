/**
 * Every test. The pure members run with no permission at all; the rest declare theirs in each test or get them here.
 * Arguments are passed on to `deno test`, for both runs.
 */
import { runSteps } from "./steps.ts";

const PURE = ["events", "detectors", "scoring"];

const extra = Deno.args.filter((arg) => arg !== "--");
const ok = await runSteps([
  {
    name: "pure members, without any permission",
    args: ["test", "--no-prompt", "--permit-no-files", ...extra, ...PURE],
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
      "generator",
      "tests",
    ],
  },
]);
Deno.exit(ok ? 0 : 1);
