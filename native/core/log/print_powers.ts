/**
 * Prints `powers.gen.hpp`: `deno run native/core/log/print_powers.ts > native/core/log/powers.gen.hpp`.
 *
 * Entry k is the smallest whole number that is at least 10^k / 2^(floor(log2(10^k)) - 127): the top 128 bits of 10^k.
 */
const FIRST = -292;
const LAST = 324;

function topBits(power: number): bigint {
  const ten = 10n ** BigInt(Math.abs(power));
  const bits = BigInt(ten.toString(2).length);
  if (power >= 0) {
    const shift = bits - 128n;
    if (shift <= 0n) return ten << -shift;
    return (ten + (1n << shift) - 1n) >> shift;
  }
  // 2^(bits - 1) < 10^-k < 2^bits, so 10^k lies between 2^-bits and 2^-(bits - 1).
  return ((1n << (bits + 127n)) + ten - 1n) / ten;
}

function word(value: bigint): string {
  return `0x${value.toString(16).padStart(16, "0")}`;
}

/** The text of `powers.gen.hpp`. */
export function printPowers(): string {
  const entries = Array.from({ length: LAST - FIRST + 1 }, (_, i) => {
    const value = topBits(FIRST + i);
    return `{${word(value >> 64n)}, ${word(value & 0xffffffffffffffffn)}},`;
  });
  const lines = entries.flatMap((entry, i) =>
    i % 2 === 0
      ? [`    ${[entry, entries[i + 1]].filter(Boolean).join(" ")}`]
      : []
  );
  return `// Printed by print_powers.ts. Do not edit.
#pragma once
#include <cstdint>

namespace mld {

/// The top 128 bits of a power of ten, rounded up.
struct PowerOfTen {
  std::uint64_t high;
  std::uint64_t low;
};

inline constexpr int kFirstPower = ${FIRST};

// clang-format off
inline constexpr PowerOfTen kPowersOfTen[] = {
${lines.join("\n")}
};
// clang-format on

}  // namespace mld
`;
}

// deno-lint-ignore no-console
if (import.meta.main) console.log(printPowers().trimEnd());
