/** Every kind of threat, in the order of reports. */
export const CATEGORIES = [
  "ddos",
  "scan",
  "bruteforce",
  "lateral",
  "ransomware",
  "c2",
  "dns",
  "exfiltration",
  "mining",
  "web",
] as const;

/** What kind of threat a verdict or an incident is about. */
export type Category = typeof CATEGORIES[number];

/** The four models, in the order of logs. */
export const MODELS = ["ddos", "ransomware", "traffic", "internal"] as const;

/** Name of one of the four models. */
export type ModelName = typeof MODELS[number];

/** Categories that each model speaks for, each in one model's list; where several fit as well, the first is meant. */
export const MODEL_CATEGORIES: Readonly<
  Record<ModelName, readonly Category[]>
> = {
  ddos: ["ddos"],
  ransomware: ["ransomware"],
  traffic: ["dns", "exfiltration", "web", "mining", "c2"],
  internal: ["bruteforce", "scan", "lateral"],
};

/** The model that covers a category. */
export const MODEL_OF: Readonly<Record<Category, ModelName>> = Object
  .fromEntries(
    MODELS.flatMap((model) =>
      MODEL_CATEGORIES[model].map((category) => [category, model])
    ),
  ) as Record<Category, ModelName>;
