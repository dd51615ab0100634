import type { Binding } from "./_binding.ts";

const SHA256_BYTES = 32;

/** The C++ core, loaded by {@linkcode openCore}. */
export class Core {
  readonly #binding: Binding;
  /** Why this is the wasm build; empty where it is the native one. */
  readonly buildReason: string;

  /** @ignore */
  constructor(binding: Binding, buildReason: string) {
    this.#binding = binding;
    this.buildReason = buildReason;
  }

  /** Which build it is. */
  get build(): "native" | "wasm" {
    return this.#binding.build;
  }

  /**
   * SHA-256.
   *
   * @param bytes What is hashed.
   * @returns 32 bytes.
   */
  sha256(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const digest = new Uint8Array(SHA256_BYTES);
    this.#binding.functions.sha256(bytes, digest);
    return digest;
  }
}
