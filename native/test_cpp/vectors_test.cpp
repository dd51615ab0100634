// The search among vectors against a plain one, every kernel against the scalar one, and the
// bounds.
#include "core/vectors/vectors.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "core/forest/rng.hpp"
#include "test_cpp/check.hpp"

namespace mld::vectors::test {
namespace {

using forest::Rng;

struct Table {
  std::vector<std::uint32_t> ids;
  std::vector<std::int8_t> rows;
  std::vector<bool> removed;
};

std::unique_ptr<Vectors> opened(std::uint32_t dimensions, std::uint32_t max_rows = 1U << 20) {
  std::string reason;
  return Vectors::open(dimensions, max_rows, reason);
}

/// Rows of which many are alike, so that scores tie.
Table make_table(std::size_t dimensions, std::size_t rows, bool consecutive, std::uint64_t seed) {
  Rng rng(seed, 1);
  Table table;
  std::uint32_t id = 5;
  for (std::size_t r = 0; r < rows; ++r) {
    table.ids.push_back(id);
    id += consecutive ? 1 : 1 + rng.below(9);
    const bool copy = r > 0 && rng.below(3) == 0;
    const std::size_t from = copy ? rng.below(static_cast<std::uint32_t>(r)) : 0;
    for (std::size_t i = 0; i < dimensions; ++i) {
      const auto fresh = static_cast<std::int8_t>(static_cast<int>(rng.below(255)) - 127);
      table.rows.push_back(copy ? table.rows[from * dimensions + i] : fresh);
    }
  }
  table.removed.assign(rows, false);
  return table;
}

std::vector<float> make_query(std::size_t dimensions, std::uint64_t seed) {
  Rng rng(seed, 3);
  std::vector<float> query(dimensions);
  for (float& x : query) x = static_cast<float>(rng.below(2001)) / 1000.0F - 1.0F;
  return query;
}

/// The two steps of vectors.hpp over all rows, sorted whole.
std::vector<Hit> plain_scan(const Table& table, std::span<const float> query,
                            std::span<const std::uint8_t> filter, std::size_t k) {
  const std::size_t dimensions = query.size();
  std::vector<std::int8_t> bytes(dimensions);
  quantize(dimensions, query, bytes);
  double length = 0;
  for (const float x : query) length += static_cast<double>(x) * static_cast<double>(x);
  std::vector<Hit> hits;
  const auto scale_at = [&](std::size_t row) {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < dimensions; ++i) {
      sum += table.rows[row * dimensions + i] * table.rows[row * dimensions + i];
    }
    return sum == 0 ? 0.0F : static_cast<float>(1 / std::sqrt(static_cast<double>(sum)));
  };
  for (std::size_t row = 0; row < table.ids.size(); ++row) {
    const std::uint32_t id = table.ids[row];
    if (table.removed[row]) continue;
    if (!filter.empty() && (id / 8 >= filter.size() || ((filter[id / 8] >> (id % 8)) & 1) == 0)) {
      continue;
    }
    std::int32_t dot = 0;
    for (std::size_t i = 0; i < dimensions; ++i) dot += bytes[i] * table.rows[row * dimensions + i];
    hits.push_back({static_cast<float>(dot) * scale_at(row), id, static_cast<std::uint32_t>(row)});
  }
  const auto better = [](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  };
  std::sort(hits.begin(), hits.end(), better);
  hits.resize(std::min(hits.size(), std::max(4 * k, std::size_t{40})));
  for (Hit& hit : hits) {
    double sum = 0;
    for (std::size_t i = 0; i < dimensions; ++i) {
      sum += static_cast<double>(query[i]) * table.rows[hit.row * dimensions + i];
    }
    hit.score =
        static_cast<float>(sum / std::sqrt(length) * static_cast<double>(scale_at(hit.row)));
  }
  std::sort(hits.begin(), hits.end(), better);
  hits.resize(std::min(hits.size(), k));
  return hits;
}

void compare(std::span<const Hit> have, const std::vector<Hit>& want) {
  CHECK(have.size() == want.size());
  for (std::size_t i = 0; i < std::min(have.size(), want.size()); ++i) {
    CHECK(have[i].id == want[i].id);
    CHECK(std::memcmp(&have[i].score, &want[i].score, sizeof(float)) == 0);
  }
}

std::vector<std::uint8_t> make_filter(std::uint32_t last, std::uint32_t one_in,
                                      std::uint64_t seed) {
  Rng rng(seed, 4);
  std::vector<std::uint8_t> filter(last / 8 + 1);
  for (std::uint32_t id = 0; id <= last; ++id) {
    if (rng.below(one_in) == 0) filter[id / 8] |= static_cast<std::uint8_t>(1U << (id % 8));
  }
  return filter;
}

void scans_of_a_table(std::size_t dimensions, std::size_t rows, bool consecutive) {
  Table table = make_table(dimensions, rows, consecutive, dimensions + rows);
  const auto vectors = opened(static_cast<std::uint32_t>(dimensions));
  REQUIRE(vectors != nullptr);
  const std::size_t some = rows / 3;  // in parts that end inside a block
  REQUIRE(vectors->append({table.ids.data(), some}, {table.rows.data(), some * dimensions}));
  REQUIRE(vectors->append({table.ids.data() + some, rows - some},
                          {table.rows.data() + some * dimensions, (rows - some) * dimensions}));
  for (int round = 0; round < 3; ++round) {
    const std::vector<float> query = make_query(dimensions, rows + static_cast<std::size_t>(round));
    const std::vector<std::uint8_t> most = make_filter(table.ids.back(), 2, 7);
    const std::vector<std::uint8_t> few = make_filter(table.ids.back() / 2, 40, 8);
    for (const std::uint32_t k : {1U, 10U, 33U}) {
      const std::vector<Hit> all_hits = plain_scan(table, query, {}, k);
      const std::vector<Hit> most_hits = plain_scan(table, query, most, k);
      const std::vector<Hit> few_hits = plain_scan(table, query, few, k);
      for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(Kernel::count); ++i) {
        if (!vectors->use_kernel(static_cast<Kernel>(i))) continue;
        compare(vectors->scan(query, {}, k), all_hits);
        compare(vectors->scan(query, most, k), most_hits);
        compare(vectors->scan(query, few, k), few_hits);
      }
    }
    std::vector<std::uint32_t> gone;
    for (std::uint32_t row = static_cast<std::uint32_t>(round); row < rows; row += 3 + row % 5) {
      if (!table.removed[row]) gone.push_back(row);
      table.removed[row] = true;
    }
    CHECK(vectors->remove(gone) == gone.size());
    CHECK(vectors->remove(gone) == 0);
  }
}

void compaction_keeps_order(std::size_t rows, std::size_t keep_one_in) {
  constexpr std::size_t kDimensions = 16;
  Table table = make_table(kDimensions, rows, true, rows);
  const auto vectors = opened(kDimensions);
  REQUIRE(vectors->append(table.ids, table.rows));
  std::vector<std::uint32_t> gone;
  Table left;
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (row % keep_one_in != 0) {
      gone.push_back(row);
      continue;
    }
    left.ids.push_back(table.ids[row]);
    left.rows.insert(left.rows.end(), table.rows.begin() + row * kDimensions,
                     table.rows.begin() + (row + 1) * kDimensions);
  }
  vectors->remove(gone);
  CHECK(vectors->compact() == left.ids.size());
  // what comes afterwards reuses the room
  const Table more = make_table(kDimensions, 300, false, 9);
  REQUIRE(vectors->append(more.ids, more.rows));
  left.ids.insert(left.ids.end(), more.ids.begin(), more.ids.end());
  left.rows.insert(left.rows.end(), more.rows.begin(), more.rows.end());
  left.removed.assign(left.ids.size(), false);
  std::vector<std::uint32_t> ids(left.ids.size());
  std::vector<std::int8_t> bytes(left.rows.size());
  std::vector<std::uint8_t> live(ids.size());
  CHECK(vectors->read(0, ids, bytes, live) == ids.size());
  CHECK(ids == left.ids && bytes == left.rows);
  CHECK(std::count(live.begin(), live.end(), 1) == std::ssize(live));
  const std::vector<float> query = make_query(kDimensions, rows);
  const std::vector<std::uint8_t> filter = make_filter(table.ids.back(), 3, 1);
  compare(vectors->scan(query, {}, 20), plain_scan(left, query, {}, 20));
  compare(vectors->scan(query, filter, 20), plain_scan(left, query, filter, 20));
}

void order_of_rows_does_not_matter() {
  const Table table = make_table(32, 5000, true, 3);
  Table turned;
  for (std::size_t r = table.ids.size(); r-- > 0;) {
    turned.ids.push_back(table.ids[r]);
    turned.rows.insert(turned.rows.end(), table.rows.begin() + static_cast<std::ptrdiff_t>(r * 32),
                       table.rows.begin() + static_cast<std::ptrdiff_t>((r + 1) * 32));
  }
  const auto a = opened(32);
  const auto b = opened(32);
  REQUIRE(a->append(table.ids, table.rows) && b->append(turned.ids, turned.rows));
  const std::vector<float> query = make_query(32, 1);
  const auto first = a->scan(query, {}, 100);
  compare(b->scan(query, {}, 100), {first.begin(), first.end()});
}

void quantising() {
  std::vector<float> rows(32, 0.0F);
  rows[3] = -0.25F;
  rows[4] = 0.125F;
  std::vector<std::int8_t> out(32, 9);
  CHECK(quantize(16, rows, out) == 2);
  CHECK(out[3] == -127 && out[4] == 64 && out[0] == 0);  // 63.5 goes to the even one
  CHECK(std::all_of(out.begin() + 16, out.end(), [](std::int8_t x) { return x == 0; }));
  rows[20] = std::numeric_limits<float>::infinity();
  CHECK(quantize(16, rows, out) == 1);
  rows[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(quantize(16, rows, out) == 0);
  CHECK(quantize(15, rows, out) == 0 && quantize(16, rows, {out.data(), 8}) == 0);
  std::vector<float> tiny(16, 0.0F);
  tiny[0] = std::numeric_limits<float>::denorm_min();
  tiny[1] = std::numeric_limits<float>::denorm_min();
  CHECK(quantize(16, tiny, out) == 1 && out[0] == 127 && out[1] == 127);
}

void bounds() {
  std::string reason;
  CHECK(Vectors::open(0, 1, reason) == nullptr && Vectors::open(24, 1, reason) == nullptr);
  CHECK(Vectors::open(1040, 1, reason) == nullptr && Vectors::open(16, 0, reason) == nullptr);
  CHECK(reason.starts_with("'maxRows'"));
  const auto vectors = opened(16, 2);
  const std::vector<std::uint32_t> ids = {4, 2};
  std::vector<std::int8_t> rows(32, 1);
  CHECK(!vectors->append(ids, {rows.data(), 31}) && !vectors->append({ids.data(), 1}, rows));
  rows[31] = -128;
  CHECK(!vectors->append(ids, rows) && vectors->rows() == 0);
  rows[31] = 1;
  CHECK(vectors->append(ids, rows));
  CHECK(!vectors->append({ids.data(), 1}, {rows.data(), 16}) && vectors->rows() == 2);
  const std::vector<std::uint32_t> beyond = {2, 0xffffffffU, 1};
  CHECK(vectors->remove(beyond) == 1);
  std::vector<float> query(16, 1.0F);
  CHECK(vectors->scan(query, {}, 0).empty() && vectors->scan(query, {}, kMaxHits + 1).empty());
  CHECK(vectors->scan({query.data(), 8}, {}, 1).empty());
  const auto hits = vectors->scan(query, {}, 5);
  CHECK(hits.size() == 1 && hits[0].id == 4 && hits[0].score == 1.0F);
  query[0] = std::numeric_limits<float>::quiet_NaN();
  CHECK(vectors->scan(query, {}, 1).empty());
  std::fill(query.begin(), query.end(), 0.0F);
  CHECK(vectors->scan(query, {}, 1).empty());
  std::vector<std::uint8_t> live(1);
  std::vector<std::uint32_t> one(1);
  std::vector<std::int8_t> row(16);
  CHECK(vectors->read(2, one, row, live) == 0 && vectors->read(1, one, row, live) == 1);
  CHECK(one[0] == 2 && live[0] == 0);
}

/// An id near the end of 32 bits, whose block would go beyond.
void largest_ids() {
  const auto vectors = opened(16);
  std::vector<std::uint32_t> ids;
  for (std::uint32_t i = 0; i < 64; ++i) ids.push_back(0xffffffffU - 40 + i);  // goes round
  const std::vector<std::int8_t> rows(64 * 16, 3);
  REQUIRE(vectors->append(ids, rows));
  const std::vector<float> query(16, 1.0F);
  const std::vector<std::uint8_t> filter(2, 0xff);
  CHECK(vectors->scan(query, filter, 64).size() == 16);
}

}  // namespace
}  // namespace mld::vectors::test

int main() {
  using namespace mld::vectors::test;
  for (const bool consecutive : {true, false}) {
    scans_of_a_table(16, 3, consecutive);
    scans_of_a_table(48, 700, consecutive);
    scans_of_a_table(128, 4500, consecutive);
    scans_of_a_table(1024, 130, consecutive);
  }
  compaction_keeps_order(9000, 2);
  compaction_keeps_order(200, 300);
  compaction_keeps_order(4096, 1);
  order_of_rows_does_not_matter();
  quantising();
  bounds();
  largest_ids();
  return mld::test::finish();
}
