/**
 * MurmurHash3 for x86, 128 bits (Austin Appleby, public domain), over UTF-8: identifiers that are the same in every run,
 * without permission and without waiting. Not for secrets.
 */
export function hash128(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const state = [0, 0, 0, 0];
  const blocks = bytes.length >> 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let block = 0; block < blocks; block++) mixBlock(state, view, block);
  mixTail(state, bytes, blocks << 4);
  for (let lane = 0; lane < 4; lane++) state[lane]! ^= bytes.length;
  spreadLanes(state);
  for (let lane = 0; lane < 4; lane++) state[lane] = finish(state[lane]!);
  spreadLanes(state);
  return state.map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join(
    "",
  );
}

const C = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93];
const KEY_TURN = [15, 16, 17, 18];
const LANE_TURN = [19, 17, 15, 13];
const ADD = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17];

function turn(value: number, bits: number): number {
  return value << bits | value >>> (32 - bits);
}

function key(value: number, lane: number): number {
  const turned = turn(Math.imul(value, C[lane]!), KEY_TURN[lane]!);
  return Math.imul(turned, C[(lane + 1) & 3]!);
}

function mixBlock(state: number[], view: DataView, block: number): void {
  for (let lane = 0; lane < 4; lane++) {
    const word = view.getInt32(block * 16 + lane * 4, true);
    state[lane]! ^= key(word, lane);
    const sum = turn(state[lane]!, LANE_TURN[lane]!) + state[(lane + 1) & 3]!;
    state[lane] = (Math.imul(sum, 5) + ADD[lane]!) | 0;
  }
}

function mixTail(state: number[], bytes: Uint8Array, start: number): void {
  for (let lane = 3; lane >= 0; lane--) {
    const from = start + lane * 4;
    if (from >= bytes.length) continue;
    let word = 0;
    for (
      let index = Math.min(from + 3, bytes.length - 1);
      index >= from;
      index--
    ) {
      word = word << 8 | bytes[index]!;
    }
    state[lane]! ^= key(word, lane);
  }
}

function spreadLanes(state: number[]): void {
  state[0] = (state[0]! + state[1]! + state[2]! + state[3]!) | 0;
  for (let lane = 1; lane < 4; lane++) {
    state[lane] = (state[lane]! + state[0]!) | 0;
  }
}

function finish(value: number): number {
  let h = value;
  h = Math.imul(h ^ h >>> 16, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
  return h ^ h >>> 16;
}
