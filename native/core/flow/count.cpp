// What a packet adds to its flow and its hosts, in the order of docs/flows.md.
#include <algorithm>

#include "core/flow/tracker.hpp"

namespace mld {
namespace {

constexpr std::uint64_t kLargeUpload = 1048576;
constexpr std::int64_t kPauseUs = 1'000'000;
constexpr std::uint32_t kFlowLog = 16;           // size bins that fit in Flow::size_log
constexpr std::uint32_t kMaxSquared = 1u << 20;  // longer frames do not exist

std::uint64_t value_of(const AddressWords& address) {
  return mix64(hash_word(hash_word(1, address.w[0]), address.w[1]));
}

// The last two labels.
std::string_view zone_of(std::string_view name) {
  std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return name;
  dot = name.rfind('.', dot - 1);
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

}  // namespace

// A flow starts: counters, histograms and distinct values of both hosts.
void Tracker::count_start(Step& step) {
  Flow& flow = step.flow;
  const std::int64_t bucket = step.open.number;
  const AddressWords& responder = flow.responder();
  const std::uint16_t port = flow.responder_port();
  const bool ports = flow.is_tcp() || flow.is_udp();
  const bool internal = (flow.flags & flow_flag::dst_internal) != 0;
  const bool group = (flow.flags & flow_flag::group_responder) != 0;
  if (step.src != nullptr) {
    Host& src = *step.src;
    OutBucket& out = hosts_.out(src, bucket);
    hosts_.start_out(out, ports ? port_bin(port) : kBins, address_bin(responder));
    const std::uint64_t value = value_of(responder);
    const Distinct kind = group      ? Distinct::group
                          : internal ? Distinct::internal
                                     : Distinct::external;
    const bool fresh = hosts_.use(src, kind, value, bucket);
    if (fresh && kind == Distinct::external) ++out[Out::new_external];
    if (fresh && kind == Distinct::internal) ++out[Out::new_internal];
    if (internal) ++out[Out::internal_flows];
    if (ports) {
      ++out[Out::port_flows];
      ++out[flow.is_tcp() ? Out::tcp_flows : Out::udp_flows];
      hosts_.use(src, Distinct::port, port, bucket);
    }
    if (flow.is_icmp()) ++out[Out::icmp_flows];
    if (flow.is_arp()) {
      ++out[Out::arp_flows];
      hosts_.use(src, Distinct::arp, value, bucket);
    }
    if (flow.is_smb()) {
      ++out[Out::smb_flows];
      hosts_.use(src, internal ? Distinct::smb_internal : Distinct::smb_other, value, bucket);
    }
    if (flow.is_login()) {
      ++out[Out::login_flows];
      hosts_.use(src, internal ? Distinct::login_internal : Distinct::login_other, value, bucket);
    }
  }
  if (step.dst != nullptr) {
    Host& dst = *step.dst;
    InBucket& in = hosts_.in(dst, bucket);
    ++in[In::flows];
    ++hosts_.in_bins(in).sources[address_bin(flow.initiator())];
    hosts_.use(dst, Distinct::source, value_of(flow.initiator()), bucket);
    if (ports) hosts_.use(dst, Distinct::own_port, port, bucket);
    if (flow.is_login()) ++in[In::login_flows];
  }
}

void Tracker::count(Step& step) {
  Flow& flow = step.flow;
  const bool was_answered = flow.answered();
  const bool unsolicited = step.side == kBackward && flow.sides[kForward].packets == 0;
  count_flow(step);
  count_hosts(step, unsolicited);
  if (step.side == kBackward) counts_.two_way = true;
  if (!was_answered && flow.answered()) count_answer(step);
  if (flow.is_tcp()) {
    if (!step.packet.later_fragment) count_tcp(step);
    const AppNews news = apps_.segment(flow, step.side, step.packet);
    if (news.dns != nullptr) count_dns(step, *news.dns);
    if (news.http_request) count_http(step);
  } else if (step.dns != nullptr) {
    apps_.add_dns(flow, *step.dns);
    count_dns(step, *step.dns);
  }
  if (!flow.is(flow_state::confirmed) && flow.answered()) confirm(step);
}

void Tracker::count_flow(Step& step) {
  const Packet& p = step.packet;
  Flow& flow = step.flow;
  Side& side = flow.sides[step.side];
  const std::uint32_t number = flow.packets();
  const std::uint32_t length = p.wire_length;
  if (number > 0) {
    const std::int64_t gap = std::max<std::int64_t>(0, p.time_us - flow.last_us);
    flow.gap_squares.add_square(static_cast<std::uint64_t>(gap));
    flow.gap_max = std::max(flow.gap_max, gap);
    flow.last_us = std::max(flow.last_us, p.time_us);
  }
  if (side.packets == 0) {
    side.first_us = p.time_us;
    side.last_us = p.time_us;
  } else {
    const std::int64_t gap = std::max<std::int64_t>(0, p.time_us - side.last_us);
    side.gap_squares.add_square(static_cast<std::uint64_t>(gap));
    side.last_us = std::max(side.last_us, p.time_us);
    if (step.side == kForward && gap >= kPauseUs) {
      FlowMore& more = flows_.more(flow);
      ++more.pauses;
      more.pause_sum += static_cast<std::uint64_t>(gap);
      more.pause_squares.add_square(static_cast<std::uint64_t>(gap));
    }
  }
  const unsigned bin = size_bin(length);
  if (number < kFlowLog) {
    flow.size_log |= std::uint64_t{bin} << (number * 4);
  } else {
    FlowMore& more = flows_.more(flow);
    if (number == kFlowLog) {
      for (unsigned i = 0; i < kFlowLog; ++i) ++more.sizes[(flow.size_log >> (i * 4)) & 15];
    }
    ++more.sizes[bin];
  }
  ++side.packets;
  side.bytes += length;
  side.payload += p.payload_length;
  const std::uint64_t squared = std::min(length, kMaxSquared);
  side.length_squares += squared * squared;
  flow.len_min = std::min(flow.len_min, length);
  flow.len_max = std::max(flow.len_max, length);
  if (flow.is_tcp()) {
    for (unsigned bit = 0; bit < 5; ++bit) flow.flag_counts[bit] += (p.tcp_flags >> bit) & 1u;
  }
  if (p.payload_length == 0) {
    ++flow.empty;
    return;
  }
  if (p.payload.size() < p.payload_length) flow.set(flow_state::payload_cut);
  if (side.first_payload == 0) {
    side.first_payload = p.payload_length;
    const std::size_t size = std::min<std::size_t>(p.payload.size(), apps_.prefix_bytes());
    if (size >= 8) side.payload_entropy = to_feature(byte_entropy(p.payload.first(size)));
  }
}

void Tracker::count_hosts(Step& step, bool unsolicited) {
  const Packet& p = step.packet;
  Flow& flow = step.flow;
  const bool forward = step.side == kForward;
  const bool is_tcp = flow.is_tcp();
  const std::uint8_t syn = p.tcp_flags & (tcp::syn | tcp::ack);
  const bool is_rst = is_tcp && (p.tcp_flags & tcp::rst) != 0;
  const bool sent_syn = is_tcp && forward && syn == tcp::syn;
  const bool got_syn_ack = is_tcp && !forward && syn == (tcp::syn | tcp::ack);
  if (step.src != nullptr) {
    OutBucket& out = hosts_.out(*step.src, step.open.number);
    ++out[forward ? Out::packets_sent : Out::packets_received];
    out[forward ? OutSum::payload_sent : OutSum::payload_received] += p.payload_length;
    if (flow.is_smb()) {
      out[forward ? OutSum::smb_sent : OutSum::smb_received] += p.payload_length;
    }
    if (forward) {
      out[OutSum::bytes_sent] += p.wire_length;
      constexpr unsigned kNotExternal = flow_flag::dst_internal | flow_flag::group_responder;
      if ((flow.flags & kNotExternal) == 0) out[OutSum::external_payload] += p.payload_length;
    }
    if (unsolicited) {
      ++out[Out::unsolicited_packets];
      out[OutSum::unsolicited_bytes] += p.wire_length;
    }
    if (is_tcp) ++out[Out::tcp_packets];
    if (is_rst) ++out[Out::rst_packets];
    if (sent_syn) ++out[Out::syn];
    if (got_syn_ack) ++out[Out::syn_ack];
    if (forward && !flow.is(flow_state::large_upload) &&
        flow.sides[kForward].payload > kLargeUpload) {
      flow.set(flow_state::large_upload);
      ++out[Out::large_uploads];
    }
  }
  if (step.dst != nullptr) {
    InBucket& in = hosts_.in(*step.dst, step.open.number);
    if (forward) {
      ++in[In::packets_received];
      in[InSum::bytes_received] += p.wire_length;
      ++hosts_.in_bins(in).sizes[size_bin(p.wire_length)];
      if (flow.is_udp()) ++in[In::udp_packets];
      if (flow.is_icmp()) ++in[In::icmp_packets];
    } else {
      ++in[In::packets_sent];
      in[InSum::bytes_sent] += p.wire_length;
    }
    if (is_tcp) ++in[In::tcp_packets];
    if (is_rst) ++in[In::rst_packets];
    if (sent_syn) ++in[In::syn];
    if (got_syn_ack) ++in[In::syn_ack];
  }
}

void Tracker::count_answer(Step& step) {
  ++counts_.flows_answered;
  pairs_.answered(step.flow);
  if (step.src != nullptr) ++hosts_.out(*step.src, step.open.number)[Out::answered];
  if (step.dst != nullptr) ++hosts_.in(*step.dst, step.open.number)[In::answered];
}

// Handshake and end.
void Tracker::count_tcp(Step& step) {
  Flow& flow = step.flow;
  const std::uint8_t flags = step.packet.tcp_flags;
  const bool forward = step.side == kForward;
  constexpr std::uint8_t kSynAck = tcp::syn | tcp::ack;
  if (!forward && (flags & kSynAck) == kSynAck) flow.set(flow_state::syn_ack_seen);
  if (forward && (flags & kSynAck) == tcp::ack && flow.is(flow_state::syn_ack_seen) &&
      !flow.is(flow_state::handshake)) {
    flow.set(flow_state::handshake);
    if (step.dst != nullptr) ++hosts_.in(*step.dst, step.open.number)[In::handshakes];
  }
  if ((flags & tcp::fin) != 0) flow.set(forward ? flow_state::fin_fwd : flow_state::fin_bwd);
  if (flow.is(flow_state::closed)) return;
  if ((flags & tcp::rst) != 0) {
    flow.set(flow_state::closed | flow_state::reset);
  } else if (flow.is(flow_state::fin_fwd) && flow.is(flow_state::fin_bwd)) {
    flow.set(flow_state::closed);
  } else {
    return;
  }
  if (step.src == nullptr) return;
  OutBucket& out = hosts_.out(*step.src, step.open.number);
  const auto duration = static_cast<std::uint64_t>(flow.last_us - flow.start_us);
  ++out[Out::closed];
  out[OutSum::closed_us] += duration;
  out.closed_squares.add_square(duration);
}

void Tracker::count_dns(Step& step, const DnsMessage& message) {
  const Flow& flow = step.flow;
  if (step.src == nullptr || flow.key.low_port == kMulticastDnsPort ||
      flow.key.high_port == kMulticastDnsPort) {
    return;
  }
  Host& src = *step.src;
  OutBucket& out = hosts_.out(src, step.open.number);
  if (message.is_response) {
    ++out[Out::dns_responses];
    if (message.rcode == 2 || message.rcode == 3) ++out[Out::dns_failed];
    return;
  }
  const std::string_view name = message.name();
  ++out[Out::dns_queries];
  if (is_rare_dns_type(message.qtype)) ++out[Out::dns_rare];
  out[OutSum::dns_length] += name.size();
  if (!name.empty()) {
    out[OutSum::dns_entropy] += static_cast<std::uint64_t>(text_entropy(name) * 0x1p32 + 0.5);
  }
  hosts_.use(src, Distinct::dns_name, hash_text(name), step.open.number);
  hosts_.use(src, Distinct::dns_zone, hash_text(zone_of(name)), step.open.number);
}

void Tracker::count_http(Step& step) {
  if (step.src != nullptr) {
    OutBucket& out = hosts_.out(*step.src, step.open.number);
    ++out[Out::http];
    if (!is_http_port(step.flow.responder_port())) ++out[Out::http_odd_port];
  }
  if (step.dst != nullptr) ++hosts_.in(*step.dst, step.open.number)[In::http];
}

// Answered is enough, except for TCP: there the initiator must have come back, or a flood of
// spoofed SYNs to an open port would fill the tables of real flows and hosts.
void Tracker::confirm(Step& step) {
  Flow& flow = step.flow;
  if (flow.is_tcp()) {
    constexpr std::uint8_t kAsked = tcp::ack | tcp::syn | tcp::rst;
    if (step.side != kForward || (step.packet.tcp_flags & kAsked) != tcp::ack) return;
  }
  if (flows_.confirmed_full()) {
    ++counts_.flows_evicted;
    evict(flows_.idlest_confirmed(), step.open);
  }
  flows_.confirm(step.id);
  for (const unsigned side : {kForward, kBackward}) {
    if (hosts_.resolve(flow.hosts[side]) != nullptr) {
      hosts_.establish(flow.hosts[side].id, step.open.number);
    }
  }
}

}  // namespace mld
