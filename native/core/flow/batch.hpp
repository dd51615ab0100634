// The caller's buffers while one run fills them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/flow/engine.hpp"
#include "core/flow/record.hpp"

namespace mld {

class Batch {
 public:
  explicit Batch(const BatchBuffers& buffers) : buffers_(buffers) {}

  bool host_fits() const {
    return left(buffers_.hosts, hosts_ * sizeof(HostRecord)) >= sizeof(HostRecord);
  }
  bool flow_fits(std::size_t text) const {
    return left(buffers_.flows, flows_ * sizeof(FlowRecord)) >= sizeof(FlowRecord) &&
           left(buffers_.arena, arena_) >= text;
  }
  bool empty() const { return flows_ == 0 && hosts_ == 0; }

  void host(const HostRecord& record) {
    std::memcpy(buffers_.hosts.data() + hosts_++ * sizeof(HostRecord), &record, sizeof(record));
  }
  void flow(const FlowRecord& record) {
    std::memcpy(buffers_.flows.data() + flows_++ * sizeof(FlowRecord), &record, sizeof(record));
  }
  TextRef text(std::string_view text) {
    if (text.empty()) return {0, 0};
    std::memcpy(buffers_.arena.data() + arena_, text.data(), text.size());
    const TextRef ref{static_cast<std::uint32_t>(arena_), static_cast<std::uint32_t>(text.size())};
    arena_ += text.size();
    return ref;
  }

  void report(RunResult& result) const {
    result.flows = static_cast<std::uint32_t>(flows_);
    result.hosts = static_cast<std::uint32_t>(hosts_);
    result.arena_bytes = static_cast<std::uint32_t>(arena_);
  }

 private:
  static std::size_t left(std::span<const std::uint8_t> buffer, std::size_t used) {
    return buffer.size() - used;
  }
  BatchBuffers buffers_;
  std::size_t flows_ = 0;
  std::size_t hosts_ = 0;
  std::size_t arena_ = 0;
};

}  // namespace mld
