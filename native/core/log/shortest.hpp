// The shortest decimal that reads back as a double.
#pragma once
#include <cstdint>

namespace mld {

/// digits * 10^exponent; digits has at most 17 digits and may end in zeros.
struct Decimal {
  std::uint64_t digits;
  int exponent;
};

/// Of the decimals that round to `value` the shortest, and of those the nearest (ties to even).
/// `value` is finite and above 0.
///
/// By R. Giulietti, "The Schubfach way to render doubles" (2020): the interval of decimals that
/// round to the value is scaled by a power of ten so that it holds at least one and at most ten
/// whole numbers, with enough bits that looking at the two or three candidates decides. The C++
/// library's std::to_chars is the oracle in the tests; it is not used here because its tables make
/// the wasm module twice as large.
Decimal shortest_decimal(double value);

}  // namespace mld
