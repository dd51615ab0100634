// IPv4, IPv6 and what stands in them.
#include "core/decode/layers.hpp"

namespace mld::layers {
namespace {

constexpr std::uint8_t ip_icmp = 1, ip_ipv4 = 4, ip_tcp = 6, ip_udp = 17, ip_ipv6 = 41, ip_gre = 47,
                       ip_authentication = 51, ip_icmp6 = 58, ip_none = 59, ip_sctp = 132;
constexpr std::uint8_t ip6_hop_by_hop = 0, ip6_routing = 43, ip6_fragment = 44,
                       ip6_destination = 60;

void forget_transport(Packet& out) {
  out.kind = PacketKind::ip;
  out.tcp_flags = 0;
  out.src_port = 0;
  out.dst_port = 0;
  out.icmp_type = 0;
  out.icmp_code = 0;
  out.icmp_id = 0;
  out.tcp_seq = 0;
  out.tcp_ack = 0;
  out.tcp_window = 0;
  out.fragment = false;
  out.later_fragment = false;
}

// The payload starts `header` bytes into the view; what of it was captured may be nothing.
void set_payload(Packet& out, View view, std::uint32_t header) {
  out.payload_length = view.wire - header;
  out.payload = header < view.captured ? Bytes(view.p + header, view.captured - header) : Bytes{};
}

Refusal tcp(Packet& out, View view) {
  if (view.captured < 20) return Refusal::truncated_transport;
  const std::uint32_t header = (view.p[12] >> 4) * 4u;
  if (header < 20 || header > view.wire) return Refusal::bad_transport;
  out.src_port = load_be16(view.p);
  out.dst_port = load_be16(view.p + 2);
  out.tcp_seq = load_be32(view.p + 4);
  out.tcp_ack = load_be32(view.p + 8);
  out.tcp_flags = view.p[13];
  out.tcp_window = load_be16(view.p + 14);
  set_payload(out, view, header);
  return Refusal::none;
}

Refusal udp(Walk& walk, View view, bool opaque) {
  Packet& out = walk.out;
  if (view.captured < 8) return Refusal::truncated_transport;
  const std::uint32_t length = load_be16(view.p + 4);
  if (length != 0 && length < 8) return Refusal::bad_transport;
  out.src_port = load_be16(view.p);
  out.dst_port = load_be16(view.p + 2);
  if (length != 0) view = view.first(length);  // 0: jumbogram or segmentation offload
  set_payload(out, view, 8);
  if (opaque) return Refusal::none;
  Refusal refusal = Refusal::none;
  udp_tunnel(walk, out.dst_port, view.behind(8), refusal);
  return refusal;
}

Refusal icmp(Packet& out, View view, std::uint8_t echo_request, std::uint8_t echo_reply) {
  if (view.captured < 4) return Refusal::truncated_transport;
  out.icmp_type = view.p[0];
  out.icmp_code = view.p[1];
  const bool echo = out.icmp_type == echo_request || out.icmp_type == echo_reply;
  if (echo && view.captured >= 6) out.icmp_id = load_be16(view.p + 4);
  set_payload(out, view, std::min(view.wire, 8u));
  return Refusal::none;
}

Refusal sctp(Packet& out, View view) {
  if (view.captured < 12) return Refusal::truncated_transport;
  out.src_port = load_be16(view.p);
  out.dst_port = load_be16(view.p + 2);
  set_payload(out, view, 12);
  return Refusal::none;
}

FragmentKey fragment_key(const Packet& out, std::uint32_t id, std::uint8_t protocol) {
  FragmentKey key;
  key.src = out.src;
  key.dst = out.dst;
  key.id = id;
  key.network = out.vlan ^ (out.vni * 0x9e3779b1u);
  key.protocol = protocol;
  key.ip_version = out.ip_version;
  return key;
}

// The first fragment was decoded as far as it goes: remember it for the others.
void remember(Walk& walk, const FragmentKey& key, View view, Refusal refusal) {
  FragmentFacts facts;
  const Packet& out = walk.out;
  facts.protocol = out.protocol;
  if (refusal == Refusal::none) {
    facts.src_port = out.src_port;
    facts.dst_port = out.dst_port;
    facts.icmp_type = out.icmp_type;
    facts.icmp_code = out.icmp_code;
    facts.icmp_id = out.icmp_id;
  } else if (refusal == Refusal::truncated_transport && view.captured >= 4 &&
             (out.protocol == ip_tcp || out.protocol == ip_udp || out.protocol == ip_sctp)) {
    facts.src_port = load_be16(view.p);
    facts.dst_port = load_be16(view.p + 2);
  } else {
    return;
  }
  if (walk.fragments.put(key, facts, out.time_us)) walk.evictions++;
}

Refusal later_fragment(Walk& walk, const FragmentKey& key, View view) {
  Packet& out = walk.out;
  walk.mark(Feature::fragment);
  out.fragment = true;
  out.later_fragment = true;
  out.protocol = key.protocol;
  set_payload(out, view, 0);
  const FragmentFacts* facts = walk.fragments.find(key, out.time_us);
  if (facts == nullptr) {
    walk.mark(Feature::orphan_fragment);
    return Refusal::none;
  }
  out.protocol = facts->protocol;
  out.src_port = facts->src_port;
  out.dst_port = facts->dst_port;
  out.icmp_type = facts->icmp_type;
  out.icmp_code = facts->icmp_code;
  out.icmp_id = facts->icmp_id;
  return Refusal::none;
}

// Walks IPv6 extension headers from `view` on; `next` names the first.
Refusal extension_headers(Walk& walk, std::uint8_t next, View view) {
  Packet& out = walk.out;
  bool first_fragment = false;
  FragmentKey key;
  for (;;) {
    std::uint32_t length = 0;
    switch (next) {
      case ip6_hop_by_hop:
      case ip6_routing:
      case ip6_destination:
        if (view.captured < 2) return Refusal::truncated_network;
        length = (view.p[1] + 1u) * 8;
        break;
      case ip6_fragment: {
        if (view.captured < 8) return Refusal::truncated_network;
        length = 8;
        const std::uint16_t field = load_be16(view.p + 2);
        const bool more = (field & 1) != 0;
        if ((field & 0xfff8u) == 0 && !more) break;  // an atomic fragment is a whole datagram
        key = fragment_key(out, load_be32(view.p + 4), view.p[0]);
        if ((field & 0xfff8u) != 0) return later_fragment(walk, key, view.behind(8));
        first_fragment = true;
        out.fragment = true;
        walk.mark(Feature::fragment);
        break;
      }
      default: {
        const Refusal refusal = transport(walk, next, view, out.fragment);
        if (first_fragment) remember(walk, key, view, refusal);
        return refusal;
      }
    }
    if (!walk.enter()) return Refusal::too_many_layers;
    if (view.captured < length) return Refusal::truncated_network;
    next = view.p[0];
    view = view.behind(length);
  }
}

}  // namespace

Refusal ipv4(Walk& walk, View view) {
  if (!walk.enter()) return Refusal::too_many_layers;
  if (view.captured < 20) return Refusal::truncated_network;
  const std::uint8_t* p = view.p;
  const std::uint32_t header = (p[0] & 15u) * 4;
  if ((p[0] >> 4) != 4 || header < 20) return Refusal::bad_ip_header;
  if (view.captured < header) return Refusal::truncated_network;
  const std::uint32_t total = load_be16(p + 2);
  if (total == 0) {
    walk.mark(Feature::no_ip_length);
  } else if (total < header) {
    return Refusal::bad_ip_header;
  } else {
    if (total > view.wire) walk.mark(Feature::short_frame);
    view = view.first(total);
  }
  Packet& out = walk.out;
  forget_transport(out);
  out.ip_version = 4;
  out.src.fill(0);
  out.dst.fill(0);
  std::memcpy(out.src.data(), p + 12, 4);
  std::memcpy(out.dst.data(), p + 16, 4);
  const std::uint8_t protocol = p[9];
  const std::uint16_t field = load_be16(p + 6);
  view = view.behind(header);
  if ((field & 0x3fff) == 0) return transport(walk, protocol, view, false);

  const FragmentKey key = fragment_key(out, load_be16(p + 4), protocol);
  if ((field & 0x1fff) != 0) return later_fragment(walk, key, view);
  walk.mark(Feature::fragment);
  out.fragment = true;
  const Refusal refusal = transport(walk, protocol, view, true);
  remember(walk, key, view, refusal);
  return refusal;
}

Refusal ipv6(Walk& walk, View view) {
  if (!walk.enter()) return Refusal::too_many_layers;
  if (view.captured < 40) return Refusal::truncated_network;
  const std::uint8_t* p = view.p;
  if ((p[0] >> 4) != 6) return Refusal::bad_ip_header;
  const std::uint32_t length = load_be16(p + 4);
  const std::uint8_t next = p[6];
  view = view.behind(40);
  if (length != 0 || next == ip_none) {
    if (length > view.wire) walk.mark(Feature::short_frame);
    view = view.first(length);
  } else {
    walk.mark(Feature::no_ip_length);
  }
  Packet& out = walk.out;
  forget_transport(out);
  out.ip_version = 6;
  std::memcpy(out.src.data(), p + 8, 16);
  std::memcpy(out.dst.data(), p + 24, 16);
  return extension_headers(walk, next, view);
}

Refusal transport(Walk& walk, std::uint8_t protocol, View view, bool opaque) {
  Packet& out = walk.out;
  out.protocol = protocol;
  Refusal refusal = Refusal::none;
  switch (protocol) {
    case ip_tcp:
      return tcp(out, view);
    case ip_udp:
      return udp(walk, view, opaque);
    case ip_icmp:
      return icmp(out, view, 8, 0);
    case ip_icmp6:
      return icmp(out, view, 128, 129);
    case ip_sctp:
      return sctp(out, view);
    case ip_authentication: {
      if (!walk.enter()) return Refusal::too_many_layers;
      if (view.captured < 2) return Refusal::truncated_network;
      const std::uint32_t length = (view.p[1] + 2u) * 4;
      if (view.captured < length) return Refusal::truncated_network;
      const std::uint8_t next = view.p[0];
      if (out.ip_version == 6) return extension_headers(walk, next, view.behind(length));
      return transport(walk, next, view.behind(length), opaque);
    }
    case ip_ipv4:
    case ip_ipv6:
      set_payload(out, view, 0);
      if (!opaque) {
        open_tunnel(walk, Feature::ip_in_ip, refusal,
                    [&] { return protocol == ip_ipv4 ? ipv4(walk, view) : ipv6(walk, view); });
      }
      return refusal;
    case ip_gre:
      set_payload(out, view, 0);
      if (!opaque) open_tunnel(walk, Feature::gre, refusal, [&] { return gre(walk, view); });
      return refusal;
    default:
      set_payload(out, view, 0);
      return Refusal::none;
  }
}

}  // namespace mld::layers
