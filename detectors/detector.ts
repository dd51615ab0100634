import {
  CATEGORIES,
  type Evidence,
  type FeatureRows,
  FIRING_SCORE,
  type FlowBatch,
  type HostBatch,
  MODEL_CATEGORIES,
  type ModelName,
  MODELS,
  type Predictor,
  type Reason,
} from "@ml-defender/events";
import { FastRules } from "./fast/fast.ts";
import { refine, subjectFor } from "./refine.ts";

/** From this model score on, the model says what it found, and about that alone. */
const SPEAKS = 0.5;
const WIDTH = CATEGORIES.length;

/** Why a model gave its score to one row; strongest first. */
export type ModelReasons = (
  model: string,
  rows: FeatureRows,
  row: number,
) => readonly Reason[];

/** Options of {@linkcode Detector}. */
export interface DetectorOptions {
  /**
   * The fast rules.
   *
   * @default {new FastRules()}
   */
  readonly rules?: FastRules;
  /**
   * Models for flow records, named `ddos`, `ransomware`, `traffic` or `internal`. Without any, only the rules speak.
   *
   * @default {[]}
   */
  readonly models?: readonly Predictor[];
  /** Explains model scores; without it their evidence has no reasons. */
  readonly reasons?: ModelReasons;
}

/** Numbers of one batch, kept for the next. */
interface Buffers {
  fast: Float64Array;
  ml: Float64Array;
  scores: Float32Array[];
}

const NOTHING = new Float64Array(0);

/** What all detectors say about one batch. Valid until the detector is asked for the next batch of the same kind. */
export interface Detections {
  /** Best rule score, `(rows, 10)` row-major in the order of `CATEGORIES`; NaN where no rule could speak. */
  readonly fast: Float64Array;
  /** Model score, same shape; NaN where no model covers the category or the model speaks for another of its own. */
  readonly ml: Float64Array;
  /** Scores by model name, one for each row. Empty for host records. */
  readonly predictions: Readonly<Record<string, Float32Array>>;
  /**
   * Everything said about a row: each rule that fired, the best of those that did not in each category, and the models.
   * Makes objects: meant for rows whose scores are interesting.
   */
  evidence(row: number): Evidence[];
}

/**
 * All detectors over the batches of a run. Keeps buffers between batches, no state: what it says about a row depends on
 * the row alone.
 *
 * @example
 * ```ts
 * import { Detector, FastRules } from "@ml-defender/detectors";
 *
 * const detector = new Detector({ rules: new FastRules({ profile: "legacy" }) });
 * if (detector.models.length !== 0) throw new Error("no model was given");
 * ```
 */
export class Detector {
  /** Names of the models in use. */
  readonly models: readonly ModelName[];
  readonly #rules: FastRules;
  readonly #predictors: readonly Predictor[];
  readonly #reasons: ModelReasons | undefined;
  readonly #flows: Buffers = { fast: NOTHING, ml: NOTHING, scores: [] };
  readonly #hosts: Buffers = { fast: NOTHING, ml: NOTHING, scores: [] };

  /**
   * Takes rules and models.
   *
   * @throws {TypeError} If a model has an unknown name or two have the same.
   */
  constructor(options: DetectorOptions = {}) {
    const { rules = new FastRules(), models = [], reasons } = options;
    const names = models.map((model) => model.name);
    for (const name of names) {
      if (!MODELS.includes(name as ModelName)) {
        throw new TypeError(
          `Cannot use the model '${name}': its name must be one of ${
            MODELS.join(", ")
          }`,
        );
      }
    }
    if (new Set(names).size !== names.length) {
      throw new TypeError(
        `Cannot use the models ${names.join(", ")}: a name occurs twice`,
      );
    }
    this.models = names as ModelName[];
    this.#rules = rules;
    this.#predictors = models;
    this.#reasons = reasons;
  }

  /** Scores flow records by rules and models. */
  flows(batch: FlowBatch): Detections {
    const rows = batch.features;
    const { fast, ml, scores: all } = this.#scored(this.#flows, rows);
    const predictions: Record<string, Float32Array> = {};
    this.#predictors.forEach((predictor, index) => {
      const scores = all[index]!;
      predictor.predict(rows, scores);
      predictions[predictor.name] = scores;
      spread(this.models[index]!, scores, rows, fast, ml);
    });
    const evidence = (row: number) => {
      const found = this.#rules.explain(batch, row, { bestOfOthers: true });
      return found.concat(
        this.#modelEvidence(batch, row, { ml, predictions, rules: found }),
      );
    };
    return { fast, ml, predictions, evidence };
  }

  /** Scores host records by rules. */
  hosts(batch: HostBatch): Detections {
    const rows = batch.features;
    const { fast, ml } = this.#scored(this.#hosts, rows);
    const evidence = (row: number) =>
      this.#rules.explain(batch, row, { bestOfOthers: true });
    return { fast, ml, predictions: {}, evidence };
  }

  /** Room for the rows, with the rules' scores in it. */
  #scored(buffers: Buffers, rows: FeatureRows): Buffers {
    const { length } = rows;
    if (buffers.fast === NOTHING || buffers.fast.length < length * WIDTH) {
      buffers.fast = new Float64Array(length * WIDTH);
      buffers.ml = new Float64Array(length * WIDTH);
      buffers.scores = this.#predictors.map(() => new Float32Array(length));
    }
    const fast = buffers.fast.subarray(0, length * WIDTH);
    this.#rules.score(rows, fast);
    return {
      fast,
      ml: buffers.ml.subarray(0, length * WIDTH).fill(NaN),
      scores: buffers.scores.map((one) => one.subarray(0, length)),
    };
  }

  #modelEvidence(
    batch: FlowBatch,
    row: number,
    said: {
      ml: Float64Array;
      predictions: Readonly<Record<string, Float32Array>>;
      rules: readonly Evidence[];
    },
  ): Evidence[] {
    const { ml, predictions, rules } = said;
    const found: Evidence[] = [];
    const read = reader(batch.features, row);
    for (const model of this.models) {
      const score = predictions[model]![row]!;
      const reasons = score >= SPEAKS
        ? this.#reasons?.(model, batch.features, row) ?? []
        : [];
      for (const category of MODEL_CATEGORIES[model]) {
        if (Number.isNaN(ml[row * WIDTH + CATEGORIES.indexOf(category)])) {
          continue;
        }
        // Where a rule fired, both engines speak about the same host.
        const side = subjectFor(category, read);
        const subject = rules.find((one) =>
          one.category === category
        )?.subject ??
          (side === "initiator" ? batch.source(row) : batch.destination(row));
        found.push({
          engine: "ml",
          detector: model,
          category,
          subject,
          score,
          reasons,
        });
      }
    }
    return found;
  }
}

/** Columns by name; names are the same array in every batch of a run. */
const COLUMNS = new WeakMap<readonly string[], Map<string, number>>();

function reader(rows: FeatureRows, row: number): (name: string) => number {
  let columns = COLUMNS.get(rows.names);
  if (columns === undefined) {
    columns = new Map(rows.names.map((name, column) => [name, column]));
    COLUMNS.set(rows.names, columns);
  }
  const base = rows.offset + row * rows.stride;
  return (name) => {
    const column = columns.get(name);
    return column === undefined ? NaN : rows.values[base + column]!;
  };
}

/**
 * A model's score into its categories: all of them while it finds nothing; else the one it is about, which is that of
 * the strongest rule that fired among them, or what `refine` says.
 */
function spread(
  model: ModelName,
  scores: Float32Array,
  rows: FeatureRows,
  fast: Float64Array,
  ml: Float64Array,
): void {
  const columns = MODEL_CATEGORIES[model].map((one) => CATEGORIES.indexOf(one));
  for (let row = 0; row < rows.length; row++) {
    const score = scores[row]!;
    const at = row * WIDTH;
    if (!(score >= SPEAKS)) {
      for (const column of columns) ml[at + column] = score;
      continue;
    }
    let chosen = -1;
    let best = FIRING_SCORE;
    for (const column of columns) {
      const rule = fast[at + column]!;
      if (rule >= best && (chosen < 0 || rule > best)) {
        chosen = column;
        best = rule;
      }
    }
    if (chosen < 0) {
      const { category } = refine(model, reader(rows, row));
      chosen = CATEGORIES.indexOf(category);
    }
    ml[at + chosen] = score;
  }
}
