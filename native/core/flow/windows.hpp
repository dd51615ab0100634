// Features of a host over the windows that end with a bucket.
#pragma once
#include <cstdint>
#include <span>

#include "core/flow/features.gen.hpp"
#include "core/flow/host_table.hpp"

namespace mld {

using OutFeatures = std::span<float, kOutFeatures>;
using InFeatures = std::span<float, kInFeatures>;

/// Computes the features of a host as initiator. Buckets that no window reaches are freed.
/// `bucket` counts from the start of the capture: novelty is unavailable in the first 300 s.
void out_features(HostTable& hosts, Host& host, std::int64_t bucket, OutFeatures features);

/// Computes the features of a host as responder.
void in_features(HostTable& hosts, Host& host, std::int64_t bucket, InFeatures features);

}  // namespace mld
