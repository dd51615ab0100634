import { CAPTURE_NAME } from "../evaluation/labels.ts";
import { type ForestModel, parseForestModel } from "@ml-defender/detectors";
import { shownPath, UsageError, userPath } from "./_cli.ts";

/** A capture that a user named. */
export interface NamedCapture {
  /** Absolute path, or `-`. */
  path: string;
  /** Path as the user would write it. */
  shown: string;
}

/**
 * Find the captures that arguments name: files as they are, folders with everything in them that has a capture's name.
 *
 * @param names Files, folders, or `-`.
 * @returns Captures in order, and a line for each argument that names none.
 */
export async function walkCaptures(
  names: readonly string[],
): Promise<{ files: NamedCapture[]; failures: string[] }> {
  const files: NamedCapture[] = [];
  const failures: string[] = [];
  for (const name of names) {
    if (name === "") throw new UsageError("a path must not be empty");
    const path = userPath(name);
    if (path === "-") {
      files.push({ path, shown: "-" });
      continue;
    }
    try {
      const { isDirectory } = await Deno.stat(path);
      const found = isDirectory ? await capturesIn(path) : [path];
      if (found.length === 0) failures.push(`${name}: no captures in folder`);
      files.push(...found.map((one) => ({ path: one, shown: shownPath(one) })));
    } catch (error) {
      failures.push(`Cannot read ${name}: ${reasonOf(error)}`);
    }
  }
  return { files, failures };
}

async function capturesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await capturesIn(path));
    else if (CAPTURE_NAME.test(name) && await isFile(path)) found.push(path);
  }
  return found.sort();
}

/** Whether it can be read to an end; a pipe without a writer cannot. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    // A link to nothing: reading it says so.
    return true;
  }
}

/** Most models that there can be: one of each name. */
const MODELS_MAX = 4;

/**
 * Read the model files of a folder.
 *
 * @param folder Absolute path.
 * @returns One to four models, by the names of their files.
 * @throws {Error} With file and reason on one line.
 */
export async function readModels(
  folder: string,
): Promise<readonly ForestModel[]> {
  const shown = shownPath(folder);
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".json")) names.push(name);
    }
  } catch (error) {
    throw new Error(`Cannot read models ${shown}: ${reasonOf(error)}`);
  }
  if (names.length === 0 || names.length > MODELS_MAX) {
    throw new Error(
      `Cannot use models ${shown}: a folder must have 1 to ${MODELS_MAX} *.json files, it has ${names.length}`,
    );
  }
  const models: ForestModel[] = [];
  for (const name of names.sort()) {
    try {
      const text = await Deno.readTextFile(`${folder}/${name}`);
      const model = parseForestModel(JSON.parse(text));
      if (models.some((other) => other.name === model.name)) {
        throw new Error(`a second model has the name '${model.name}'`);
      }
      models.push(model);
    } catch (error) {
      throw new Error(`Cannot use model ${shown}/${name}: ${reasonOf(error)}`);
    }
  }
  return models;
}

/**
 * Why something on disk could not be had, for one line.
 *
 * @param error What was thrown.
 * @returns Plain words.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file or folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}

/**
 * Read a file of labels.
 *
 * @param path Absolute path of `labels.json`.
 * @returns What it holds.
 * @throws {Error} If it cannot be read, with one line.
 */
export async function readLabels(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "no such file"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new Error(`Cannot read labels ${path}: ${reason}`, { cause: error });
  }
}
