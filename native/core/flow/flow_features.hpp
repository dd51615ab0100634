// Features of a flow itself.
#pragma once
#include <span>

#include "core/flow/app_facts.hpp"
#include "core/flow/features.gen.hpp"
#include "core/flow/flow.hpp"

namespace mld {

/// Computes them. `more` and `facts` may be null. `two_way`: the capture has had a packet from a
/// responder to an initiator.
void flow_features(const Flow& flow, const FlowMore* more, const AppReader& reader, bool two_way,
                   std::span<float, kFlowOwnFeatures> features);

}  // namespace mld
