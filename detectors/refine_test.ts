import assert from "node:assert/strict";
import { MODEL_CATEGORIES, type ModelName, MODELS } from "@ml-defender/events";
import { refine, subjectFor } from "./refine.ts";

const of = (model: ModelName, values: Record<string, number>) => {
  const { category, subject } = refine(model, (name) => values[name] ?? NaN);
  return `${category} ${subject}`;
};

Deno.test("refine names the victim of a flood, also where it only gets replies", () => {
  assert.equal(of("ddos", { fwd_packets: 9 }), "ddos responder");
  assert.equal(of("ddos", { fwd_packets: 0 }), "ddos initiator");
});

Deno.test("refine tells apart what the model traffic finds", () => {
  const outbound = { src_is_internal: 1, dst_is_internal: 0 };
  assert.equal(of("traffic", { ...outbound, app_dns: 1 }), "dns initiator");
  assert.equal(
    of("traffic", {
      ...outbound,
      upload_ratio: 0.9,
      fwd_payload_bytes: 5_000_000,
    }),
    "exfiltration initiator",
  );
  assert.equal(
    of("traffic", {
      ...outbound,
      upload_ratio: 0.9,
      fwd_payload_bytes: 5_000,
    }),
    "c2 initiator",
  );
  assert.equal(
    of("traffic", {
      ...outbound,
      app_http: 1,
      http_target_special_ratio: 0.2,
    }),
    "web initiator",
  );
  assert.equal(
    of("traffic", {
      src_is_internal: 1,
      dst_is_internal: 1,
      app_http: 1,
      http_target_special_ratio: 0.03,
    }),
    "web initiator",
  );
  assert.equal(
    of("traffic", { ...outbound, app_http: 1, http_target_special_ratio: 0 }),
    "c2 initiator",
  );
  assert.equal(
    of("traffic", {
      ...outbound,
      duration_s: 600,
      byte_rate: 50,
      fwd_len_mean: 200,
      fwd_payload_entropy: 4.7,
      dst_port_registered: 1,
      app_tls: 0,
    }),
    "mining initiator",
  );
});

Deno.test("refine blames the host inside for traffic, the client for an attack on a server inside", () => {
  const inbound = { src_is_internal: 0, dst_is_internal: 1 };
  assert.equal(of("traffic", inbound), "c2 responder");
  assert.equal(of("traffic", { ...inbound, app_http: 1 }), "web initiator");
});

Deno.test("refine tells apart what the model internal finds", () => {
  const login = { login_service: 1, src_login_flows_300s: 40 };
  assert.equal(
    of("internal", { ...login, src_unanswered_ratio_30s: 0 }),
    "bruteforce initiator",
  );
  assert.equal(
    of("internal", { ...login, src_unanswered_ratio_30s: 1 }),
    "scan initiator",
  );
  assert.equal(
    of("internal", { src_syn_without_ack_ratio_30s: 0.9 }),
    "scan initiator",
  );
  assert.equal(of("internal", { src_unique_ports_30s: 60 }), "scan initiator");
  assert.equal(
    of("internal", { app_smb: 1, src_unique_ports_30s: 1 }),
    "lateral initiator",
  );
});

Deno.test("refine without any feature still answers within the model's categories", () => {
  for (const model of MODELS) {
    const { category } = refine(model, () => NaN);
    assert.ok(MODEL_CATEGORIES[model].includes(category));
  }
});

Deno.test("subjectFor agrees with refine where both name the category", () => {
  const outside = (name: string) => name === "dst_is_internal" ? 1 : 0;
  assert.equal(subjectFor("c2", outside), "responder");
  assert.equal(subjectFor("web", outside), "initiator");
  assert.equal(subjectFor("scan", outside), "initiator");
  assert.equal(subjectFor("ddos", () => 3), "responder");
});

Deno.test("refine takes answered datagrams inside for guesses: movement needs a connection", () => {
  const flow = { src_is_internal: 1, dst_is_internal: 1, answered: 1 };
  assert.equal(of("internal", { ...flow, is_udp: 1 }), "bruteforce initiator");
  assert.equal(of("internal", { ...flow, is_udp: 0 }), "lateral initiator");
});

Deno.test("refine takes a login by SMB alone for a guess, and an upload by a login service for none", () => {
  const smb = { app_smb: 1, duration_s: 0.2 };
  const login = { fwd_payload_bytes: 560, bwd_payload_bytes: 424 };
  assert.equal(of("internal", { ...smb, ...login }), "bruteforce initiator");
  assert.equal(
    of("internal", { ...smb, ...login, bwd_payload_bytes: 50_000 }),
    "lateral initiator",
  );
  const ssh = { login_service: 1, pair_flows: 8 };
  assert.equal(of("internal", ssh), "bruteforce initiator");
  assert.equal(
    of("internal", { ...ssh, upload_ratio: 0.99, fwd_payload_bytes: 4e6 }),
    "lateral initiator",
  );
});

Deno.test("refine takes a part of an upload for exfiltration", () => {
  const part = {
    ...{ src_is_internal: 1, dst_is_internal: 0 },
    ...{ upload_ratio: 0.99, fwd_payload_bytes: 500_000 },
  };
  const of5Minutes = { src_external_upload_bytes_300s: 4e6 };
  assert.equal(
    of("traffic", { ...part, ...of5Minutes }),
    "exfiltration initiator",
  );
  assert.equal(of("traffic", part), "c2 initiator");
});
