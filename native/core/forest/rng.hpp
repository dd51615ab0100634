// The generator of random numbers of the trainer: xoshiro256** (Blackman and Vigna), seeded by
// SplitMix64. Integer arithmetic alone, so the same in every build.
#pragma once
#include <bit>
#include <cstdint>

namespace mld::forest {

class Rng {
 public:
  /// Streams of one seed are independent of each other: one per tree.
  Rng(std::uint64_t seed, std::uint64_t stream) {
    std::uint64_t s = mix(seed) ^ mix(stream + 0x632be59bd9b4e019ULL);
    for (std::uint64_t& word : state_) {
      s += 0x9e3779b97f4a7c15ULL;
      word = mix(s);
    }
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// A whole number in [0, bound), bound >= 1. Its bias is below bound / 2^32.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  std::uint64_t state_[4] = {};
};

}  // namespace mld::forest
