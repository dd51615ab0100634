// Speed of the whole engine over a capture: engine_speed FILE [REPEATS] [key=value ...]. Without a
// file it only says how to use it, so that it may run among the tests.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/base/sha256.hpp"
#include "core/flow/engine.hpp"
#include "core/flow/layout.hpp"

namespace {

struct Run {
  double seconds = 0;
  std::uint64_t flows = 0;
  std::uint64_t hosts = 0;
  std::vector<double> counters;
  std::string digest;
};

Run run(mld::Bytes capture, const std::string& options, bool hash) {
  std::string error;
  const auto engine = mld::Engine::open(options, error);
  if (!engine) {
    std::fprintf(stderr, "%s\n", error.c_str());
    std::exit(2);
  }
  std::vector<std::uint8_t> flows(512 * sizeof(mld::FlowRecord));
  std::vector<std::uint8_t> hosts(512 * sizeof(mld::HostRecord));
  std::vector<std::uint8_t> arena(1 << 20);
  mld::Sha256 sha;
  Run out;
  const std::clock_t start = std::clock();  // CPU time: other programs do not count
  constexpr std::size_t kChunk = 1 << 20;
  std::size_t at = 0;
  for (;;) {
    const mld::Bytes chunk = capture.subspan(at, std::min(kChunk, capture.size() - at));
    const mld::RunResult result = engine->run(chunk, {flows, hosts, arena});
    at += result.consumed;
    out.flows += result.flows;
    out.hosts += result.hosts;
    if (hash) {
      sha.update({flows.data(), result.flows * sizeof(mld::FlowRecord)});
      sha.update({hosts.data(), result.hosts * sizeof(mld::HostRecord)});
    }
    if (result.state == mld::RunState::error) {
      std::fprintf(stderr, "%s\n", mld::Engine::error_text(result.error));
      break;
    }
    if (result.state == mld::RunState::end) break;
  }
  out.seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  out.counters.resize(mld::counter_count());
  engine->counters(out.counters);
  for (const std::uint8_t byte : sha.digest()) {
    char text[3];
    std::snprintf(text, sizeof(text), "%02x", byte);
    out.digest += text;
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::printf("usage: engine_speed FILE [REPEATS] [key=value ...]\n");
    return 0;
  }
  const int file = ::open(argv[1], O_RDONLY | O_CLOEXEC);
  struct stat about = {};
  if (file < 0 || ::fstat(file, &about) != 0) {
    std::fprintf(stderr, "cannot read %s\n", argv[1]);
    return 1;
  }
  const auto size = static_cast<std::size_t>(about.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  ::close(file);
  if (data == MAP_FAILED) return 1;
  const mld::Bytes capture(static_cast<const std::uint8_t*>(data), size);
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 3;
  std::string options;
  for (int i = 3; i < argc; ++i) options += std::string(argv[i]) + "\n";
  for (int i = 0; i < repeats; ++i) {
    const Run result = run(capture, options, i == 0);
    const double packets = result.counters[0];
    std::printf(
        "%.0f packets %.3f s of CPU, %.1f ns/packet, %llu flow records, %llu host records\n",
        packets, result.seconds, result.seconds * 1e9 / packets,
        static_cast<unsigned long long>(result.flows),
        static_cast<unsigned long long>(result.hosts));
    if (i > 0) continue;
    std::printf("digest %s\n", result.digest.c_str());
    for (std::size_t c = 0; c < result.counters.size(); ++c) {
      if (result.counters[c] == 0) continue;
      std::printf("  %s %.0f\n", mld::counter_name(c).c_str(), result.counters[c]);
    }
  }
  struct rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("peak RSS %.1f MiB (the mapped capture included)\n",
              static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}
