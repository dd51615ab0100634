import type {
  AppFacts,
  AppProtocol,
  EndReason,
  FeatureRows,
  Flow,
  FlowBatch,
  HostBatch,
  HostWindow,
} from "@ml-defender/events";
import type { Core, RecordLayout } from "@ml-defender/native";
import { hostKey } from "./_address.ts";

const TEXT = new TextDecoder();

/** Reads fields of fixed-size records by name, as the core laid them out. */
class Records {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly arena: Uint8Array;
  readonly layout: RecordLayout;
  readonly #view: DataView;
  readonly #offsets: ReadonlyMap<string, number>;

  constructor(
    layout: RecordLayout,
    bytes: Uint8Array,
    count: number,
    arena: Uint8Array,
  ) {
    this.layout = layout;
    this.count = count;
    this.bytes = bytes.subarray(0, count * layout.size);
    this.arena = arena;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offsets = offsetsOf(layout);
  }

  #at(row: number, field: string): number {
    if (!(row >= 0 && row < this.count)) {
      throw new RangeError(
        `Cannot read record as 'row' must be below ${this.count}: current value is ${row}`,
      );
    }
    return row * this.layout.size + this.#offsets.get(field)!;
  }

  f64(row: number, field: string): number {
    return this.#view.getFloat64(this.#at(row, field), true);
  }

  u64(row: number, field: string): number {
    return Number(this.#view.getBigUint64(this.#at(row, field), true));
  }

  u32(row: number, field: string): number {
    return this.#view.getUint32(this.#at(row, field), true);
  }

  u16(row: number, field: string): number {
    return this.#view.getUint16(this.#at(row, field), true);
  }

  u8(row: number, field: string): number {
    return this.#view.getUint8(this.#at(row, field));
  }

  octets(row: number, field: string): Uint8Array {
    const start = this.#at(row, field);
    return this.bytes.subarray(start, start + 16);
  }

  text(row: number, field: string): string | undefined {
    const start = this.#at(row, field);
    const length = this.#view.getUint32(start + 4, true);
    if (length === 0) return undefined;
    const offset = this.#view.getUint32(start, true);
    return TEXT.decode(this.arena.subarray(offset, offset + length));
  }

  record(row: number): Uint8Array {
    const start = row * this.layout.size;
    return this.bytes.subarray(start, start + this.layout.size);
  }

  features(): FeatureRows {
    const { bytes, layout } = this;
    return {
      length: this.count,
      names: layout.features,
      values: new Float32Array(
        bytes.buffer as ArrayBuffer,
        bytes.byteOffset,
        bytes.byteLength / 4,
      ),
      offset: layout.featuresOffset / 4,
      stride: layout.size / 4,
    };
  }

  copy(): [Uint8Array, Uint8Array] {
    return [this.bytes.slice(), this.arena.slice()];
  }
}

const OFFSETS = new WeakMap<RecordLayout, ReadonlyMap<string, number>>();

function offsetsOf(layout: RecordLayout): ReadonlyMap<string, number> {
  let offsets = OFFSETS.get(layout);
  if (offsets === undefined) {
    offsets = new Map(layout.fields.map(({ name, offset }) => [name, offset]));
    OFFSETS.set(layout, offsets);
  }
  return offsets;
}

/** The core's flow records of one step. */
export class CoreFlowBatch implements FlowBatch {
  readonly #core: Core;
  readonly #records: Records;
  // Each rule about a row asks for them again.
  #source = { row: -1, key: "" };
  #destination = { row: -1, key: "" };
  readonly features: FeatureRows;

  constructor(
    core: Core,
    bytes: Uint8Array,
    count: number,
    arena: Uint8Array,
  ) {
    this.#core = core;
    this.#records = new Records(core.layout.flow, bytes, count, arena);
    this.features = this.#records.features();
  }

  get length(): number {
    return this.#records.count;
  }

  get bytes(): Uint8Array {
    return this.#records.bytes;
  }

  get text(): Uint8Array {
    return this.#records.arena;
  }

  order(row: number): number {
    return this.#records.u64(row, "order");
  }

  id(row: number): string {
    return this.#records.octets(row, "id").toHex();
  }

  endUs(row: number): number {
    return this.#records.f64(row, "end_us");
  }

  source(row: number): string {
    if (this.#source.row !== row) {
      this.#source = { row, key: this.#key(row, "src") };
    }
    return this.#source.key;
  }

  destination(row: number): string {
    if (this.#destination.row !== row) {
      this.#destination = { row, key: this.#key(row, "dst") };
    }
    return this.#destination.key;
  }

  #key(row: number, field: string): string {
    const r = this.#records;
    return hostKey(
      r.octets(row, field),
      r.u8(row, "ip_version"),
      r.u32(row, "vlan"),
      r.u32(row, "vni"),
    );
  }

  flow(row: number): Flow {
    const r = this.#records;
    const flags = r.u8(row, "flags");
    const version = r.u8(row, "ip_version");
    const app = this.#core.layout.enums.app![r.u8(row, "app")];
    const communityId = this.#core.communityId(r.record(row));
    return {
      id: r.octets(row, "id").toHex(),
      startUs: r.f64(row, "start_us"),
      endUs: r.f64(row, "end_us"),
      sourceAddress: hostKey(r.octets(row, "src"), version),
      destinationAddress: hostKey(r.octets(row, "dst"), version),
      sourcePort: r.u16(row, "src_port"),
      destinationPort: r.u16(row, "dst_port"),
      protocol: r.u8(row, "protocol"),
      kind: r.u8(row, "kind") === 1 ? "arp" : "ip",
      ipVersion: version,
      ...(app === undefined || app === "unknown"
        ? {}
        : { app: app as AppProtocol }),
      endReason: this.#core.layout.enums.endReason![
        r.u8(row, "end_reason")
      ] as EndReason,
      final: r.u8(row, "final") === 1,
      sequence: r.u32(row, "sequence"),
      directionConfidence: r.u8(row, "direction_confidence"),
      sourceInternal: (flags & 1) !== 0,
      destinationInternal: (flags & 2) !== 0,
      vlan: r.u32(row, "vlan"),
      vni: r.u32(row, "vni"),
      interfaceId: r.u32(row, "interface_id"),
      forwardPackets: r.u32(row, "fwd_packets"),
      backwardPackets: r.u32(row, "bwd_packets"),
      forwardBytes: r.f64(row, "fwd_bytes"),
      backwardBytes: r.f64(row, "bwd_bytes"),
      facts: this.#facts(row),
      ...(communityId === "" ? {} : { communityId }),
    };
  }

  #facts(row: number): AppFacts {
    const r = this.#records;
    const facts: { -readonly [K in keyof AppFacts]: string | number } = {};
    for (const [key, field] of TEXT_FACTS) {
      const value = r.text(row, field);
      if (value !== undefined) facts[key] = value;
    }
    if (facts.dnsName !== undefined) facts.dnsType = r.u16(row, "dns_qtype");
    const rcode = r.u8(row, "dns_rcode");
    if (rcode !== 255) facts.dnsRcode = rcode;
    const status = r.u16(row, "http_status");
    if (status !== 0) facts.httpStatus = status;
    return facts as AppFacts;
  }

  copy(): CoreFlowBatch {
    const [bytes, arena] = this.#records.copy();
    return new CoreFlowBatch(this.#core, bytes, this.length, arena);
  }
}

const TEXT_FACTS: readonly (readonly [keyof AppFacts, string])[] = [
  ["dnsName", "name_dns"],
  ["tlsSni", "name_sni"],
  ["ja3", "ja3"],
  ["alpn", "alpn"],
  ["httpMethod", "http_method"],
  ["httpTarget", "http_target"],
  ["httpHost", "http_host"],
  ["httpUserAgent", "http_user_agent"],
  ["sshClient", "ssh_client"],
  ["sshServer", "ssh_server"],
];

/** The core's host records of one step. */
export class CoreHostBatch implements HostBatch {
  readonly #core: Core;
  readonly #records: Records;
  readonly features: FeatureRows;

  constructor(core: Core, bytes: Uint8Array, count: number) {
    this.#core = core;
    this.#records = new Records(
      core.layout.host,
      bytes,
      count,
      new Uint8Array(0),
    );
    this.features = this.#records.features();
  }

  get length(): number {
    return this.#records.count;
  }

  get bytes(): Uint8Array {
    return this.#records.bytes;
  }

  order(row: number): number {
    return this.#records.u64(row, "order");
  }

  endUs(row: number): number {
    return this.#records.f64(row, "time_us");
  }

  address(row: number): string {
    const r = this.#records;
    return hostKey(
      r.octets(row, "addr"),
      r.u8(row, "ip_version"),
      r.u32(row, "vlan"),
      r.u32(row, "vni"),
    );
  }

  host(row: number): HostWindow {
    const r = this.#records;
    return {
      id: r.octets(row, "id").toHex(),
      address: hostKey(r.octets(row, "addr"), r.u8(row, "ip_version")),
      startUs: r.f64(row, "start_us"),
      endUs: r.f64(row, "time_us"),
      internal: r.u8(row, "internal") === 1,
      established: r.u8(row, "established") === 1,
      vlan: r.u32(row, "vlan"),
      vni: r.u32(row, "vni"),
      packets: r.u32(row, "packets"),
    };
  }

  copy(): CoreHostBatch {
    const [bytes] = this.#records.copy();
    return new CoreHostBatch(this.#core, bytes, this.length);
  }
}
