// Private to the decoder: what its layer functions share.
#pragma once
#include <algorithm>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/packet.hpp"
#include "core/decode/decoder.hpp"

namespace mld::layers {

/// The rest of a frame behind the headers read so far: `captured` bytes are at `p`, `wire` bytes
/// (at least as many) were on the wire.
struct View {
  const std::uint8_t* p = nullptr;
  std::uint32_t captured = 0;
  std::uint32_t wire = 0;

  /// Without its first `n` captured bytes.
  View behind(std::uint32_t n) const { return {p + n, captured - n, wire - n}; }
  /// Ends after `n` bytes, if it was longer.
  View first(std::uint32_t n) const { return {p, std::min(captured, n), std::min(wire, n)}; }
};

/// One frame on its way to a packet.
struct Walk {
  Packet& out;
  FragmentTable& fragments;
  std::uint64_t evictions = 0;
  std::uint32_t features = 0;
  int depth = 0;

  void mark(Feature feature) { features |= 1u << static_cast<unsigned>(feature); }
  /// Counts one more header; false when the bound is reached.
  bool enter() { return ++depth <= Decoder::max_layers; }
};

Refusal link_layer(Walk& walk, std::uint32_t link_type, View view);
Refusal ethernet(Walk& walk, View view);
Refusal ethertype(Walk& walk, std::uint16_t type, View view);
Refusal point_to_point(Walk& walk, View view);
Refusal llc(Walk& walk, View view);
Refusal radiotap(Walk& walk, View view);
Refusal wireless(Walk& walk, View view, std::uint32_t pad_to);
/// IPv4 or IPv6 by the first four bits.
Refusal any_ip(Walk& walk, View view);
Refusal ipv4(Walk& walk, View view);
Refusal ipv6(Walk& walk, View view);
/// `opaque` for fragments: a tunnel is not opened.
Refusal transport(Walk& walk, std::uint8_t protocol, View view, bool opaque);
/// Network service header (RFC 8300).
Refusal service_chain(Walk& walk, View view);
Refusal gre(Walk& walk, View view);
/// UDP tunnels: true when the inside became the packet; otherwise `walk.out` is as before.
/// `refusal` is not `none` when the whole frame must be refused.
bool udp_tunnel(Walk& walk, std::uint16_t dst_port, View payload, Refusal& refusal);

/// Tries to open a tunnel: `inner()` may overwrite the packet; if it fails the outer one stands.
template <class Inner>
bool open_tunnel(Walk& walk, Feature feature, Refusal& refusal, Inner inner) {
  const Packet outer = walk.out;
  const std::uint32_t features = walk.features;
  refusal = inner();
  if (refusal == Refusal::none) {
    walk.mark(feature);
    return true;
  }
  walk.out = outer;
  walk.features = features;
  walk.mark(Feature::unopened_tunnel);
  if (refusal != Refusal::too_many_layers) refusal = Refusal::none;
  return false;
}

}  // namespace mld::layers
