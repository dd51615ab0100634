/** Binds the sections to the mark of their revision: each of them alone may be genuine, and not belong to the others. */
import { createHash } from "node:crypto";
import type { Json } from "@ml-defender/etcd-client";
import { isObject } from "./_json.ts";

/** Digests by section. */
export type Digests = { readonly [section: string]: string };

/** A value is digested once, whoever asks. */
const known = new WeakMap<object, string>();

/** Whether a value is digests. */
export function isDigests(value: Json): value is Digests {
  return isObject(value) &&
    Object.values(value).every((digest) => typeof digest === "string");
}

/** Digests of sections. */
export function digestsOf(sections: ReadonlyMap<string, Json>): Digests {
  return Object.fromEntries(
    [...sections].map(([name, value]) => [name, digestOf(value)]),
  );
}

/** Sections that are not those of a revision, with why. */
export function strangers(
  sections: ReadonlyMap<string, Json>,
  { revision, digests }: {
    readonly revision: number;
    readonly digests: Digests;
  },
): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of sections) {
    if (!Object.hasOwn(digests, name)) {
      found.set(name, `is no part of revision ${revision}`);
    } else if (digests[name] !== digestOf(value)) {
      found.set(
        name,
        `is not what revision ${revision} has: it was written past the editor, or an old value was put back`,
      );
    }
  }
  for (const name of Object.keys(digests)) {
    if (sections.has(name)) continue;
    found.set(name, `is gone, and revision ${revision} has it`);
  }
  return found;
}

/** One digest of them all, 16 hexadecimal digits: tells two revisions of one number apart. */
export function digestOfAll(digests: Digests): string {
  return digestOf(digests).slice(0, 16);
}

/** 32 hexadecimal digits, the same whatever the order of names. */
function digestOf(value: Json): string {
  const object = typeof value === "object" && value !== null;
  let digest = object ? known.get(value) : undefined;
  if (digest === undefined) {
    const text = JSON.stringify(
      value,
      (_, item) => isObject(item) ? sorted(item) : item,
    );
    digest = createHash("sha256").update(text).digest("hex").slice(0, 32);
    if (object) known.set(value, digest);
  }
  return digest;
}

function sorted(value: object): object {
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1),
  );
}
