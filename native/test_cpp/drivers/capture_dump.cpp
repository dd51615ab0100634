// Prints one line per capture file: name, packets, state at the end, and with -d the decoder's
// counts, so that totals can be compared with other tools.
//   capture_dump [-d] [-c CHUNK_BYTES] FILE...
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "core/capture/capture_reader.hpp"
#include "core/decode/decoder.hpp"

namespace {

std::vector<std::uint8_t> read_file(const char* path) {
  std::vector<std::uint8_t> bytes;
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return bytes;
  std::vector<std::uint8_t> part(1 << 16);
  std::size_t n = 0;
  while ((n = std::fread(part.data(), 1, part.size(), file)) > 0) {
    bytes.insert(bytes.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(n));
  }
  std::fclose(file);
  return bytes;
}

void dump(const char* path, std::size_t chunk, bool decode) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  mld::CaptureReader reader;
  mld::Decoder decoder;
  mld::RawPacket raw;
  mld::Packet packet;
  mld::ReadState state = mld::ReadState::need_more;
  std::size_t at = 0;
  for (;;) {
    state = reader.next(raw);
    if (state == mld::ReadState::packet) {
      if (decode) decoder.decode(raw, packet);
    } else if (state != mld::ReadState::need_more) {
      break;
    } else if (at < bytes.size()) {
      const std::size_t n = std::min(chunk, bytes.size() - at);
      reader.begin(mld::Bytes(bytes).subspan(at, n));
      at += n;
    } else {
      reader.begin({});
      reader.end_of_input();
    }
  }
  const mld::CaptureCounts& counts = reader.counts();
  std::printf(
      "%s\t%llu\t%s\t%lld\t%lld\tlinks", path, static_cast<unsigned long long>(counts.packets),
      state == mld::ReadState::end ? "end" : mld::capture_error_text(reader.error()),
      static_cast<long long>(counts.first_time_us), static_cast<long long>(counts.last_time_us));
  for (const std::uint32_t link : reader.link_types()) std::printf(" %u", link);
  if (decode) {
    const mld::DecodeCounts& seen = decoder.counts();
    for (std::size_t i = 0; i < seen.refusals.size(); i++) {
      if (seen.refusals[i] == 0) continue;
      std::printf("\t%s=%llu", mld::refusal_name(static_cast<mld::Refusal>(i)),
                  static_cast<unsigned long long>(seen.refusals[i]));
    }
    for (std::size_t i = 0; i < seen.features.size(); i++) {
      if (seen.features[i] == 0) continue;
      std::printf("\t%s:%llu", mld::feature_name(static_cast<mld::Feature>(i)),
                  static_cast<unsigned long long>(seen.features[i]));
    }
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t chunk = std::size_t{1} << 22;
  bool decode = false;
  int first = 1;
  for (; first < argc && argv[first][0] == '-'; first++) {
    if (std::strcmp(argv[first], "-d") == 0) {
      decode = true;
    } else if (std::strcmp(argv[first], "-c") == 0 && first + 1 < argc) {
      chunk = std::strtoull(argv[++first], nullptr, 10);
    }
  }
  if (first >= argc || chunk == 0) {
    std::fprintf(stderr, "usage: capture_dump [-d] [-c CHUNK_BYTES] FILE...\n");
    return 2;
  }
  for (int i = first; i < argc; i++) dump(argv[i], chunk, decode);
  return 0;
}
