import assert from "node:assert/strict";
import type { Category, Incident } from "@ml-defender/events";
import { byClass, judge } from "./judge.ts";
import type { LabelledCapture } from "./labels.ts";

function incident(
  subject: string,
  category: Category,
  finalScore: number,
): Incident {
  return { subject, category, finalScore } as Incident;
}

const label = (
  accepted: readonly Category[],
  hosts: readonly string[] = [],
) => ({ accepted, hosts });

Deno.test("judge asks for the highest-scored incident of a labelled subject", () => {
  const lateral = label(["lateral", "scan"], ["10.0.0.1", "10.0.0.2"]);
  const right = judge(lateral, [
    incident("10.0.0.1", "c2", 0.8),
    incident("10.0.0.1", "scan", 0.9),
  ]);
  assert.deepEqual([right.right, right.strict], [true, false]);
  const wrong = judge(lateral, [
    incident("10.0.0.1", "c2", 0.9),
    incident("10.0.0.1", "lateral", 0.8),
  ]);
  assert.deepEqual([wrong.right, wrong.strict], [false, false]);
  const other = judge(lateral, [
    incident("10.0.0.1", "c2", 0.9),
    incident("10.0.0.2", "lateral", 0.71),
  ]);
  assert.deepEqual([other.right, other.strict], [true, true]);
});

Deno.test("judge counts incidents about hosts that the label does not name, and takes none of them", () => {
  const result = judge(label(["scan"], ["10.0.0.1"]), [
    incident("10.0.0.9", "scan", 1),
    incident("10.0.0.9", "c2", 0.7),
    incident("10.0.0.8", "scan", 1),
  ]);
  assert.deepEqual(
    [result.right, result.strict, result.otherHosts],
    [false, false, 3],
  );
});

Deno.test("judge takes any subject where the label names none", () => {
  const result = judge(label(["dns", "c2"]), [incident("10.0.0.9", "c2", 0.8)]);
  assert.deepEqual(
    [result.right, result.strict, result.otherHosts],
    [true, false, null],
  );
  assert.equal(judge(label(["dns"]), []).right, false);
});

Deno.test("judge knows a host on a VLAN or in a tunnel by its address", () => {
  for (const subject of ["10.0.0.1@7", "10.0.0.1@7.8%9", "10.0.0.1%9"]) {
    const scan = label(["scan"], ["10.0.0.1"]);
    assert.ok(judge(scan, [incident(subject, "scan", 0.7)]).right, subject);
  }
});

Deno.test("byClass sums captures, sources, answers and other hosts, and names what was missed", () => {
  const capture = (path: string, source: string, className: string) =>
    ({
      ...label(["scan"], ["10.0.0.1"]),
      ...{ path, source, className },
    }) as LabelledCapture;
  const judged = [
    [capture("1", "x", "scan"), [incident("10.0.0.1", "scan", 1)]],
    [capture("2", "x", "scan"), [incident("10.0.0.2", "scan", 1)]],
    [capture("3", "y", "web"), []],
  ] as const;
  const results = byClass(judged.map(([capture, incidents]) => ({
    capture,
    judgement: judge(capture, incidents),
  })));
  assert.deepEqual(results, [{
    ...{ className: "scan", strictCategory: "scan" },
    ...{ captures: 2, sources: 1, right: 1, strict: 1, otherHosts: 1 },
    missed: ["2"],
  }, {
    ...{ className: "web", strictCategory: "scan" },
    ...{ captures: 1, sources: 1, right: 0, strict: 0, otherHosts: 0 },
    missed: ["3"],
  }]);
});
