import config from "../deno.json" with { type: "json" };

/** Folders of the published members, as the workspace lists them; the root package is not among them. */
export const MEMBERS: readonly string[] = config.workspace.map((folder) =>
  folder.replace(/^\.\//, "")
);
