import type { Batch, IncidentUpdate, Verdict } from "@ml-defender/events";
import {
  type Detections,
  Detector,
  encodeForestBlob,
  FastRules,
  featureText,
  type ForestModel,
  ForestPredictor,
  type ModelReasons,
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
   * Whether verdicts carry the features of their records, as the log wants them.
   *
   * @default {false}
   */
  readonly features?: boolean;
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

/** Reasons that a model gives for one record. */
const MODEL_REASONS_MAX = 3;

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
  readonly #features: boolean;

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
      features = false,
    } = options;
    const predictors = models.map((model) =>
      new ForestPredictor(model, core.layout.flow.features, {
        open: (model, index) => {
          const forest = core.openForest(encodeForestBlob(model), index);
          this.#forests.push(forest);
          return forest;
        },
      })
    );
    this.#detector = new Detector({
      rules,
      models: predictors,
      reasons: explainer(predictors, policy.thresholds.suspicious),
    });
    this.#scorer = new Scorer(policy);
    this.#tracker = new IncidentTracker(policy);
    this.#sample = sample;
    this.#features = features;
  }

  /**
   * Take the next batch.
   *
   * @param batch Records, in the order of the run.
   * @returns Verdicts and steps of incidents.
   */
  process(batch: Batch): PipelineStep {
    const hosts = this.#detector.hosts(batch.hosts);
    const fast = hosts.fast.slice();
    const hostDetections: Detections = { ...hosts, fast };
    const hostVerdicts = this.#scorer.hosts(batch.hosts, hostDetections, {
      features: this.#features,
    });
    const flows = this.#detector.flows(batch.flows);
    const sample = this.#sample;
    const flowVerdicts = this.#scorer.flows(batch.flows, flows, {
      features: this.#features,
      ...(sample === undefined
        ? {}
        : { also: (row) => sample(batch.flows.id(row)) }),
    });
    const all = [...hostVerdicts, ...flowVerdicts].sort((a, b) =>
      a.order - b.order
    );
    const verdicts: Verdict[] = [];
    const updates: IncidentUpdate[] = [];
    for (const { verdict, alerts } of all) {
      for (const alert of alerts) updates.push(...this.#tracker.push(alert));
      const incidentId = this.#tracker.idOf(verdict);
      verdicts.push(
        incidentId === undefined ? verdict : { ...verdict, incidentId },
      );
    }
    return { verdicts, updates, detections: { flows, hosts: hostDetections } };
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

/** Reasons of the models: the inputs that added most to the score, with the nearest value that would take it below. */
function explainer(
  predictors: readonly ForestPredictor[],
  limit: number,
): ModelReasons {
  const byName = new Map(predictors.map((one) => [one.name, one]));
  return (name, rows, row) => {
    const predictor = byName.get(name)!;
    const { values } = predictor.contributions(rows, row);
    const flips = predictor.nearestFlips(rows, row, limit);
    const { features } = predictor.model;
    const base = rows.offset + row * rows.stride;
    return features
      .map((feature, index) => ({ feature, index, weight: values[index]! }))
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, MODEL_REASONS_MAX)
      .map(({ feature, index, weight }) => {
        const value = rows.values[base + rows.names.indexOf(feature)]!;
        const flip = flips.find((one) => one.feature === index);
        return {
          code: `${name}.${feature}`,
          text: featureText(feature),
          feature,
          value,
          threshold: flip?.value ?? NaN,
          weight,
        };
      });
  };
}
