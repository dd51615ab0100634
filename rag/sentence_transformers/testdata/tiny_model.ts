/**
 * A model as small as one can be, made by the tests themselves: a WordPiece tokenizer of a few words, and an ONNX graph that
 * looks up a vector for each token and takes its hyperbolic tangent. It proves that files are loaded and tokens pooled; what
 * vectors it gives means nothing.
 */

/** Words of the tokenizer, by their ids. */
export const VOCABULARY: readonly string[] = [
  ...["[PAD]", "[UNK]", "[CLS]", "[SEP]", "port", "scan", "guess", "##ing"],
  ...["password", "##s", "the", "of", "beacon", "flood"],
];

/** Length of a vector. */
export const DIMENSIONS = 5;

/** What a model is made with. */
export interface TinyModel {
  /** Names of the graph's inputs. */
  readonly inputs?: readonly string[];
  /** Whether each text has one vector instead of one for each token. */
  readonly flat?: boolean;
  /** Length of a vector. @default {DIMENSIONS} */
  readonly dimensions?: number;
  /** Added to the table, for a model of other bytes. */
  readonly shift?: number;
}

/** Number of the table, for any token and place in the vector. */
export function tableValue(token: number, place: number, shift = 0): number {
  return Math.fround(((token * 7 + place * 3) % 11 - 5) / 4 + shift);
}

/** Write a model's directory. */
export async function writeTinyModel(
  directory: string,
  model: TinyModel = {},
): Promise<void> {
  await Deno.writeTextFile(
    `${directory}/tokenizer.json`,
    JSON.stringify(tokenizerJson()),
  );
  await Deno.writeFile(`${directory}/model.onnx`, onnxBytes(model));
}

function tokenizerJson(): unknown {
  const special = (id: number) => ({
    id,
    content: VOCABULARY[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [0, 1, 2, 3].map(special),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [
        { SpecialToken: { id: "[CLS]", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "[SEP]", type_id: 0 } },
      ],
      pair: [],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
    },
  };
}

/** Fields of protocol buffers, as far as ONNX needs them here. */
type Field = readonly [number, number | string | Uint8Array];

function message(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const varint = (value: number) => {
    for (; value > 127; value = Math.floor(value / 128)) {
      bytes.push(value % 128 + 128);
    }
    bytes.push(value);
  };
  for (const [number, value] of fields) {
    if (typeof value === "number") {
      varint(number << 3);
      varint(value);
      continue;
    }
    const content = typeof value === "string"
      ? new TextEncoder().encode(value)
      : value;
    varint(number << 3 | 2);
    varint(content.length);
    bytes.push(...content);
  }
  return Uint8Array.from(bytes);
}

const FLOAT = 1;
const INT64 = 7;

function valueInfo(name: string, type: number, shape: readonly string[]) {
  const dims = shape.map((dim): Field => [1, message([[2, dim]])]);
  const tensor = message([[1, type], [2, message(dims)]]);
  return message([[1, name], [2, message([[1, tensor]])]]);
}

function node(type: string, inputs: readonly string[], output: string) {
  return message([
    ...inputs.map((name): Field => [1, name]),
    [2, output],
    [4, type],
  ]);
}

function tensor(
  name: string,
  type: number,
  { dims, data }: {
    readonly dims: readonly number[];
    readonly data: ArrayBufferView<ArrayBuffer>;
  },
) {
  return message([
    ...dims.map((dim): Field => [1, dim]),
    [2, type],
    [8, name],
    [9, new Uint8Array(data.buffer)],
  ]);
}

function onnxBytes(model: TinyModel): Uint8Array<ArrayBuffer> {
  const { inputs = ["input_ids", "attention_mask"], flat, shift } = model;
  const { dimensions = DIMENSIONS } = model;
  const [ids = ""] = inputs;
  const table = Float32Array.from(
    { length: VOCABULARY.length * dimensions },
    (_, i) => tableValue(Math.floor(i / dimensions), i % dimensions, shift),
  );
  const dims = [VOCABULARY.length, dimensions];
  const graph = message([
    [1, node("Gather", ["table", ids], "looked_up")],
    [1, node("Tanh", ["looked_up"], flat ? "all" : "last_hidden_state")],
    ...(flat
      ? [
        [
          1,
          node("ReduceMax", ["all", "axis"], "last_hidden_state"),
        ] as const,
      ]
      : []),
    [2, "tiny"],
    [5, tensor("table", FLOAT, { dims, data: table })],
    ...(flat
      ? [
        [
          5,
          tensor("axis", INT64, { dims: [1], data: BigInt64Array.of(1n) }),
        ] as const,
      ]
      : []),
    ...inputs.map((name): Field => [
      11,
      valueInfo(name, INT64, ["texts", "tokens"]),
    ]),
    [12, valueInfo("last_hidden_state", FLOAT, ["texts", "tokens", "numbers"])],
  ]);
  const opset = message([[1, ""], [2, 18]]);
  return message([[1, 8], [2, "tests"], [7, graph], [8, opset]]);
}
