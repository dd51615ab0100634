// Flows: direction, gaps, ends, reports, time; every value is computed by hand.
#include "test_cpp/flow_packets.hpp"

namespace {

using namespace mld;
using namespace mld::test;
using F = FlowFeature;
using O = OutFeature;
using I = InFeature;

constexpr std::int64_t kSecond = 1'000'000;

void a_conversation_has_these_features() {
  Capture c;
  c.handshake(0, home(1), 40000, away(1), 443);                                      // 54 each
  c.tcp(3 * kSecond, home(1), 40000, away(1), 443, kAck | kPsh, "0123456789", 100);  // 64
  c.tcp(4 * kSecond, away(1), 443, home(1), 40000, kAck, std::string(1000, 'x'), 500);
  const Output out = run(c.bytes);
  CHECK(out.flows.size() == 1);
  const FlowOut& f = out.flow(0);
  CHECK(f.reason() == EndReason::capture_end && f.record.final == 1);
  CHECK(f.record.src_port == 40000 && f.record.dst_port == 443);
  CHECK(f.record.direction_confidence == 100);
  CHECK(f.record.flags ==
        (flow_flag::src_internal | flow_flag::src_established | flow_flag::dst_established));
  CHECK(f.record.fwd_packets == 3 && f.record.bwd_packets == 2);
  NEAR(f.record.fwd_bytes, 54 + 54 + 64);
  NEAR(f.record.bwd_bytes, 54 + 1054);
  NEAR(f[F::duration_s], 4);
  NEAR(f[F::packet_rate], 5 / 4.0);
  NEAR(f[F::byte_rate], (172 + 1108) / 4.0);
  NEAR(f[F::packet_symmetry], 1 - 1 / 5.0);
  NEAR(f[F::byte_symmetry], 1 - (1108.0 - 172) / 1280);
  NEAR(f[F::len_min], 54);
  NEAR(f[F::len_max], 1054);
  NEAR(f[F::len_std], 399.01880);      // of 54 54 54 64 1054
  NEAR(f[F::fwd_len_std], 4.7140452);  // of 54 54 64
  NEAR(f[F::bwd_len_std], 500);
  NEAR(f[F::iat_mean_s], 1);  // gaps 0.001 0.001 2.998 1
  NEAR(f[F::iat_max_s], 2.998);
  NEAR(f[F::iat_std_s], 1.2235201);
  NEAR(f[F::fwd_iat_mean_s], 1.5);  // 0.002 2.998
  NEAR(f[F::fwd_iat_std_s], 1.498);
  NEAR(f[F::fwd_iat_cv], 1.498 / 1.5);
  NEAR(f[F::bwd_iat_mean_s], 3.999);
  NEAR(f[F::bwd_iat_std_s], 0);
  NEAR(f[F::fwd_pause_count], 1);
  NEAR(f[F::fwd_pause_mean_s], 2.998);
  MISSING(f[F::fwd_pause_cv]);
  NEAR(f[F::syn_count], 2);
  NEAR(f[F::ack_count], 4);
  NEAR(f[F::psh_count], 1);
  NEAR(f[F::rst_count], 0);
  // bins 5 5 5 6 10: 3/5 1/5 1/5
  NEAR(f[F::packet_size_entropy], 1.3709506 / 4);
  NEAR(f[F::empty_payload_ratio], 0.6);
  NEAR(f[F::fwd_first_payload_bytes], 10);
  NEAR(f[F::fwd_payload_entropy], 3.3219281);
  NEAR(f[F::bwd_payload_entropy], 0);
  NEAR(f[F::upload_ratio], 10 / 1010.0);
  NEAR(f[F::traffic_amplification_factor], 1108 / 172.0);
  NEAR(f[F::answered], 1);
  NEAR(f[F::dst_port_system], 1);
  NEAR(f[F::is_tcp], 1);
  NEAR(f[F::pair_flows], 1);
  MISSING(f[F::pair_gap_mean_s]);
  NEAR(f[F::pair_age_s], 0);
  MISSING(f[F::name_length]);
  MISSING(f[F::dns_queries]);
  NEAR(f[O::out_connection_rate_10s], 0.1);
  NEAR(f[I::in_syn_ack_ratio_10s], 1);
  NEAR(f[I::in_resource_saturation_score_10s], 0);
}

void a_lone_packet_has_few() {
  Capture c;
  c.udp(0, home(1), 1000, home(2), 2000, "abc");
  const Output out = run(c.bytes);
  const FlowOut& f = out.flow(0);
  NEAR(f[F::duration_s], 0);
  MISSING(f[F::packet_rate]);
  MISSING(f[F::packet_symmetry]);  // nothing came back in the whole capture
  MISSING(f[F::iat_mean_s]);
  MISSING(f[F::iat_max_s]);
  MISSING(f[F::bwd_len_mean]);
  MISSING(f[F::syn_count]);
  MISSING(f[F::fwd_payload_entropy]);  // fewer than 8 bytes
  MISSING(f[F::pair_flows]);
  NEAR(f[F::len_std], 0);
  NEAR(f[F::packet_size_entropy], 0);
  CHECK((f.record.flags & flow_flag::one_way) != 0);
  CHECK(out.counter("one_direction") == 1);
  for (const float value : f.record.features) {
    CHECK(!is_nan(value) || std::bit_cast<std::uint32_t>(value) == 0x7fc00000u);
  }
}

void long_flows_keep_the_size_histogram() {
  Capture c;
  for (int i = 0; i < 40; ++i) {
    c.udp(i * 1000, home(1), 1000, home(2), 2000, std::string(i % 2 == 0 ? 10 : 100, 'x'));
  }
  NEAR(run(c.bytes).flow(0)[F::packet_size_entropy], 0.25);  // 52 and 142: bins 5 and 7
}

void the_first_packet_decides_the_direction() {
  const auto check = [](const Capture& c, std::uint32_t initiator, int confidence, int line) {
    const Output out = run(c.bytes);
    const FlowRecord& r = out.flow(0).record;
    const bool ok = r.src[3] == (initiator & 0xff) && r.direction_confidence == confidence;
    if (!ok) std::fprintf(stderr, "direction case at line %d\n", line);
    CHECK(ok);
  };
  Capture syn_ack;
  syn_ack.tcp(0, home(1), 80, home(2), 5000, kSyn | kAck);
  check(syn_ack, home(2), 95, __LINE__);
  Capture echo;
  echo.icmp(0, home(1), home(2), 8);
  check(echo, home(1), 95, __LINE__);
  Capture reply;
  reply.icmp(0, home(1), home(2), 0);
  check(reply, home(2), 90, __LINE__);
  Capture ask;
  ask.arp(0, home(1), home(2), 1);
  check(ask, home(1), 95, __LINE__);
  Capture told;
  told.arp(0, home(1), home(2), 2);
  check(told, home(2), 90, __LINE__);
  Capture to_service;
  to_service.tcp(0, home(1), 5000, home(2), 22, kAck);
  check(to_service, home(1), 80, __LINE__);
  Capture from_service;
  from_service.tcp(0, home(1), 22, home(2), 5000, kAck);
  check(from_service, home(2), 80, __LINE__);
  Capture neither;
  neither.udp(0, home(1), 5000, home(2), 5001);
  check(neither, home(1), 50, __LINE__);
  Capture response;
  response.udp(0, home(1), 53, home(2), 53, dns("a.example", 1, 0));
  check(response, home(2), 90, __LINE__);
  Capture multicast;
  multicast.udp(0, home(1), 5353, 0xe00000fb, 5353, dns("a.local", 1, 0));
  check(multicast, home(1), 95, __LINE__);
}

void a_closed_flow_waits_for_its_last_packets() {
  Capture c;
  c.handshake(0, home(1), 40000, away(1), 80);
  c.tcp(1 * kSecond, home(1), 40000, away(1), 80, kFin | kAck);
  c.tcp(2 * kSecond, away(1), 80, home(1), 40000, kFin | kAck);
  c.tcp(3 * kSecond, home(1), 40000, away(1), 80, kAck);   // still its own
  c.udp(7 * kSecond, home(8), 1, home(9), 1);              // closes bucket 0 at 5 s: 2 s idle
  c.udp(11 * kSecond, home(8), 1, home(9), 1);             // closes bucket 1 at 10 s: 7 s idle
  c.tcp(12 * kSecond, home(1), 40000, away(1), 80, kAck);  // another flow
  const Output out = run(c.bytes);
  const FlowOut& f = out.flow(0);
  CHECK(f.reason() == EndReason::fin && f.record.fwd_packets + f.record.bwd_packets == 6);
  NEAR(f[F::duration_s], 3);
  CHECK(out.flows.size() == 3);
  CHECK(out.flow(2).record.direction_confidence == 80);
}

void a_syn_reopens_a_closed_flow_at_once() {
  Capture c;
  c.handshake(0, home(1), 40000, away(1), 80);
  c.tcp(10'000, away(1), 80, home(1), 40000, kRst);
  c.tcp(20'000, home(1), 40000, away(1), 80, kSyn);
  c.tcp(7 * kSecond, home(1), 40000, away(1), 80, kSyn);
  const Output out = run(c.bytes);
  CHECK(out.flows.size() == 2);
  CHECK(out.flow(0).reason() == EndReason::rst && out.flow(0).record.bwd_packets == 2);
  CHECK(out.flow(1).reason() == EndReason::capture_end && out.flow(1).record.fwd_packets == 2);
  // both count for the windows of the bucket that was open
  NEAR(out.flow(0)[O::out_connection_rate_10s], 0.2);
  NEAR(out.flow(0)[O::out_avg_flow_duration_seconds_300s], 0.01);
  CHECK(std::memcmp(out.flow(0).record.id, out.flow(1).record.id, 16) != 0);
}

void flows_of_one_key_and_microsecond_have_their_own_ids() {
  Capture c;
  for (int i = 0; i < 3; ++i) {
    c.tcp(0, home(1), 40000, away(1), 80, kSyn);
    c.tcp(0, away(1), 80, home(1), 40000, kRst);
  }
  const Output out = run(c.bytes);
  REQUIRE(out.flows.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& other = out.flow((i + 1) % 3).record;
    CHECK(std::memcmp(out.flow(i).record.id, other.id, 16) != 0);
  }
}

void idle_flows_end_by_their_timeouts() {
  Capture c;
  c.udp(0, home(1), 1000, home(2), 2000);  // unanswered: 30 s
  c.udp(0, home(3), 1000, home(4), 2000);  // answered: 60 s
  c.udp(1000, home(4), 2000, home(3), 1000);
  c.handshake(0, home(5), 1000, home(6), 2000);  // TCP: 300 s
  for (int i = 1; i <= 62; ++i) c.icmp(i * 5 * kSecond, home(8), home(9), 8);
  const Output out = run(c.bytes, "activeTimeoutMs=86400000");
  CHECK(out.flows.size() == 4);
  // at 30 s it is not older than its timeout, at 35 s it is; the record of the close at 35 s has
  // the order behind the hosts of the buckets before
  CHECK(out.flow(0).reason() == EndReason::idle && out.flow(0).record.src[3] == 1);
  CHECK(out.flow(1).reason() == EndReason::idle && out.flow(1).record.src[3] == 3);
  CHECK(out.flow(2).reason() == EndReason::idle && out.flow(2).record.src[3] == 5);
  CHECK(out.flow(3).reason() == EndReason::capture_end);
  const auto hosts_before = [&](const FlowOut& f) {
    return std::count_if(out.hosts.begin(), out.hosts.end(), [&](const HostOut& h) {
      return h.record.order < f.record.order && h.record.addr[3] <= 9;
    });
  };
  // hosts 3-6 have records in bucket 0; 8 and 9 are in probation with too few packets
  CHECK(hosts_before(out.flow(0)) == 4);
  // windows are those of the bucket of the last packet, not of the end
  NEAR(out.flow(0)[O::out_connection_rate_10s], 0.1);
}

void a_packet_after_the_timeout_starts_a_flow() {
  Capture c;
  c.udp(0, home(1), 1000, home(2), 2000);
  c.udp(31 * kSecond, home(1), 1000, home(2), 2000);  // no bucket closed after 30 s
  Output out = run(c.bytes);
  CHECK(out.flows.size() == 2 && out.flow(0).reason() == EndReason::idle);
  Capture d;
  d.udp(0, home(1), 1000, home(2), 2000);
  d.udp(30 * kSecond, home(1), 1000, home(2), 2000);
  out = run(d.bytes);
  CHECK(out.flows.size() == 1);
  NEAR(out.flow(0)[F::duration_s], 30);
}

void long_flows_are_reported_while_they_last() {
  Capture c;
  c.udp(0, home(1), 1000, home(2), 2000);
  for (int i = 1; i < 150; ++i) {
    c.udp(i * kSecond, i % 2 == 0 ? home(1) : home(2), i % 2 == 0 ? 1000 : 2000,
          i % 2 == 0 ? home(2) : home(1), i % 2 == 0 ? 2000 : 1000);
  }
  const Output out = run(c.bytes);
  CHECK(out.flows.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const FlowRecord& r = out.flow(i).record;
    CHECK(r.sequence == i && r.final == (i == 2 ? 1 : 0));
    CHECK(out.flow(i).reason() == (i == 2 ? EndReason::capture_end : EndReason::active));
  }
  NEAR(out.flow(0)[F::duration_s], 59);  // reports at 60 s and 120 s
  NEAR(out.flow(1)[F::duration_s], 119);
  NEAR(out.flow(2)[F::duration_s], 149);
}

void a_jump_of_54_years_costs_nothing() {
  Capture c;
  c.udp(-kStart, home(1), 1000, home(2), 2000);
  c.udp(0, home(1), 1000, home(2), 2000);
  c.udp(3 * kSecond, home(1), 1000, home(2), 2000);
  const Output out = run(c.bytes);
  CHECK(out.flows.size() == 2);
  NEAR(out.counter("largest_jump_us"), static_cast<double>(kStart));
  CHECK(out.flow(0).record.start_us == 0);
  NEAR(out.flow(1)[O::out_connection_rate_300s], 1 / 300.0);
  NEAR(out.flow(1)[O::out_new_internal_connections_30s], 1);  // forgotten long ago
}

void packets_out_of_order_do_not_turn_time_back() {
  Capture c;
  c.udp(4 * kSecond, home(1), 1000, home(2), 2000);
  c.udp(3 * kSecond, home(1), 1000, home(2), 2000);
  c.udp(6 * kSecond, home(1), 1000, home(2), 2000);
  c.udp(10 * kSecond, home(3), 1000, home(4), 2000);  // bucket 1 starts at 9 s
  c.udp(1 * kSecond, home(5), 1000, home(6), 2000);   // long before the clock: due at once
  c.udp(40 * kSecond, home(3), 1000, home(4), 2000);
  const Output out = run(c.bytes);
  CHECK(out.counter("time_regressions") == 2);
  NEAR(out.counter("largest_regression_us"), 9e6);
  const FlowOut& f = out.flow(0);
  NEAR(f[F::iat_mean_s], 1);  // gaps 0 and 2
  NEAR(f[F::iat_std_s], 1);
  NEAR(f[F::duration_s], 2);
  // 10 s + 30 s is not over at the close before 40 s (39 s), the one of 1 s is
  CHECK(out.flows.size() == 3);
  CHECK(out.flow(0).reason() == EndReason::idle);
  CHECK(out.flow(1).record.src[3] == 3 || out.flow(1).record.src[3] == 5);
}

void flags_and_interfaces_are_told() {
  Capture c;
  c.udp(0, home(1), 5353, 0xe00000fb, 5353, dns("x.local"));
  const Output out = run(c.bytes);
  const FlowOut& f = out.flow(0);
  CHECK((f.record.flags & flow_flag::group_responder) != 0);
  NEAR(f[F::dst_is_internal], 0);
  NEAR(f[O::out_unique_destinations_10s], 1);
  NEAR(f[O::out_external_destinations_10s], 0);
  NEAR(f[O::out_dns_query_rate_per_min_60s], 0);  // multicast DNS is not counted for hosts
  NEAR(f[F::dns_queries], 1);
  CHECK(f.record.app == static_cast<std::uint8_t>(App::dns));
}

void unsolicited_replies_are_the_initiators_windows() {
  Capture c;
  for (int i = 0; i < 20; ++i) c.tcp(i * 1000, away(5), 80, home(1), 999, kSyn | kAck);
  const Output out = run(c.bytes);
  const FlowOut& f = out.flow(0);
  CHECK(f.record.src[3] == 1 && f.record.bwd_packets == 20);
  NEAR(f[O::out_unsolicited_packet_rate_10s], 2);
  NEAR(f[O::out_unsolicited_byte_rate_10s], 2 * 54);
  NEAR(f[F::packet_symmetry], 0);
  MISSING(f[F::traffic_amplification_factor]);
  MISSING(f[F::fwd_len_mean]);
}

}  // namespace

int main() {
  a_conversation_has_these_features();
  a_lone_packet_has_few();
  long_flows_keep_the_size_histogram();
  the_first_packet_decides_the_direction();
  a_closed_flow_waits_for_its_last_packets();
  a_syn_reopens_a_closed_flow_at_once();
  flows_of_one_key_and_microsecond_have_their_own_ids();
  idle_flows_end_by_their_timeouts();
  a_packet_after_the_timeout_starts_a_flow();
  long_flows_are_reported_while_they_last();
  a_jump_of_54_years_costs_nothing();
  packets_out_of_order_do_not_turn_time_back();
  flags_and_interfaces_are_told();
  unsolicited_replies_are_the_initiators_windows();
  return finish();
}
