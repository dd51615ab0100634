import { FastRules, type ForestModel } from "@ml-defender/detectors";
import type { Core } from "@ml-defender/native";
import type { PipelineOptions } from "@ml-defender/sdk";
import { createHash } from "node:crypto";
import { type BenignCount, type BenignResult, falseAlerts } from "./benign.ts";
import { byClass, type ClassResult, judge, type Judgement } from "./judge.ts";
import type { LabelledCapture } from "./labels.ts";
import { type Observations, observe } from "./observe.ts";
import { stumpRules } from "./stump.ts";

/** Results of one way of detecting. */
export interface WayResult {
  /** Malicious captures by class. */
  readonly classes: readonly ClassResult[];
  /** Benign captures. */
  readonly benign: BenignResult;
}

/** What an evaluation came to. */
export interface Evaluation {
  /** Captures judged. */
  readonly captures: number;
  /** Captures that a model was trained on, judged apart. */
  readonly seen: number;
  /** Captures that could not be read, with the reason. */
  readonly unreadable: readonly { path: string; reason: string }[];
  /** Captures that are not there. */
  readonly absent: number;
  /** Results by way of detecting: `full`, `fast only`, `one threshold`. */
  readonly unseenResults: Readonly<Record<string, WayResult>>;
  /** The same on captures that a model was trained on; empty if there are none. */
  readonly seenResults: Readonly<Record<string, WayResult>>;
}

/** Options of {@linkcode evaluate}. */
export interface EvaluateOptions {
  /** Core to read with. */
  readonly core: Core;
  /** Models of the full way: for each capture, so that cross-validation can use others for each part. */
  readonly modelsFor: (capture: LabelledCapture) => readonly ForestModel[];
  /** Told before each capture. */
  readonly onCapture?: (path: string, number: number, total: number) => void;
  /** Stops between captures. */
  readonly signal?: AbortSignal;
}

interface Judged {
  capture: LabelledCapture;
  seen: boolean;
  observations: Observations;
}

/**
 * Judge detection on labelled captures, with simpler ways of detecting beside it.
 *
 * @param folder Folder of the captures, with a slash at its end.
 * @param captures Captures with labels.
 * @param options Core, models, progress.
 * @returns The results.
 */
export async function evaluate(
  folder: string,
  captures: readonly LabelledCapture[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { core, modelsFor, onCapture, signal } = options;
  const rules = new FastRules();
  const baselines: Record<string, PipelineOptions> = {
    "fast only": { rules },
    "one threshold": { rules: stumpRules() },
  };
  const judged: Judged[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  let absent = 0;
  for (const [index, capture] of captures.entries()) {
    signal?.throwIfAborted();
    onCapture?.(capture.path, index + 1, captures.length);
    const path = `${folder}${capture.path}`;
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await Deno.readFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) absent++;
      else unreadable.push({ path: capture.path, reason: `${error}` });
      continue;
    }
    try {
      const models = modelsFor(capture);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const seen = models.some(({ provenance }) =>
        provenance.captures.some((one) => one.sha256 === sha256)
      );
      const ways = { full: { rules, models }, ...baselines };
      const observations = await observe(core, bytes, ways);
      judged.push({ capture, seen, observations });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      unreadable.push({ path: capture.path, reason });
    }
  }
  const resultsOf = (seen: boolean) => {
    const members = judged.filter((one) => one.seen === seen);
    if (members.length === 0) return {};
    return Object.fromEntries(
      ["full", ...Object.keys(baselines)].map((
        way,
      ) => [way, wayResult(members, way)]),
    );
  };
  return {
    captures: judged.length,
    seen: judged.filter(({ seen }) => seen).length,
    unreadable,
    absent,
    unseenResults: resultsOf(false),
    seenResults: resultsOf(true),
  };
}

function wayResult(members: readonly Judged[], way: string): WayResult {
  const malicious: { capture: LabelledCapture; judgement: Judgement }[] = [];
  const benign: BenignCount[] = [];
  for (const { capture, observations } of members) {
    const { incidents, alerted, alertedHigh } = observations.by[way]!;
    if (capture.accepted.length > 0) {
      malicious.push({ capture, judgement: judge(capture, incidents) });
    } else {
      benign.push({
        source: capture.source,
        activeWindows: observations.active.size,
        alerted: alerted.size,
        alertedHigh: alertedHigh.size,
      });
    }
  }
  return { classes: byClass(malicious), benign: falseAlerts(benign) };
}
