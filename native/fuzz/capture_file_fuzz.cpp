// libFuzzer target: reader and decoder on a whole file, once in one piece and once in pieces whose
// sizes come from the file's own bytes; both must give the same packets.
#include <cstdlib>
#include <memory>

#include "core/capture/capture_reader.hpp"
#include "core/decode/decoder.hpp"

namespace {

struct Outcome {
  std::uint64_t packets = 0;
  std::uint64_t mixed = 0;
  mld::CaptureError error = mld::CaptureError::none;
};

void add(Outcome& outcome, std::uint64_t value) {
  outcome.mixed = (outcome.mixed ^ value) * 0x100000001b3u;
}

Outcome read_all(mld::Bytes file, bool pieces) {
  Outcome outcome;
  mld::CaptureReader reader;
  mld::Decoder decoder;
  mld::RawPacket raw;
  mld::Packet packet;
  std::size_t at = 0;
  std::unique_ptr<std::uint8_t[]> piece;  // its own allocation, so that a read past it is seen
  for (;;) {
    const mld::ReadState state = reader.next(raw);
    if (state == mld::ReadState::packet) {
      outcome.packets++;
      add(outcome, static_cast<std::uint64_t>(raw.time_us));
      add(outcome, (std::uint64_t{raw.interface_id} << 32) | raw.link_type);
      add(outcome, (std::uint64_t{raw.wire_length} << 32) | raw.data.size());
      for (const std::uint8_t byte : raw.data) add(outcome, byte);
      add(outcome, static_cast<std::uint64_t>(decoder.decode(raw, packet)));
      if (raw.wire_length < raw.data.size()) std::abort();
    } else if (state != mld::ReadState::need_more) {
      break;
    } else if (at == file.size()) {
      reader.begin({});
      reader.end_of_input();
    } else {
      std::size_t n = file.size() - at;
      if (pieces) n = std::min<std::size_t>(n, 1 + file[(at * 7 + 3) % file.size()] % 41);
      piece = std::make_unique<std::uint8_t[]>(n);
      std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(at), n, piece.get());
      reader.begin({piece.get(), n});
      at += n;
    }
  }
  outcome.error = reader.error();
  if (reader.counts().packets != outcome.packets) std::abort();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mld::Bytes file(data, size);
  const Outcome whole = read_all(file, false);
  const Outcome split = read_all(file, true);
  if (whole.packets != split.packets || whole.mixed != split.mixed || whole.error != split.error) {
    std::abort();
  }
  return 0;
}
