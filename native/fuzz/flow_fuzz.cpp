// The engine over arbitrary capture bytes, with bounds so small that everything is evicted. The
// first bytes choose how the input is cut and how large the batches are; the records must not
// depend on it.
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/flow/engine.hpp"
#include "core/flow/layout.hpp"

namespace {

using namespace mld;

struct Records {
  std::vector<std::uint8_t> flows;
  std::vector<std::uint8_t> hosts;
  std::vector<std::uint8_t> texts;
  std::uint32_t error = 0;
};

Records run(Bytes input, std::size_t chunk_size, std::size_t batch, const std::string& options) {
  std::string error;
  const auto engine = Engine::open(options, error);
  if (!engine) std::abort();
  std::vector<std::uint8_t> flows(batch * sizeof(FlowRecord));
  std::vector<std::uint8_t> hosts(batch * sizeof(HostRecord));
  std::vector<std::uint8_t> arena(kMaxRecordText);
  Records out;
  for (;;) {
    const Bytes part = input.first(std::min(chunk_size, input.size()));
    const std::vector<std::uint8_t> chunk(part.begin(), part.end());
    const RunResult result = engine->run(chunk, {flows, hosts, arena});
    if (result.consumed > chunk.size() || result.flows > batch || result.hosts > batch)
      std::abort();
    input = input.subspan(result.consumed);
    for (std::size_t i = 0; i < result.flows; ++i) {
      FlowRecord record;
      std::memcpy(&record, flows.data() + i * sizeof(record), sizeof(record));
      for (TextRef& ref : record.texts) {
        if (ref.offset + ref.length > result.arena_bytes) std::abort();
        out.texts.insert(out.texts.end(), arena.begin() + ref.offset,
                         arena.begin() + ref.offset + ref.length);
        ref.offset = 0;
      }
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(&record);
      out.flows.insert(out.flows.end(), bytes, bytes + sizeof(record));
    }
    out.hosts.insert(
        out.hosts.end(), hosts.begin(),
        hosts.begin() + static_cast<std::ptrdiff_t>(result.hosts * sizeof(HostRecord)));
    out.error = result.error;
    if (result.state == RunState::end || result.state == RunState::error) break;
  }
  std::vector<double> counters(counter_count());
  if (engine->counters(counters) != counters.size()) std::abort();
  for (std::size_t i = 0; i < counters.size(); ++i) {
    // Nothing is left over at the end, and nothing was freed twice.
    const std::string name = counter_name(i);
    const bool must_be_0 = name == "live_flows" || name == "live_snapshots" || name == "live_facts";
    if (must_be_0 && counters[i] != 0) std::abort();
  }
  return out;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(
    const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::size_t chunk = std::size_t{data[0]} + 1;
  const std::size_t batch = (data[1] & 7u) + 1;
  std::string options = "maxFlows=3\nmaxUnansweredFlows=3\nmaxHosts=2\nmaxProbationHosts=3\n";
  options += "maxDistinct=16\nmaxPairs=8\nmaxPrefixes=2\nactiveTimeoutMs=5000\n";
  options += "prefixBytes=" + std::to_string(data[2]) + "\n";
  const Bytes input(data + 3, size - 3);
  const Records a = run(input, chunk, batch, options);
  const Records b = run(input, 1 << 20, 64, options);
  if (a.flows != b.flows || a.hosts != b.hosts || a.texts != b.texts || a.error != b.error) {
    std::abort();
  }
  std::string error;
  EngineOptions parsed;
  parse_options({reinterpret_cast<const char*>(data), size}, parsed, error);
  return 0;
}
