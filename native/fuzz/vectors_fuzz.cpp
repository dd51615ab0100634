// libFuzzer target: vectors driven by commands of the input. The first byte chooses the dimensions;
// then each command is a byte and what it takes: floats to quantise, rows to append, row numbers to
// remove, a filter to scan with, or compaction. What is found must be live, in the filter, and in
// order.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/vectors/vectors.hpp"

namespace {

using mld::vectors::Hit;
using mld::vectors::Vectors;

constexpr int kCommandsMax = 200;
constexpr std::uint32_t kRowsMax = 10000;

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<float> floats(mld::Cursor& input, std::size_t count) {
  std::vector<float> out(count);
  const mld::Bytes bytes = input.take(std::min(count * sizeof(float), input.left()));
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

void append(Vectors& vectors, mld::Cursor& input, std::set<std::uint32_t>& live) {
  const std::size_t count = input.u8();
  const std::uint32_t first = input.be16();
  std::vector<std::int8_t> rows(count * vectors.dimensions());
  const mld::Bytes bytes = input.take(std::min(rows.size(), input.left()));
  if (!bytes.empty()) std::memcpy(rows.data(), bytes.data(), bytes.size());
  std::vector<std::uint32_t> ids;
  for (std::uint32_t i = 0; i < count; ++i) ids.push_back(first + i);
  if (std::any_of(ids.begin(), ids.end(), [&](auto id) { return live.contains(id); })) return;
  if (vectors.append(ids, rows)) live.insert(ids.begin(), ids.end());
}

void remove(Vectors& vectors, mld::Cursor& input, std::set<std::uint32_t>& live) {
  const std::vector<std::uint32_t> rows = {input.be16(), input.be16()};
  for (const std::uint32_t row : rows) {
    std::vector<std::uint32_t> id(1);
    std::vector<std::int8_t> bytes(vectors.dimensions());
    std::vector<std::uint8_t> is_live(1);
    if (vectors.read(row, id, bytes, is_live) == 1 && is_live[0] == 1) live.erase(id[0]);
  }
  vectors.remove(rows);
}

void scan(Vectors& vectors, mld::Cursor& input, const std::set<std::uint32_t>& live) {
  const std::uint32_t k = input.u8();
  const mld::Bytes filter = input.take(std::min<std::size_t>(input.u8(), input.left()));
  const std::vector<float> query = floats(input, vectors.dimensions());
  const auto hits = vectors.scan(query, filter, k);
  require(hits.size() <= std::min<std::size_t>(k, live.size()));
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const Hit& hit = hits[i];
    require(live.contains(hit.id) && hit.score >= -1.001F && hit.score <= 1.001F);
    require(filter.empty() ||
            (hit.id / 8 < filter.size() && ((filter[hit.id / 8] >> (hit.id % 8)) & 1) != 0));
    if (i == 0) continue;
    require(hits[i - 1].score > hit.score ||
            (hits[i - 1].score == hit.score && hits[i - 1].id < hit.id));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mld::Cursor input(mld::Bytes(data, size));
  std::string reason;
  const auto vectors = Vectors::open(16 * (1U + input.u8() % 6U), kRowsMax, reason);
  require(vectors != nullptr);
  std::set<std::uint32_t> live;
  for (int i = 0; i < kCommandsMax && input.left() > 0; ++i) {
    switch (input.u8() % 5) {
      case 0:
        append(*vectors, input, live);
        break;
      case 1:
        remove(*vectors, input, live);
        break;
      case 2:
        require(vectors->compact() == live.size());
        break;
      case 3: {
        const std::vector<float> row = floats(input, vectors->dimensions());
        std::vector<std::int8_t> bytes(row.size());
        if (mld::vectors::quantize(row.size(), row, bytes) == 1) {
          require(std::none_of(bytes.begin(), bytes.end(), [](auto x) { return x == -128; }));
        }
        break;
      }
      default:
        scan(*vectors, input, live);
    }
  }
  return 0;
}
