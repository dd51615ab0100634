// Prints the time of a scan for each kernel: `vectors_speed [rows] [dimensions]`. The median and
// the fastest tenth, beside the floor: reading the same bytes once and adding them up.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/forest/rng.hpp"
#include "core/vectors/vectors.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using namespace mld::vectors;

constexpr int kRuns = 40;

template <typename F>
void time(const char* what, F&& run) {
  std::vector<double> times;
  for (int i = 0; i < kRuns; ++i) {
    const Clock::time_point start = Clock::now();
    run();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("%-28s median %8.3f ms, fastest tenth %8.3f\n", what, times[kRuns / 2],
              times[kRuns / 10]);
}

}  // namespace

int main(int argc, char** argv) {
  const auto rows = static_cast<std::uint32_t>(argc > 1 ? std::atoi(argv[1]) : 1'000'000);
  const auto dimensions = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 128);
  std::string reason;
  const auto vectors = Vectors::open(dimensions, rows, reason);
  if (vectors == nullptr) return 1;
  mld::forest::Rng rng(1, 2);
  std::vector<std::int8_t> row(dimensions);
  std::vector<std::uint8_t> filter(rows / 8 + 1);
  std::vector<std::uint64_t> flat(std::size_t{rows} * dimensions / 8, 1);
  for (std::uint32_t id = 0; id < rows; ++id) {
    for (std::int8_t& x : row) x = static_cast<std::int8_t>(static_cast<int>(rng.below(255)) - 127);
    if (!vectors->append({&id, 1}, row)) return 1;
    if (rng.below(10) == 0) filter[id / 8] |= static_cast<std::uint8_t>(1U << (id % 8));
  }
  std::vector<float> query(dimensions);
  for (float& x : query) x = static_cast<float>(rng.below(2000)) / 1000 - 1;
  std::uint64_t sum = 0;
  time("floor: reading", [&] {
    for (const std::uint64_t word : flat) sum += word;
  });
  std::printf("(%llu)\n", static_cast<unsigned long long>(sum));
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(Kernel::count); ++i) {
    const auto kernel = static_cast<Kernel>(i);
    if (!vectors->use_kernel(kernel)) continue;
    time(kernel_name(kernel), [&] { vectors->scan(query, {}, 10); });
    time("  with a filter of 10 %", [&] { vectors->scan(query, filter, 10); });
  }
  return 0;
}
