// Each link layer, tag and tunnel that can carry a packet, as literal frames; and what is none.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "core/decode/decoder.hpp"
#include "test_cpp/check.hpp"
#include "test_cpp/decode_frames.hpp"
#include "test_cpp/decode_results.hpp"

namespace {

using namespace mld;
using test::be16;
using test::be32;
using test::Buffer;
using test::bytes;
using test::decode;
using test::ethernet;
using test::hello;
using test::ip4;
using test::ip6;
using test::operator+;
using test::plain;
using test::Result;
using test::tcp;
using test::udp;

struct Frame {
  const char* name;
  Buffer data;
  std::uint32_t link = 1;
  std::uint32_t vni = 0;
  Refusal refusal = Refusal::none;
};

const Buffer six = ip6(6, tcp(hello));
const Buffer snap = bytes({0xaa, 0xaa, 3, 0, 0, 0, 8, 0});
const Buffer inner = ethernet(0x0800, plain);

Buffer cooked(int hardware, int protocol) {
  return bytes({0, 0, 0, hardware}) + bytes({0, 6, 1, 2, 3, 4, 5, 6, 0, 0}) +
         be16(static_cast<std::size_t>(protocol));
}

Buffer cooked2(int hardware, int protocol) {
  return be16(static_cast<std::size_t>(protocol)) + bytes({0, 0, 0, 0, 0, 2}) +
         be16(static_cast<std::size_t>(hardware)) + bytes({0, 6, 1, 2, 3, 4, 5, 6, 0, 0});
}

Buffer over_gre(const Buffer& rest) { return ethernet(0x0800, ip4(rest, {.protocol = 47})); }

Buffer over_udp(int port, const Buffer& rest) {
  return ethernet(0x0800, ip4(udp(9, port, rest), {.protocol = 17}));
}

Buffer gtp(int flags, int type, const Buffer& rest) {
  return over_udp(2152, bytes({flags, type}) + be16(rest.size()) + be32(5) + rest);
}

Buffer repeated(int times, const Buffer& part) {
  Buffer out;
  for (int i = 0; i < times; i++) out = out + part;
  return out;
}

// A netfilter log attribute of `type` in the byte order of the writer.
Buffer attribute(int type, const Buffer& value) {
  Buffer out = test::number(4 + value.size(), 2, true) +
               test::number(static_cast<std::uint64_t>(type), 2, true) + value;
  while (out.size() % 4 != 0) out.push_back(0);
  return out;
}

const Buffer wifi = bytes({0x08, 1, 0, 0}) + Buffer(18, 2) + bytes({0x10, 0}) + snap + plain;
const Buffer service = bytes({0, 2, 1, 1, 0, 0, 1, 0});
const Buffer nflog = bytes({2, 0, 0, 0});

std::vector<Frame> plain_links() {
  return {
      {"SLL, Ethernet type", cooked(1, 0x0800) + plain, 113},
      {"SLL, VLAN tag", cooked(1, 0x8100) + bytes({0, 5, 8, 0}) + plain, 113},
      {"SLL, LLC", cooked(1, 4) + snap + plain, 113},
      {"SLL2, Ethernet type", cooked2(1, 0x0800) + plain, 276},
      {"SLL2, LLC", cooked2(1, 4) + snap + plain, 276},
      {"SLL2, GRE device", cooked2(778, 0) + plain, 276},
      {"SLL2, radiotap device", cooked2(803, 0) + bytes({0, 0, 8, 0, 0, 0, 0, 0}) + wifi, 276},
      {"radiotap, two presence words",
       bytes({0, 0, 13, 0, 2, 0, 0, 0x80, 0, 0, 0, 0, 0x10}) + wifi + Buffer(4, 0xcc), 127},
      {"radiotap, timestamp before flags",
       bytes({0, 0, 17, 0, 3, 0, 0, 0}) + Buffer(8, 0xff) + bytes({0x10}) + wifi + Buffer(4, 0xcc),
       127},
      {"radiotap, padded header",
       bytes({0, 0, 9, 0, 2, 0, 0, 0, 0x20, 0x88, 1, 0, 0}) + Buffer(18, 2) +
           bytes({0x10, 0, 0, 0, 0, 0}) + snap + plain,
       127},
      {"radiotap, aligned timestamp",
       bytes({0, 0, 25, 0, 3, 0, 0, 0x80}) + Buffer(4, 0) + Buffer(12, 0xff) + bytes({0x10}) +
           wifi + Buffer(4, 0xcc),
       127},
      {"802.11 with four addresses",
       bytes({0x08, 3, 0, 0}) + Buffer(18, 2) + bytes({0x10, 0}) + Buffer(6, 3) + snap + plain,
       105},
      {"PPP, no address", bytes({0, 0x21}) + plain, 9},
      {"PPP with direction", bytes({1, 0xff, 3, 0, 0x21}) + plain, 204},
      {"PPP of pppd, no direction", bytes({0xff, 3, 0, 0x21}) + plain, 166},
      {"PPP, MPLS", bytes({0xff, 3, 2, 0x81, 0, 1, 1, 64}) + plain, 9},
      {"PPPoE link", bytes({0x11, 0, 0, 1}) + be16(plain.size() + 1) + bytes({0x21}) + plain, 51},
      {"Frame Relay, SNAP", bytes({0x18, 0x61, 3, 0, 0x80, 0, 0, 0, 8, 0}) + plain, 107},
      {"LLC, IP", bytes({6, 6, 3}) + plain, 100},
      {"LLC, bridged organisation", bytes({0xaa, 0xaa, 3, 0, 0, 0xf8, 8, 0}) + plain, 100},
      {"ENC", Buffer(12, 1) + plain, 109},
      {"PFLOG", bytes({61}) + Buffer(63, 1) + plain, 117},
      {"PPI", bytes({0, 0, 12, 0, 1, 0, 0, 0}) + Buffer(4, 9) + inner, 192},
      {"PKTAP", bytes({14, 0, 0, 0, 1, 0, 0, 0, 101, 0, 0, 0}) + Buffer(2, 9) + plain, 258},
      {"MPLS link", bytes({0, 1, 0, 64, 0, 2, 1, 64}) + plain, 219},
      {"MPLS, pseudowire, no control word", bytes({0, 2, 1, 64}) + inner, 219},
      {"NFLOG, no IP length",
       nflog + attribute(9, ip4(tcp(hello), {.total = 0})) + attribute(10, bytes({'x'})), 239},
      {"NFLOG", nflog + attribute(10, bytes({'x'})) + attribute(0x8009, plain), 239},
  };
}

std::vector<Frame> plain_tags() {
  const Buffer tag = bytes({0, 5, 8, 0});
  return {
      {"old QinQ", ethernet(0x9100, bytes({0, 7, 0x81, 0}) + tag + plain)},
      {"VLAN, LLC", ethernet(0x8100, bytes({0, 5}) + be16(8 + plain.size()) + snap + plain)},
      {"MPLS multicast", ethernet(0x8848, bytes({0, 1, 1, 64}) + plain)},
      {"PPP", ethernet(0x880b, bytes({0xff, 3, 0, 0x21}) + plain)},
      {"bridged", ethernet(0x6558, inner)},
      {"backbone", ethernet(0x88e7, bytes({0, 0, 1, 2}) + inner)},
      {"extension tag", ethernet(0x893f, Buffer(6, 1) + bytes({8, 0}) + plain)},
      {"Cisco metadata", ethernet(0x8909, Buffer(6, 1) + bytes({8, 0}) + plain)},
      {"FabricPath", ethernet(0x8903, bytes({0, 1}) + inner)},
      {"service chain", ethernet(0x894f, service + plain)},
      {"service chain, context",
       ethernet(0x894f, bytes({0, 6, 1, 3, 0, 0, 1, 0}) + Buffer(16, 7) + inner)},
  };
}

std::vector<Frame> plain_tunnels() {
  const Buffer vni = bytes({0x12, 0x34, 0x56, 0});
  const Buffer gpe = bytes({0x0c, 0, 0});
  const Buffer pptp = bytes({0x30, 0x81, 0x88, 0x0b, 0, 9, 0, 8}) + Buffer(8, 1);
  const Buffer third = bytes({0x10, 0, 0x22, 0xeb}) + Buffer(4, 1) + Buffer(11, 2);
  const Buffer extended = bytes({0, 0, 0, 0x85, 1, 1, 1, 0x85, 2, 1, 1, 1, 1, 1, 1, 0});
  return {
      {"VXLAN", over_udp(4789, bytes({8, 0, 0, 0}) + vni + inner), 1, 0x123457},
      {"VXLAN-GPE, IPv4", over_udp(4790, gpe + bytes({1}) + vni + plain), 1, 0x123457},
      {"VXLAN-GPE, Ethernet", over_udp(4790, gpe + bytes({3}) + vni + inner), 1, 0x123457},
      {"VXLAN-GPE, chain", over_udp(4790, gpe + bytes({4}) + vni + service + plain), 1, 0x123457},
      {"Geneve, IPv4", over_udp(6081, bytes({0, 0, 8, 0}) + vni + plain), 1, 0x123457},
      {"Geneve, options", over_udp(6081, bytes({2, 0, 0x65, 0x58}) + vni + Buffer(8, 0xff) + inner),
       1, 0x123457},
      {"GTP-U", gtp(0x30, 255, plain)},
      {"GTP-U, sequence; its next type means nothing", gtp(0x32, 255, bytes({0, 1, 0, 9}) + plain)},
      {"GTP-U, extensions", gtp(0x34, 255, extended + plain)},
      {"GRE", over_gre(bytes({0, 0, 8, 0}) + plain)},
      {"GRE, checksum, key, sequence",
       over_gre(bytes({0xb0, 0, 8, 0, 9, 9, 9, 9}) + be32(0x01020304) + be32(1) + plain), 1,
       0x01020304},
      {"GRE, MPLS", over_gre(bytes({0, 0, 0x88, 0x47, 0, 1, 1, 64}) + plain)},
      {"GRE, chain", over_gre(bytes({0, 0, 0x89, 0x4f}) + service + plain)},
      {"GRE over IPv6", ethernet(0x86dd, ip6(47, bytes({0, 0, 8, 0}) + plain))},
      {"PPTP: its key is no network", over_gre(pptp + bytes({0xff, 3, 0, 0x21}) + plain)},
      {"ERSPAN I", over_gre(bytes({0, 0, 0x88, 0xbe}) + inner)},
      {"ERSPAN II", over_gre(bytes({0x10, 0, 0x88, 0xbe}) + Buffer(12, 1) + inner)},
      {"ERSPAN III", over_gre(third + bytes({2}) + inner)},
      {"ERSPAN III, platform header", over_gre(third + bytes({3}) + Buffer(8, 4) + inner)},
      {"IP in IP in IP", ethernet(0x0800, ip4(ip4(plain, {.protocol = 4}), {.protocol = 4}))},
  };
}

std::vector<Frame> version_six() {
  return {
      {"loopback, Linux", bytes({10, 0, 0, 0}) + six, 0},
      {"loopback, NetBSD", bytes({24, 0, 0, 0}) + six, 0},
      {"loopback, FreeBSD", bytes({0, 0, 0, 28}) + six, 0},
      {"loopback, macOS", bytes({30, 0, 0, 0}) + six, 108},
      {"raw", six, 101},
      {"IPv6 link", six, 229},
      {"PPP", bytes({0xff, 3, 0, 0x57}) + six, 9},
      {"Frame Relay", bytes({0x18, 0x61, 3, 0x8e}) + six, 107},
      {"MPLS", bytes({0, 2, 1, 64}) + six, 219},
      {"6in4", ethernet(0x0800, ip4(six, {.protocol = 41}))},
      {"6in6", ethernet(0x86dd, ip6(41, six))},
      {"VXLAN-GPE", over_udp(4790, bytes({0x0c, 0, 0, 2, 0, 0, 4, 0}) + six), 1, 5},
      {"GTP-U", gtp(0x30, 255, six)},
      {"GRE", over_gre(bytes({0, 0, 0x86, 0xdd}) + six)},
  };
}

std::vector<Frame> refused_links() {
  const auto none = Refusal::not_ip;
  const auto cut = Refusal::truncated_link;
  const auto deep = Refusal::too_many_layers;
  const Buffer session = be16(plain.size() + 1) + bytes({0x21}) + plain;
  return {
      {"loopback, other family", bytes({7, 0, 0, 0}) + plain, 0, 0, none},
      {"loopback, short", bytes({2, 0, 0}), 0, 0, cut},
      {"raw, version 5", bytes({0x55}) + plain, 101, 0, Refusal::bad_ip_header},
      {"SLL2, netlink", cooked2(824, 0x0800) + plain, 276, 0, none},
      {"SLL, raw 802.3", cooked(1, 1) + plain, 113, 0, none},
      {"SLL, short", Buffer(15, 0), 113, 0, cut},
      {"NFLOG, no packet", nflog + attribute(10, bytes({'x'})), 239, 0, none},
      {"NFLOG, attribute of length 0", nflog + Buffer(8, 0), 239, 0, none},
      {"NFLOG, attribute beyond the end", nflog + bytes({64, 0, 10, 0, 1}), 239, 0, cut},
      {"NFLOG, short", bytes({2, 0, 0}), 239, 0, cut},
      {"HDLC, short", bytes({0x0f, 0, 8}), 104, 0, cut},
      {"Frame Relay, long address", bytes({0x18, 0x60, 8, 0}) + plain, 107, 0, none},
      {"Frame Relay, no UI frame", bytes({0x18, 0x61, 4, 0xcc}) + plain, 107, 0, none},
      {"Frame Relay, other protocol", bytes({0x18, 0x61, 3, 0x81}) + plain, 107, 0, none},
      {"Frame Relay, short", bytes({0x18, 0x61, 3}), 107, 0, cut},
      {"PPI within itself", bytes({0, 0, 0, 0, 192, 0, 0, 0}), 192, 0, deep},
      {"PPI, longer than the frame", bytes({0, 0, 100, 0, 1, 0, 0, 0}) + inner, 192, 0, cut},
      {"PKTAP, short", Buffer(11, 0), 258, 0, cut},
      {"PPI, short", Buffer(7, 0), 192, 0, cut},
      {"ENC, short", Buffer(11, 1), 109, 0, cut},
      {"PPP, LCP", bytes({0xff, 3, 0xc0, 0x21, 1, 1}), 9, 0, none},
      {"PPP, half a protocol", bytes({0xff, 3, 0}), 9, 0, cut},
      {"PPPoE, discovery", bytes({0x11, 9, 0, 0}) + session, 51, 0, none},
      {"PPPoE, version 2", bytes({0x21, 0, 0, 1}) + session, 51, 0, none},
      {"PPPoE, nothing in it", bytes({0x11, 0, 0, 1, 0, 0}) + plain, 51, 0, cut},
      {"PPPoE, short", bytes({0x11, 0, 0, 1, 0}), 51, 0, cut},
      {"MPLS, no bottom", bytes({0, 1, 0, 64}), 219, 0, cut},
      {"MPLS, nothing below", bytes({0, 1, 1, 64}), 219, 0, Refusal::truncated_network},
      {"MPLS, many labels", repeated(30, bytes({0, 1, 0, 64})), 219, 0, deep},
      {"MPLS, noise", bytes({0, 1, 1, 64}) + Buffer(40, 0x77), 219, 0, none},
      {"LLC, wire of two bytes", ethernet(2, Buffer(46, 0xaa)), 1, 0, none},
      {"LLC, other organisation", bytes({0xaa, 0xaa, 3, 0, 0, 0xc, 8, 0}) + plain, 100, 0, none},
      {"LLC, half a SNAP", bytes({0xaa, 0xaa, 3, 0, 0, 0, 8}), 100, 0, cut},
      {"neither length nor type", ethernet(1501, snap + plain), 1, 0, none},
      {"VLAN, half a tag", ethernet(0x8100, bytes({0, 5, 8})), 1, 0, cut},
      {"VLAN, many tags", ethernet(0x8100, repeated(30, bytes({0, 5, 0x81, 0}))), 1, 0, deep},
      {"backbone, short", ethernet(0x88e7, bytes({0, 0, 1})), 1, 0, cut},
      {"extension tag, short", ethernet(0x893f, Buffer(7, 1)), 1, 0, cut},
      {"FabricPath, short", ethernet(0x8903, bytes({0})), 1, 0, cut},
      {"service chain, too short a length", ethernet(0x894f, bytes({0, 1, 1, 1}) + Buffer(4, 0)), 1,
       0, none},
      {"service chain, short", ethernet(0x894f, bytes({0, 6, 1, 1}) + Buffer(9, 0)), 1, 0, cut},
      {"service chain, other protocol", ethernet(0x894f, bytes({0, 2, 1, 9}) + Buffer(4, 0)), 1, 0,
       none},
      {"ARP of another protocol",
       ethernet(0x0806, bytes({0, 1, 0x86, 0xdd, 6, 16}) + Buffer(40, 0)), 1, 0, none},
      {"ARP, short", ethernet(0x0806, bytes({0, 1, 8, 0, 6, 4, 0, 1}) + Buffer(19, 0)), 1, 0,
       Refusal::truncated_network},
      {"GTP-U, many extensions",
       gtp(0x34, 255, bytes({0, 0, 0, 0x85}) + repeated(30, bytes({1, 0, 0, 0x85})) + plain), 1, 0,
       deep},
  };
}

// Of 802.11 only whole, open data frames carry a packet.
std::vector<Frame> refused_wireless() {
  const auto none = Refusal::not_ip;
  const auto cut = Refusal::truncated_link;
  const Buffer rest = Buffer(18, 2) + bytes({0x10, 0}) + snap + plain;
  const Buffer later = Buffer(18, 2) + bytes({0x11, 0}) + snap + plain;
  const Buffer several = Buffer(18, 2) + bytes({0x10, 0, 0x80, 0}) + snap + plain;
  return {
      {"beacon", bytes({0x80, 0, 0, 0}) + rest, 105, 0, none},
      {"no data", bytes({0x48, 1, 0, 0}) + rest, 105, 0, none},
      {"encrypted", bytes({0x08, 0x41, 0, 0}) + rest, 105, 0, none},
      {"first fragment", bytes({0x08, 5, 0, 0}) + rest, 105, 0, none},
      {"later fragment", bytes({0x08, 1, 0, 0}) + later, 105, 0, none},
      {"several frames", bytes({0x88, 1, 0, 0}) + several, 105, 0, none},
      {"damaged", bytes({0, 0, 9, 0, 2, 0, 0, 0, 0x40}) + wifi, 127, 0, none},
      {"radiotap beyond the end", bytes({0, 0, 250, 0, 0, 0, 0, 0}) + wifi, 127, 0, cut},
      {"radiotap too short", bytes({0, 0, 7, 0, 0, 0, 0, 0}) + wifi, 127, 0, cut},
      {"presence words without end", bytes({0, 0, 8, 0, 0, 0, 0, 0x80}) + wifi, 127, 0, cut},
      {"flags beyond the header", bytes({0, 0, 8, 0, 2, 0, 0, 0}) + wifi, 127, 0, cut},
  };
}

// The outer UDP or GRE packet stands where the tunnel cannot be what it says.
std::vector<Frame> closed_tunnels() {
  const Buffer chain = bytes({0x0c, 0, 0, 4, 0, 0, 4, 0});
  const Buffer ether = bytes({0, 0, 8, 0});
  return {
      {"VXLAN without identifier", over_udp(4789, Buffer(8, 0) + inner)},
      {"VXLAN, short", over_udp(4789, Buffer(7, 8))},
      {"VXLAN-GPE without next protocol",
       over_udp(4790, bytes({8, 0, 0, 1}) + Buffer(4, 0) + plain)},
      {"VXLAN-GPE without identifier", over_udp(4790, bytes({4, 0, 0, 1}) + Buffer(4, 0) + plain)},
      {"VXLAN-GPE, other protocol", over_udp(4790, bytes({0x0c, 0, 0, 9}) + Buffer(4, 0) + plain)},
      {"VXLAN-GPE, half a chain", over_udp(4790, chain + Buffer(7, 0))},
      {"Geneve, version 1", over_udp(6081, bytes({0x40, 0, 8, 0, 0, 0, 1, 0}) + plain)},
      {"Geneve, options beyond the end", over_udp(6081, bytes({63, 0, 8, 0, 0, 0, 1, 0}) + plain)},
      {"GTP-U, echo", gtp(0x30, 1, plain)},
      {"GTP version 2", gtp(0x50, 255, plain)},
      {"GTP-U, half its options", gtp(0x32, 255, bytes({0, 1, 0}))},
      {"GTP-U, extension of length 0", gtp(0x34, 255, bytes({0, 0, 0, 0x85, 0, 0, 0, 0}) + plain)},
      {"GTP-U, extension beyond the end", gtp(0x34, 255, bytes({0, 0, 0, 0x85, 200, 0, 0, 0}))},
      {"GTP-U, no extension", gtp(0x34, 255, bytes({0, 0, 0, 0x85}))},
      {"GTP-U, shorter than its packet",
       over_udp(2152, bytes({0x30, 255, 0, 19}) + be32(5) + plain)},
      {"GRE, source route", over_gre(bytes({0x40, 0}) + be16(0x0800) + plain)},
      {"GRE, version 2", over_gre(bytes({0, 2}) + be16(0x0800) + plain)},
      {"GRE, no key", over_gre(bytes({0x20, 0, 8, 0, 0, 0}))},
      {"GRE, other protocol", over_gre(bytes({0, 0, 0x88, 0xcc}) + plain)},
      {"GRE, noise", over_gre(ether + Buffer(40, 0x77))},
      {"ERSPAN II, short", over_gre(bytes({0x10, 0, 0x88, 0xbe}) + Buffer(11, 1))},
      {"ERSPAN III, short", over_gre(bytes({0x10, 0, 0x22, 0xeb}) + Buffer(4, 1) + Buffer(12, 3))},
  };
}

void named(const Frame& frame, int failures_before) {
  if (test::failures() > failures_before) std::fprintf(stderr, "  in: %s\n", frame.name);
}

void carriers_of_version_four() {
  for (const auto& frames : {plain_links(), plain_tags(), plain_tunnels()}) {
    for (const Frame& frame : frames) {
      const int before = test::failures();
      const Result got = decode(frame.data, frame.link);
      test::is_plain(got);
      CHECK(got.packet.vni == frame.vni);
      named(frame, before);
    }
  }
}

void carriers_of_version_six() {
  for (const Frame& frame : version_six()) {
    const int before = test::failures();
    const Result got = decode(frame.data, frame.link);
    CHECK(got.refusal == Refusal::none);
    CHECK(got.packet.ip_version == 6);
    CHECK(got.packet.src[0] == 0xfd && got.packet.src[15] == 1);
    CHECK(got.packet.dst[15] == 2);
    CHECK(got.packet.dst_port == 80);
    CHECK(got.payload == "hello");
    CHECK(got.packet.vni == frame.vni);
    named(frame, before);
  }
}

void frames_that_carry_nothing() {
  for (const auto& frames : {refused_links(), refused_wireless()}) {
    for (const Frame& frame : frames) {
      const int before = test::failures();
      CHECK(decode(frame.data, frame.link).refusal == frame.refusal);
      named(frame, before);
    }
  }
}

void first_and_last_tag_count() {
  const Buffer tags = bytes({0, 7, 0x88, 0xa8, 0, 6, 0x81, 0, 0, 9, 8, 0});
  CHECK(decode(ethernet(0x88a8, tags + plain)).packet.vlan == ((7u << 12) | 9u));
}

void closed_tunnels_leave_the_outer_packet() {
  for (const Frame& frame : closed_tunnels()) {
    const int before = test::failures();
    Decoder decoder;
    const Result got = test::decode_with(decoder, frame.data, frame.link);
    CHECK(got.refusal == Refusal::none);
    CHECK(got.packet.protocol == 17 || got.packet.protocol == 47);
    CHECK(got.packet.vni == 0);
    CHECK(got.packet.payload_length > 0);
    CHECK(test::count_of(decoder, Feature::unopened_tunnel) == 1);
    for (const Feature opened : {Feature::vxlan, Feature::geneve, Feature::gtp, Feature::gre}) {
      CHECK(test::count_of(decoder, opened) == 0);
    }
    named(frame, before);
  }
}

// A buffer of exactly the cut's size shows any read past it to the address sanitizer.
void every_cut_is_safe() {
  for (const auto& frames : {plain_links(), plain_tags(), plain_tunnels(), version_six(),
                             refused_links(), refused_wireless(), closed_tunnels()}) {
    for (const Frame& frame : frames) {
      const auto whole = static_cast<std::uint32_t>(frame.data.size());
      for (std::uint32_t n = 0; n < whole; n++) {
        const Buffer cut(frame.data.begin(), frame.data.begin() + n);
        const int before = test::failures();
        const Result got = decode(cut, frame.link, whole);
        CHECK(got.refusal != Refusal::unknown_link_type);
        if (got.refusal == Refusal::none) CHECK(got.payload.size() <= got.packet.payload_length);
        named(frame, before);
      }
    }
  }
}

}  // namespace

int main() {
  carriers_of_version_four();
  carriers_of_version_six();
  frames_that_carry_nothing();
  first_and_last_tag_count();
  closed_tunnels_leave_the_outer_packet();
  every_cut_is_safe();
  return test::finish();
}
