// Rows in memory, and the search among them.
#include "core/vectors/vectors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

namespace mld::vectors {
namespace {

constexpr std::uint64_t kWholeBlock = ~std::uint64_t{0};
constexpr std::size_t kCacheLine = 64;

/// Total order of hits: the higher score, then the smaller id.
bool better(const Hit& a, const Hit& b) {
  return a.score != b.score ? a.score > b.score : a.id < b.id;
}

bool bit_of(std::span<const std::uint8_t> filter, std::uint32_t id) {
  return id / 8 < filter.size() && ((filter[id / 8] >> (id % 8)) & 1) != 0;
}

/// 8 bytes of the filter from `byte` on, zeros beyond its end.
std::uint64_t bytes_at(std::span<const std::uint8_t> filter, std::size_t byte) {
  std::uint64_t bits = 0;
  if (byte >= filter.size()) return 0;
  if (filter.size() - byte >= sizeof(bits) && std::endian::native == std::endian::little) {
    std::memcpy(&bits, filter.data() + byte, sizeof(bits));
    return bits;
  }
  for (std::size_t i = 0; i < sizeof(bits) && byte + i < filter.size(); ++i) {
    bits |= std::uint64_t{filter[byte + i]} << (8 * i);
  }
  return bits;
}

/// Bits of kBlockRows ids that follow each other.
std::uint64_t word_from(std::span<const std::uint8_t> filter, std::uint32_t id) {
  const std::uint64_t low = bytes_at(filter, id / 8);
  const auto shift = static_cast<unsigned>(id % 8);
  if (shift == 0) return low;
  return low >> shift | bytes_at(filter, std::size_t{id} / 8 + 8) << (64 - shift);
}

/// Scale that makes the row a unit vector; 0 for a row of zeros, -1 where a byte is -128.
float scale_of(std::span<const std::int8_t> row) {
  std::int32_t sum = 0;
  std::int8_t least = 0;
  for (const std::int8_t x : row) {
    sum += x * x;
    least = std::min(least, x);
  }
  if (least < -127) return -1;
  return sum == 0 ? 0 : static_cast<float>(1 / std::sqrt(static_cast<double>(sum)));
}

}  // namespace

std::unique_ptr<Vectors> Vectors::open(std::uint32_t dimensions, std::uint32_t max_rows,
                                       std::string& reason) {
  if (!are_dimensions(dimensions)) {
    reason = "'dimensions' must be a multiple of 16 from 16 to 1024: current value is " +
             std::to_string(dimensions);
    return nullptr;
  }
  if (max_rows == 0 || max_rows > kMaxRows) {
    reason = "'maxRows' must be from 1 to " + std::to_string(kMaxRows) + ": current value is " +
             std::to_string(max_rows);
    return nullptr;
  }
  std::unique_ptr<Vectors> made(new Vectors());
  made->dimensions_ = dimensions;
  made->stride_ = (dimensions + kStrideUnit - 1) / kStrideUnit * kStrideUnit;
  made->max_rows_ = max_rows;
  for (auto i = static_cast<std::uint8_t>(Kernel::count); i-- > 0;) {
    const auto kernel = static_cast<Kernel>(i);
    const KernelFunction run = find_kernel(kernel);
    if (run != nullptr && self_test(run) && made->use_kernel(kernel)) break;
  }
  return made;
}

bool Vectors::use_kernel(Kernel kernel) {
  const KernelFunction run = find_kernel(kernel);
  if (run == nullptr) return false;
  run_ = run;
  kernel_ = kernel;
  return true;
}

std::unique_ptr<Vectors::Chunk> Vectors::make_chunk() const {
  std::unique_ptr<Chunk> chunk(new (std::nothrow) Chunk);
  if (chunk == nullptr) return nullptr;
  std::size_t room = kChunkRows * stride_ + kCacheLine;
  chunk->memory.reset(new (std::nothrow) std::int8_t[room]);
  if (chunk->memory == nullptr) return nullptr;
  void* aligned = chunk->memory.get();
  std::align(kCacheLine, kChunkRows * stride_, aligned, room);
  chunk->vectors = static_cast<std::int8_t*>(aligned);
  std::fill(std::begin(chunk->live), std::end(chunk->live), 0);
  chunk->consecutive = 0;
  return chunk;
}

bool Vectors::append(std::span<const std::uint32_t> ids, std::span<const std::int8_t> rows) {
  const std::size_t count = ids.size();
  // by division: the product might not fit 32 bits
  const bool whole = rows.size() % dimensions_ == 0 && rows.size() / dimensions_ == count;
  if (!whole || count > max_rows_ - rows_) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (scale_of(rows.subspan(i * dimensions_, dimensions_)) < 0) return false;
  }
  const std::size_t chunks_before = chunks_.size();
  while (chunks_.size() * kChunkRows < rows_ + count) {
    auto chunk = make_chunk();
    if (chunk == nullptr) {
      chunks_.resize(chunks_before);
      return false;
    }
    chunks_.push_back(std::move(chunk));
  }
  for (std::size_t i = 0; i < count; ++i) {
    put(rows_ + static_cast<std::uint32_t>(i), ids[i], rows.data() + i * dimensions_);
  }
  rows_ += static_cast<std::uint32_t>(count);
  return true;
}

void Vectors::put(std::uint32_t row, std::uint32_t id, const std::int8_t* vector) {
  Chunk& chunk = *chunks_[row / kChunkRows];
  const std::size_t at = row % kChunkRows;
  std::int8_t* to = chunk.vectors + at * stride_;
  std::memmove(to, vector, dimensions_);
  std::memset(to + dimensions_, 0, stride_ - dimensions_);
  chunk.ids[at] = id;
  chunk.scales[at] = scale_of({to, dimensions_});
  const std::size_t block = at / kBlockRows;
  chunk.live[block] |= std::uint64_t{1} << (at % kBlockRows);
  const std::uint64_t expected = std::uint64_t{chunk.ids[block * kBlockRows]} + at % kBlockRows;
  const std::uint64_t bit = std::uint64_t{1} << block;
  if (at % kBlockRows == 0) chunk.consecutive |= bit;
  if (id != expected) chunk.consecutive &= ~bit;
}

std::uint32_t Vectors::remove(std::span<const std::uint32_t> rows) {
  std::uint32_t removed = 0;
  for (const std::uint32_t row : rows) {
    if (row >= rows_) continue;
    std::uint64_t& word = chunks_[row / kChunkRows]->live[row % kChunkRows / kBlockRows];
    const std::uint64_t bit = std::uint64_t{1} << (row % kBlockRows);
    removed += (word & bit) != 0 ? 1 : 0;
    word &= ~bit;
  }
  return removed;
}

std::size_t Vectors::read(std::uint32_t first, std::span<std::uint32_t> ids,
                          std::span<std::int8_t> rows, std::span<std::uint8_t> live) const {
  if (first >= rows_) return 0;
  const std::size_t count = std::min({ids.size(), rows.size() / dimensions_, live.size(),
                                      static_cast<std::size_t>(rows_ - first)});
  for (std::size_t i = 0; i < count; ++i) {
    const Chunk& chunk = *chunks_[(first + i) / kChunkRows];
    const std::size_t at = (first + i) % kChunkRows;
    ids[i] = chunk.ids[at];
    live[i] = static_cast<std::uint8_t>((chunk.live[at / kBlockRows] >> (at % kBlockRows)) & 1);
    std::memcpy(rows.data() + i * dimensions_, chunk.vectors + at * stride_, dimensions_);
  }
  return count;
}

std::uint32_t Vectors::compact() {
  std::uint32_t kept = 0;
  for (std::uint32_t row = 0; row < rows_; ++row) {
    const Chunk& from = *chunks_[row / kChunkRows];
    const std::size_t at = row % kChunkRows;
    const std::uint64_t bit = std::uint64_t{1} << (at % kBlockRows);
    if ((from.live[at / kBlockRows] & bit) == 0) continue;
    if (kept != row) put(kept, from.ids[at], from.vectors + at * stride_);
    ++kept;
  }
  // what is beyond the rows left is not live, so that a block never looks whole when it is not
  for (std::uint32_t row = kept; row < rows_; ++row) {
    Chunk& chunk = *chunks_[row / kChunkRows];
    chunk.live[row % kChunkRows / kBlockRows] &= ~(std::uint64_t{1} << (row % kBlockRows));
  }
  rows_ = kept;
  chunks_.resize((std::size_t{kept} + kChunkRows - 1) / kChunkRows);
  return rows_;
}

std::span<const Hit> Vectors::scan(std::span<const float> query,
                                   std::span<const std::uint8_t> filter, std::uint32_t k) {
  heap_.clear();
  if (k == 0 || k > kMaxHits || query.size() != dimensions_ || rows_ == 0) return {};
  if (quantize(dimensions_, query, query_.bytes) != 1) return {};
  if (std::all_of(query.begin(), query.end(), [](float x) { return x == 0; })) return {};
  prepare(query_, dimensions_);
  wanted_ = std::min<std::size_t>(std::max(kRerankFactor * k, kRerankLeast), rows_);
  heap_.reserve(wanted_);
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    const std::size_t first = i * kChunkRows;
    chunk_row_ = static_cast<std::uint32_t>(first);
    scan_chunk(*chunks_[i], std::min(kChunkRows, rows_ - first), filter);
  }
  rerank(query, k);
  return heap_;
}

void Vectors::scan_chunk(const Chunk& chunk, std::size_t rows,
                         std::span<const std::uint8_t> filter) {
  for (std::size_t first = 0; first < rows; first += kBlockRows) {
    const std::size_t block = first / kBlockRows;
    std::uint64_t chosen = chunk.live[block];
    if (!filter.empty() && chosen != 0) {
      if (((chunk.consecutive >> block) & 1) != 0) {
        chosen &= word_from(filter, chunk.ids[first]);
      } else {
        for (std::uint64_t left = chosen; left != 0; left &= left - 1) {
          const auto i = static_cast<std::size_t>(std::countr_zero(left));
          if (!bit_of(filter, chunk.ids[first + i])) chosen &= ~(std::uint64_t{1} << i);
        }
      }
    }
    if (chosen != 0) offer(chunk, first, chosen);
  }
}

void Vectors::offer(const Chunk& chunk, std::size_t first, std::uint64_t chosen) {
  std::uint8_t pick[kBlockRows];
  std::size_t count = 0;
  if (chosen == kWholeBlock) {
    for (; count < kBlockRows; ++count) pick[count] = static_cast<std::uint8_t>(count);
  } else {
    for (; chosen != 0; chosen &= chosen - 1) {
      pick[count++] = static_cast<std::uint8_t>(std::countr_zero(chosen));
    }
  }
  std::int32_t dots[kBlockRows];
  run_(query_, chunk.vectors + first * stride_, pick, count, dots);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = first + pick[i];
    const float score = static_cast<float>(dots[i]) * chunk.scales[at];
    const bool full = heap_.size() == wanted_;
    if (full && score < heap_.front().score) continue;
    const Hit hit{score, chunk.ids[at], chunk_row_ + static_cast<std::uint32_t>(at)};
    if (full) {
      if (!better(hit, heap_.front())) continue;
      std::pop_heap(heap_.begin(), heap_.end(), better);
      heap_.back() = hit;
    } else {
      heap_.push_back(hit);
    }
    std::push_heap(heap_.begin(), heap_.end(), better);
  }
}

void Vectors::rerank(std::span<const float> query, std::size_t k) {
  double squares = 0;
  for (const float x : query) squares += static_cast<double>(x) * static_cast<double>(x);
  const double length = std::sqrt(squares);
  for (Hit& hit : heap_) {
    const Chunk& chunk = *chunks_[hit.row / kChunkRows];
    const std::size_t at = hit.row % kChunkRows;
    const std::int8_t* row = chunk.vectors + at * stride_;
    double sum = 0;
    for (std::size_t i = 0; i < dimensions_; ++i) sum += static_cast<double>(query[i]) * row[i];
    hit.score = static_cast<float>(sum / length * static_cast<double>(chunk.scales[at]));
  }
  std::sort(heap_.begin(), heap_.end(), better);
  heap_.resize(std::min(heap_.size(), k));
}

}  // namespace mld::vectors
