// The counters of an engine by name.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/packet.hpp"
#include "core/decode/decoder.hpp"

namespace mld {

inline constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::count);
inline constexpr std::size_t kDecodeFeatures = static_cast<std::size_t>(Feature::count);

/// Counters in the order in which they are written. `refused_*` (a Refusal other than `none`) and
/// `with_*` (a decoder's Feature) follow them.
inline constexpr std::array kCounterNames = {
    "packets",  // frames in the capture
    "captured_bytes",
    "wire_bytes",
    "tracked_packets",  // IP and ARP packets that belong to a flow
    "cut_packets",      // captured less than was on the wire
    "min_snaplen",      // least snapshot length stated; 0 none
    "untimed_packets",
    "skipped_blocks",
    "capture_truncated",  // 1 if the file ended inside a record
    "sections",
    "interfaces",
    "link_type",   // of the first interface
    "link_types",  // different ones
    "first_time_us",
    "last_time_us",
    "time_regressions",  // packets before the clock
    "largest_regression_us",
    "largest_jump_us",  // of the clock
    "frames_over_1518",
    "frames_over_16384",  // segmentation offload
    "duplicate_packets",  // same length and first 128 bytes as the packet before, within 1 ms
    "flows",
    "answered_flows",
    "one_direction",  // 1 if there are flows and none was answered
    "flow_records",
    "host_records",
    "hosts",
    "live_flows",
    "peak_live_flows",
    "live_hosts",
    "established_hosts",
    "live_distinct",
    "live_snapshots",  // windows kept for flows that live
    "live_facts",      // what flows that live hold beside themselves: facts, prefixes, histograms
    "flows_evicted",
    "unanswered_flows_evicted",
    "hosts_evicted",
    "probation_hosts_evicted",
    "pairs_evicted",
    "fragments_evicted",
    "distinct_capped",
    "distinct_dropped",
    "prefixes_refused",
    "memory_bytes",  // of the tables
};

inline constexpr std::size_t kCounters = kCounterNames.size() + kRefusals - 1 + kDecodeFeatures;

}  // namespace mld
