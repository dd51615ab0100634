/** Everything that must hold before a commit, in the order in which it fails fastest. `--no-tests` leaves the tests out. */
import { MEMBERS } from "./members.ts";
import { helpIfAsked, runSteps, type Step } from "./steps.ts";

helpIfAsked(`
Usage: deno task ok [--no-tests]

Format, lint, generated files, types, documentation, import graph, publishing (dry run), tests: everything that must hold
before a commit. Ends at the first that does not, with exit code 1.

Options:
  --no-tests    leave the tests out
  --help        show this text
`);

const publish = (folder: string): Step => ({
  name: `publish ${folder === "." ? "sdk" : folder} (dry run)`,
  args: ["publish", "--dry-run", "--allow-dirty", "--quiet"],
  folder,
});

const ok = await runSteps([
  { name: "format", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet"] },
  {
    name: "generated files",
    args: ["run", "-A", "_tools/generated.ts", "--check"],
  },
  {
    name: "types",
    args: [
      "check",
      "--quiet",
      ".",
    ],
  },
  {
    name: "documentation of every export",
    args: [
      "doc",
      "--lint",
      "--quiet",
      "mod.ts",
      "config/mod.ts",
      ...MEMBERS.map((m) => `${m}/mod.ts`),
    ],
  },
  { name: "import graph", args: ["run", "-A", "_tools/check_graph.ts"] },
  ...[...MEMBERS, "."].map(publish),
  ...(Deno.args.includes("--no-tests")
    ? []
    : [{ name: "tests", args: ["run", "-A", "_tools/run_tests.ts"] }]),
]);
Deno.exit(ok ? 0 : 1);
