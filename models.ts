import { type ForestModel, parseForestModel } from "@ml-defender/detectors";

let loaded: Promise<readonly ForestModel[]> | undefined;

/**
 * The four forests that come with the package: ddos, ransomware, traffic, internal. Read once, from the package itself.
 *
 * @returns The models, with their provenance.
 */
export function loadModels(): Promise<readonly ForestModel[]> {
  return loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
}

async function load(): Promise<readonly ForestModel[]> {
  const json = { with: { type: "json" } } as const;
  const files = await Promise.all([
    import("./models/ddos.json", json),
    import("./models/ransomware.json", json),
    import("./models/traffic.json", json),
    import("./models/internal.json", json),
  ]);
  return files.map((file) => parseForestModel(file.default));
}
