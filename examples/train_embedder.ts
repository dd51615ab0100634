// deno-lint-ignore-file no-console
/** `deno task train-embedder`: the default embedding model from the thesaurus. */
import { makeModel, PARAMETERS } from "../training/embedder/make_model.ts";
import {
  type PackedModel,
  packModel,
} from "../training/embedder/pack_model.ts";
import { readThesaurus } from "../training/embedder/thesaurus.ts";
import { validate } from "../training/embedder/validate.ts";
import { withWording } from "../training/embedder/wording.ts";
import { progress, runProgram } from "./_cli.ts";

const HELP = `
Usage: deno task train-embedder [--check] [--json]

Trains the default embedding model from rag/embedding/thesaurus and writes rag/embedding/static_model.json. Plain
TypeScript on one core, nothing is downloaded; the same thesaurus gives the same bytes on any machine.

Options:
  --check    write nothing; exit code 1 where the committed model is not what the thesaurus gives
  --json     print one JSON object
  --help     show this text
`;

const PACKED = new URL("../rag/embedding/static_model.json", import.meta.url);
const THESAURUS = new URL("../rag/embedding/thesaurus/", import.meta.url);

await runProgram({
  name: "train-embedder",
  help: HELP,
  options: { check: { type: "boolean" }, json: { type: "boolean" } },
}, async (values) => {
  const start = performance.now();
  const { concepts, ...lists } = await readThesaurus(THESAURUS);
  const thesaurus = { ...lists, concepts: withWording(concepts) };
  const { samples } = PARAMETERS.schedule;
  progress("held-out phrases");
  const validation = validate(thesaurus, PARAMETERS);
  const { model, phrases } = makeModel(thesaurus, PARAMETERS, {
    weakBelow: validation.weakBelow,
    onProgress: (done, loss) =>
      progress(`${done}/${samples} samples, missed ${loss.toFixed(3)}`),
  });
  progress("");
  const before = await readPacked();
  const packed = await packModel(model, before);
  const same = before?.sha256 === packed.sha256;
  if (!values.check && !same) {
    const partial = new URL(`${PACKED.href}.${Deno.pid}`);
    const text = JSON.stringify(packed, null, 2) + "\n";
    await Deno.writeTextFile(partial, text);
    await Deno.rename(partial, PACKED);
  }
  const { size, sha256, gzip } = packed;
  const report = {
    concepts: concepts.length,
    phrases: phrases.length,
    words: model.words.length,
    bytes: size,
    packedBytes: gzip.length,
    sha256,
    same,
    validation,
    seconds: Math.round((performance.now() - start) / 100) / 10,
  };
  if (values.json) console.log(JSON.stringify(report));
  else {
    console.log(
      `${report.concepts} concepts, ${report.phrases} phrases, ${report.words} words -> ${size} bytes (packed ${report.packedBytes}) in ${report.seconds} s`,
    );
    const { first, recall, weakBelow, weakArea } = validation;
    console.log(
      `held-out phrases: concept first ${
        first.toFixed(3)
      }, R@10 of made events ${
        recall.toFixed(3)
      }; weak below ${weakBelow}, ROC area ${weakArea.toFixed(3)}`,
    );
    console.log(`${sha256} ${same ? "as committed" : "new"}`);
  }
  if (values.check && !same) {
    throw new Error(
      `the committed model is ${
        before?.sha256 ?? "missing"
      }: run deno task train-embedder`,
    );
  }
});

async function readPacked(): Promise<PackedModel | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(PACKED));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
