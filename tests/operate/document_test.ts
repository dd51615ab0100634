/** docs/operate.md says what the code does and what was measured. */
import assert from "node:assert/strict";
import measured from "../../operate/effects.json" with { type: "json" };
import type { Effect, Effects } from "../../operate/effects.ts";
import { FOREST_CHOICES } from "../../operate/forest_choices.ts";
import { LADDER, MAX_LEVEL } from "../../operate/ladder.ts";

const TEXT = await Deno.readTextFile(
  new URL("../../docs/operate.md", import.meta.url),
);

/** Cells of the tables' rows that begin with a name. */
function rows(name: string): string[][] {
  return TEXT.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .filter(([first]) => first === name);
}

Deno.test("operate.md has the figures that were measured, for every level and choice of forests", () => {
  const { labelled, generated } = measured as unknown as Effects;
  const names = [
    ...Array.from(
      { length: 2 * MAX_LEVEL + 1 },
      (_, i) => `level ${i - MAX_LEVEL}`,
    ),
    ...FOREST_CHOICES.slice(1).map(({ name }) => name),
  ];
  assert.ok(labelled);
  for (const name of names) {
    const cells = ({ found, attacks, otherHosts, ...benign }: Effect) => [
      name,
      `${found} of ${attacks}`,
      `${otherHosts}`,
      (benign.falseAlertWindows / benign.hostDays).toFixed(2),
      `${benign.falseAlertWindows} in ${benign.hostDays} host-days`,
      `${benign.falseHighWindows}`,
    ];
    assert.deepEqual(rows(name), [
      cells(labelled[name]!),
      cells(generated[name]!),
    ]);
  }
});

Deno.test("operate.md has the ladder's steps and bounds", () => {
  const named: Record<string, string> = {
    "policy.thresholds.malicious":
      "`policy.thresholds.malicious`, `suspicious`, categories",
    "policy.thresholds.alert": "`policy.thresholds.alert`",
    "policy.thresholds.models.level1": "`policy.thresholds.models.level1`",
    "policy.thresholds.models.ddos": "`policy.thresholds.models.<forest>`",
    "log.benignShare": "`log.benignShare`, times",
  };
  const numberOf = (cell: string) => {
    const [above, below] = cell.split("/");
    return Number(above) / Number(below ?? 1);
  };
  for (const [path, name] of Object.entries(named)) {
    const rung = LADDER.find((one) => one.path === path)!;
    const [row] = rows(name);
    assert.ok(row !== undefined, name);
    const { by, low, high } = rung;
    assert.deepEqual(
      row.slice(1, 7).map(numberOf),
      by.filter((_, i) => i !== MAX_LEVEL),
    );
    assert.equal(row[7], `${low} to ${high}`);
  }
});
