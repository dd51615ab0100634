/** The experiment without some behaviours: what search by meaning does about what the thesaurus does not have. */
import { StaticEmbedder } from "../../rag/embedding/static_embedder.ts";
import {
  makeModel,
  PARAMETERS,
  type Parameters,
  without,
} from "../../training/embedder/make_model.ts";
import {
  readThesaurus,
  type Thesaurus,
} from "../../training/embedder/thesaurus.ts";
import { withWording } from "../../training/embedder/wording.ts";
import { readLeftOut } from "./documents.ts";

/** Concepts that speak of each behaviour that is left out. */
const CONCEPTS: Readonly<Record<string, readonly string[]>> = {
  mining_pool: ["mining", "hidden_mining"],
  smb_login_failures: ["smb_guessing"],
  tls_beacon: ["beacon", "unnamed_tls", "named_c2", "odd_port"],
  udp_flood: ["udp_flood"],
  vertical_scan: ["vertical_scan", "banner"],
};

/** The thesaurus with the wording of the log. */
export async function readWorded(): Promise<Thesaurus> {
  const { concepts, ...lists } = await readThesaurus(
    new URL("../../rag/embedding/thesaurus/", import.meta.url),
  );
  return { ...lists, concepts: withWording(concepts) };
}

/** An embedder that was trained without the behaviours of `left_out.json`. */
export async function embedderWithout(
  parameters: Parameters = PARAMETERS,
): Promise<StaticEmbedder> {
  const ids = (await readLeftOut()).flatMap((behaviour) => {
    const concepts = CONCEPTS[behaviour];
    if (concepts === undefined) {
      throw new TypeError(
        `Cannot leave out ${behaviour} as its concepts must be listed in left_out.ts`,
      );
    }
    return concepts;
  });
  const { model } = makeModel(
    without(await readWorded(), new Set(ids)),
    parameters,
  );
  return new StaticEmbedder(model, "without the behaviours left out");
}
