// Windows of hosts: bucket edges, distinct values that move, novelty, pairs; by hand.
#include "test_cpp/flow_packets.hpp"

namespace {

using namespace mld;
using namespace mld::test;
using F = FlowFeature;
using O = OutFeature;
using I = InFeature;

constexpr std::int64_t kSecond = 1'000'000;

// A query and its answer make a host established, so that it gives a record in every bucket.
void answered(Capture& c, std::int64_t us, std::uint32_t src, std::uint16_t port, std::uint32_t dst,
              std::uint16_t service = 7000) {
  c.udp(us, src, port, dst, service, "question");
  c.udp(us + 1, dst, service, src, port, "answer");
}

void windows_end_with_their_bucket() {
  Capture c;
  answered(c, 0, home(1), 1, away(1));              // bucket 0
  answered(c, 4'999'000, home(1), 2, away(2));      // bucket 0
  answered(c, 5 * kSecond, home(1), 3, away(3));    // bucket 1
  answered(c, 10 * kSecond, home(1), 4, away(4));   // bucket 2
  answered(c, 30 * kSecond, home(1), 5, away(5));   // bucket 6
  answered(c, 300 * kSecond, home(1), 6, away(6));  // bucket 60
  const Output out = run(c.bytes);
  const HostOut* h = out.host(home(1), 0);
  REQUIRE(h != nullptr);
  CHECK(h->record.packets == 4 && h->record.internal == 1 && h->record.established == 1);
  CHECK(h->record.time_us == h->record.start_us + 5e6);
  NEAR((*h)[O::out_connection_rate_10s], 0.2);
  NEAR((*h)[O::out_connection_rate_300s], 2 / 300.0);
  NEAR((*h)[O::out_unique_destinations_10s], 2);
  NEAR((*h)[O::out_external_destinations_10s], 2);
  h = out.host(home(1), 5);
  REQUIRE(h != nullptr);
  NEAR((*h)[O::out_connection_rate_10s], 0.3);
  NEAR((*h)[O::out_burst_connections_count_30s], 2);
  h = out.host(home(1), 10);
  REQUIRE(h != nullptr);
  NEAR((*h)[O::out_connection_rate_10s], 0.2);  // bucket 0 is out
  NEAR((*h)[O::out_connection_rate_30s], 4 / 30.0);
  NEAR((*h)[O::out_unique_destinations_10s], 2);
  h = out.host(home(1), 30);
  REQUIRE(h != nullptr);
  NEAR((*h)[O::out_connection_rate_10s], 0.1);
  NEAR((*h)[O::out_connection_rate_30s], 3 / 30.0);  // buckets 1 to 6
  NEAR((*h)[O::out_connection_rate_60s], 5 / 60.0);
  NEAR((*h)[O::out_temporal_consistency_300s], 4 / 60.0);
  // 2 1 1 0 0 0 1 and five empty ones: mean 5/12, mean of squares 7/12
  NEAR((*h)[O::out_connection_rate_stddev_60s], 0.6400955);
  MISSING((*h)[O::out_new_external_ips_30s]);
  h = out.host(home(1), 300);
  REQUIRE(h != nullptr);
  NEAR((*h)[O::out_connection_rate_300s], 4 / 300.0);  // buckets 1 to 60
  NEAR((*h)[O::out_new_external_ips_30s], 1);
  NEAR((*h)[O::out_upload_download_ratio_300s], (4 * 8 + 1) / (4 * 6 + 1.0));
  NEAR((*h)[O::out_data_exfiltration_indicators_300s], 32 / 56.0);
  NEAR((*h)[O::out_external_upload_bytes_60s], 8);
  NEAR((*h)[O::out_avg_packet_size_60s], 50);
  NEAR((*h)[O::out_unanswered_ratio_300s], 0);
  NEAR((*h)[O::out_tcp_udp_ratio_60s], 0);
  MISSING((*h)[O::out_tcp_rst_ratio_30s]);
  MISSING((*h)[O::out_dns_query_entropy_300s]);
}

void distinct_values_move_to_their_last_bucket() {
  Capture c;
  answered(c, 0, home(1), 1, away(1));
  answered(c, 1, home(1), 2, away(2));
  answered(c, 20 * kSecond, home(1), 3, away(1));  // bucket 4: away(1) leaves bucket 0
  answered(c, 45 * kSecond, home(1), 4, away(3));  // bucket 9
  const Output out = run(c.bytes);
  const HostOut* h = out.host(home(1), 20);
  REQUIRE(h != nullptr);
  NEAR((*h)[O::out_unique_destinations_10s], 1);
  NEAR((*h)[O::out_unique_destinations_30s], 2);
  h = out.host(home(1), 45);
  REQUIRE(h != nullptr);
  NEAR((*h)[O::out_unique_destinations_30s], 2);  // buckets 4 to 9: 1 and 3
  NEAR((*h)[O::out_unique_destinations_300s], 3);
  NEAR((*h)[O::out_unique_ports_300s], 1);
}

void a_value_is_new_when_60_buckets_did_not_see_it() {
  Capture c;
  answered(c, 0, home(1), 1, away(1));  // bucket 0
  answered(c, 1, home(1), 2, home(77));
  answered(c, 299 * kSecond, home(1), 3, away(1));   // bucket 59: 59 after
  answered(c, 599 * kSecond, home(1), 4, away(1));   // bucket 119: 60 after
  answered(c, 904 * kSecond, home(1), 5, away(1));   // bucket 180: 61 after
  answered(c, 905 * kSecond, home(1), 6, home(77));  // bucket 181: long ago
  const Output out = run(c.bytes);
  const auto fresh = [&](double seconds, O feature) {
    const HostOut* h = out.host(home(1), seconds);
    CHECK(h != nullptr);
    return h == nullptr ? -1 : (*h)[feature];
  };
  MISSING(fresh(0, O::out_new_external_ips_30s));
  NEAR(fresh(295, O::out_new_external_ips_30s), 0);
  NEAR(fresh(595, O::out_new_external_ips_30s), 0);
  NEAR(fresh(900, O::out_new_external_ips_30s), 1);
  NEAR(fresh(905, O::out_new_internal_connections_30s), 1);
}

void a_bucket_holds_1024_values_of_a_kind() {
  Capture c;
  for (std::uint32_t i = 0; i < 1500; ++i) c.udp(i, home(1), 9, away(i), 9);
  const Output out = run(c.bytes);
  const HostOut* h = out.host(home(1), 0);
  REQUIRE(h != nullptr);
  NEAR((*h)[O::out_unique_destinations_10s], 1024);
  NEAR((*h)[O::out_connection_rate_10s], 150);
  NEAR((*h)[O::out_unanswered_ratio_10s], 1);
  NEAR((*h)[O::out_port_scan_pattern_score_30s], 1024 / 1500.0);
  CHECK(h->record.established == 0);
  CHECK(out.counter("distinct_capped") == 1500 - 1024);
  CHECK((*h)[O::out_dst_ip_concentration_30s] > 1 / 32.0);
  CHECK((*h)[O::out_dst_ip_concentration_30s] < 1 / 16.0);
  NEAR((*h)[O::out_port_entropy_30s], 0);
}

void probation_needs_8_packets() {
  Capture c;
  for (int i = 0; i < 7; ++i) c.udp(i, home(1), 9, away(1), 9);
  for (int i = 0; i < 8; ++i) c.udp(i, home(2), 9, away(2), 9);
  const Output out = run(c.bytes);
  CHECK(out.host(home(1), 0) == nullptr);
  CHECK(out.host(home(2), 0) != nullptr && out.host(away(2), 0) != nullptr);
  CHECK(out.hosts.size() == 2);
}

void a_smb_spread_shows_as_distinct_hosts() {
  Capture c;
  for (std::uint32_t i = 0; i < 30; ++i) {
    const std::int64_t at = i * 1'000'000;  // 5 in each of 6 buckets
    c.handshake(at, home(1), static_cast<std::uint16_t>(3000 + i), home(100 + i / 3), 445);
    c.tcp(at + 5000, home(1), static_cast<std::uint16_t>(3000 + i), home(100 + i / 3), 445,
          kAck | kPsh, std::string("\0\0\0\x20\xfeSMB", 8), 100);
  }
  c.handshake(29'500'000, home(1), 5000, home(100), 22);
  const Output out = run(c.bytes);
  const HostOut* h = out.host(home(1), 25);
  REQUIRE(h != nullptr);
  NEAR((*h)[O::out_smb_connection_diversity_30s], 10);
  NEAR((*h)[O::out_smb_connection_diversity_10s], 4);  // flows 20 to 29: hosts 106 to 109
  NEAR((*h)[O::out_smb_flows_60s], 30);
  NEAR((*h)[O::out_smb_upload_bytes_60s], 240);
  NEAR((*h)[O::out_smb_download_bytes_60s], 0);
  NEAR((*h)[O::out_login_targets_300s], 1);
  NEAR((*h)[O::out_lateral_movement_score_300s], 1 - 1 / 12.0);
  NEAR((*h)[O::out_internal_connection_rate_60s], 31 / 60.0);
  NEAR((*h)[O::out_protocol_diversity_score_60s], 3 / 8.0);  // TCP, SMB, login
  NEAR((*h)[I::in_connection_rate_60s], 0);
  MISSING((*h)[I::in_src_ip_entropy_10s]);
  CHECK(out.flow(0).record.app == static_cast<std::uint8_t>(App::smb));
}

void a_victim_of_a_syn_flood_shows_it() {
  Capture c;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    c.tcp(i * 1000, away(i), 1024, home(1), 80, kSyn);
  }
  const Output out = run(c.bytes);
  const HostOut* h = out.host(home(1), 0);
  REQUIRE(h != nullptr);
  NEAR((*h)[I::in_syn_rate_10s], 200);
  NEAR((*h)[I::in_syn_ack_ratio_10s], 0);
  NEAR((*h)[I::in_flow_completion_rate_10s], 0);
  NEAR((*h)[I::in_source_ip_dispersion_10s], 1024);
  NEAR((*h)[I::in_resource_saturation_score_10s], 2000 / 2100.0);
  NEAR((*h)[I::in_packet_size_entropy_10s], 0);
  NEAR((*h)[I::in_traffic_escalation_rate_10s], 6);
  NEAR((*h)[I::in_reply_byte_ratio_10s], 0);
  CHECK((*h)[I::in_src_ip_entropy_10s] > 0.98);
  NEAR((*h)[I::in_unique_ports_10s], 1);
}

void histograms_of_responders_reach_10_seconds() {
  Capture c;
  for (int bucket = 0; bucket < 4; ++bucket) {
    for (int i = 0; i < 10; ++i) {
      c.udp(bucket * 5 * kSecond + i, home(1), 9, home(2), 9,
            std::string(bucket == 1 ? 200 : 20, 'x'));
    }
  }
  const Output out = run(c.bytes);
  const double want[] = {0, 0.25, 0.25, 0};  // 62 bytes: bin 5; 242 bytes: bin 7
  for (int bucket = 0; bucket < 4; ++bucket) {
    const HostOut* h = out.host(home(2), bucket * 5);
    REQUIRE(h != nullptr);
    NEAR((*h)[I::in_packet_size_entropy_10s], want[bucket]);
  }
}

void pairs_remember_the_starts_of_answered_flows() {
  Capture c;
  answered(c, 0, home(1), 1, away(1), 443);
  answered(c, 60 * kSecond, home(1), 2, away(1), 443);
  answered(c, 120 * kSecond, home(1), 3, away(1), 443);
  answered(c, 210 * kSecond, home(1), 4, away(1), 443);
  c.udp(220 * kSecond, home(1), 5, away(1), 443);  // unanswered
  answered(c, 230 * kSecond, home(1), 6, away(1), 444);
  const Output out = run(c.bytes);
  CHECK(out.flows.size() == 6);
  NEAR(out.flow(0)[F::pair_flows], 1);
  NEAR(out.flow(1)[F::pair_flows], 2);
  NEAR(out.flow(1)[F::pair_gap_mean_s], 60);
  MISSING(out.flow(1)[F::pair_gap_cv]);
  NEAR(out.flow(2)[F::pair_gap_cv], 0);
  NEAR(out.flow(3)[F::pair_gap_mean_s], 70);
  NEAR(out.flow(3)[F::pair_gap_cv], 14.142136 / 70);  // 60 60 90
  NEAR(out.flow(3)[F::pair_age_s], 210);
  MISSING(out.flow(4)[F::pair_flows]);
  NEAR(out.flow(5)[F::pair_flows], 1);
}

void no_pair_is_forgotten_below_the_bound() {
  Capture c;
  for (std::uint16_t round = 0; round < 2; ++round) {
    for (std::uint16_t i = 0; i < 2000; ++i) {
      const std::int64_t us = round * kSecond + i * 10;
      answered(c, us, home(1), static_cast<std::uint16_t>(1 + round), away(i), 7000);
    }
  }
  const Output out = run(c.bytes);
  REQUIRE(out.flows.size() == 4000);
  for (std::size_t i = 0; i < 4000; ++i) NEAR(out.flow(i)[F::pair_flows], i < 2000 ? 1 : 2);
}

void flows_keep_the_windows_of_their_last_bucket() {
  Capture c;
  answered(c, 0, home(1), 1, away(1));
  for (std::uint16_t i = 0; i < 9; ++i)
    answered(c, 6 * kSecond + i * 10, home(1), 100, away(2 + i));
  for (int i = 2; i < 20; ++i) c.icmp(i * 5 * kSecond, home(8), home(9), 8);
  const Output out = run(c.bytes);
  NEAR(out.flow(0)[O::out_connection_rate_10s], 0.1);  // ended when there were 10
  NEAR(out.flow(1)[O::out_connection_rate_10s], 1);
  NEAR(out.flow(0)[I::in_packet_rate_10s], 0.1);
}

// The first flow ends at the close that also computed its windows: they must be freed once.
void flows_that_end_at_once_leave_the_windows_of_others_alone() {
  Capture c;
  answered(c, 0, home(1), 1, away(1));
  answered(c, 100 * kSecond, home(2), 1, away(2));
  for (std::uint16_t i = 0; i < 9; ++i) answered(c, 100 * kSecond + 10 + i, home(3), i, away(3));
  for (int i = 21; i < 30; ++i) c.icmp(i * 5 * kSecond, home(8), home(9), 8);
  const Output out = run(c.bytes);
  CHECK(out.flows.size() == 12);
  NEAR(out.flow(1)[O::out_connection_rate_10s], 0.1);
  NEAR(out.flow(1)[I::in_connection_rate_10s], 0.1);
  NEAR(out.flow(2)[O::out_connection_rate_10s], 0.9);
  NEAR(out.flow(2)[I::in_connection_rate_10s], 0.9);
}

}  // namespace

int main() {
  windows_end_with_their_bucket();
  distinct_values_move_to_their_last_bucket();
  a_value_is_new_when_60_buckets_did_not_see_it();
  a_bucket_holds_1024_values_of_a_kind();
  probation_needs_8_packets();
  a_smb_spread_shows_as_distinct_hosts();
  a_victim_of_a_syn_flood_shows_it();
  histograms_of_responders_reach_10_seconds();
  pairs_remember_the_starts_of_answered_flows();
  no_pair_is_forgotten_below_the_bound();
  flows_keep_the_windows_of_their_last_bucket();
  flows_that_end_at_once_leave_the_windows_of_others_alone();
  return finish();
}
