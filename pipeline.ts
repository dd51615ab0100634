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
import type { PreparedChange } from "./live_config.ts";

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

/** What a {@linkcode Pipeline} goes by, and can be told anew between two batches. */
export interface PipelineSettings {
  /** Fast rules. */
  readonly rules: FastRules;
  /** Models for flow records. */
  readonly models: readonly ForestModel[];
  /** Policy of scoring and incidents. */
  readonly policy: Policy;
}

/** A model that is open on the core. */
interface OpenModel {
  readonly predictor: ForestPredictor;
  readonly forest: Forest;
}

/**
 * Detection and scoring over the batches of one run: rules and forests, verdicts, incidents. It does no I/O and reads no
 * clock. Close it to free the forests.
 */
export class Pipeline implements Disposable {
  readonly #core: Core;
  readonly #scorer: Scorer;
  readonly #tracker: IncidentTracker;
  readonly #sample: ((eventId: string) => boolean) | undefined;
  readonly #features: ((verdict: Verdict) => boolean) | undefined;
  #rules: FastRules;
  #models: ReadonlyMap<ForestModel, OpenModel>;
  #detector: Detector;
  #closed = false;

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
    this.#core = core;
    this.#rules = rules;
    this.#models = this.#open(models, new Map());
    try {
      this.#detector = detectorOf(rules, this.#models);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#scorer = new Scorer(policy);
    this.#tracker = new IncidentTracker(policy);
    this.#sample = sample;
    this.#features = features;
  }

  /**
   * Make other settings ready. Records, incidents that are open, and what was counted stay; models that are there already
   * are not opened again.
   *
   * @param settings What is to hold.
   * @returns Puts them in force, to be called between two batches; or lets go of what was made ready.
   * @throws {TypeError} If a model needs a feature that the core's records lack, or a name occurs twice.
   */
  prepare(settings: PipelineSettings): PreparedChange {
    const { rules, models, policy } = settings;
    const before = this.#models;
    const same = models.length === before.size &&
      [...before.keys()].every((model, i) => model === models[i]);
    const next = same ? before : this.#open(models, before);
    const abort = () => closeModels(next, before);
    let detector = this.#detector;
    if (!same || rules !== this.#rules) {
      try {
        detector = detectorOf(rules, next);
      } catch (error) {
        abort();
        throw error;
      }
    }
    return {
      abort,
      commit: () => {
        if (this.#closed) return abort();
        closeModels(before, next);
        this.#models = next;
        this.#rules = rules;
        this.#detector = detector;
        if (policy === this.#scorer.policy) return;
        this.#scorer.reconfigure(policy);
        this.#tracker.reconfigure(policy);
      },
    };
  }

  /** Opens every model that is not open, or none. */
  #open(
    models: readonly ForestModel[],
    known: ReadonlyMap<ForestModel, OpenModel>,
  ): ReadonlyMap<ForestModel, OpenModel> {
    const opened = new Map<ForestModel, OpenModel>();
    try {
      for (const model of models) {
        if (opened.has(model)) {
          throw new TypeError(
            `Cannot use the model '${model.name}': it is there twice`,
          );
        }
        opened.set(model, known.get(model) ?? openModel(model, this.#core));
      }
      return opened;
    } catch (error) {
      closeModels(opened, known);
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
    this.#closed = true;
    closeModels(this.#models, new Map());
  }

  /** Same as {@linkcode Pipeline.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function openModel(model: ForestModel, core: Core): OpenModel {
  const opened: Forest[] = [];
  try {
    const predictor = new ForestPredictor(model, core.layout.flow.features, {
      open: (model, index) => {
        const forest = core.openForest(encodeForestBlob(model), index);
        opened.push(forest);
        return forest;
      },
    });
    return { predictor, forest: opened[0]! };
  } catch (error) {
    for (const forest of opened) forest.close();
    throw error;
  }
}

/** Closes models, but not those that are among others. */
function closeModels(
  models: ReadonlyMap<ForestModel, OpenModel>,
  kept: ReadonlyMap<ForestModel, OpenModel>,
): void {
  for (const [model, { forest }] of models) {
    if (!kept.has(model)) forest.close();
  }
}

function detectorOf(
  rules: FastRules,
  models: ReadonlyMap<ForestModel, OpenModel>,
): Detector {
  const predictors = [...models.values()].map(({ predictor }) => predictor);
  return new Detector({
    rules,
    models: predictors,
    reasons: forestReasons(predictors),
  });
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
