// libFuzzer target: the decoder on frames of every link type. The input is a list of frames: one
// byte of link type, one of extra wire length, two of frame length, then the frame.
#include <cstdlib>

#include "core/base/bytes.hpp"
#include "core/decode/decoder.hpp"

namespace {

constexpr std::uint32_t link_types[] = {1,   0,   9,   12,  14,  50,  51,  100, 101,
                                        104, 105, 107, 108, 109, 113, 117, 127, 166,
                                        192, 204, 219, 228, 229, 239, 258, 276, 147};

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::size_t link_count = sizeof(link_types) / sizeof(link_types[0]);
  mld::Decoder decoder;
  mld::Cursor input(mld::Bytes(data, size));
  mld::RawPacket raw;
  mld::Packet packet;
  for (int i = 0; i < 64 && input.left() > 4; i++) {
    raw.link_type = link_types[input.u8() % link_count];
    const std::uint32_t extra = input.u8();
    const std::size_t length = input.be16();
    raw.data = input.take(std::min(length, input.left()));
    raw.wire_length = static_cast<std::uint32_t>(raw.data.size()) + extra;
    raw.time_us += 1000000;
    if (decoder.decode(raw, packet) != mld::Refusal::none) continue;
    require(packet.payload.size() <= packet.payload_length);
    require(packet.payload_length <= raw.wire_length);
    require(packet.ip_version == 4 || packet.ip_version == 6);
    if (!packet.payload.empty()) {
      require(packet.payload.data() >= raw.data.data());
      require(packet.payload.data() + packet.payload.size() <= raw.data.data() + raw.data.size());
    }
  }
  return 0;
}
