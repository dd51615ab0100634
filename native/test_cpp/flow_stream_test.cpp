// The records depend on the capture and the options alone: not on chunks, batches or addresses.
// Options and layout.
#include "test_cpp/flow_packets.hpp"

namespace {

using namespace mld;
using namespace mld::test;

struct Rng {
  std::uint64_t state;
  std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(next() % bound); }
};

// Traffic of every kind, with jumps, regressions and cut frames.
Capture mixture(std::uint64_t seed, int packets) {
  Rng rng{seed};
  Capture c;
  std::int64_t now = 0;
  for (int i = 0; i < packets; ++i) {
    now += rng.below(20'000);
    if (rng.below(400) == 0) now += rng.below(90'000'000);
    const std::int64_t at = rng.below(50) == 0 ? now - rng.below(8'000'000) : now;
    const std::uint32_t a = home(rng.below(12));
    const std::uint32_t b = rng.below(3) == 0 ? away(rng.below(300)) : home(rng.below(12));
    const auto sport = static_cast<std::uint16_t>(40000 + rng.below(8));
    constexpr std::uint16_t kPorts[] = {22, 53, 80, 443, 445, 5353, 9000};
    const std::uint16_t port = kPorts[rng.below(7)];
    const std::string payload(rng.below(300), static_cast<char>('a' + rng.below(20)));
    switch (rng.below(8)) {
      case 0:
        c.udp(at, a, sport, b, 53, dns("n" + std::to_string(rng.below(50)) + ".example.net"));
        break;
      case 1:
        c.udp(at, b, 53, a, sport, dns("n1.example.net", 1, static_cast<int>(rng.below(4))));
        break;
      case 2:
        c.icmp(at, a, b, static_cast<std::uint8_t>(rng.below(2) * 8));
        break;
      case 3:
        c.arp(at, a, b, static_cast<std::uint16_t>(1 + rng.below(2)));
        break;
      case 4:
        c.tcp(at, b, port, a, sport, static_cast<std::uint8_t>(rng.below(32)), payload,
              rng.below(2000));
        break;
      case 5:
        c.tcp(at, a, sport, b, port, kAck, "GET /" + payload + " HTTP/1.1\r\nHost: h",
              rng.below(9));
        break;
      default:
        c.tcp(at, a, sport, b, port, static_cast<std::uint8_t>(rng.below(32)), payload,
              rng.below(2000));
    }
  }
  return c;
}

const std::string kTight =
    "maxFlows=20\nmaxUnansweredFlows=15\nmaxHosts=6\nmaxProbationHosts=9\nmaxDistinct=64\n"
    "maxPairs=8\nmaxPrefixes=3\nactiveTimeoutMs=5000\n";

void chunks_and_batches_do_not_matter() {
  const Capture c = mixture(7, 6000);
  for (const std::string& options : {std::string(), kTight}) {
    const Output whole = run(c.bytes, options);
    CHECK(whole.error == 0);
    CHECK(whole.flows.size() > 300 && whole.hosts.size() > 100);
    const Cut cuts[] = {
        {1, 64, 64, 1 << 16, true, false},
        {7, 1, 1, kMaxRecordText, true, false},
        {100, 3, 2, kMaxRecordText, true, false},
        {4096, 1, 64, 1 << 16, true, false},
        {SIZE_MAX, 1, 1, kMaxRecordText, false, false},
        {65536, 64, 1, kMaxRecordText, true, false},
    };
    for (const Cut& cut : cuts) {
      const Output other = run(c.bytes, options, cut);
      CHECK(other.digest == whole.digest);
      CHECK(other.counters == whole.counters);
    }
  }
}

void records_come_in_order() {
  const Capture c = mixture(11, 4000);
  const Output out = run(c.bytes, kTight);
  std::vector<std::uint64_t> orders;
  for (const FlowOut& f : out.flows) orders.push_back(f.record.order);
  for (const HostOut& h : out.hosts) orders.push_back(h.record.order);
  CHECK(std::is_sorted(orders.begin(),
                       orders.begin() + static_cast<std::ptrdiff_t>(out.flows.size())));
  std::sort(orders.begin(), orders.end());
  for (std::size_t i = 0; i < orders.size(); ++i) CHECK(orders[i] == i);
  // every flow ends once, and all packets are in exactly one final record
  double packets = 0;
  std::size_t ends = 0;
  for (const FlowOut& f : out.flows) {
    if (f.record.final == 0) continue;
    ++ends;
    packets += f.record.fwd_packets + f.record.bwd_packets;
  }
  CHECK(static_cast<double>(ends) == out.counter("flows"));
  CHECK(packets == out.counter("tracked_packets"));
  CHECK(out.counter("live_flows") == 0);
  CHECK(out.counter("live_snapshots") == 0);  // nothing is left over, and nothing was freed twice
  CHECK(out.counter("live_facts") == 0);
  CHECK(out.counter("flow_records") == static_cast<double>(out.flows.size()));
}

void the_source_id_changes_ids_alone() {
  const Capture c = mixture(3, 500);
  const Output a = run(c.bytes);
  const Output b = run(c.bytes, "sourceId=other");
  REQUIRE(a.flows.size() == b.flows.size());
  for (std::size_t i = 0; i < a.flows.size(); ++i) {
    FlowRecord x = a.flows[i].record;
    FlowRecord y = b.flows[i].record;
    CHECK(std::memcmp(x.id, y.id, 16) != 0);
    std::memset(x.id, 0, 16);
    std::memset(y.id, 0, 16);
    CHECK(std::memcmp(&x, &y, sizeof(x)) == 0);
  }
}

void the_seed_changes_nothing_but_the_tables() {
  const Capture c = mixture(5, 3000);
  CHECK(run(c.bytes, "seed=1").digest == run(c.bytes, "seed=18446744073709551615").digest);
}

void a_cut_file_keeps_what_came_before() {
  const Capture c = mixture(9, 300);
  const Bytes cut = Bytes(c.bytes).first(c.bytes.size() - 5);
  const Output out = run(cut);
  CHECK(out.error != 0 && out.error < kErrorBatchTooSmall);
  CHECK(std::string_view(Engine::error_text(out.error)).size() > 10);
  CHECK(!out.flows.empty() && out.counter("packets") == 299);
  const Output empty = run({});
  CHECK(empty.error != 0 && empty.flows.empty());
  const Data junk(100, 0x41);
  CHECK(run(junk).error != 0);
}

void misuse_is_answered() {
  std::string error;
  const auto engine = Engine::open("", error);
  Data flows(sizeof(FlowRecord));
  Data arena(kMaxRecordText);
  const Capture c = mixture(2, 50);
  CHECK(engine->run(c.bytes, {flows, {}, arena}).state == RunState::need_more);
  const RunResult stuck = engine->run({}, {flows, {}, arena});
  CHECK(stuck.state == RunState::error && stuck.error == kErrorBatchTooSmall);
  const RunResult late = engine->run(c.bytes, {flows, {}, arena});
  CHECK(late.state == RunState::error && late.error == kErrorAfterEnd && late.consumed == 0);
  double one = 0;
  CHECK(engine->counters({&one, 1}) == 1 && one == 50);
}

void options_are_checked() {
  const auto refused = [](std::string_view text, std::string_view want) {
    std::string error;
    CHECK(Engine::open(text, error) == nullptr);
    CHECK(error == want);
  };
  refused("prefixBytes=4097",
          "Cannot open engine as 'prefixBytes' must be an integer from 0 to 4096: current value is "
          "4097");
  refused(
      "maxFlows=-1",
      "Cannot open engine as 'maxFlows' must be an integer from 1 to 16777216: current value is "
      "-1");
  refused(
      "maxFlows=1e3",
      "Cannot open engine as 'maxFlows' must be an integer from 1 to 16777216: current value is "
      "1e3");
  refused("colour=red",
          "Cannot open engine as every option must be known: current key is 'colour'");
  refused("seed=1\nseed=2",
          "Cannot open engine as each option must be given once: current key is 'seed'");
  refused("seed",
          "Cannot open engine as each line of the options must be key=value: current line "
          "is seed");
  for (const std::string_view bad :
       {"10.0.0.0/33", "10.0.0", "10.0.0.256", "1.2.3.4.5", "fc00:::/7", "fc00::/129",
        "::1::", "10.0.0.0/8,", "x", "12345::", "1:2:3:4:5:6:7:8:9", "10.0.0.0/", "1:"}) {
    std::string error;
    CHECK(Engine::open("homeNets=" + std::string(bad), error) == nullptr);
    CHECK(error.starts_with("Cannot open engine as 'homeNets' must be"));
  }
  EngineOptions options;
  std::string error;
  CHECK(options.home_nets.size() == 8);
  CHECK(parse_options("\r\nhomeNets=198.51.100.0/24, 2001:db8::/32,::1,1:2:3:4:5:6:7:8\n\nseed=9",
                      options, error));
  CHECK(options.home_nets.size() == 4 && options.seed == 9);
  CHECK(options.home_nets[1].address[1] == 0x01 && options.home_nets[1].bits == 32);
  CHECK(options.home_nets[2].address[15] == 1 && options.home_nets[2].bits == 128);
  CHECK(options.home_nets[3].address[15] == 8 && options.home_nets[3].ip_version == 6);
  CHECK(parse_options("homeNets=", options, error) && options.home_nets.empty());
}

void home_networks_decide_what_is_internal() {
  Capture c;
  c.udp(0, home(1), 1, away(1), 2);
  const auto flags = [&](const std::string& nets) {
    return run(c.bytes, "homeNets=" + nets).flow(0).record.flags & 3;
  };
  CHECK(flags("10.0.0.0/8") == 1);
  CHECK(flags("198.51.0.0/16") == 2);
  CHECK(flags("0.0.0.0/0") == 3);
  CHECK(flags("10.0.0.1/32,198.51.0.2/31") == 1);
  CHECK(flags("") == 0);
  CHECK(flags("::/0") == 0);
}

void the_layout_describes_the_records() {
  const std::string layout = layout_json();
  CHECK(layout.find("\"size\":" + std::to_string(sizeof(FlowRecord))) != std::string::npos);
  CHECK(layout.find("{\"name\":\"dns_rcode\",\"type\":\"u8\",\"offset\":174}") !=
        std::string::npos);
  CHECK(layout.find("{\"name\":\"ssh_server\",\"type\":\"ref\",\"offset\":248}") !=
        std::string::npos);
  CHECK(layout.find("\"featuresOffset\":256") != std::string::npos);
  CHECK(std::count(layout.begin(), layout.end(), '{') ==
        std::count(layout.begin(), layout.end(), '}'));
  for (std::size_t i = 0; i < counter_count(); ++i) {
    CHECK(layout.find('"' + counter_name(i) + '"') != std::string::npos);
    for (std::size_t j = 0; j < i; ++j) CHECK(counter_name(i) != counter_name(j));
  }
}

}  // namespace

int main() {
  chunks_and_batches_do_not_matter();
  records_come_in_order();
  the_source_id_changes_ids_alone();
  the_seed_changes_nothing_but_the_tables();
  a_cut_file_keeps_what_came_before();
  misuse_is_answered();
  options_are_checked();
  home_networks_decide_what_is_internal();
  the_layout_describes_the_records();
  return finish();
}
