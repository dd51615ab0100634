// IEEE 802.11 data frames, bare or behind a radiotap header.
#include "core/decode/layers.hpp"

namespace mld::layers {

Refusal radiotap(Walk& walk, View view) {
  if (view.captured < 8) return Refusal::truncated_link;
  const std::uint32_t length = load_le16(view.p + 2);
  if (length < 8 || length > view.captured) return Refusal::truncated_link;
  // The flags field says whether the 802.11 header is padded to 4 bytes and whether a frame check
  // sequence follows. It stands behind the presence words and, if present, an 8-byte timestamp.
  const std::uint32_t present = load_le32(view.p + 4);
  std::uint32_t at = 4;
  for (;;) {
    if (at + 4 > length) return Refusal::truncated_link;
    const bool more = (load_le32(view.p + at) & 0x80000000u) != 0;
    at += 4;
    if (!more) break;
  }
  std::uint8_t flags = 0;
  if ((present & 2) != 0) {
    if ((present & 1) != 0) at = ((at + 7) & ~7u) + 8;
    if (at >= length) return Refusal::truncated_link;
    flags = view.p[at];
  }
  if ((flags & 0x40) != 0) return Refusal::not_ip;  // the frame arrived damaged
  View frame = view.behind(length);
  if ((flags & 0x10) != 0 && frame.wire >= 4) frame = frame.first(frame.wire - 4);
  return wireless(walk, frame, (flags & 0x20) != 0 ? 4 : 1);
}

Refusal wireless(Walk& walk, View view, std::uint32_t pad_to) {
  if (view.captured < 2) return Refusal::truncated_link;
  const std::uint8_t control = view.p[0];
  const std::uint8_t flags = view.p[1];
  const bool data = (control & 0x0c) == 0x08;
  const bool no_data = (control & 0x40) != 0;
  const bool encrypted = (flags & 0x40) != 0;
  const bool later_fragment_follows = (flags & 0x04) != 0;
  if (!data || no_data || encrypted || later_fragment_follows) return Refusal::not_ip;
  std::uint32_t header = (flags & 3) == 3 ? 30 : 24;
  if (view.captured < header) return Refusal::truncated_link;
  if ((load_le16(view.p + 22) & 0x000f) != 0) return Refusal::not_ip;  // a later fragment
  if ((control & 0x80) != 0) {
    if (view.captured < header + 2) return Refusal::truncated_link;
    if ((view.p[header] & 0x80) != 0) return Refusal::not_ip;  // several frames in one
    header += (flags & 0x80) != 0 ? 6 : 2;
  }
  header = (header + pad_to - 1) / pad_to * pad_to;
  if (view.captured < header) return Refusal::truncated_link;
  return llc(walk, view.behind(header));
}

}  // namespace mld::layers
