// Prints nanoseconds per record of each kernel, for forests of 100 trees on 24 features trained on
// noisy rows. The median and the fastest tenth of many short runs, on records not seen in training.
#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "test_cpp/forest_test_data.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using namespace mld::forest;
using namespace mld::forest::test;

constexpr std::uint32_t kFeatures = 24;

double nanoseconds(Clock::time_point from) {
  return std::chrono::duration<double, std::nano>(Clock::now() - from).count();
}

void time_kernels(Forest& forest, const Table& table, const char* what) {
  constexpr std::size_t kRun = 250;
  std::vector<float> out(kRun);
  for (const Kernel kernel : {Kernel::floats, Kernel::binned, Kernel::avx2, Kernel::avx512}) {
    if (!forest.use_kernel(kernel)) continue;
    std::vector<double> times;
    for (std::size_t run = 0; run < 400; ++run) {
      const std::size_t first = run * 97 % (table.labels.size() - kRun);
      const Rows rows = {table.data.data() + first * kFeatures, kFeatures, kRun,
                         table.index.data()};
      const Clock::time_point start = Clock::now();
      if (!forest.predict(rows, out.data())) return;
      times.push_back(nanoseconds(start) / kRun);
    }
    std::sort(times.begin(), times.end());
    std::printf("  %-7s %-14s median %7.1f ns/record, fastest tenth %7.1f\n", kernel_name(kernel),
                what, times[times.size() / 2], times[times.size() / 10]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint32_t rows = argc > 1 ? static_cast<std::uint32_t>(std::atoi(argv[1])) : 60000;
  const Table train_rows = noisy_table(rows, kFeatures, 0.02, 1);
  const Table whole = noisy_table(20000, kFeatures, 0, 2);
  const Table gaps = noisy_table(20000, kFeatures, 0.1, 3);
  for (const std::uint32_t depth : {8U, 10U, 12U}) {
    TrainOptions options;
    options.depth = depth;
    options.min_leaf_weight = 2;
    const Clock::time_point start = Clock::now();
    const std::vector<std::uint8_t> blob = train(train_rows, options, 100);
    const double seconds = nanoseconds(start) / 1e9;
    const Clock::time_point opening = Clock::now();
    const auto forest = Forest::open(blob);
    if (forest == nullptr) return 1;
    const double open_ms = nanoseconds(opening) / 1e6;
    std::vector<float> scores(whole.labels.size());
    if (!forest->predict(whole.rows(), scores.data())) return 1;
    std::size_t right = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      right += (scores[i] >= 0.5F) == (whole.labels[i] != 0) ? 1 : 0;
    }
    std::printf("depth %u: %u rows in %.2f s, blob %.0f KB, open %.2f ms, right on new rows %.3f\n",
                depth, rows, seconds, static_cast<double>(blob.size()) / 1e3, open_ms,
                static_cast<double>(right) / static_cast<double>(scores.size()));
    time_kernels(*forest, whole, "nothing missing");
    time_kernels(*forest, gaps, "10 % missing");
  }
  return 0;
}
