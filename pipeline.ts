import type {
  Batch,
  FeatureRows,
  IncidentUpdate,
  Verdict,
} from "@ml-defender/events";
import {
  type Detections,
  Detector,
  encodeForestBlob,
  FastRules,
  type ForestModel,
  ForestPredictor,
  forestReasons,
} from "@ml-defender/detectors";
import type { Core, Forest } from "@ml-defender/native";
import {
  DEFAULT_POLICY,
  IncidentTracker,
  type Policy,
  Scorer,
} from "@ml-defender/scoring";

/** Options of {@linkcode Pipeline}. */
export interface PipelineOptions {
  /**
   * Fast rules.
   *
   * @default {new FastRules()}
   */
  readonly rules?: FastRules;
  /**
   * Models for flow records; none leaves the rules alone.
   *
   * @default {[]}
   */
  readonly models?: readonly ForestModel[];
  /**
   * Policy of scoring and incidents.
   *
   * @default {DEFAULT_POLICY}
   */
  readonly policy?: Policy;
  /**
   * Flow records to give verdicts for although nothing is suspicious about them, by event id.
   *
   * @default {none}
   */
  readonly sample?: (eventId: string) => boolean;
  /**
   * Verdicts that carry the features of their records, as the log wants them: asked once for each, in order, with its
   * incident. An object of some 200 fields each, so a flood should not get them.
   *
   * @default {none}
   */
  readonly features?: (verdict: Verdict) => boolean;
}

/** What one batch gave. */
export interface PipelineStep {
  /** Verdicts in record order: one for each record that is interesting or sampled. */
  readonly verdicts: readonly Verdict[];
  /** Steps of incidents, in order. */
  readonly updates: readonly IncidentUpdate[];
  /** What the detectors said; valid until the next batch. */
  readonly detections: {
    readonly flows: Detections;
    readonly hosts: Detections;
  };
}

/**
 * Verdicts that one host gets in a batch for flows of a kind; the rest of a flood is only counted, and every n-th of it is
 * judged. See `ScoreOptions.perSubject`.
 */
const VERDICTS_PER_SUBJECT = 16;

/**
 * Detection and scoring over the batches of one run: rules and forests, verdicts, incidents. It does no I/O and reads no
 * clock. Close it to free the forests.
 */
export class Pipeline implements Disposable {
  readonly #detector: Detector;
  readonly #scorer: Scorer;
  readonly #tracker: IncidentTracker;
  readonly #forests: Forest[] = [];
  readonly #sample: ((eventId: string) => boolean) | undefined;
  readonly #features: ((verdict: Verdict) => boolean) | undefined;

  /**
   * Opens the models on a core.
   *
   * @param core Runs the forests.
   * @param options Rules, models and policy.
   * @throws {TypeError} If a model needs a feature that the core's records lack.
   */
  constructor(core: Core, options: PipelineOptions = {}) {
    const {
      rules = new FastRules(),
      models = [],
      policy = DEFAULT_POLICY,
      sample,
      features,
    } = options;
    const predictors = this.#open(models, core);
    this.#detector = new Detector({
      rules,
      models: predictors,
      reasons: forestReasons(predictors),
    });
    this.#scorer = new Scorer(policy);
    this.#tracker = new IncidentTracker(policy);
    this.#sample = sample;
    this.#features = features;
  }

  /** Opens every model, or none. */
  #open(models: readonly ForestModel[], core: Core): ForestPredictor[] {
    const open = (model: ForestModel, index: readonly number[]) => {
      const forest = core.openForest(encodeForestBlob(model), index);
      this.#forests.push(forest);
      return forest;
    };
    try {
      return models.map((model) =>
        new ForestPredictor(model, core.layout.flow.features, { open })
      );
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Take the next batch.
   *
   * @param batch Records, in the order of the run.
   * @returns Verdicts and steps of incidents.
   */
  process(batch: Batch): PipelineStep {
    const hosts = this.#detector.hosts(batch.hosts);
    const hostVerdicts = this.#scorer.hosts(batch.hosts, hosts);
    const flows = this.#detector.flows(batch.flows);
    const sample = this.#sample;
    const flowVerdicts = this.#scorer.flows(batch.flows, flows, {
      perSubject: VERDICTS_PER_SUBJECT,
      ...(sample === undefined
        ? {}
        : { also: (row) => sample(batch.flows.id(row)) }),
    });
    const all = [...hostVerdicts, ...flowVerdicts].sort((a, b) =>
      a.order - b.order
    );
    const verdicts: Verdict[] = [];
    const updates: IncidentUpdate[] = [];
    for (const { row, verdict, alerts, repeats = 0 } of all) {
      for (const alert of alerts) {
        updates.push(...this.#tracker.push(alert, repeats));
      }
      const incidentId = this.#tracker.idOf(verdict);
      const told = incidentId === undefined
        ? verdict
        : { ...verdict, incidentId };
      if (this.#features?.(told) !== true) verdicts.push(told);
      else {
        const { features } = verdict.host === undefined
          ? batch.flows
          : batch.hosts;
        verdicts.push({ ...told, features: featuresOf(features, row) });
      }
    }
    return { verdicts, updates, detections: { flows, hosts } };
  }

  /**
   * End the run: every incident that is still open closes.
   *
   * @returns Their last steps.
   */
  finish(): IncidentUpdate[] {
    return this.#tracker.close();
  }

  /** Free the forests. Idempotent. */
  close(): void {
    for (const forest of this.#forests) forest.close();
  }

  /** Same as {@linkcode Pipeline.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** A row's features by name, without those that are unavailable. */
function featuresOf(rows: FeatureRows, row: number): Record<string, number> {
  const base = rows.offset + row * rows.stride;
  const found: Record<string, number> = {};
  for (let column = 0; column < rows.names.length; column++) {
    const value = rows.values[base + column]!;
    if (value === value) found[rows.names[column]!] = value;
  }
  return found;
}
