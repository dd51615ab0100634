// Vectors of one length in memory, and the exact search among them.
//
// A row is int8, quantised by its own largest element, with the scale that makes it a unit vector:
// 1 / |row|, so that scale * (query . row) is the cosine with what is stored. A search takes two
// steps. The scan computes every cosine with the query as int8, which is exact integer work; the
// best max(4 k, 40) are then scored again with the query as it was given, in double precision and
// in the order of the dimensions. Both order by score, then by the smaller id, so that the result
// depends neither on the order of the rows nor on the build.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/vectors/kernels.hpp"

namespace mld::vectors {

inline constexpr std::size_t kDimensionUnit = 16;
inline constexpr std::size_t kChunkRows = 4096;  ///< rows that are allocated together
inline constexpr std::uint32_t kMaxRows = 1U << 31;
inline constexpr std::uint32_t kMaxHits = 1U << 14;
inline constexpr std::size_t kRerankFactor = 4;
inline constexpr std::size_t kRerankLeast = 40;

/// Whether vectors may have so many dimensions: a multiple of 16, up to 1024.
bool are_dimensions(std::size_t dimensions);

/// Rows of int8 from rows of floats, each scaled so that its largest element is 127 or -127. A row
/// of zeros stays one. Returns the rows done: it stops at the first that is not finite.
std::size_t quantize(std::size_t dimensions, std::span<const float> vectors,
                     std::span<std::int8_t> out);

/// A row found.
struct Hit {
  float score;  ///< cosine
  std::uint32_t id;
  std::uint32_t row;
};

class Vectors {
 public:
  /// Null, with a reason, where the dimensions or the bound are out of range.
  static std::unique_ptr<Vectors> open(std::uint32_t dimensions, std::uint32_t max_rows,
                                       std::string& reason);

  std::size_t dimensions() const { return dimensions_; }
  /// Rows, removed ones as well.
  std::uint32_t rows() const { return rows_; }

  /// Adds rows; takes all or none. Returns false when there is no whole number of rows, no room, no
  /// memory, or a byte is -128.
  bool append(std::span<const std::uint32_t> ids, std::span<const std::int8_t> rows);

  /// Marks rows as removed. Returns how many were not before.
  std::uint32_t remove(std::span<const std::uint32_t> rows);

  /// Copies the rows from `first` on, as many as fit. Returns how many.
  std::size_t read(std::uint32_t first, std::span<std::uint32_t> ids, std::span<std::int8_t> rows,
                   std::span<std::uint8_t> live) const;

  /// Takes the removed rows out; the others move up in their order. Returns the rows left.
  std::uint32_t compact();

  /// The `k` best among the live rows whose id has its bit set in `filter` (bit id % 8 of byte
  /// id / 8; ids beyond its end do not match; empty: every id matches). Returns them best first;
  /// valid until the next call. Empty when the query is not finite, zero or of another length.
  std::span<const Hit> scan(std::span<const float> query, std::span<const std::uint8_t> filter,
                            std::uint32_t k);

  Kernel kernel() const { return kernel_; }
  /// For tests and benchmarks: false where this processor cannot.
  bool use_kernel(Kernel kernel);

 private:
  /// Columns of kChunkRows rows; the vectors follow in memory of their own.
  struct Chunk {
    std::unique_ptr<std::int8_t[]> memory;
    std::int8_t* vectors;  ///< in `memory`, aligned to a cache line
    std::uint32_t ids[kChunkRows];
    float scales[kChunkRows];
    std::uint64_t live[kChunkRows / kBlockRows];
    std::uint64_t consecutive;  ///< bit b: the ids of block b follow each other
  };

  Vectors() = default;
  std::unique_ptr<Chunk> make_chunk() const;
  void put(std::uint32_t row, std::uint32_t id, const std::int8_t* vector);
  void scan_chunk(const Chunk& chunk, std::size_t rows, std::span<const std::uint8_t> filter);
  void offer(const Chunk& chunk, std::size_t first, std::uint64_t chosen);
  void rerank(std::span<const float> query, std::size_t k);

  std::size_t dimensions_ = 0;
  std::size_t stride_ = 0;
  std::uint32_t max_rows_ = 0;
  std::uint32_t rows_ = 0;
  Kernel kernel_ = Kernel::scalar;
  KernelFunction run_ = run_scalar;
  std::vector<std::unique_ptr<Chunk>> chunks_;
  Query query_ = {};
  std::vector<Hit> heap_;  ///< of the scan in progress; the worst is first
  std::size_t wanted_ = 0;
  std::uint32_t chunk_row_ = 0;  ///< number of the first row of the chunk being scanned
};

}  // namespace mld::vectors
