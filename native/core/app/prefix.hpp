// What a parser says about the first bytes of one direction of a flow.
#pragma once
#include <cstdint>

namespace mld {

/// Result of looking at a byte prefix. Every parser takes `last`: true when the prefix will not
/// grow any more (the flow's limit is reached, or it ended).
enum class Prefix : std::uint8_t {
  not_this,   ///< another protocol; further bytes will not change that
  need_more,  ///< undecided or incomplete; never returned when `last`
  found,      ///< the struct is filled
  malformed,  ///< begins as this protocol and then breaks its rules
};

}  // namespace mld
