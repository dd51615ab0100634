// Hashes of the tables and the fixed bins of the hashed histograms.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/packet.hpp"

namespace mld {

/// The finalizer of SplitMix64: every input bit moves every output bit.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// One step of a hash over 64-bit words; finish with `mix64`.
constexpr std::uint64_t hash_word(std::uint64_t h, std::uint64_t word) {
  h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
  return h ^ (h >> 32);
}

/// An address as two words in the machine's (little-endian) order.
struct AddressWords {
  std::uint64_t w[2];
  bool operator==(const AddressWords&) const = default;
};

inline AddressWords words_of(const AddressBytes& address) {
  AddressWords out;
  std::memcpy(out.w, address.data(), sizeof(out.w));
  return out;
}

/// Hash of a text, without any seed.
inline std::uint64_t hash_text(std::string_view text) {
  std::uint64_t h = text.size();
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    h = hash_word(h, word);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, text.size() - at);
  return mix64(hash_word(h, word));
}

/// Bins of a hashed histogram.
inline constexpr unsigned kBins = 32;

/// Bin of a responder port: mix64(port + 1) >> 59. Unseeded: part of the features.
constexpr unsigned port_bin(std::uint16_t port) {
  return static_cast<unsigned>(mix64(std::uint64_t{port} + 1) >> 59);
}

/// Bin of an address read as two little-endian 64-bit words a, b of its 16 bytes (IPv4: the first
/// 4 bytes, the rest 0): mix64(a ^ mix64(b + 0x9e3779b97f4a7c15)) >> 59. Unseeded.
constexpr unsigned address_bin(const AddressWords& address) {
  return static_cast<unsigned>(mix64(address.w[0] ^ mix64(address.w[1] + 0x9e3779b97f4a7c15ULL)) >>
                               59);
}

}  // namespace mld
