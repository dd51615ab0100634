#include "core/flow/tracker.hpp"

#include <algorithm>

#include "core/base/sha256.hpp"
#include "core/flow/windows.hpp"

namespace mld {
namespace {

// Whether the first packet's sender is the initiator, and how sure that is, in percent.
struct Direction {
  bool sender;
  std::uint8_t confidence;
};

Direction direction_of(const Packet& p, const DnsMessage* dns) {
  if (is_group_address(words_of(p.dst), p.ip_version)) return {true, 95};
  if (p.kind == PacketKind::arp) {
    if (p.icmp_type == 1) return {true, 95};
    return p.icmp_type == 2 ? Direction{false, 90} : Direction{true, 50};
  }
  if (p.protocol == ip_protocol::tcp && (p.tcp_flags & tcp::syn) != 0) {
    return (p.tcp_flags & tcp::ack) == 0 ? Direction{true, 100} : Direction{false, 95};
  }
  const bool icmp4 = p.protocol == ip_protocol::icmp && p.ip_version == 4;
  if (icmp4 || p.protocol == ip_protocol::icmp6) {
    if (p.later_fragment) return {true, 50};
    if (p.icmp_type == (icmp4 ? 8 : 128)) return {true, 95};
    return p.icmp_type == (icmp4 ? 0 : 129) ? Direction{false, 90} : Direction{true, 50};
  }
  if (dns != nullptr) return {!dns->is_response, 90};
  const bool from_service = is_service_port(p.src_port);
  const bool to_service = is_service_port(p.dst_port);
  return from_service == to_service ? Direction{true, 50} : Direction{to_service, 80};
}

bool has_dns_port(const Packet& p) {
  return p.protocol == ip_protocol::udp && !p.later_fragment &&
         (is_dns_port(p.dst_port) || is_dns_port(p.src_port));
}

}  // namespace

Tracker::Tracker(const EngineOptions& options)
    : flows_(options), hosts_(options), pairs_(options), apps_(options) {
  const Sha256::Digest digest = sha256(
      {reinterpret_cast<const std::uint8_t*>(options.source_id.data()), options.source_id.size()});
  std::memcpy(id_seed_, digest.data(), sizeof(id_seed_));
  active_us_ = std::int64_t{options.active_timeout_ms} * 1000;
  timeouts_us_[0] = std::int64_t{options.unanswered_timeout_ms} * 1000;
  timeouts_us_[1] = std::int64_t{options.other_timeout_ms} * 1000;
  timeouts_us_[2] = std::int64_t{options.tcp_timeout_ms} * 1000;
}

std::int64_t Tracker::timeout_us(const Flow& flow) const {
  if (!flow.answered()) return timeouts_us_[0];
  return timeouts_us_[flow.is_tcp() ? 2 : 1];
}

void Tracker::packet(const Packet& packet, const OpenBucket& open) {
  ++counts_.packets_tracked;
  const AddressWords src = words_of(packet.src);
  const AddressWords dst = words_of(packet.dst);
  bool src_is_low = packet.src_port <= packet.dst_port;
  if (src.w[1] != dst.w[1]) {
    src_is_low = src.w[1] < dst.w[1];
  } else if (src.w[0] != dst.w[0]) {
    src_is_low = src.w[0] < dst.w[0];
  }
  FlowKey key;
  key.low = src_is_low ? src : dst;
  key.high = src_is_low ? dst : src;
  key.vlan = packet.vlan;
  key.vni = packet.vni;
  key.low_port = src_is_low ? packet.src_port : packet.dst_port;
  key.high_port = src_is_low ? packet.dst_port : packet.src_port;
  key.protocol = packet.protocol;
  key.ip_version = packet.ip_version;
  key.kind = static_cast<std::uint8_t>(packet.kind);
  key.zero = 0;
  const std::uint32_t hash = flows_.hash(key);
  flows_.prefetch(hash);

  const DnsMessage* dns = has_dns_port(packet) ? apps_.datagram(packet) : nullptr;
  std::uint16_t twin = 0;
  std::uint32_t id = find(key, hash, packet, twin);
  const bool is_new = id == kNone;
  if (is_new) id = start(key, hash, src_is_low, packet, dns, open);
  Flow& flow = flows_[id];
  if (is_new) flow.twin = twin;
  const bool first_in_bucket = is_new || flow.bucket != open.number;
  if (first_in_bucket) {
    forget_snapshots(flow);
    flow.bucket = open.number;
  }
  find_hosts(flow, open.number);
  const bool forward = src_is_low == flow.is(flow_state::low_starts);
  Step step{packet,
            open,
            id,
            flow,
            forward ? kForward : kBackward,
            hosts_.resolve(flow.hosts[kForward]),
            hosts_.resolve(flow.hosts[kBackward]),
            dns};
  if (step.src != nullptr) hosts_.touch(flow.hosts[kForward].id, open.number);
  if (step.dst != nullptr && step.dst != step.src) {
    hosts_.touch(flow.hosts[kBackward].id, open.number);
  }
  if (is_new) count_start(step);
  count(step);
  flows_.place(id, first_in_bucket, open.start_us);
}

// The flow of a key, unless it ended: it closed and this is a SYN, or it was idle for too long.
// `twin` then counts the flows of the key that began in the same microsecond as the next one.
std::uint32_t Tracker::find(const FlowKey& key, std::uint32_t hash, const Packet& packet,
                            std::uint16_t& twin) {
  const std::uint32_t id = flows_.find(key, hash);
  if (id == kNone) return kNone;
  const Flow& flow = flows_[id];
  const bool reopens =
      flow.is(flow_state::closed) && (packet.tcp_flags & (tcp::syn | tcp::ack)) == tcp::syn;
  if (!reopens && packet.time_us - flow.last_us <= timeout_us(flow)) return id;
  if (flow.start_us == packet.time_us) twin = static_cast<std::uint16_t>(flow.twin + 1);
  flows_.replace(id);
  return kNone;
}

std::uint32_t Tracker::start(const FlowKey& key, std::uint32_t hash, bool src_is_low,
                             const Packet& packet, const DnsMessage* dns, const OpenBucket& open) {
  if (flows_.unconfirmed_full()) {
    ++counts_.unanswered_evicted;
    evict(flows_.oldest_unconfirmed(), open);
  }
  const std::uint32_t id = flows_.create(key, hash);
  counts_.peak_flows = std::max(counts_.peak_flows, flows_.live());
  Flow& flow = flows_[id];
  const Direction direction = direction_of(packet, dns);
  // A flow of an endpoint with itself has one direction only.
  const bool one_end = key.low == key.high && key.low_port == key.high_port;
  if (direction.sender == src_is_low || one_end) flow.set(flow_state::low_starts);
  flow.confidence = direction.confidence;
  flow.start_us = packet.time_us;
  flow.last_us = packet.time_us;
  flow.reported_us = packet.time_us;
  flow.interface_id = packet.interface_id;
  flow.icmp_type = packet.icmp_type;
  flow.icmp_code = packet.icmp_code;
  return id;
}

// Looks up both hosts where they are not known, or were forgotten. Tracking one may forget another.
void Tracker::find_hosts(Flow& flow, std::int64_t bucket) {
  for (const unsigned side : {kForward, kBackward}) {
    if (hosts_.resolve(flow.hosts[side]) != nullptr) continue;
    const HostKey key{side == kForward ? flow.initiator() : flow.responder(), flow.key.vlan,
                      flow.key.vni, flow.key.ip_version};
    flow.hosts[side] = hosts_.track(key, bucket);
    const Host& host = hosts_[flow.hosts[side].id];
    if (host.internal) {
      flow.flags |= side == kForward ? flow_flag::src_internal : flow_flag::dst_internal;
    }
    if (host.group && side == kBackward) flow.flags |= flow_flag::group_responder;
  }
}

void Tracker::forget_snapshots(Flow& flow) {
  std::uint32_t& out = flow.snapshots[kForward];
  std::uint32_t& in = flow.snapshots[kBackward];
  if (out != kNone && --out_snapshots_[out].flows == 0) out_snapshots_.give(out);
  if (in != kNone && --in_snapshots_[in].flows == 0) in_snapshots_.give(in);
  out = kNone;
  in = kNone;
}

// Its record is written after this packet; the open bucket counts as it stands.
void Tracker::evict(std::uint32_t id, const OpenBucket& open) {
  Flow& flow = flows_[id];
  if (flow.bucket == open.number) {
    if (Host* host = hosts_.resolve(flow.hosts[kForward])) {
      const std::uint32_t out = out_snapshots_.take();
      out_features(hosts_, *host, open.number, out_snapshots_[out].values);
      out_snapshots_[out].flows = 1;
      flow.snapshots[kForward] = out;
    }
    if (Host* host = hosts_.resolve(flow.hosts[kBackward])) {
      const std::uint32_t in = in_snapshots_.take();
      in_features(hosts_, *host, open.number, in_snapshots_[in].values);
      in_snapshots_[in].flows = 1;
      flow.snapshots[kBackward] = in;
    }
  }
  push_due(id, EndReason::evicted);
}

std::size_t Tracker::bytes() const {
  return flows_.bytes() + hosts_.bytes() + pairs_.bytes() + apps_.bytes() + out_snapshots_.bytes() +
         in_snapshots_.bytes() + due_.capacity() * sizeof(Due);
}

}  // namespace mld
