// From the captured frame to its network layer.
#include "core/decode/layers.hpp"

namespace mld::layers {
namespace {

constexpr std::uint16_t type_ipv4 = 0x0800;
constexpr std::uint16_t type_arp = 0x0806;
constexpr std::uint16_t type_bridged = 0x6558;
constexpr std::uint16_t type_vlan = 0x8100;
constexpr std::uint16_t type_ipv6 = 0x86dd;
constexpr std::uint16_t type_ppp = 0x880b;
constexpr std::uint16_t type_mpls = 0x8847;
constexpr std::uint16_t type_mpls_multicast = 0x8848;
constexpr std::uint16_t type_pppoe_session = 0x8864;
constexpr std::uint16_t type_service_vlan = 0x88a8;
constexpr std::uint16_t type_backbone = 0x88e7;
constexpr std::uint16_t type_fabric_path = 0x8903;
constexpr std::uint16_t type_cisco_metadata = 0x8909;
constexpr std::uint16_t type_extension_tag = 0x893f;
constexpr std::uint16_t type_service_chain = 0x894f;
constexpr std::uint16_t type_old_qinq = 0x9100;

Refusal arp(Walk& walk, View view) {
  if (view.captured < 8) return Refusal::truncated_network;
  const std::uint32_t hardware = view.p[4];
  if (load_be16(view.p + 2) != type_ipv4 || view.p[5] != 4) return Refusal::not_ip;
  if (view.captured < 16 + 2 * hardware) return Refusal::truncated_network;
  Packet& out = walk.out;
  out.kind = PacketKind::arp;
  out.ip_version = 4;
  out.protocol = 0;
  out.src.fill(0);
  out.dst.fill(0);
  std::copy_n(view.p + 8 + hardware, 4, out.src.begin());
  std::copy_n(view.p + 12 + 2 * hardware, 4, out.dst.begin());
  const std::uint16_t operation = load_be16(view.p + 6);
  out.icmp_type = static_cast<std::uint8_t>(std::min<std::uint16_t>(operation, 255));
  return Refusal::none;
}

Refusal mpls(Walk& walk, View view) {
  for (;;) {
    if (!walk.enter()) return Refusal::too_many_layers;
    if (view.captured < 4) return Refusal::truncated_link;
    const bool bottom = (view.p[2] & 1) != 0;
    view = view.behind(4);
    if (bottom) break;
  }
  walk.mark(Feature::mpls);
  if (view.captured < 1) return Refusal::truncated_network;
  const int version = view.p[0] >> 4;
  if (version == 4) return ipv4(walk, view);
  if (version == 6) return ipv6(walk, view);
  // An Ethernet pseudowire, with a control word (first four bits 0) or without.
  if (version == 0 && view.captured >= 4 && view.p[0] == 0) {
    Refusal refusal = Refusal::none;
    if (open_tunnel(walk, Feature::mpls, refusal, [&] { return ethernet(walk, view.behind(4)); })) {
      return Refusal::none;
    }
    if (refusal != Refusal::none) return refusal;
  }
  const Refusal refusal = ethernet(walk, view);
  return refusal == Refusal::none || refusal == Refusal::too_many_layers ? refusal
                                                                         : Refusal::not_ip;
}

Refusal pppoe(Walk& walk, View view) {
  if (view.captured < 6) return Refusal::truncated_link;
  if (view.p[0] != 0x11 || view.p[1] != 0) return Refusal::not_ip;
  const std::uint32_t length = load_be16(view.p + 4);
  walk.mark(Feature::pppoe);
  return point_to_point(walk, view.behind(6).first(length));
}

// A tag of eight bytes whose last two name what follows (802.1BR, Cisco metadata).
bool skip_tag(View& view, std::uint16_t& type) {
  if (view.captured < 8) return false;
  type = load_be16(view.p + 6);
  view = view.behind(8);
  return true;
}

// Address families of BSD-style loopback headers, in either byte order.
Refusal loopback(Walk& walk, View view) {
  if (view.captured < 4) return Refusal::truncated_link;
  std::uint32_t family = load_le32(view.p);
  if (family > 0xffff) family = load_be32(view.p);
  switch (family) {
    case 2:  // AF_INET everywhere
      return ipv4(walk, view.behind(4));
    case 10:  // AF_INET6: Linux, NetBSD and OpenBSD, FreeBSD, macOS
    case 24:
    case 28:
    case 30:
      return ipv6(walk, view.behind(4));
    default:
      return Refusal::not_ip;
  }
}

Refusal linux_cooked(Walk& walk, View view, std::uint32_t header, std::uint32_t protocol_at,
                     std::uint32_t hardware_at) {
  if (view.captured < header) return Refusal::truncated_link;
  const std::uint16_t hardware = load_be16(view.p + hardware_at);
  const std::uint16_t protocol = load_be16(view.p + protocol_at);
  constexpr std::uint16_t netlink = 824, radiotap_device = 803, gre_device = 778;
  if (hardware == netlink) return Refusal::not_ip;
  if (hardware == radiotap_device) return radiotap(walk, view.behind(header));
  if (hardware == gre_device) return any_ip(walk, view.behind(header));
  if (protocol == 0x0004) return llc(walk, view.behind(header));
  if (protocol == 0x0001) return Refusal::not_ip;  // raw 802.3
  return ethertype(walk, protocol, view.behind(header));
}

// Netfilter log: attributes of 16-bit length and type in the writer's byte order (little-endian on
// every machine that writes it today); attribute 9 is the packet.
Refusal netfilter_log(Walk& walk, View view) {
  if (view.captured < 4) return Refusal::truncated_link;
  std::uint32_t at = 4;
  while (view.captured - at >= 4) {
    const std::uint32_t length = load_le16(view.p + at);
    const std::uint32_t type = load_le16(view.p + at + 2) & 0x7fff;
    if (length < 4) return Refusal::not_ip;
    if (type == 9) return any_ip(walk, view.behind(at + 4).first(length - 4));
    const std::uint32_t step = (length + 3) & ~3u;
    if (step > view.captured - at) return Refusal::truncated_link;
    at += step;
  }
  return Refusal::not_ip;
}

Refusal cisco_hdlc(Walk& walk, View view) {
  if (view.captured < 4) return Refusal::truncated_link;
  return ethertype(walk, load_be16(view.p + 2), view.behind(4));
}

// A two-byte address, then RFC 2427 or an Ethernet type.
Refusal frame_relay(Walk& walk, View view) {
  if (view.captured < 4) return Refusal::truncated_link;
  if ((view.p[1] & 1) == 0) return Refusal::not_ip;
  const std::uint16_t type = load_be16(view.p + 2);
  if (type >= 0x0600) return ethertype(walk, type, view.behind(4));
  if (view.p[2] != 3) return Refusal::not_ip;
  if (view.p[3] == 0xcc) return ipv4(walk, view.behind(4));
  if (view.p[3] == 0x8e) return ipv6(walk, view.behind(4));
  if (view.p[3] != 0 || view.captured < 10 || view.p[4] != 0x80) return Refusal::not_ip;
  return ethertype(walk, load_be16(view.p + 8), view.behind(10));
}

Refusal fixed_header(Walk& walk, View view, std::uint32_t header) {
  if (view.captured < header) return Refusal::truncated_link;
  return any_ip(walk, view.behind(header));
}

// Headers that name another link type for what follows.
Refusal nested_link(Walk& walk, View view, std::uint32_t header, std::uint32_t link_type) {
  if (!walk.enter()) return Refusal::too_many_layers;
  if (view.captured < header) return Refusal::truncated_link;
  return link_layer(walk, link_type, view.behind(header));
}

}  // namespace

Refusal ethernet(Walk& walk, View view) {
  if (view.captured < 14) return Refusal::truncated_link;
  const std::uint16_t type = load_be16(view.p + 12);
  if (type >= 0x0600) return ethertype(walk, type, view.behind(14));
  if (type > 1500) return Refusal::not_ip;
  return llc(walk, view.behind(14).first(type));
}

Refusal ethertype(Walk& walk, std::uint16_t type, View view) {
  bool tagged = false;
  for (;;) {
    if (!walk.enter()) return Refusal::too_many_layers;
    switch (type) {
      case type_ipv4:
        return ipv4(walk, view);
      case type_ipv6:
        return ipv6(walk, view);
      case type_arp:
        return arp(walk, view);
      case type_vlan:
      case type_service_vlan:
      case type_old_qinq: {
        if (view.captured < 4) return Refusal::truncated_link;
        const std::uint32_t id = load_be16(view.p) & 0x0fffu;
        // The tags of the innermost tagged frame count: the first and the last of them.
        walk.out.vlan = tagged ? (walk.out.vlan & ~0xfffu) | id : id << 12;
        tagged = true;
        walk.mark(Feature::vlan);
        type = load_be16(view.p + 2);
        view = view.behind(4);
        if (type <= 1500) return llc(walk, view.first(type));
        break;
      }
      case type_mpls:
      case type_mpls_multicast:
        return mpls(walk, view);
      case type_pppoe_session:
        return pppoe(walk, view);
      case type_ppp:
        return point_to_point(walk, view);
      case type_bridged:
        return ethernet(walk, view);
      case type_backbone:
        if (view.captured < 4) return Refusal::truncated_link;
        return ethernet(walk, view.behind(4));
      case type_extension_tag:
      case type_cisco_metadata:
        if (!skip_tag(view, type)) return Refusal::truncated_link;
        break;
      case type_fabric_path:
        if (view.captured < 2) return Refusal::truncated_link;
        return ethernet(walk, view.behind(2));
      case type_service_chain:
        return service_chain(walk, view);
      default:
        return Refusal::not_ip;
    }
  }
}

// PPP, with or without address and control bytes and with a compressed or full protocol field.
Refusal point_to_point(Walk& walk, View view) {
  if (view.captured >= 2 && view.p[0] == 0xff && view.p[1] == 0x03) view = view.behind(2);
  if (view.captured < 1) return Refusal::truncated_link;
  std::uint16_t protocol = view.p[0];
  if ((protocol & 1) != 0) {
    view = view.behind(1);
  } else {
    if (view.captured < 2) return Refusal::truncated_link;
    protocol = load_be16(view.p);
    view = view.behind(2);
  }
  switch (protocol) {
    case 0x0021:
      return ipv4(walk, view);
    case 0x0057:
      return ipv6(walk, view);
    case 0x0281:
      return mpls(walk, view);
    default:
      return Refusal::not_ip;
  }
}

Refusal llc(Walk& walk, View view) {
  if (view.captured < 3) return view.wire < 3 ? Refusal::not_ip : Refusal::truncated_link;
  if (view.p[0] == 0x06 && view.p[1] == 0x06 && view.p[2] == 0x03) {
    return ipv4(walk, view.behind(3));
  }
  if (view.p[0] != 0xaa || view.p[1] != 0xaa || view.p[2] != 0x03) return Refusal::not_ip;
  if (view.captured < 8) return Refusal::truncated_link;
  const std::uint32_t organisation = load_be32(view.p + 2) & 0x00ffffffu;
  if (organisation != 0 && organisation != 0x0000f8) return Refusal::not_ip;
  return ethertype(walk, load_be16(view.p + 6), view.behind(8));
}

Refusal any_ip(Walk& walk, View view) {
  if (view.captured < 1) return Refusal::truncated_network;
  const int version = view.p[0] >> 4;
  if (version == 4) return ipv4(walk, view);
  if (version == 6) return ipv6(walk, view);
  return Refusal::bad_ip_header;
}

Refusal link_layer(Walk& walk, std::uint32_t link_type, View view) {
  switch (link_type) {
    case 1:
      return ethernet(walk, view);
    case 0:    // NULL
    case 108:  // LOOP
      return loopback(walk, view);
    case 12:
    case 14:
    case 101:  // RAW
      return any_ip(walk, view);
    case 228:
      return ipv4(walk, view);
    case 229:
      return ipv6(walk, view);
    case 113:
      return linux_cooked(walk, view, 16, 14, 2);
    case 276:
      return linux_cooked(walk, view, 20, 0, 8);
    case 9:   // PPP
    case 50:  // PPP_SERIAL, which may also be Cisco HDLC
      if (view.captured >= 2 && (view.p[0] & 0x7f) == 0x0f && view.p[1] == 0) {
        return cisco_hdlc(walk, view);
      }
      return point_to_point(walk, view);
    case 51:
      return pppoe(walk, view);
    case 166:  // PPP_PPPD and PPP_WITH_DIR: a direction byte first
    case 204:
      if (view.captured < 1) return Refusal::truncated_link;
      return point_to_point(walk, view.p[0] <= 1 ? view.behind(1) : view);
    case 100:  // ATM_RFC1483
      return llc(walk, view);
    case 104:
      return cisco_hdlc(walk, view);
    case 105:
      return wireless(walk, view, 1);
    case 127:
      return radiotap(walk, view);
    case 107:
      return frame_relay(walk, view);
    case 109:  // ENC
      return fixed_header(walk, view, 12);
    case 117:  // PFLOG
      if (view.captured < 1) return Refusal::truncated_link;
      return fixed_header(walk, view, (view.p[0] + 3u) & ~3u);
    case 192:  // PPI
      if (view.captured < 8) return Refusal::truncated_link;
      return nested_link(walk, view, load_le16(view.p + 2), load_le32(view.p + 4));
    case 258:  // PKTAP
      if (view.captured < 12) return Refusal::truncated_link;
      return nested_link(walk, view, load_le32(view.p), load_le32(view.p + 8));
    case 219:
      return mpls(walk, view);
    case 239:
      return netfilter_log(walk, view);
    default:
      return Refusal::unknown_link_type;
  }
}

}  // namespace mld::layers
