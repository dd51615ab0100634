/**
 * Tests that need something that a machine may not have: skipped with the reason, or failed where everything is required.
 *
 * @module
 */

/** A test that needs something. */
export interface OptionalTest {
  /** A sentence with the symbol in it. */
  readonly name: string;
  /** Whether what it needs is there. */
  readonly available: boolean;
  /** What is missing, for the test's name and for the failure. */
  readonly reason: string;
  /** The test. */
  readonly fn: (context: Deno.TestContext) => void | Promise<void>;
  /** What it may do; as in `Deno.test`. */
  readonly permissions?: Deno.PermissionOptions;
}

/**
 * Register a test that is skipped, with the reason in its name, where what it needs is missing, and that fails there when
 * the environment says `ML_DEFENDER_REQUIRE_ALL=1`.
 *
 * @param test The test.
 */
export function optional(test: OptionalTest): void {
  const { name, available, reason, fn, permissions } = test;
  const grants = permissions === undefined ? {} : { permissions };
  if (available) {
    Deno.test({ name, fn, ...grants });
  } else if (everythingRequired()) {
    Deno.test(name, () => {
      throw new Error(`${reason}, and ML_DEFENDER_REQUIRE_ALL=1`);
    });
  } else {
    Deno.test({ name: `${name} (skipped: ${reason})`, ignore: true, fn });
  }
}

function everythingRequired(): boolean {
  const name = "ML_DEFENDER_REQUIRE_ALL";
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" && Deno.env.get(name) === "1";
}

/**
 * Whether npm packages are in Deno's cache and load. Nothing is downloaded: `deno task optional` does that.
 *
 * @param specifiers Such as `npm:name@1.2.3`.
 */
export async function cached(...specifiers: string[]): Promise<boolean> {
  const program = specifiers.map((name) => `import "${name}";`).join(" ");
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["eval", "--no-lock", "--cached-only"],
      `${program} Deno.exit(0)`,
    ],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}
