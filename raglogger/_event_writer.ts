/** Turns batches of verdicts and incidents into lines and artifacts, and tells each caller what became of its own. */
import type { IncidentUpdate, Verdict } from "@ml-defender/events";
import { ArtifactStore } from "./_artifact_store.ts";
import { DayFiles, type DayFilesOptions } from "./_day_files.ts";
import { cutTornLine, LineFile, type WriteBytes } from "./_line_file.ts";
import type { SystemState } from "./_system_state.ts";
import { toLogError } from "./error.ts";
import { utcDate } from "./format.ts";
import { formatIncident } from "./incident_line.ts";
import type { ResolvedOptions } from "./options.ts";
import type { LogDecision } from "./policy.ts";
import type { LogRecord } from "./record.ts";
import {
  type LogContext,
  type LogDetails,
  toEvidence,
  toRecord,
} from "./to_record.ts";

/** One thing to write. */
export type Entry =
  & {
    /** When it was handed over, milliseconds since the Unix epoch. */
    readonly atMs: number;
    /** Called once it is written. */
    readonly written: () => void;
    /** Called instead when it could not be. */
    readonly failed: (error: unknown) => void;
  }
  & (
    | {
      readonly kind: "event";
      /** What held for all events when it was handed over. */
      readonly context: LogContext;
      readonly verdict: Verdict;
      readonly details: LogDetails;
      readonly decision: LogDecision;
    }
    | { readonly kind: "incident"; readonly update: IncidentUpdate }
  );

type EventEntry = Extract<Entry, { kind: "event" }>;
type IncidentEntry = Extract<Entry, { kind: "incident" }>;

interface Line {
  readonly entry: EventEntry;
  readonly date: string;
  readonly record: LogRecord;
}

const AT_ONCE = 16;
const DAY_MS = 86_400_000;

/** The files of one log directory, written by one batch at a time. */
export class EventWriter {
  #directory: string;
  #options: ResolvedOptions;
  #next: ResolvedOptions | undefined;
  #system: SystemState;
  #write: WriteBytes;
  #incidents: LineFile | null = null;
  #day = NaN;
  #date = "";
  #lastDetails: LogDetails | null = null;
  #lastLogger: LogContext | null = null;
  #lastContext: LogContext & LogDetails = {};
  /** Event files. */
  readonly files: DayFiles;
  /** Artifact files. */
  readonly artifacts: ArtifactStore;
  /** Event lines in the files. */
  written = 0;
  /** Bytes of event lines. */
  bytes = 0;
  /** Incident lines written. */
  incidentsWritten = 0;
  /** Torn lines cut from the incidents' file. */
  tornCut = 0;

  /** A writer for `directory`; call `recover` first. */
  constructor(
    directory: string,
    options: ResolvedOptions,
    system: SystemState,
    write: WriteBytes,
  ) {
    this.#directory = directory;
    this.#options = options;
    this.#system = system;
    this.#write = write;
    this.files = new DayFiles(directory, this.#filesOptions(options));
    const cap = options.artifactsPerIncident;
    this.artifacts = new ArtifactStore(`${directory}/artifacts`, cap);
  }

  #filesOptions(options: ResolvedOptions): DayFilesOptions {
    return {
      maxLines: options.maxFileLines,
      maxBytes: options.maxFileBytes,
      sync: options.sync,
      chainEvery: options.chainEvery,
      gzip: options.compress === "gzip",
      retention: options.retention,
      write: this.#write,
    };
  }

  /** Takes other options from the next batch on. */
  reconfigure(options: ResolvedOptions): void {
    this.#next = options;
  }

  #takeNext(): void {
    const options = this.#next;
    if (options === undefined) return;
    this.#next = undefined;
    this.#options = options;
    this.files.reconfigure(this.#filesOptions(options), options.now());
    this.artifacts.reconfigure(options.artifactsPerIncident);
  }

  /** Repairs what a crash left and removes what retention does not keep. */
  async recover(): Promise<void> {
    await this.files.recover();
    try {
      const path = `${this.#directory}/incidents.jsonl`;
      if (await cutTornLine(path)) this.tornCut++;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const now = this.#options.now();
    await this.files.tidy(now, utcDate(now));
  }

  /** Writes a batch; never throws. */
  async write(batch: readonly Entry[]): Promise<void> {
    this.#takeNext();
    const events = batch.filter((entry) => entry.kind === "event");
    const incidents = batch.filter((entry) => entry.kind === "incident");
    if (events.length > 0) await this.#writeEvents(events);
    if (incidents.length > 0) await this.#writeIncidents(incidents);
  }

  async #writeEvents(entries: readonly EventEntry[]): Promise<void> {
    const made: (Line | null)[] = [];
    for (let i = 0; i < entries.length; i += AT_ONCE) {
      const some = entries.slice(i, i + AT_ONCE);
      made.push(...await Promise.all(some.map((entry) => this.#line(entry))));
    }
    const lines = made.filter((line) => line !== null);
    let start = 0;
    while (start < lines.length) {
      const date = lines[start]?.date ?? "";
      const next = lines.findIndex((line, i) =>
        i > start && line.date !== date
      );
      const end = next < 0 ? lines.length : next;
      await this.#writeDay(lines.slice(start, end), date);
      start = end;
    }
  }

  /** Makes the record and, where wanted, the artifact; null when that failed and the caller knows. */
  #line(entry: EventEntry): Line | null | Promise<Line | null> {
    const { verdict, details, decision, atMs, context } = entry;
    try {
      const date = this.#dateOf(atMs);
      const record = toRecord(verdict, this.#contextOf(context, details), {
        loggedAtMs: atMs,
        systemState: this.#system.get(),
        requiresRag: decision.requiresRag,
        artifactSha256: null,
      });
      const line = { entry, date, record };
      const key = verdict.incidentId ?? verdict.category ?? "";
      const wanted = decision.reason === "selected" &&
        this.#options.artifactsPerIncident > 0 && this.artifacts.admit(key);
      return wanted ? this.#withArtifact(line) : line;
    } catch (error) {
      entry.failed(error);
      return null;
    }
  }

  /** The logger's context with an event's details; the same object for events of one interface. */
  #contextOf(
    context: LogContext,
    details: LogDetails,
  ): LogContext & LogDetails {
    if (details !== this.#lastDetails || context !== this.#lastLogger) {
      const { deploymentId, nodeId, configDigest, modelSet, interfaceMode } =
        context;
      const { interfaceName, groundTruth } = details;
      this.#lastDetails = details;
      this.#lastLogger = context;
      this.#lastContext = {
        deploymentId: deploymentId ?? null,
        nodeId: nodeId ?? null,
        configDigest: configDigest ?? null,
        modelSet: modelSet ?? null,
        interfaceMode: interfaceMode ?? null,
        interfaceName: interfaceName ?? null,
        groundTruth: groundTruth ?? null,
      };
    }
    return this.#lastContext;
  }

  async #withArtifact(line: Line): Promise<Line | null> {
    const { entry, date, record } = line;
    try {
      const evidence = toEvidence(entry.verdict);
      const artifact = { artifact_version: "1.0", record, evidence } as const;
      const sha256 = await this.artifacts.write(date, artifact);
      return { entry, date, record: { ...record, artifact: { sha256 } } };
    } catch (error) {
      // Live, the line counts more than its artifact.
      if (this.#options.mode === "live") return line;
      entry.failed(error);
      return null;
    }
  }

  #dateOf(timeMs: number): string {
    const day = Math.floor(timeMs / DAY_MS);
    if (day !== this.#day) {
      this.#day = day;
      this.#date = utcDate(timeMs);
    }
    return this.#date;
  }

  async #writeDay(lines: readonly Line[], date: string): Promise<void> {
    let done = 0;
    try {
      const records = lines.map((line) => line.record);
      const bytes = this.#options.formatter.formatLines(records);
      const now = lines[0]?.entry.atMs ?? 0;
      await this.files.append(bytes, lines.length, date, now, (count, size) => {
        this.written += count;
        this.bytes += size;
        for (const line of lines.slice(done, done + count)) {
          line.entry.written();
        }
        done += count;
      });
    } catch (error) {
      for (const { entry, record } of lines.slice(done)) {
        if (record.artifact.sha256 !== null) {
          await this.artifacts.remove(date, entry.verdict.eventId);
        }
        entry.failed(error);
      }
    }
  }

  async #writeIncidents(entries: readonly IncidentEntry[]): Promise<void> {
    try {
      const lines = entries.map(({ update }) => `${formatIncident(update)}\n`);
      const bytes = new TextEncoder().encode(lines.join(""));
      const file = await this.#incidentsFor(bytes.length);
      const before = file.bytes;
      await file.append(bytes);
      if (this.#options.sync === "batch") {
        await this.#syncOrCut(file, before);
      }
      this.incidentsWritten += entries.length;
      for (const entry of entries) entry.written();
    } catch (error) {
      const path = `${this.#directory}/incidents.jsonl`;
      const failure = toLogError("write", path, error);
      for (const entry of entries) entry.failed(failure);
    }
  }

  /** The incidents' file; a full one is put aside under the next free number. */
  async #incidentsFor(bytes: number): Promise<LineFile> {
    const path = `${this.#directory}/incidents.jsonl`;
    const file = this.#incidents ??= await LineFile.open(path, this.#write);
    const { maxFileBytes } = this.#options;
    if (file.bytes === 0 || file.bytes + bytes <= maxFileBytes) return file;
    if (this.#options.sync !== "none") await file.sync();
    file.close();
    this.#incidents = null;
    let number = 1;
    while (await exists(`${this.#directory}/incidents.${number}.jsonl`)) {
      number++;
    }
    await Deno.rename(path, `${this.#directory}/incidents.${number}.jsonl`);
    return this.#incidents = await LineFile.open(path, this.#write);
  }

  async #syncOrCut(file: LineFile, before: number): Promise<void> {
    try {
      await file.sync();
    } catch (error) {
      await file.cutTo(before);
      throw error;
    }
  }

  /** Ends all files. */
  async close(): Promise<void> {
    this.#takeNext();
    try {
      if (this.#options.sync !== "none") await this.#incidents?.sync();
    } finally {
      this.#incidents?.close();
      this.#incidents = null;
      await this.files.close();
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
