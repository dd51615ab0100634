// The kernels for x86-64 with AVX2 or AVX-512 (VBMI). Compiled into every x86-64 build by function
// attributes; called only where the processor has the instructions and the self-test agreed.
#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstddef>

#include "core/base/math.hpp"
#include "core/forest/kernels.hpp"

#define MLD_AVX2 __attribute__((target("avx2,popcnt")))
#define MLD_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi,popcnt")))

namespace mld::forest {
namespace {

/// Thresholds of 8 that are <= x, as a bit mask.
MLD_AVX2 inline std::uint32_t reached8(const float* cut, __m256 x) {
  return static_cast<std::uint32_t>(
      _mm256_movemask_ps(_mm256_cmp_ps(_mm256_load_ps(cut), x, _CMP_LE_OQ)));
}

/// Codes by counting twice among 16: the block of thresholds, then the place in it.
/// Returns the missing features, feature f as bit 31 - f.
MLD_AVX2 std::uint32_t encode_avx2(const Packed& forest, const float* record, Codes& codes) {
  std::uint32_t missing_features = 0;
  for (std::size_t i = 0; i < forest.used.size(); ++i) {
    const std::uint8_t f = forest.used[i];
    const Cuts& cuts = forest.cuts[i];
    const __m256 x = _mm256_set1_ps(record[f]);
    const std::uint32_t block = static_cast<std::uint32_t>(
        _mm_popcnt_u32(reached8(cuts.pivot, x) | reached8(cuts.pivot + 8, x) << 8));
    const float* cut = cuts.cut + 16 * std::size_t{block};
    const std::uint32_t place =
        static_cast<std::uint32_t>(_mm_popcnt_u32(reached8(cut, x) | reached8(cut + 8, x) << 8));
    const std::uint32_t code = 16 * block + place;
    const bool missing = is_nan(record[f]);
    missing_features |= static_cast<std::uint32_t>(missing) << (31U - f);
    codes.slot[f] = static_cast<std::uint8_t>(code);
    codes.slot[f + kMissingSlot] = static_cast<std::uint8_t>(missing ? 255 : code);
  }
  return missing_features;
}

/// The codes of slots 32 to 63 (missing is 255), 16 to a register, repeated in both halves, and
/// the missing features as `encode_avx2` gives them, repeated in every lane.
struct Slots8 {
  __m256i low;
  __m256i high;
  __m256i missing;
};

/// All ones in the lanes whose record goes right at the node `word`.
template <bool kMissing>
MLD_AVX2 inline __m256i right8(const Slots8& slots, __m256i word) {
  const __m256i slot = _mm256_srli_epi32(word, 24);
  const __m256i limit = _mm256_and_si256(_mm256_srli_epi32(word, 16), _mm256_set1_epi32(255));
  const __m256 code =
      _mm256_blendv_ps(_mm256_castsi256_ps(_mm256_shuffle_epi8(slots.low, slot)),
                       _mm256_castsi256_ps(_mm256_shuffle_epi8(slots.high, slot)),
                       _mm256_castsi256_ps(_mm256_slli_epi32(word, 3)));  // by bit 4 of the slot
  const __m256i byte = _mm256_and_si256(_mm256_castps_si256(code), _mm256_set1_epi32(255));
  const __m256i right = _mm256_cmpgt_epi32(byte, limit);
  if constexpr (!kMissing) return right;
  // Slot f < 32 moves its feature's bit to the sign: missing, and missing goes left here. Slot
  // 32 + f shifts everything out.
  const __m256i held = _mm256_srai_epi32(_mm256_sllv_epi32(slots.missing, slot), 31);
  return _mm256_andnot_si256(held, right);
}

MLD_AVX2 inline __m256i load8(const std::uint32_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

/// Nodes after the first three levels of 8 trees, by loads and blends alone.
template <bool kMissing>
MLD_AVX2 inline __m256i enter8(const Slots8& slots, const std::uint32_t* top, __m256i root) {
  const __m256i step = _mm256_set1_epi32(0xffff);
  const __m256i right0 = right8<kMissing>(slots, load8(top));
  const __m256i level1 = _mm256_blendv_epi8(load8(top + 8), load8(top + 16), right0);
  const __m256i right1 = right8<kMissing>(slots, level1);
  const __m256i level2 =
      _mm256_blendv_epi8(_mm256_blendv_epi8(load8(top + 24), load8(top + 32), right1),
                         _mm256_blendv_epi8(load8(top + 40), load8(top + 48), right1), right0);
  const __m256i left = _mm256_add_epi32(root, _mm256_and_si256(level2, step));
  return _mm256_sub_epi32(left, right8<kMissing>(slots, level2));
}

/// Walks kVectors times 8 trees from tree number `tree` on; returns their leaf values.
template <int kVectors, bool kMissing>
MLD_AVX2 __m256i walk8(const Packed& forest, const Slots8& slots, std::size_t tree) {
  const int* words = reinterpret_cast<const int*>(forest.words.data());
  const __m256i step = _mm256_set1_epi32(0xffff);
  __m256i node[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const std::size_t at = tree + 8 * static_cast<std::size_t>(v);
    node[v] = enter8<kMissing>(slots, forest.top8.data() + 7 * at, load8(&forest.root[at]));
  }
  for (std::uint32_t level = 3; level < forest.tree_depth[tree]; ++level) {
    for (int v = 0; v < kVectors; ++v) {
      const __m256i word = _mm256_i32gather_epi32(words, node[v], 4);
      node[v] = _mm256_sub_epi32(_mm256_add_epi32(node[v], _mm256_and_si256(word, step)),
                                 right8<kMissing>(slots, word));
    }
  }
  const int* values = reinterpret_cast<const int*>(forest.value.data());
  __m256i sum = _mm256_setzero_si256();
  for (int v = 0; v < kVectors; ++v) {
    sum = _mm256_add_epi32(sum, _mm256_and_si256(_mm256_i32gather_epi32(values, node[v], 2), step));
  }
  return sum;
}

template <bool kMissing>
MLD_AVX2 std::uint32_t walk_all8(const Packed& forest, const Codes& codes,
                                 std::uint32_t missing_features) {
  const auto* part = reinterpret_cast<const __m128i*>(codes.slot + kMissingSlot);
  const Slots8 slots = {_mm256_broadcastsi128_si256(_mm_load_si128(part)),
                        _mm256_broadcastsi128_si256(_mm_load_si128(part + 1)),
                        _mm256_set1_epi32(static_cast<int>(missing_features))};
  __m256i sum = _mm256_setzero_si256();
  const std::size_t trees = forest.root.size();  // a multiple of 16
  std::size_t tree = 0;
  for (; trees - tree >= 56; tree += 56) {
    sum = _mm256_add_epi32(sum, walk8<7, kMissing>(forest, slots, tree));
  }
  for (; trees - tree >= 32; tree += 32) {
    sum = _mm256_add_epi32(sum, walk8<4, kMissing>(forest, slots, tree));
  }
  for (; trees - tree >= 8; tree += 8) {
    sum = _mm256_add_epi32(sum, walk8<1, kMissing>(forest, slots, tree));
  }
  alignas(32) std::uint32_t lane[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lane), sum);
  std::uint32_t total = 0;
  for (const std::uint32_t value : lane) total += value;
  return total;
}

MLD_AVX512 void encode_avx512(const Packed& forest, const float* record, Codes& codes) {
  for (std::size_t i = 0; i < forest.used.size(); ++i) {
    const std::uint8_t f = forest.used[i];
    const Cuts& cuts = forest.cuts[i];
    const __m512 x = _mm512_set1_ps(record[f]);
    const std::uint32_t block = static_cast<std::uint32_t>(
        _mm_popcnt_u32(_mm512_cmp_ps_mask(_mm512_load_ps(cuts.pivot), x, _CMP_LE_OQ)));
    const __m512 cut = _mm512_load_ps(cuts.cut + 16 * std::size_t{block});
    const std::uint32_t place =
        static_cast<std::uint32_t>(_mm_popcnt_u32(_mm512_cmp_ps_mask(cut, x, _CMP_LE_OQ)));
    const std::uint32_t code = 16 * block + place;
    codes.slot[f] = static_cast<std::uint8_t>(code);
    codes.slot[f + kMissingSlot] = static_cast<std::uint8_t>(is_nan(record[f]) ? 255 : code);
  }
}

/// The lanes whose record goes right at the node `word`.
MLD_AVX512 inline __mmask16 right16(__m512i slots, __m512i word) {
  const __m512i byte = _mm512_set1_epi32(255);
  const __m512i code =
      _mm512_and_si512(_mm512_permutexvar_epi8(_mm512_srli_epi32(word, 24), slots), byte);
  const __m512i limit = _mm512_and_si512(_mm512_srli_epi32(word, 16), byte);
  return _mm512_cmpgt_epi32_mask(code, limit);
}

/// from + step, and one more in the lanes that go right.
MLD_AVX512 inline __m512i advance16(__m512i slots, __m512i from, __m512i word) {
  const __m512i left = _mm512_add_epi32(from, _mm512_and_si512(word, _mm512_set1_epi32(0xffff)));
  return _mm512_mask_add_epi32(left, right16(slots, word), left, _mm512_set1_epi32(1));
}

MLD_AVX512 inline __m512i enter16(__m512i slots, const std::uint32_t* top, __m512i root) {
  const __mmask16 right0 = right16(slots, _mm512_loadu_si512(top));
  const __m512i level1 = _mm512_mask_loadu_epi32(_mm512_loadu_si512(top + 16), right0, top + 32);
  const __mmask16 right1 = right16(slots, level1);
  const __m512i under_left =
      _mm512_mask_loadu_epi32(_mm512_loadu_si512(top + 48), right1, top + 64);
  const __m512i under_right =
      _mm512_mask_loadu_epi32(_mm512_loadu_si512(top + 80), right1, top + 96);
  return advance16(slots, root, _mm512_mask_blend_epi32(right0, under_left, under_right));
}

/// Walks kVectors times 16 trees from tree number `tree` on; returns their leaf values.
template <int kVectors>
MLD_AVX512 __m512i walk16(const Packed& forest, __m512i slots, std::size_t tree) {
  __m512i node[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const std::size_t at = tree + 16 * static_cast<std::size_t>(v);
    node[v] = enter16(slots, forest.top16.data() + 7 * at, _mm512_loadu_si512(&forest.root[at]));
  }
  for (std::uint32_t level = 3; level < forest.tree_depth[tree]; ++level) {
    for (int v = 0; v < kVectors; ++v) {
      node[v] = advance16(slots, node[v], _mm512_i32gather_epi32(node[v], forest.words.data(), 4));
    }
  }
  __m512i sum = _mm512_setzero_si512();
  for (int v = 0; v < kVectors; ++v) {
    const __m512i value = _mm512_i32gather_epi32(node[v], forest.value.data(), 2);
    sum = _mm512_add_epi32(sum, _mm512_and_si512(value, _mm512_set1_epi32(0xffff)));
  }
  return sum;
}

}  // namespace

MLD_AVX2 std::uint32_t run_avx2(const Packed& forest, const float* record) {
  Codes codes = {};
  const std::uint32_t missing = encode_avx2(forest, record, codes);
  return missing != 0 ? walk_all8<true>(forest, codes, missing)
                      : walk_all8<false>(forest, codes, 0);
}

MLD_AVX512 std::uint32_t run_avx512(const Packed& forest, const float* record) {
  Codes codes = {};
  encode_avx512(forest, record, codes);
  const __m512i slots = _mm512_load_si512(codes.slot);
  __m512i sum = _mm512_setzero_si512();
  const std::size_t trees = forest.root.size();  // a multiple of 16
  std::size_t tree = 0;
  for (; trees - tree >= 112; tree += 112) {
    sum = _mm512_add_epi32(sum, walk16<7>(forest, slots, tree));
  }
  for (; trees - tree >= 64; tree += 64) {
    sum = _mm512_add_epi32(sum, walk16<4>(forest, slots, tree));
  }
  for (; trees - tree >= 16; tree += 16) {
    sum = _mm512_add_epi32(sum, walk16<1>(forest, slots, tree));
  }
  return static_cast<std::uint32_t>(_mm512_reduce_add_epi32(sum));
}

}  // namespace mld::forest
#endif
