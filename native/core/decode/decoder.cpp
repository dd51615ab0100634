#include "core/decode/decoder.hpp"

#include <bit>

#include "core/decode/layers.hpp"

namespace mld {

const char* refusal_name(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "none";
    case Refusal::not_ip:
      return "not_ip";
    case Refusal::unknown_link_type:
      return "unknown_link_type";
    case Refusal::truncated_link:
      return "truncated_link";
    case Refusal::truncated_network:
      return "truncated_network";
    case Refusal::bad_ip_header:
      return "bad_ip_header";
    case Refusal::truncated_transport:
      return "truncated_transport";
    case Refusal::bad_transport:
      return "bad_transport";
    case Refusal::too_many_layers:
      return "too_many_layers";
    case Refusal::count:
      break;
  }
  return "unknown";
}

const char* feature_name(Feature feature) {
  switch (feature) {
    case Feature::vlan:
      return "vlan";
    case Feature::mpls:
      return "mpls";
    case Feature::pppoe:
      return "pppoe";
    case Feature::gre:
      return "gre";
    case Feature::vxlan:
      return "vxlan";
    case Feature::geneve:
      return "geneve";
    case Feature::gtp:
      return "gtp";
    case Feature::ip_in_ip:
      return "ip_in_ip";
    case Feature::fragment:
      return "fragment";
    case Feature::orphan_fragment:
      return "orphan_fragment";
    case Feature::snapped:
      return "snapped";
    case Feature::no_ip_length:
      return "no_ip_length";
    case Feature::short_frame:
      return "short_frame";
    case Feature::unopened_tunnel:
      return "unopened_tunnel";
    case Feature::count:
      break;
  }
  return "unknown";
}

Refusal Decoder::decode(const RawPacket& raw, Packet& out) {
  out = Packet{};
  out.time_us = raw.time_us;
  out.wire_length = raw.wire_length;
  out.interface_id = raw.interface_id;
  layers::Walk walk{out, fragments_};
  // Lengths are 32-bit from here on; a reader gives at most 16 MiB.
  const auto captured =
      static_cast<std::uint32_t>(std::min<std::size_t>(raw.data.size(), std::size_t{1} << 30));
  const layers::View frame{raw.data.data(), captured, std::max(raw.wire_length, captured)};
  const Refusal refusal = layers::link_layer(walk, raw.link_type, frame);
  counts_.refusals[static_cast<std::size_t>(refusal)]++;
  counts_.fragment_evictions += walk.evictions;
  if (refusal != Refusal::none) return refusal;
  if (captured < raw.wire_length) walk.mark(Feature::snapped);
  for (std::uint32_t rest = walk.features; rest != 0; rest &= rest - 1) {
    counts_.features[static_cast<std::size_t>(std::countr_zero(rest))]++;
  }
  return refusal;
}

void Decoder::reset() {
  fragments_.clear();
  counts_ = DecodeCounts{};
}

}  // namespace mld
