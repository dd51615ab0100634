// Texts as JSON strings.
#pragma once
#include <cstddef>

#include "core/base/packet.hpp"

namespace mld {

/// Most bytes that write_text writes for one byte of text; the two quotes come on top.
inline constexpr std::size_t kMaxEscape = 6;

/// Writes UTF-8 text as JSON.stringify writes the decoded string: quotes around it, `"` and `\` and
/// control characters escaped, everything else as it is. Bytes that are not UTF-8 become U+FFFD,
/// one for each maximal part of a sequence, as the Encoding Standard's decoder has it. `out` has
/// room for 2 + kMaxEscape * text.size(). Returns the end.
char* write_text(Bytes text, char* out);

}  // namespace mld
