// GRE and the tunnels that ride on UDP.
#include "core/decode/layers.hpp"

namespace mld::layers {
namespace {

constexpr std::uint16_t port_gtp = 2152;
constexpr std::uint16_t port_vxlan = 4789;
constexpr std::uint16_t port_vxlan_gpe = 4790;
constexpr std::uint16_t port_geneve = 6081;

std::uint32_t load_be24(const std::uint8_t* p) { return load_be32(p) >> 8; }

// RFC 7348.
Refusal vxlan(Walk& walk, View view) {
  if (view.captured < 8) return Refusal::truncated_network;
  if ((view.p[0] & 0x08) == 0) return Refusal::not_ip;  // no network identifier
  walk.out.vni = load_be24(view.p + 4) + 1;
  return ethernet(walk, view.behind(8));
}

// The protocol numbers that VXLAN-GPE and the network service header share.
Refusal next_protocol(Walk& walk, std::uint8_t protocol, View view) {
  switch (protocol) {
    case 1:
      return ipv4(walk, view);
    case 2:
      return ipv6(walk, view);
    case 3:
      return ethernet(walk, view);
    case 4:
      return service_chain(walk, view);
    default:
      return Refusal::not_ip;
  }
}

// draft-ietf-nvo3-vxlan-gpe.
Refusal vxlan_gpe(Walk& walk, View view) {
  if (view.captured < 8) return Refusal::truncated_network;
  if ((view.p[0] & 0x0c) != 0x0c) return Refusal::not_ip;
  walk.out.vni = load_be24(view.p + 4) + 1;
  return next_protocol(walk, view.p[3], view.behind(8));
}

// RFC 8926.
Refusal geneve(Walk& walk, View view) {
  if (view.captured < 8) return Refusal::truncated_network;
  const std::uint32_t header = 8 + (view.p[0] & 0x3fu) * 4;
  if ((view.p[0] >> 6) != 0) return Refusal::not_ip;
  if (view.captured < header) return Refusal::truncated_network;
  walk.out.vni = load_be24(view.p + 4) + 1;
  return ethertype(walk, load_be16(view.p + 2), view.behind(header));
}

// GTP-U version 1, user data only (3GPP TS 29.281). The tunnel endpoint differs between the two
// directions, so it is not a network identifier.
Refusal gtp(Walk& walk, View view) {
  if (view.captured < 8) return Refusal::truncated_network;
  if ((view.p[0] >> 4) != 3 || view.p[1] != 255) return Refusal::not_ip;
  const std::uint32_t length = load_be16(view.p + 2);
  const std::uint8_t flags = view.p[0] & 7;
  view = view.behind(8).first(length);
  if (flags != 0) {
    if (view.captured < 4) return Refusal::truncated_network;
    std::uint8_t next = view.p[3];
    view = view.behind(4);
    while ((flags & 4) != 0 && next != 0) {
      if (!walk.enter()) return Refusal::too_many_layers;
      if (view.captured < 1) return Refusal::truncated_network;
      const std::uint32_t size = view.p[0] * 4u;
      if (size == 0) return Refusal::not_ip;
      if (view.captured < size) return Refusal::truncated_network;
      next = view.p[size - 1];
      view = view.behind(size);
    }
  }
  return any_ip(walk, view);
}

// ERSPAN type II (8 bytes) and III (12 bytes and an optional 8).
Refusal erspan(Walk& walk, View view, bool third) {
  std::uint32_t header = third ? 12 : 8;
  if (view.captured < header) return Refusal::truncated_network;
  if (third && (view.p[11] & 1) != 0) header += 8;
  if (view.captured < header) return Refusal::truncated_network;
  return ethernet(walk, view.behind(header));
}

}  // namespace

Refusal service_chain(Walk& walk, View view) {
  if (!walk.enter()) return Refusal::too_many_layers;
  if (view.captured < 8) return Refusal::truncated_link;
  const std::uint32_t header = (load_be16(view.p) & 0x3fu) * 4;
  if (header < 8) return Refusal::not_ip;
  if (view.captured < header) return Refusal::truncated_link;
  return next_protocol(walk, view.p[3], view.behind(header));
}

// RFC 2784, 2890 and, for PPTP, 2637.
Refusal gre(Walk& walk, View view) {
  if (!walk.enter()) return Refusal::too_many_layers;
  if (view.captured < 4) return Refusal::truncated_network;
  const std::uint8_t flags = view.p[0];
  const bool pptp = (view.p[1] & 7) == 1;
  if ((view.p[1] & 7) > 1 || (flags & 0x40) != 0) return Refusal::not_ip;  // source routes
  const std::uint16_t type = load_be16(view.p + 2);
  const bool sequence = (flags & 0x10) != 0;
  std::uint32_t header = 4;
  if ((flags & 0x80) != 0) header += 4;
  const std::uint32_t key_at = header;
  if ((flags & 0x20) != 0) header += 4;
  if (sequence) header += 4;
  if (pptp && (view.p[1] & 0x80) != 0) header += 4;
  if (view.captured < header) return Refusal::truncated_network;
  // PPTP's key holds a length and a call number per direction: no network identifier.
  if ((flags & 0x20) != 0 && !pptp) walk.out.vni = load_be32(view.p + key_at);
  view = view.behind(header);
  if (type == 0x88be) return sequence ? erspan(walk, view, false) : ethernet(walk, view);
  if (type == 0x22eb) return erspan(walk, view, true);
  return ethertype(walk, type, view);
}

bool udp_tunnel(Walk& walk, std::uint16_t dst_port, View payload, Refusal& refusal) {
  switch (dst_port) {
    case port_vxlan:
      return open_tunnel(walk, Feature::vxlan, refusal, [&] { return vxlan(walk, payload); });
    case port_vxlan_gpe:
      return open_tunnel(walk, Feature::vxlan, refusal, [&] { return vxlan_gpe(walk, payload); });
    case port_geneve:
      return open_tunnel(walk, Feature::geneve, refusal, [&] { return geneve(walk, payload); });
    case port_gtp:
      return open_tunnel(walk, Feature::gtp, refusal, [&] { return gtp(walk, payload); });
    default:
      return false;
  }
}

}  // namespace mld::layers
