/** Writes artifacts below `artifacts/`, at most so many for each incident. */
import { Counts } from "./_counts.ts";
import {
  type Artifact,
  artifactName,
  artifactSha256,
  writeArtifact,
} from "./artifact.ts";
import { toLogError } from "./error.ts";

/** The artifacts of one log directory. */
export class ArtifactStore {
  #root: string;
  #cap: number;
  #counts = new Counts();
  #folder = "";
  /** Files written. */
  written = 0;
  /** Files not written because of the cap. */
  capped = 0;
  /** Bytes written. */
  bytes = 0;

  /** A store below `root` with at most `cap` artifacts for each incident. */
  constructor(root: string, cap: number) {
    this.#root = root;
    this.#cap = cap;
  }

  /** Takes another cap; what was written counts. */
  reconfigure(cap: number): void {
    this.#cap = cap;
  }

  /** Whether one more artifact of an incident may be written; counts it. */
  admit(incident: string): boolean {
    if (this.#counts.of(incident) >= this.#cap) {
      this.capped++;
      return false;
    }
    this.#counts.add(incident);
    return true;
  }

  /** Writes an artifact and returns its SHA-256. */
  async write(
    date: string,
    artifact: Artifact,
  ): Promise<string> {
    const folder = `${this.#root}/${date}`;
    if (folder !== this.#folder) {
      try {
        await Deno.mkdir(folder, { recursive: true });
      } catch (error) {
        throw toLogError("make folder", folder, error);
      }
      this.#folder = folder;
    }
    const sha256 = artifactSha256(artifact);
    const record = { ...artifact.record, artifact: { sha256 } };
    this.bytes += await writeArtifact(folder, { ...artifact, record });
    this.written++;
    return sha256;
  }

  /** Removes the artifact of an event whose line could not be written. */
  async remove(date: string, eventId: string): Promise<void> {
    await Deno.remove(`${this.#root}/${date}/${artifactName(eventId)}`)
      .catch(() => {});
  }
}
