/**
 * A language model of random weights in GGUF version 3, of which llama.cpp knows the architecture: two layers of 64 numbers, a
 * vocabulary of bytes. It proves that loading, generating and stopping work, and nothing about answers.
 */

const BYTES = 256;
const SPECIAL = ["<unk>", "<s>", "</s>"];
const VOCABULARY = SPECIAL.length + BYTES;
const WIDTH = 64;
const HIDDEN = 128;
const LAYERS = 2;
const HEADS = 4;
const ALIGNMENT = 32;
const TYPE = { u32: 4, i32: 5, f32: 6, text: 8, list: 9 } as const;

/**
 * Make the file.
 *
 * @param seed Of the weights: the same seed gives the same bytes.
 * @param contextLength Longest text in tokens that it claims to know.
 */
export function randomGguf(seed: number, contextLength = 32_768): Uint8Array {
  const out = new Bytes();
  const values = metadata(contextLength);
  const tensors = tensorList();
  out.text("GGUF");
  out.u32(3);
  out.u64(tensors.length);
  out.u64(values.length);
  for (const [key, write] of values) {
    out.string(key);
    write(out);
  }
  let offset = 0;
  for (const [name, shape] of tensors) {
    out.string(name);
    out.u32(shape.length);
    for (const size of shape) out.u64(size);
    out.u32(0);
    out.u64(offset);
    offset += Math.ceil(count(shape) * 4 / ALIGNMENT) * ALIGNMENT;
  }
  out.align();
  const next = random(seed);
  for (const [name, shape] of tensors) {
    const norm = name.includes("norm");
    for (let i = 0; i < count(shape); i++) out.f32(norm ? 1 : next() * 0.3);
    out.align();
  }
  return out.take();
}

type Value = readonly [key: string, write: (out: Bytes) => void];

function metadata(contextLength: number): Value[] {
  const text = (key: string, value: string): Value => [key, (out) => {
    out.u32(TYPE.text);
    out.string(value);
  }];
  const whole = (key: string, value: number): Value => [key, (out) => {
    out.u32(TYPE.u32);
    out.u32(value);
  }];
  const list = <T>(
    key: string,
    type: number,
    items: readonly T[],
    write: (out: Bytes, item: T) => void,
  ): Value => [key, (out) => {
    out.u32(TYPE.list);
    out.u32(type);
    out.u64(items.length);
    for (const item of items) write(out, item);
  }];
  const tokens = [
    ...SPECIAL,
    ...Array.from(
      { length: BYTES },
      (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`,
    ),
  ];
  const kinds = tokens.map((_, i) => i === 0 ? 2 : i < SPECIAL.length ? 3 : 6);
  return [
    text("general.architecture", "llama"),
    text("general.name", "random"),
    whole("general.file_type", 0),
    whole("llama.context_length", contextLength),
    whole("llama.embedding_length", WIDTH),
    whole("llama.block_count", LAYERS),
    whole("llama.feed_forward_length", HIDDEN),
    whole("llama.attention.head_count", HEADS),
    whole("llama.attention.head_count_kv", HEADS),
    whole("llama.rope.dimension_count", WIDTH / HEADS),
    ["llama.attention.layer_norm_rms_epsilon", (out) => {
      out.u32(TYPE.f32);
      out.f32(1e-5);
    }],
    whole("llama.vocab_size", VOCABULARY),
    text("tokenizer.ggml.model", "llama"),
    list("tokenizer.ggml.tokens", TYPE.text, tokens, (o, t) => o.string(t)),
    list("tokenizer.ggml.scores", TYPE.f32, tokens, (o) => o.f32(0)),
    list("tokenizer.ggml.token_type", TYPE.i32, kinds, (o, k) => o.u32(k)),
    whole("tokenizer.ggml.bos_token_id", 1),
    whole("tokenizer.ggml.eos_token_id", 2),
    whole("tokenizer.ggml.unknown_token_id", 0),
  ];
}

function tensorList(): (readonly [name: string, shape: readonly number[]])[] {
  const layer = (i: number) =>
    [
      [`blk.${i}.attn_norm.weight`, [WIDTH]],
      [`blk.${i}.attn_q.weight`, [WIDTH, WIDTH]],
      [`blk.${i}.attn_k.weight`, [WIDTH, WIDTH]],
      [`blk.${i}.attn_v.weight`, [WIDTH, WIDTH]],
      [`blk.${i}.attn_output.weight`, [WIDTH, WIDTH]],
      [`blk.${i}.ffn_norm.weight`, [WIDTH]],
      [`blk.${i}.ffn_gate.weight`, [WIDTH, HIDDEN]],
      [`blk.${i}.ffn_up.weight`, [WIDTH, HIDDEN]],
      [`blk.${i}.ffn_down.weight`, [HIDDEN, WIDTH]],
    ] as const;
  return [
    ["token_embd.weight", [WIDTH, VOCABULARY]],
    ["output_norm.weight", [WIDTH]],
    ["output.weight", [WIDTH, VOCABULARY]],
    ...Array.from({ length: LAYERS }, (_, i) => layer(i)).flat(),
  ];
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Numbers from -0.5 to 0.5. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** Little-endian bytes that grow. */
class Bytes {
  #view = new DataView(new ArrayBuffer(1 << 20));
  #length = 0;

  text(value: string): void {
    for (const byte of new TextEncoder().encode(value)) {
      this.#view.setUint8(this.#grow(1), byte);
    }
  }

  string(value: string): void {
    this.u64(new TextEncoder().encode(value).length);
    this.text(value);
  }

  u32(value: number): void {
    this.#view.setUint32(this.#grow(4), value, true);
  }

  u64(value: number): void {
    this.#view.setBigUint64(this.#grow(8), BigInt(value), true);
  }

  f32(value: number): void {
    this.#view.setFloat32(this.#grow(4), value, true);
  }

  align(): void {
    while (this.#length % ALIGNMENT !== 0) {
      this.#view.setUint8(this.#grow(1), 0);
    }
  }

  take(): Uint8Array {
    return new Uint8Array(this.#view.buffer, 0, this.#length);
  }

  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    while (this.#length > this.#view.byteLength) {
      const larger = new Uint8Array(this.#view.byteLength * 2);
      larger.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
