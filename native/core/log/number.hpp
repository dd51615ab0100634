// Numbers and times as the log writes them.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mld {

/// Most bytes that write_number writes: sign, 17 digits, point, `e`, sign, 3 digits; or 21 digits
/// and sign.
inline constexpr std::size_t kMaxNumberBytes = 25;

/// Room that write_number needs: it copies whole blocks and may leave rubbish after the end that it
/// returns.
inline constexpr std::size_t kNumberRoom = 64;

/// Bytes that write_time writes.
inline constexpr std::size_t kTimeBytes = 27;

/// Writes a finite number as JSON.stringify does (ECMAScript Number::toString: the shortest digits
/// that read back as the same double, exponents below 1e-6 and from 1e21 on, -0 as 0); `null` for
/// what is not finite. `out` has room for kNumberRoom. Returns the end.
char* write_number(double value, char* out);

/// Writes microseconds since the Unix epoch as RFC 3339 in UTC, `2026-01-02T03:04:05.000006Z`.
/// Times before 1970 and after 9999 become the nearest inside. `out` has room for kTimeBytes.
/// Returns the end.
char* write_time(std::int64_t time_us, char* out);

}  // namespace mld
