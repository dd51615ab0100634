// Turns a captured frame into the innermost IP (or ARP) packet.
//
// Policy, the same for files and live capture:
// - Checksums (IP, TCP, UDP, ICMP) are not checked: with offload the sender's own capture shows
// wrong
//   ones on good packets. Low TTL is not judged either. Nothing is reassembled, so overlapping
//   fragments and segments are passed on as they are seen.
// - Lengths come from the IP header, bounded by the frame's wire length, so Ethernet padding and
//   frame check sequences are not payload. IPv4 total length 0 and IPv6 payload length 0 (the
//   sender's segmentation offload, jumbograms) mean "to the end of the frame".
// - A snapped frame counts with its wire lengths; `payload` holds what was captured. A header that
//   is itself cut refuses the frame.
// - Fragments: the first one carries the transport header and is remembered; later ones take its
//   ports and final protocol. Later fragments whose first was not seen have ports 0. Tunnels are
//   not opened on fragments.
// - Tunnels are opened when what is inside decodes to a packet; otherwise the outer packet stands.
//   UDP tunnels must in addition arrive on their registered destination port.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/packet.hpp"
#include "core/decode/fragment_table.hpp"

namespace mld {

/// What frames carried on the way to their packet; each is counted once per accepted frame.
enum class Feature : std::uint8_t {
  vlan,  ///< at least one VLAN tag
  mpls,
  pppoe,
  gre,
  vxlan,  ///< with or without the generic protocol extension
  geneve,
  gtp,
  ip_in_ip,         ///< IPv4 or IPv6 directly inside IPv4 or IPv6
  fragment,         ///< any fragment
  orphan_fragment,  ///< a later fragment whose first was not seen (or was forgotten)
  snapped,          ///< captured less than was on the wire
  no_ip_length,     ///< length 0 in the IP header: segmentation offload or jumbogram
  short_frame,      ///< the IP header promises more than the frame had on the wire
  unopened_tunnel,  ///< a tunnel whose inside gave no packet; the outer one stands
  count
};

/// Plain counters of what was decoded so far.
struct DecodeCounts {
  std::array<std::uint64_t, static_cast<std::size_t>(Refusal::count)>
      refusals{};  ///< [none] = packets made
  std::array<std::uint64_t, static_cast<std::size_t>(Feature::count)> features{};
  std::uint64_t fragment_evictions = 0;  ///< live entries that the fragment table forgot
};

/// Short snake_case name of a refusal, for counters.
const char* refusal_name(Refusal refusal);
/// Short snake_case name of a feature, for counters.
const char* feature_name(Feature feature);

/// Decodes frames of any supported link type. Holds the fragment table, so one per capture.
class Decoder {
 public:
  /// Nested headers (link, tag, label, IP, extension) that one frame may have.
  static constexpr int max_layers = 24;

  /// Fills `out` and gives `Refusal::none`, or says why there is no packet (`out` is then
  /// unspecified). `out.payload` borrows from `raw.data`.
  Refusal decode(const RawPacket& raw, Packet& out);
  const DecodeCounts& counts() const { return counts_; }
  /// Forgets fragments and counters.
  void reset();

 private:
  FragmentTable fragments_;
  DecodeCounts counts_;
};

}  // namespace mld
