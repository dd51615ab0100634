// Bounded tables: who is forgotten, who is not, and how much memory it takes.
#include "test_cpp/flow_packets.hpp"

namespace {

using namespace mld;
using namespace mld::test;
using F = FlowFeature;
using O = OutFeature;
using I = InFeature;

// Makes the capture while it is read, so that a flood needs no memory of the test's.
class Feed {
 public:
  explicit Feed(const std::string& options) {
    std::string error;
    engine_ = Engine::open(options, error);
    CHECK(engine_ != nullptr);
    give();
  }
  Capture& capture() { return capture_; }
  void give(bool force = true) {
    if (!force && capture_.bytes.size() < (1 << 18)) return;
    push(capture_.bytes);
    capture_.bytes.clear();
  }
  void end() {
    give();
    while (push({}) == RunState::batch_full) {
    }
  }
  double counter(std::string_view name) const {
    std::vector<double> values(counter_count());
    engine_->counters(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (counter_name(i) == name) return values[i];
    }
    return -1;
  }
  std::vector<FlowRecord> kept;  // records of flows to port 7777
  double evicted = 0;

 private:
  RunState push(Bytes chunk) {
    RunResult result;
    do {
      result = engine_->run(chunk, {flows_, hosts_, arena_});
      for (std::size_t i = 0; i < result.flows; ++i) {
        FlowRecord record;
        std::memcpy(&record, flows_.data() + i * sizeof(record), sizeof(record));
        if (record.dst_port == 7777) kept.push_back(record);
        evicted += record.end_reason == static_cast<std::uint8_t>(EndReason::evicted) ? 1.0 : 0.0;
      }
      chunk = chunk.subspan(result.consumed);
    } while (result.state == RunState::batch_full && !chunk.empty());
    return result.state;
  }
  std::unique_ptr<Engine> engine_;
  Capture capture_;
  Data flows_ = Data(512 * sizeof(FlowRecord));
  Data hosts_ = Data(512 * sizeof(HostRecord));
  Data arena_ = Data(1 << 20);
};

void a_spoofed_flood_loses_no_established_host() {
  Feed feed("");
  for (std::uint32_t i = 0; i < 50; ++i) {
    feed.capture().handshake(i * 1000, home(10 + i), 3000, home(200), 7777);
  }
  constexpr std::uint32_t kSources = 1'000'000;
  for (std::uint32_t i = 0; i < kSources; ++i) {
    const std::uint32_t source = 0x20000000u + i * 2654435u;
    const std::int64_t at = 100'000 + i * 20;  // 20 s
    feed.capture().tcp(at, source, static_cast<std::uint16_t>(1024 + i % 60000), home(200), 80,
                       kSyn);
    // the victim answers some, as an open port does
    if (i % 4 == 0) {
      feed.capture().tcp(at + 5, home(200), 80, source,
                         static_cast<std::uint16_t>(1024 + i % 60000), kSyn | kAck);
    }
    feed.give(false);
  }
  for (std::uint32_t i = 0; i < 50; ++i) {
    feed.capture().tcp(21'000'000 + i, home(10 + i), 3000, home(200), 7777, kAck, "again", 100);
  }
  feed.give();
  CHECK(feed.counter("established_hosts") == 51);
  CHECK(feed.counter("live_hosts") <= 51 + 8192);
  CHECK(feed.counter("hosts_evicted") == 0);
  CHECK(feed.counter("flows_evicted") == 0);
  CHECK(feed.counter("peak_live_flows") <= 16'384 + 50 + 1);  // one waits to be written
  const double mebibytes = feed.counter("memory_bytes") / 1048576;
  std::printf("flood of 1,000,000 sources: %.1f MiB in the core\n", mebibytes);
  CHECK(mebibytes < 60);
  feed.end();
  CHECK(feed.evicted == feed.counter("unanswered_flows_evicted"));
  CHECK(feed.evicted > 900'000);
  CHECK(feed.kept.size() == 50);
  for (const FlowRecord& r : feed.kept) {
    CHECK(r.fwd_packets == 3 && (r.flags & flow_flag::src_established) != 0);
    // their windows were not lost: the flow of 20 s ago is still counted
    const float rate =
        r.features[kFlowOwnFeatures + static_cast<std::size_t>(O::out_connection_rate_30s)];
    NEAR(rate, 1 / 30.0);
  }
}

void the_longest_idle_answered_flow_is_evicted() {
  Capture c;
  for (std::uint16_t i = 0; i < 4; ++i) c.handshake(i * 6'000'000, home(1), 3000 + i, home(2), 80);
  c.tcp(20'000'000, home(1), 3000, home(2), 80, kAck);  // no longer the idlest
  c.handshake(26'000'000, home(1), 3100, home(2), 80);
  const Output out = run(c.bytes, "maxFlows=4");
  CHECK(out.flow(0).reason() == EndReason::evicted && out.flow(0).record.src_port == 3001);
  CHECK(out.counter("flows_evicted") == 1);
  NEAR(out.flow(0)[O::out_connection_rate_10s], 0.2);  // of the bucket of its last packet
}

void an_evicted_flow_gets_the_open_bucket_as_it_stands() {
  Capture c;
  for (std::uint16_t i = 0; i < 3; ++i) c.udp(i * 1000, home(1), 3000 + i, home(2), 80);
  const Output out = run(c.bytes, "maxUnansweredFlows=1");
  CHECK(out.flows.size() == 3);
  NEAR(out.flow(0)[O::out_connection_rate_10s], 0.1);
  NEAR(out.flow(1)[O::out_connection_rate_10s], 0.2);
  NEAR(out.flow(2)[O::out_connection_rate_10s], 0.3);
  NEAR(out.flow(1)[I::in_packet_rate_10s], 0.2);
}

void forgotten_hosts_make_windows_unavailable() {
  Capture c;
  c.udp(0, home(1), 3000, home(2), 80);
  c.udp(1000, home(3), 3000, home(4), 80);
  const Output out = run(c.bytes, "maxProbationHosts=2");
  MISSING(out.flow(0)[O::out_connection_rate_10s]);
  MISSING(out.flow(0)[I::in_packet_rate_10s]);
  NEAR(out.flow(1)[O::out_connection_rate_10s], 0.1);
  CHECK(out.counter("probation_hosts_evicted") == 2);
}

void the_target_of_a_flood_is_kept_although_it_never_answers() {
  Capture c;
  for (std::uint32_t i = 0; i < 500; ++i) c.udp(i, away(i), 3000, home(1), 80);
  const Output out = run(c.bytes, "maxProbationHosts=16");
  const HostOut* h = out.host(home(1), 0);
  REQUIRE(h != nullptr);
  NEAR((*h)[I::in_connection_rate_10s], 50);
}

void resets_and_syn_acks_do_not_confirm_a_source() {
  Capture c;
  c.tcp(0, home(1), 3000, home(2), 80, kSyn);
  c.tcp(1, home(2), 80, home(1), 3000, kSyn | kAck);
  c.tcp(2, home(1), 3000, home(2), 80, kRst);
  c.tcp(3, home(3), 3000, home(2), 81, kSyn);
  c.tcp(4, home(2), 81, home(3), 3000, kRst | kAck);
  Output out = run(c.bytes);
  CHECK(out.counter("established_hosts") == 0);
  NEAR(out.flow(0)[F::answered], 1);
  c.handshake(5, home(4), 3000, home(2), 80);
  out = run(c.bytes);
  CHECK(out.counter("established_hosts") == 2);
}

void a_probation_source_fills_its_own_share_of_values() {
  Capture c;
  c.handshake(0, home(1), 3000, home(2), 80);
  for (std::uint32_t i = 0; i < 400; ++i) c.udp(10'000 + i, away(1), 3000, home(1000 + i), 80);
  for (std::uint32_t i = 0; i < 10; ++i) c.udp(20'000 + i, home(1), 3000, away(1000 + i), 80);
  const Output out = run(c.bytes, "maxDistinct=512");
  const HostOut* h = out.host(home(1), 0);
  REQUIRE(h != nullptr);
  NEAR((*h)[O::out_unique_destinations_10s], 11);
  CHECK(out.counter("distinct_dropped") > 300);
}

void memory_of_100000_live_flows() {
  Feed feed("activeTimeoutMs=86400000");
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    const std::uint32_t host = 0x0a010000u + i % 20'000;
    const std::int64_t at = i * 50;  // 5 s
    feed.capture().udp(at, host, static_cast<std::uint16_t>(2000 + i / 20'000), away(i % 64), 443,
                       "q");
    feed.capture().udp(at + 10, away(i % 64), 443, host,
                       static_cast<std::uint16_t>(2000 + i / 20'000), "answer");
    feed.give(false);
  }
  feed.capture().udp(6'000'000, home(1), 1, home(2), 1);
  feed.give();
  CHECK(feed.counter("live_flows") >= 100'000);
  CHECK(feed.counter("live_hosts") >= 20'000 + 64);
  const double mebibytes = feed.counter("memory_bytes") / 1048576;
  std::printf("100,000 live flows of 20,000 hosts: %.1f MiB in the core\n", mebibytes);
  CHECK(mebibytes < 80);
  feed.end();
}

}  // namespace

int main() {
  a_spoofed_flood_loses_no_established_host();
  the_longest_idle_answered_flow_is_evicted();
  an_evicted_flow_gets_the_open_bucket_as_it_stands();
  forgotten_hosts_make_windows_unavailable();
  the_target_of_a_flood_is_kept_although_it_never_answers();
  resets_and_syn_acks_do_not_confirm_a_source();
  a_probation_source_fills_its_own_share_of_values();
  memory_of_100000_live_flows();
  return finish();
}
