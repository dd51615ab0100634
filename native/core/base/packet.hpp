// The decoded packet that the decoder hands to the flow table. Borrowed: spans are valid until the
// next packet.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace mld {

using Bytes = std::span<const std::uint8_t>;

/// One captured frame, as the file or the ring gives it.
struct RawPacket {
  std::int64_t time_us = 0;  ///< microseconds since the Unix epoch
  std::uint32_t interface_id =
      0;  ///< 0 for pcap; interface block number (over all sections) for pcapng
  std::uint32_t link_type = 0;    ///< LINKTYPE_* number
  std::uint32_t wire_length = 0;  ///< bytes on the wire, at least data.size()
  Bytes data;                     ///< captured bytes
};

/// What a decoded packet is about.
enum class PacketKind : std::uint8_t { ip, arp };

/// An address of either family; IPv4 uses the first 4 bytes, the rest is 0.
using AddressBytes = std::array<std::uint8_t, 16>;

/// A decoded packet: the innermost IP layer (tunnels opened), or ARP.
struct Packet {
  std::int64_t time_us = 0;
  std::uint32_t wire_length = 0;  ///< whole frame on the wire, bytes
  std::uint32_t interface_id = 0;
  PacketKind kind = PacketKind::ip;
  std::uint8_t ip_version = 0;  ///< 4 or 6; ARP: 4
  std::uint8_t protocol = 0;    ///< IP protocol number of the transport; ARP: 0
  std::uint8_t tcp_flags = 0;   ///< FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128
  AddressBytes src{};           ///< ARP: sender protocol address
  AddressBytes dst{};           ///< ARP: target protocol address
  std::uint16_t src_port = 0;   ///< 0 where the protocol has none (ICMP uses icmp_type/icmp_code)
  std::uint16_t dst_port = 0;
  std::uint8_t icmp_type = 0;  ///< ICMP/ICMPv6 type; ARP: operation (1 request, 2 reply)
  std::uint8_t icmp_code = 0;
  std::uint16_t icmp_id = 0;  ///< echo identifier, 0 otherwise
  std::uint32_t tcp_seq = 0;
  std::uint32_t tcp_ack = 0;
  std::uint16_t tcp_window = 0;
  /// Any fragment. Ports and ICMP type, code and id of later fragments come from the fragment
  /// table, or are 0 when the first one was not seen.
  bool fragment = false;
  /// Not the first fragment: TCP fields are 0 and the payload goes on from another packet.
  bool later_fragment = false;
  std::uint32_t vlan = 0;            ///< outer VLAN id << 12 | inner VLAN id; 0 untagged
  std::uint32_t vni = 0;             ///< VXLAN/Geneve network id + 1, GRE key where present; 0 none
  std::uint32_t payload_length = 0;  ///< transport payload on the wire by IP length, bytes
  Bytes payload;                     ///< captured part of the transport payload
};

/// Why a frame gave no packet. `none` means that a packet was made.
enum class Refusal : std::uint8_t {
  none,
  not_ip,             ///< a link-layer protocol that carries no IP or ARP (counted, not malformed)
  unknown_link_type,  ///< counted, not malformed
  truncated_link,     ///< frame shorter than its link-layer header
  truncated_network,  ///< IP or ARP header cut by the snapshot length or the frame's end
  bad_ip_header,      ///< version, header length or total length impossible
  truncated_transport,  ///< transport header cut
  bad_transport,        ///< e.g. TCP data offset < 5
  too_many_layers,      ///< more nested headers than the bound
  count
};

}  // namespace mld
