// Capture bytes in, flow and host records out.
//
//   auto engine = Engine::open("prefixBytes=512\n", error);
//   for each chunk:
//     do { r = engine->run(chunk, buffers); chunk = chunk.subspan(r.consumed); }
//     while (r.state == RunState::batch_full && !chunk.empty());      // stop at RunState::error
//   do r = engine->run({}, buffers); while (r.state == RunState::batch_full);  // end of input
//
// The bytes of all records depend on the capture and the options alone, not on how the input was
// cut into chunks or how large the batch buffers were.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/packet.hpp"
#include "core/flow/options.hpp"
#include "core/flow/record.hpp"

namespace mld {

/// Why `run` came back.
enum class RunState : std::int32_t {
  need_more,   ///< the chunk is used up
  batch_full,  ///< a buffer cannot take the next record: empty the buffers and call again
  end,         ///< the input ended and every record was written
  error,       ///< see `RunResult::error`; records written before it are valid
};

/// Error numbers of `RunResult::error`: 1...63 are `CaptureError`, these follow.
inline constexpr std::uint32_t kErrorBatchTooSmall =
    64;                                              ///< an empty buffer cannot take one record
inline constexpr std::uint32_t kErrorAfterEnd = 65;  ///< bytes came after the end of the input

/// Where records go. Buffers need no alignment; each must take at least one record.
struct BatchBuffers {
  std::span<std::uint8_t> flows;  ///< FlowRecord after FlowRecord
  std::span<std::uint8_t> hosts;  ///< HostRecord after HostRecord
  std::span<std::uint8_t> arena;  ///< text that the flow records refer to
};

/// What one `run` did.
struct RunResult {
  RunState state = RunState::need_more;
  std::size_t consumed = 0;  ///< bytes of the chunk
  std::uint32_t flows = 0;   ///< records written
  std::uint32_t hosts = 0;   ///< records written
  std::uint32_t arena_bytes = 0;
  std::uint32_t error = 0;  ///< 0 none
};

/// An arena of this size takes any one record whatever the options.
inline constexpr std::size_t kMaxRecordText = 16384;

/// The whole way from capture bytes to records.
class Engine {
 public:
  /// Gives an engine, or null and the reason in `error`. See `parse_options` for the text.
  static std::unique_ptr<Engine> open(std::string_view options, std::string& error);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Reads the chunk until it is used up or a buffer is full. When some of it is left, the next
  /// call gets that rest, at any address; when nothing is left, the next chunk, whatever the state:
  /// what waits is written first. An empty chunk states the end of the input; repeat it until the
  /// state is `end` or `error`. After an error in the capture the records of what was read before
  /// it come first (`batch_full`), then `error`. Offsets into the arena start at 0 in each call.
  RunResult run(Bytes chunk, BatchBuffers out);

  /// Writes counters in the order of `counter_names`; gives how many were written.
  std::size_t counters(std::span<double> out) const;

  /// One line of English for an error number.
  static const char* error_text(std::uint32_t error);

 private:
  class State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mld
