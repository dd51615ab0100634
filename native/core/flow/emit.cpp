// Flow records.
#include <algorithm>

#include "core/flow/flow_features.hpp"
#include "core/flow/tracker.hpp"

namespace mld {
namespace {

std::uint8_t add_flag(std::uint8_t flags, std::uint8_t flag, bool on) {
  return on ? static_cast<std::uint8_t>(flags | flag) : flags;
}

}  // namespace

bool Tracker::write_due(Batch& batch) {
  for (; due_at_ < due_.size(); ++due_at_) {
    const Due& due = due_[due_at_];
    Flow& flow = flows_[due.flow];
    apps_.finish(flow);
    const AppFacts* facts = apps_.facts(flow);
    std::size_t text = 0;
    if (facts != nullptr) {
      for (const std::uint16_t length : facts->lengths) text += length;
    }
    if (!batch.flow_fits(text)) return false;
    FlowRecord record{};
    fill(flow, due.reason, record);
    if (facts != nullptr) {
      for (std::size_t i = 0; i < kTexts; ++i) {
        record.texts[i] = batch.text(apps_.text(*facts, static_cast<Text>(i)));
      }
    }
    batch.flow(record);
    ++counts_.flow_records;
    ++flow.sequence;
    if (due.reason == EndReason::active) continue;
    forget_snapshots(flow);
    apps_.release(flow);
    flows_.release(due.flow);
  }
  return true;
}

void Tracker::fill(Flow& flow, EndReason reason, FlowRecord& record) {
  const Side& fwd = flow.sides[kForward];
  const Side& bwd = flow.sides[kBackward];
  record.start_us = static_cast<double>(flow.start_us);
  record.end_us = static_cast<double>(flow.last_us);
  record.fwd_bytes = static_cast<double>(fwd.bytes);
  record.bwd_bytes = static_cast<double>(bwd.bytes);
  record.fwd_payload = static_cast<double>(fwd.payload);
  record.bwd_payload = static_cast<double>(bwd.payload);
  record.order = order_++;
  std::memcpy(record.src, flow.initiator().w, sizeof(record.src));
  std::memcpy(record.dst, flow.responder().w, sizeof(record.dst));
  std::uint64_t words[6];
  std::memcpy(words, &flow.key, sizeof(words));
  std::uint64_t id[2];
  for (unsigned i = 0; i < 2; ++i) {
    std::uint64_t h = id_seed_[i];
    for (const std::uint64_t word : words) h = hash_word(h, word);
    h = hash_word(h, static_cast<std::uint64_t>(flow.start_us));
    id[i] = mix64(hash_word(h, std::uint64_t{flow.twin} << 32 | flow.sequence));
  }
  std::memcpy(record.id, id, sizeof(record.id));
  record.sequence = flow.sequence;
  record.vlan = flow.key.vlan;
  record.vni = flow.key.vni;
  record.interface_id = flow.interface_id;
  record.fwd_packets = fwd.packets;
  record.bwd_packets = bwd.packets;
  record.len_min = flow.len_min;
  record.len_max = flow.len_max;
  record.fin_count = flow.flag_counts[0];
  record.syn_count = flow.flag_counts[1];
  record.rst_count = flow.flag_counts[2];
  record.psh_count = flow.flag_counts[3];
  record.ack_count = flow.flag_counts[4];
  record.src_port = flow.initiator_port();
  record.dst_port = flow.responder_port();
  record.protocol = flow.key.protocol;
  record.ip_version = flow.key.ip_version;
  record.kind = flow.key.kind;
  record.end_reason = static_cast<std::uint8_t>(reason);
  record.final = reason == EndReason::active ? 0 : 1;
  record.direction_confidence = flow.confidence;
  const App app = flow.app == App::unknown && flow.is_smb() ? App::smb : flow.app;
  record.app = static_cast<std::uint8_t>(app);
  record.icmp_type = flow.icmp_type;
  record.icmp_code = flow.icmp_code;
  record.dns_rcode = 255;
  if (const AppFacts* facts = apps_.facts(flow)) {
    record.http_status = facts->http_status;
    record.dns_qtype = facts->dns_qtype;
    record.dns_rcode = facts->dns_rcode;
  }
  record.flags = add_flag(flow.flags, flow_flag::one_way, !flow.answered());
  record.flags = add_flag(record.flags, flow_flag::payload_cut, flow.is(flow_state::payload_cut));
  const std::span<float, kFlowFeatures> features(record.features);
  flow_features(flow, flows_.more(std::as_const(flow)), apps_, counts_.two_way,
                features.first<kFlowOwnFeatures>());
  fill_windows(flow, record);
}

// The windows of hosts that were forgotten are unavailable.
void Tracker::fill_windows(Flow& flow, FlowRecord& record) {
  float* out = record.features + kFlowOwnFeatures;
  float* in = out + kOutFeatures;
  std::fill_n(out, kOutFeatures + kInFeatures, kUnavailable);
  const Host* src = hosts_.resolve(flow.hosts[kForward]);
  const Host* dst = hosts_.resolve(flow.hosts[kBackward]);
  if (src != nullptr && flow.snapshots[kForward] != kNone) {
    std::copy_n(out_snapshots_[flow.snapshots[kForward]].values.data(), kOutFeatures, out);
  }
  if (dst != nullptr && flow.snapshots[kBackward] != kNone) {
    std::copy_n(in_snapshots_[flow.snapshots[kBackward]].values.data(), kInFeatures, in);
  }
  record.flags =
      add_flag(record.flags, flow_flag::src_established, src != nullptr && src->established());
  record.flags =
      add_flag(record.flags, flow_flag::dst_established, dst != nullptr && dst->established());
}

}  // namespace mld
