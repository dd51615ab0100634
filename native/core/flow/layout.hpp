// What the caller needs to know to read records and counters.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace mld {

/// Version of the C interface and of the records.
inline constexpr std::uint32_t kAbiVersion = 1;

/// Counters of an engine, in the order of `Engine::counters`.
std::size_t counter_count();
/// Name of one counter.
std::string counter_name(std::size_t index);

/// JSON: {abi, flow: {size, fields: [{name, type, offset, count?}], featuresOffset, features},
/// host: {...}, texts: [names], counters: [names], enums: {endReason, app, kind, malformed,
/// flowFlag}}. Types: f64, u64, u32, u16, u8, bytes16, ref (u32 offset, u32 length).
std::string layout_json();

}  // namespace mld
