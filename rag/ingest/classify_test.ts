import assert from "node:assert/strict";
import { classifyArtifact, classifyLine } from "./_classify.ts";
import {
  artifactText,
  changeRecord,
  eventLine,
  incidentRecord,
  scanVerdict,
} from "./testdata/entries.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const TIMES = [
  "9999-12-31T23:59:59.000000Z",
  "+010000-01-01T00:00:00Z",
  "2256-01-01T00:00:00Z",
  "1969-12-31T23:59:59Z",
  "2026-01-02T03:04:05",
  "Jan 2, 2026",
];

Deno.test("classifyLine and classifyArtifact leave out what is of a time that no store holds or that is not RFC 3339", () => {
  const stamp = /"detection_timestamp":"[^"]*"/;
  const { eventId } = scanVerdict(1);
  for (const time of TIMES) {
    const at = `"detection_timestamp":"${time}"`;
    const line = eventLine(1).replace(stamp, at);
    assert.ok(line.includes(time));
    const artifact = artifactText(1).replace(stamp, at);
    assert.ok(artifact.includes(time));
    const change = JSON.stringify(changeRecord({ time }));
    for (
      const found of [
        classifyLine(bytesOf(line)),
        classifyArtifact(bytesOf(artifact), eventId),
        classifyLine(bytesOf(change)),
        ...["first_seen", "last_seen"].map((name) =>
          classifyLine(
            bytesOf(JSON.stringify(incidentRecord(1, { [name]: time }))),
          )
        ),
      ]
    ) assert.equal(found.skip, "foreign", time);
  }
});

Deno.test("classifyLine takes an incident with every member, and leaves out one that lacks any or has another type", () => {
  const whole = incidentRecord(1);
  assert.ok(classifyLine(bytesOf(JSON.stringify(whole))).entry);
  for (const name of Object.keys(whole)) {
    for (const value of [undefined, {}, [{}, 1]]) {
      if (name === "reasons" && Array.isArray(value)) continue;
      const line = JSON.stringify({ ...whole, [name]: value });
      const { skip } = classifyLine(bytesOf(line));
      assert.equal(skip, "foreign", `${name}: ${JSON.stringify(value)}`);
    }
  }
});
