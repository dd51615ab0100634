// The decoder on literal frames.
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
using test::count_of;
using test::decode;
using test::decode_with;
using test::ethernet;
using test::hello;
using test::Ip4;
using test::ip4;
using test::ip6;
using test::is_plain;
using test::operator+;
using test::plain;
using test::Result;
using test::tcp;
using test::text;
using test::udp;

void tcp_fields() {
  const Result got = decode(ethernet(0x0800, plain));
  is_plain(got);
  CHECK(got.packet.tcp_flags == 0x18);
  CHECK(got.packet.tcp_seq == 0x01020304);
  CHECK(got.packet.tcp_ack == 0x05060708);
  CHECK(got.packet.tcp_window == 1000);
  CHECK(got.packet.time_us == 5);
  CHECK(got.packet.interface_id == 3);
  CHECK(got.packet.wire_length == 59);
  const Result options = decode(ethernet(0x0800, ip4(tcp(Buffer(12, 1) + hello, 2, 8))));
  CHECK(options.payload == "hello");
}

void lengths_come_from_ip() {
  // Padding to 60 bytes and a frame check sequence are not payload.
  is_plain(decode(ethernet(0x0800, plain + Buffer(9, 0xee))));
  const Result none = decode(ethernet(0x0800, ip4(tcp({})) + Buffer(6, 0)));
  CHECK(none.packet.payload_length == 0);
  // UDP's own length is shorter than IP's.
  const Result inner = decode(ethernet(0x0800, ip4(udp(1, 2, hello, 10), {.protocol = 17})));
  CHECK(inner.payload == "he");
  // A snapped frame: what was on the wire counts.
  Buffer cut = ethernet(0x0800, ip4(tcp(Buffer(1000, 'x'))));
  cut.resize(60);
  const Result snapped = decode(cut, 1, 1054);
  CHECK(snapped.payload.size() == 6);
  CHECK(snapped.packet.payload_length == 1000);
  CHECK(snapped.packet.wire_length == 1054);
  // Length 0: segmentation offload.
  Decoder decoder;
  const Result offload = decode_with(decoder, ethernet(0x0800, ip4(tcp(hello), {.total = 0})));
  CHECK(offload.payload == "hello");
  const Result jumbo = decode_with(decoder, ethernet(0x86dd, ip6(6, tcp(hello), 0)));
  CHECK(jumbo.payload == "hello");
  CHECK(count_of(decoder, Feature::no_ip_length) == 2);
  // More promised than there was on the wire.
  const Result shorter = decode_with(decoder, ethernet(0x0800, ip4(tcp(hello), {.total = 900})));
  CHECK(shorter.packet.payload_length == 5);
  CHECK(count_of(decoder, Feature::short_frame) == 1);
}

void link_layers() {
  const Buffer snap = bytes({0xaa, 0xaa, 3, 0, 0, 0, 8, 0});
  is_plain(decode(plain, 101));
  is_plain(decode(plain, 12));
  is_plain(decode(plain, 228));
  is_plain(decode(bytes({2, 0, 0, 0}) + plain, 0));
  is_plain(decode(bytes({0, 0, 0, 2}) + plain, 0));
  is_plain(decode(bytes({0, 0, 0, 2}) + plain, 108));
  is_plain(decode(bytes({0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0}) + plain, 113));
  is_plain(
      decode(bytes({8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0}) + plain, 276));
  is_plain(decode(bytes({0xff, 3, 0, 0x21}) + plain, 9));
  is_plain(decode(bytes({0x21}) + plain, 9));
  is_plain(decode(bytes({0x0f, 0, 8, 0}) + plain, 50));
  is_plain(decode(bytes({0x0f, 0, 8, 0}) + plain, 104));
  is_plain(decode(bytes({0x18, 0x61, 8, 0}) + plain, 107));
  is_plain(decode(bytes({0x18, 0x61, 3, 0xcc}) + plain, 107));
  is_plain(decode(snap + plain, 100));
  // 802.3 with LLC/SNAP; its length ends before the padding.
  is_plain(decode(ethernet(static_cast<int>(8 + plain.size()), snap + plain + Buffer(4, 0))));
  const Buffer wifi =
      bytes({0x88, 1, 0, 0}) + Buffer(18, 2) + bytes({0x10, 0, 0, 0}) + snap + plain;
  is_plain(decode(wifi, 105));
  const Buffer checked = bytes({0, 0, 9, 0, 2, 0, 0, 0, 0x10});
  is_plain(decode(checked + wifi + Buffer(4, 0xcc), 127));
  // Without an IP length only the header says that the last four bytes are a check sequence.
  Buffer open_end = wifi;
  open_end[wifi.size() - plain.size() + 3] = 0;
  is_plain(decode(checked + open_end + Buffer(4, 0xcc), 127));
  CHECK(decode(plain, 147).refusal == Refusal::unknown_link_type);
  CHECK(decode(ethernet(0x88cc, plain)).refusal == Refusal::not_ip);
  CHECK(decode(bytes({0x42, 0x42, 3, 0, 0}), 100).refusal == Refusal::not_ip);
}

void tags_and_labels() {
  Decoder decoder;
  const Buffer one = ethernet(0x8100, bytes({0x20, 5, 8, 0}) + plain);
  is_plain(decode_with(decoder, one));
  CHECK(decode(one).packet.vlan == 5u << 12);
  const Buffer two = ethernet(0x88a8, bytes({0, 7, 0x81, 0, 0, 9, 8, 0}) + plain);
  is_plain(decode_with(decoder, two));
  CHECK(decode(two).packet.vlan == ((7u << 12) | 9u));
  CHECK(count_of(decoder, Feature::vlan) == 2);
  is_plain(decode(ethernet(0x8847, bytes({0, 1, 0, 64, 0, 2, 1, 64}) + plain)));
  // A pseudowire with control word.
  is_plain(decode(ethernet(0x8847, bytes({0, 2, 1, 64, 0, 0, 0, 1}) + ethernet(0x0800, plain))));
  const std::size_t size = plain.size() + 2;
  is_plain(decode(ethernet(
      0x8864, bytes({0x11, 0, 0, 1}) + be16(size) + bytes({0, 0x21}) + plain + Buffer(7, 0))));
}

void tunnels() {
  Decoder decoder;
  const Buffer frame = ethernet(0x0800, plain);
  const Result vxlan = decode_with(
      decoder, ethernet(0x0800, ip4(udp(9, 4789, bytes({8, 0, 0, 0, 0, 0, 42, 0}) + frame),
                                    {.protocol = 17, .source_last = 77})));
  is_plain(vxlan);
  CHECK(vxlan.packet.vni == 43);
  const Result geneve = decode_with(
      decoder,
      ethernet(0x0800,
               ip4(udp(9, 6081, bytes({1, 0, 0x65, 0x58, 0, 0, 9, 0}) + Buffer(4, 0) + frame),
                   {.protocol = 17})));
  is_plain(geneve);
  CHECK(geneve.packet.vni == 10);
  const Result keyed = decode_with(
      decoder, ethernet(0x0800, ip4(bytes({0x20, 0, 8, 0, 0, 0, 1, 2}) + plain, {.protocol = 47})));
  is_plain(keyed);
  CHECK(keyed.packet.vni == 0x102);
  is_plain(decode_with(decoder,
                       ethernet(0x0800, ip4(bytes({0, 0, 0x65, 0x58}) + frame, {.protocol = 47}))));
  is_plain(decode_with(decoder, ethernet(0x0800, ip4(plain, {.protocol = 4}))));
  is_plain(decode_with(decoder, ethernet(0x86dd, ip6(4, plain))));
  const Result six =
      decode_with(decoder, ethernet(0x0800, ip4(ip6(6, tcp(hello)), {.protocol = 41})));
  CHECK(six.packet.ip_version == 6);
  CHECK(six.packet.src[15] == 1);
  const Buffer gtp = bytes({0x30, 255}) + be16(plain.size()) + be32(5) + plain;
  is_plain(decode_with(decoder, ethernet(0x0800, ip4(udp(2152, 2152, gtp), {.protocol = 17}))));
  CHECK(count_of(decoder, Feature::vxlan) == 1);
  CHECK(count_of(decoder, Feature::geneve) == 1);
  CHECK(count_of(decoder, Feature::gre) == 2);
  CHECK(count_of(decoder, Feature::ip_in_ip) == 3);
  CHECK(count_of(decoder, Feature::gtp) == 1);
  CHECK(count_of(decoder, Feature::unopened_tunnel) == 0);
}

void implausible_tunnels_leave_the_outer_packet() {
  Decoder decoder;
  const Buffer noise = bytes({8, 0, 0, 0, 0, 0, 42, 0}) + Buffer(40, 0x77);
  const Result outer =
      decode_with(decoder, ethernet(0x0800, ip4(udp(9, 4789, noise), {.protocol = 17})));
  CHECK(outer.refusal == Refusal::none);
  CHECK(outer.packet.protocol == 17);
  CHECK(outer.packet.dst_port == 4789);
  CHECK(outer.packet.vni == 0);
  CHECK(outer.payload.size() == noise.size());
  // The registered port must be the destination.
  const Buffer good = bytes({8, 0, 0, 0, 0, 0, 42, 0}) + ethernet(0x0800, plain);
  const Result source =
      decode_with(decoder, ethernet(0x0800, ip4(udp(4789, 9, good), {.protocol = 17})));
  CHECK(source.packet.src_port == 4789);
  const Result gre =
      decode_with(decoder, ethernet(0x0800, ip4(bytes({0, 0, 8, 0, 1}), {.protocol = 47})));
  CHECK(gre.packet.protocol == 47);
  CHECK(gre.payload.size() == 5);
  CHECK(count_of(decoder, Feature::unopened_tunnel) == 2);
}

void other_transports() {
  const Result arp = decode(ethernet(0x0806, bytes({0,  1, 8, 0, 6, 4, 0, 2, 1, 1, 1,  1, 1, 1,
                                                    10, 0, 0, 3, 2, 2, 2, 2, 2, 2, 10, 0, 0, 4})));
  CHECK(arp.refusal == Refusal::none);
  CHECK(arp.packet.kind == PacketKind::arp);
  CHECK(arp.packet.src[3] == 3);
  CHECK(arp.packet.dst[3] == 4);
  CHECK(arp.packet.icmp_type == 2);
  const Result echo =
      decode(ethernet(0x0800, ip4(bytes({8, 0, 0, 0, 0x12, 0x34, 0, 1, 'p'}), {.protocol = 1})));
  CHECK(echo.packet.icmp_type == 8);
  CHECK(echo.packet.icmp_id == 0x1234);
  CHECK(echo.payload == "p");
  CHECK(echo.packet.src_port == 0);
  const Result six = decode(ethernet(0x86dd, ip6(58, bytes({129, 0, 0, 0, 1, 2, 0, 1}))));
  CHECK(six.packet.protocol == 58);
  CHECK(six.packet.icmp_type == 129);
  CHECK(six.packet.icmp_id == 0x0102);
  const Result sctp =
      decode(ethernet(0x0800, ip4(be16(7) + be16(8) + Buffer(8, 0) + hello, {.protocol = 132})));
  CHECK(sctp.packet.src_port == 7);
  CHECK(sctp.packet.dst_port == 8);
  CHECK(sctp.payload == "hello");
  const Result ospf = decode(ethernet(0x0800, ip4(hello, {.protocol = 89})));
  CHECK(ospf.packet.protocol == 89);
  CHECK(ospf.packet.src_port == 0);
  CHECK(ospf.payload == "hello");
}

void ipv6_extension_headers() {
  const Buffer chain = bytes({43, 0, 0, 0, 0, 0, 0, 0}) + bytes({60, 0, 0, 0, 0, 0, 0, 0}) +
                       bytes({51, 1}) + Buffer(14, 0) + bytes({6, 1}) + Buffer(10, 0) + tcp(hello);
  const Result got = decode(ethernet(0x86dd, ip6(0, chain)));
  CHECK(got.refusal == Refusal::none);
  CHECK(got.packet.protocol == 6);
  CHECK(got.payload == "hello");
  Buffer deep;
  for (int i = 0; i < 40; i++) deep = deep + bytes({60, 0, 0, 0, 0, 0, 0, 0});
  CHECK(decode(ethernet(0x86dd, ip6(60, deep + tcp(hello)))).refusal == Refusal::too_many_layers);
  // A whole datagram in a fragment header is no fragment.
  const Result atomic =
      decode(ethernet(0x86dd, ip6(44, bytes({6, 0, 0, 0, 0, 0, 0, 9}) + tcp(hello))));
  CHECK(!atomic.packet.fragment);
  CHECK(atomic.payload == "hello");
}

void fragments_join_the_first() {
  Decoder decoder;
  const Buffer first =
      ethernet(0x0800, ip4(udp(53, 99, hello, 400), {.protocol = 17, .fragment = 0x2000}));
  const Buffer later = ethernet(0x0800, ip4(text("later"), {.protocol = 17, .fragment = 2}));
  const Result orphan = decode_with(decoder, later);
  CHECK(orphan.refusal == Refusal::none);
  CHECK(orphan.packet.src_port == 0);
  CHECK(count_of(decoder, Feature::orphan_fragment) == 1);
  const Result head = decode_with(decoder, first);
  CHECK(head.packet.fragment && !head.packet.later_fragment);
  CHECK(head.packet.src_port == 53);
  const Result tail = decode_with(decoder, later);
  CHECK(tail.packet.fragment && tail.packet.later_fragment);
  CHECK(tail.packet.src_port == 53);
  CHECK(tail.packet.dst_port == 99);
  CHECK(tail.payload == "later");
  // Another identifier, VLAN, or time is another datagram.
  CHECK(decode_with(decoder, ethernet(0x0800, ip4(hello, {.protocol = 17, .fragment = 2, .id = 8})))
            .packet.src_port == 0);
  CHECK(decode_with(decoder, ethernet(0x8100, bytes({0, 5, 8, 0}) +
                                                  ip4(hello, {.protocol = 17, .fragment = 2})))
            .packet.src_port == 0);
  CHECK(decode_with(decoder, later, 1, 0, 31'000'000).packet.src_port == 0);
  CHECK(count_of(decoder, Feature::fragment) == 6);
  // IPv6: the transport stands behind another extension header in the first fragment only.
  const Buffer six = bytes({60, 0, 0, 1, 0, 0, 0, 5});
  const Buffer options = bytes({17, 0, 0, 0, 0, 0, 0, 0});
  decode_with(decoder, ethernet(0x86dd, ip6(44, six + options + udp(53, 99, hello))));
  const Result end =
      decode_with(decoder, ethernet(0x86dd, ip6(44, bytes({60, 0, 0, 16, 0, 0, 0, 5}) + hello)));
  CHECK(end.packet.protocol == 17);
  CHECK(end.packet.dst_port == 99);
}

void fragment_table_is_bounded() {
  Decoder decoder;
  for (int id = 0; id < 5000; id++) {
    decode_with(decoder, ethernet(0x0800, ip4(udp(53, 99, hello, 400),
                                              {.protocol = 17, .fragment = 0x2000, .id = id})));
  }
  CHECK(decoder.counts().fragment_evictions == 5000 - FragmentTable::capacity);
  int known = 0;
  for (int id = 0; id < 5000; id++) {
    const Result got = decode_with(
        decoder, ethernet(0x0800, ip4(hello, {.protocol = 17, .fragment = 2, .id = id})));
    if (got.packet.src_port == 53) known++;
  }
  CHECK(known == static_cast<int>(FragmentTable::capacity));
  // The newest is always there, the oldest is gone.
  CHECK(decode_with(decoder,
                    ethernet(0x0800, ip4(hello, {.protocol = 17, .fragment = 2, .id = 4999})))
            .packet.src_port == 53);
  CHECK(decode_with(decoder, ethernet(0x0800, ip4(hello, {.protocol = 17, .fragment = 2, .id = 0})))
            .packet.src_port == 0);
}

void refusals_are_counted_by_reason() {
  Decoder decoder;
  const Buffer whole = ethernet(0x0800, plain);
  const auto cut = [&](std::ptrdiff_t n) {
    return decode_with(decoder, Buffer(whole.begin(), whole.begin() + n), 1, 59).refusal;
  };
  CHECK(cut(13) == Refusal::truncated_link);
  CHECK(cut(33) == Refusal::truncated_network);
  CHECK(cut(53) == Refusal::truncated_transport);
  CHECK(cut(54) == Refusal::none);
  Buffer bad = whole;
  bad[14] = 0x55;
  CHECK(decode_with(decoder, bad).refusal == Refusal::bad_ip_header);
  bad[14] = 0x44;
  CHECK(decode_with(decoder, bad).refusal == Refusal::bad_ip_header);
  CHECK(decode_with(decoder, ethernet(0x0800, ip4(tcp(hello), {.total = 19}))).refusal ==
        Refusal::bad_ip_header);
  CHECK(decode_with(decoder, ethernet(0x0800, ip4(tcp(hello, 2, 4)))).refusal ==
        Refusal::bad_transport);
  CHECK(decode_with(decoder, ethernet(0x0800, ip4(tcp(hello, 2, 15)))).refusal ==
        Refusal::bad_transport);
  CHECK(
      decode_with(decoder, ethernet(0x0800, ip4(udp(1, 2, hello, 7), {.protocol = 17}))).refusal ==
      Refusal::bad_transport);
  const auto& refusals = decoder.counts().refusals;
  CHECK(refusals[static_cast<std::size_t>(Refusal::none)] == 1);
  CHECK(refusals[static_cast<std::size_t>(Refusal::bad_ip_header)] == 3);
  CHECK(refusals[static_cast<std::size_t>(Refusal::bad_transport)] == 3);
  CHECK(count_of(decoder, Feature::snapped) == 1);
  decoder.reset();
  CHECK(decoder.counts().refusals[0] == 0);
  Buffer nested = plain;
  for (int i = 0; i < 40; i++) nested = ip4(nested, {.protocol = 4});
  CHECK(decode(nested, 101).refusal == Refusal::too_many_layers);
}

// An allocation of exactly the frame's size shows any read past it to the address sanitizer.
void every_cut_of_every_frame_is_safe() {
  const Buffer inner = ethernet(0x8100, bytes({0, 5, 8, 0}) + plain);
  const Buffer frames[] = {
      inner,
      ethernet(0x0800,
               ip4(udp(9, 4789, bytes({8, 0, 0, 0, 0, 0, 42, 0}) + inner), {.protocol = 17})),
      ethernet(0x86dd, ip6(0, bytes({44, 0, 0, 0, 0, 0, 0, 0}) + bytes({17, 0, 0, 1, 0, 0, 0, 5}) +
                                  udp(1, 2, hello))),
      ethernet(0x0800, ip4(bytes({0xb0, 0, 0x65, 0x58}) + Buffer(12, 0) + inner, {.protocol = 47})),
      ethernet(0x8847, bytes({0, 2, 1, 64, 0, 0, 0, 1}) + inner)};
  Decoder decoder;
  for (const Buffer& frame : frames) {
    CHECK(decode(frame).refusal == Refusal::none);
    for (std::size_t n = 0; n < frame.size(); n++) {
      const Buffer cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(n));
      const Result got = decode_with(decoder, cut, 1, static_cast<std::uint32_t>(frame.size()));
      if (got.refusal == Refusal::none) CHECK(got.payload.size() <= got.packet.payload_length);
    }
  }
}

}  // namespace

int main() {
  tcp_fields();
  lengths_come_from_ip();
  link_layers();
  tags_and_labels();
  tunnels();
  implausible_tunnels_leave_the_outer_packet();
  other_transports();
  ipv6_extension_headers();
  fragments_join_the_first();
  fragment_table_is_bounded();
  refusals_are_counted_by_reason();
  every_cut_of_every_frame_is_safe();
  return test::finish();
}
