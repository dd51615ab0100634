/** How TCP stacks of different systems open a connection. */

import type { Family, Host } from "./address.ts";

/** What one system puts on its SYNs. */
export interface StackProfile {
  /** Initial windows. */
  window: number[];
  /** Option kinds in order. */
  syn: number[];
  /** Window scale shift. */
  scale: number;
  /** Whether timestamps are used. */
  timestamps: boolean;
}

/** Option orders and windows as these systems are widely documented to send them. */
export const STACKS: Record<Host["stack"], StackProfile> = {
  linux: {
    window: [64240, 29200, 65535],
    syn: [2, 4, 8, 1, 3],
    scale: 7,
    timestamps: true,
  },
  windows: {
    window: [64240, 8192, 65535],
    syn: [2, 1, 3, 1, 1, 4],
    scale: 8,
    timestamps: false,
  },
  apple: {
    window: [65535],
    syn: [2, 1, 3, 1, 1, 8, 4, 0, 0],
    scale: 6,
    timestamps: true,
  },
  embedded: {
    window: [5840, 14600, 16384],
    syn: [2],
    scale: 0,
    timestamps: false,
  },
};

/** What a stack puts on a SYN: window and options. */
export function synOf(
  host: Host,
  options: { family: Family; tsValue: number; salt: number },
): { window: number; options: Uint8Array } {
  const stack = STACKS[host.stack];
  const mss = options.family === 4 ? 1460 : 1440;
  const out: number[] = [];
  for (const kind of stack.syn) {
    if (kind === 2) out.push(2, 4, mss >> 8, mss & 255);
    else if (kind === 4) out.push(4, 2);
    else if (kind === 3) out.push(3, 3, stack.scale);
    else if (kind === 8) {
      const t = options.tsValue;
      out.push(
        8,
        10,
        t >>> 24,
        (t >>> 16) & 255,
        (t >>> 8) & 255,
        t & 255,
        0,
        0,
        0,
        0,
      );
    } else out.push(kind);
  }
  while (out.length % 4 !== 0) out.push(0);
  const window = stack.window[options.salt % stack.window.length] as number;
  return { window, options: Uint8Array.from(out) };
}
