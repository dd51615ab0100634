/** What is used of npm:node-llama-cpp, and how it is loaded. */
import { ModelError } from "../answers/answer_model.ts";

/**
 * The package, in the one version that was tried. The name reaches `import` as a value: with a literal there, Deno downloads
 * 740 MB for everyone who type-checks, publishes or merely has this file in a lock file, before the first line runs.
 */
export const PACKAGE: string = "npm:node-llama-cpp@3.21.1";
/** Its name, as it stands in the paths of its files. */
export const PACKAGE_NAME = "node-llama-cpp";

/** The package, as far as it is used; `deno task check:llama` holds its types to it. */
export interface LlamaLibrary {
  /** A session of one question and answer. */
  readonly LlamaChatSession: new (options: {
    /** What `getSequence` gave. */
    contextSequence: never;
    /** The rules. */
    systemPrompt: string;
    /** Let go of the sequence with the session. */
    autoDisposeSequence: boolean;
  }) => LlamaSession;
  /** Loads llama.cpp. */
  getLlama(options: {
    /** Whether a graphics processor may be used. */
    gpu: false | "auto";
    /** Compile nothing. */
    build: "never";
    /** Print nothing. */
    progressLogs: boolean;
    /** Takes what it would print. */
    logger: () => void;
  }): Promise<LlamaEngine>;
}

/** llama.cpp. */
export interface LlamaEngine {
  /** Loads a file of weights. */
  loadModel(options: {
    /** GGUF. */
    modelPath: string;
  }): Promise<LlamaWeights>;
  /** Lets go of everything. */
  dispose(): Promise<void>;
}

/** A loaded file. */
export interface LlamaWeights {
  /** Text to tokens. */
  tokenize(text: string): readonly unknown[];
  /** Memory for a text. */
  createContext(options: {
    /** Tokens. */
    contextSize: number;
    /** Threads. */
    threads: number;
  }): Promise<LlamaContext>;
}

/** Memory for a text. */
export interface LlamaContext {
  /** A place in it. */
  getSequence(): unknown;
  /** Lets go of it. */
  dispose(): Promise<void>;
}

/** One question and answer. */
export interface LlamaSession {
  /** Writes an answer. */
  prompt(text: string, options: {
    /** Most tokens. */
    maxTokens: number;
    /** 0 always takes the most likely token. */
    temperature: number;
    /** Stops it. */
    signal: AbortSignal;
    /** Called with each piece. */
    onTextChunk: (text: string) => void;
  }): Promise<string>;
  /** Lets go of it. */
  dispose(): void;
}

/**
 * Load the package; it is downloaded where it is not there.
 *
 * @returns It.
 * @throws {ModelError} `unreachable` if it cannot be had.
 */
export async function loadLibrary(): Promise<LlamaLibrary> {
  try {
    return await import(PACKAGE);
  } catch (cause) {
    throw new ModelError(
      "unreachable",
      `Cannot load ${PACKAGE}: it must be in Deno's cache or its registry reachable, with ffi, read, env, sys and run permission`,
      { cause },
    );
  }
}
