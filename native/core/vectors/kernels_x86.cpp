// The kernels for x86-64 with AVX2, AVX-VNNI or AVX-512 (VNNI). Compiled into every x86-64 build by
// function attributes; called only where the processor has the instructions and the self-test
// agreed.
#if defined(__x86_64__)
#include <immintrin.h>

#include "core/vectors/kernels.hpp"

#define MLD_AVX2 __attribute__((target("avx2")))
#define MLD_AVXVNNI __attribute__((target("avx2,avxvnni")))
#define MLD_VNNI512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

namespace mld::vectors {
namespace {

/// What the VNNI kernels add to each byte of a row, as their one factor must be unsigned. The query
/// has a sum, so that it can be taken off again.
constexpr std::int32_t kBias = 128;

MLD_AVX2 inline __m256i load32(const std::int8_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

/// The sums of four vectors, each over its lanes.
MLD_AVX2 inline __m128i sums_of(__m256i a, __m256i b, __m256i c, __m256i d) {
  const __m256i pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
  return _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
}

/// |row| * (query with the row's sign), in pairs: at most 2 * 127 * 127, which 16 bits hold.
MLD_AVX2 inline __m256i products(__m256i query, __m256i row) {
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(row), _mm256_sign_epi8(query, row));
  return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

MLD_VNNI512 inline __m512i add_products(__m512i sum, __m512i query, const std::int8_t* row) {
  const __m512i biased =
      _mm512_xor_si512(_mm512_loadu_si512(row), _mm512_set1_epi8(static_cast<char>(0x80)));
  return _mm512_dpbusd_epi32(sum, biased, query);
}

MLD_VNNI512 inline __m256i halved(__m512i sum) {
  return _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
}

MLD_AVXVNNI inline __m256i add_products(__m256i sum, __m256i query, const std::int8_t* row) {
  const __m256i biased = _mm256_xor_si256(load32(row), _mm256_set1_epi8(static_cast<char>(0x80)));
  return _mm256_dpbusd_avx_epi32(sum, biased, query);
}

/// Rows of a group of four; the last group repeats its last row.
struct Group {
  const std::int8_t* row[4];
};

inline Group group_at(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
                      std::size_t i, std::size_t count) {
  Group group;
  for (std::size_t r = 0; r < 4; ++r) {
    const std::size_t at = i + r < count ? i + r : count - 1;
    group.row[r] = rows + pick[at] * query.stride;
  }
  return group;
}

inline void store4(std::int32_t* out, __m128i sums) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), sums);
}

}  // namespace

// `out` has room for kBlockRows, a multiple of four: the last group may write past `count`.

MLD_AVX2 void run_avx2(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
                       std::size_t count, std::int32_t* out) {
  for (std::size_t i = 0; i < count; i += 4) {
    const Group g = group_at(query, rows, pick, i, count);
    __m256i sum[4] = {};
    for (std::size_t at = 0; at < query.stride; at += 32) {
      const __m256i q = load32(query.bytes + at);
      for (std::size_t r = 0; r < 4; ++r) {
        sum[r] = _mm256_add_epi32(sum[r], products(q, load32(g.row[r] + at)));
      }
    }
    store4(out + i, sums_of(sum[0], sum[1], sum[2], sum[3]));
  }
}

MLD_AVXVNNI void run_avxvnni(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
                             std::size_t count, std::int32_t* out) {
  const __m128i bias = _mm_set1_epi32(kBias * query.sum);
  for (std::size_t i = 0; i < count; i += 4) {
    const Group g = group_at(query, rows, pick, i, count);
    __m256i sum[4] = {};
    for (std::size_t at = 0; at < query.stride; at += 32) {
      const __m256i q = load32(query.bytes + at);
      for (std::size_t r = 0; r < 4; ++r) sum[r] = add_products(sum[r], q, g.row[r] + at);
    }
    store4(out + i, _mm_sub_epi32(sums_of(sum[0], sum[1], sum[2], sum[3]), bias));
  }
}

MLD_VNNI512 void run_vnni512(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
                             std::size_t count, std::int32_t* out) {
  const __m128i bias = _mm_set1_epi32(kBias * query.sum);
  for (std::size_t i = 0; i < count; i += 4) {
    const Group g = group_at(query, rows, pick, i, count);
    __m512i sum[4] = {};
    for (std::size_t at = 0; at < query.stride; at += 64) {
      const __m512i q = _mm512_loadu_si512(query.bytes + at);
      for (std::size_t r = 0; r < 4; ++r) sum[r] = add_products(sum[r], q, g.row[r] + at);
    }
    const __m128i sums = sums_of(halved(sum[0]), halved(sum[1]), halved(sum[2]), halved(sum[3]));
    store4(out + i, _mm_sub_epi32(sums, bias));
  }
}

}  // namespace mld::vectors
#endif
