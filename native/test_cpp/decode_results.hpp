// Decodes one literal frame, and checks the packet that most frames of the tests carry.
#pragma once
#include <cstdint>
#include <string>

#include "core/decode/decoder.hpp"
#include "test_cpp/check.hpp"
#include "test_cpp/decode_frames.hpp"

namespace mld::test {

struct Result {
  Refusal refusal = Refusal::none;
  Packet packet;
  std::string payload;
};

inline Result decode_with(Decoder& decoder, const Buffer& frame, std::uint32_t link = 1,
                          std::uint32_t wire = 0, std::int64_t time_us = 5) {
  RawPacket raw;
  raw.link_type = link;
  raw.data = frame;
  raw.wire_length = wire == 0 ? static_cast<std::uint32_t>(frame.size()) : wire;
  raw.time_us = time_us;
  raw.interface_id = 3;
  Result out;
  out.refusal = decoder.decode(raw, out.packet);
  out.payload.assign(out.packet.payload.begin(), out.packet.payload.end());
  return out;
}

inline Result decode(const Buffer& frame, std::uint32_t link = 1, std::uint32_t wire = 0) {
  Decoder decoder;
  return decode_with(decoder, frame, link, wire);
}

inline std::uint64_t count_of(const Decoder& decoder, Feature feature) {
  return decoder.counts().features[static_cast<std::size_t>(feature)];
}

inline const Buffer hello = text("hello");
/// 10.0.0.1 port 4000 to 10.0.0.9 port 80.
inline const Buffer plain = ip4(tcp(hello));

/// What every carrier of `plain` must give.
inline void is_plain(const Result& got) {
  CHECK(got.refusal == Refusal::none);
  CHECK(got.packet.kind == PacketKind::ip);
  CHECK(got.packet.ip_version == 4);
  CHECK(got.packet.protocol == 6);
  CHECK(got.packet.src_port == 4000);
  CHECK(got.packet.dst_port == 80);
  CHECK(got.packet.src[3] == 1);
  CHECK(got.packet.dst[3] == 9);
  CHECK(got.payload == "hello");
  CHECK(got.packet.payload_length == 5);
}

}  // namespace mld::test
