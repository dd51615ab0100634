#include "core/capture/capture_reader.hpp"

#include <algorithm>

#include "core/base/bytes.hpp"

namespace mld {
namespace {

constexpr std::uint32_t pcap_magic_us = 0xa1b2c3d4u;
constexpr std::uint32_t pcap_magic_ns = 0xa1b23c4du;
constexpr std::uint32_t pcap_magic_modified = 0xa1b2cd34u;
constexpr std::uint32_t section_magic = 0x1a2b3c4du;

constexpr std::uint32_t block_section = 0x0a0d0d0au;
constexpr std::uint32_t block_interface = 1;
constexpr std::uint32_t block_packet = 2;  // obsolete
constexpr std::uint32_t block_simple_packet = 3;
constexpr std::uint32_t block_enhanced_packet = 6;

constexpr std::uint16_t option_end = 0;
constexpr std::uint16_t option_time_resolution = 9;
constexpr std::uint16_t option_time_offset = 14;

constexpr std::size_t max_link_types = 64;

// Most link types have frames of at most 256 KiB; three carry larger messages.
std::uint32_t captured_limit(std::uint32_t link_type) {
  constexpr std::uint32_t dbus = 231, usbpcap = 249, ebhscr = 279;
  if (link_type == dbus || link_type == usbpcap || link_type == ebhscr) {
    return static_cast<std::uint32_t>(CaptureReader::max_block_bytes) - 64;
  }
  return CaptureReader::max_packet_bytes;
}

std::int64_t clamp_time(std::int64_t time_us) {
  return std::clamp(time_us, -CaptureReader::max_time_us, CaptureReader::max_time_us);
}

// floor(fraction * 10^6 / 2^shift) for fraction < 2^shift, shift <= 63.
std::uint64_t binary_fraction_us(std::uint64_t fraction, unsigned shift) {
  const std::uint64_t low = (fraction & 0xffffffffu) * 1000000u;
  const std::uint64_t high = (fraction >> 32) * 1000000u + (low >> 32);
  if (shift >= 32) return high >> (shift - 32);
  return low >> shift;  // the fraction has no upper half
}

}  // namespace

const char* capture_error_text(CaptureError error) {
  switch (error) {
    case CaptureError::none:
      return "no error";
    case CaptureError::empty_file:
      return "the file is empty";
    case CaptureError::unknown_format:
      return "not a pcap or pcapng file";
    case CaptureError::truncated_header:
      return "the file ends inside its header";
    case CaptureError::unsupported_version:
      return "unsupported format version";
    case CaptureError::truncated_record:
      return "the file ends in the middle of a packet";
    case CaptureError::oversized_record:
      return "a packet record states an impossible length";
    case CaptureError::oversized_block:
      return "a pcapng block is larger than 16 MiB";
    case CaptureError::bad_block:
      return "a pcapng block has contradicting lengths";
    case CaptureError::bad_section:
      return "a pcapng section has no byte-order mark";
    case CaptureError::unknown_interface:
      return "a pcapng packet belongs to an interface that was not described";
    case CaptureError::bad_interface:
      return "a pcapng interface description cannot be used";
    case CaptureError::count:
      break;
  }
  return "unknown error";
}

void CaptureReader::begin(Bytes chunk) {
  chunk_ = chunk;
  pos_ = 0;
}

ReadState CaptureReader::next(RawPacket& out) {
  if (error_ != CaptureError::none) return ReadState::error;
  if (drop_carry_) {
    carry_.clear();
    drop_carry_ = false;
  }
  if (stage_ == Stage::magic) {
    const ReadState state = read_magic();
    if (state != ReadState::packet) return state;
  }
  return stage_ == Stage::pcap ? next_pcap(out) : next_pcapng(out);
}

// The first `n` bytes of the current record in one piece, or null when they are not here yet.
inline const std::uint8_t* CaptureReader::peek(std::size_t n) {
  const std::size_t left = chunk_.size() - pos_;
  if (carry_.empty() && left >= n) return chunk_.data() + pos_;
  if (carry_.size() < n) {
    const std::size_t take = std::min(n - carry_.size(), left);
    const Bytes from = chunk_.subspan(pos_, take);
    carry_.insert(carry_.end(), from.begin(), from.end());
    pos_ += take;
  }
  return carry_.size() >= n ? carry_.data() : nullptr;
}

// The next record's header is needed only after the caller has worked on this one: time enough for
// the memory to answer.
inline void CaptureReader::prefetch() const {
  const std::size_t left = chunk_.size() - pos_;
  if (left >= 128) {
    __builtin_prefetch(chunk_.data() + pos_);
    __builtin_prefetch(chunk_.data() + pos_ + 64);
  }
}

// The current record has `n` bytes and is done.
inline void CaptureReader::advance(std::size_t n) {
  if (carry_.empty()) {
    pos_ += n;
  } else {
    drop_carry_ = true;
  }
}

ReadState CaptureReader::fail(CaptureError error) {
  error_ = error;
  return ReadState::error;
}

// What is missing: more input, or nothing because the input ended.
ReadState CaptureReader::starve() {
  if (!ended_) return ReadState::need_more;
  if (stage_ == Stage::magic) {
    if (carry_.empty()) return fail(CaptureError::empty_file);
    return fail(carry_.size() < 4 ? CaptureError::unknown_format : CaptureError::truncated_header);
  }
  if (carry_.empty()) return ReadState::end;
  if (counts_.sections == 0) return fail(CaptureError::truncated_header);
  counts_.truncated = true;
  return fail(CaptureError::truncated_record);
}

inline std::uint32_t CaptureReader::u32(const std::uint8_t* p) const {
  return big_endian_ ? load_be32(p) : load_le32(p);
}

inline std::uint16_t CaptureReader::u16(const std::uint8_t* p) const {
  return big_endian_ ? load_be16(p) : load_le16(p);
}

// Gives `packet` when the format is known and reading can go on.
ReadState CaptureReader::read_magic() {
  const std::uint8_t* p = peek(4);
  if (p == nullptr) return starve();
  if (load_be32(p) == block_section) {
    format_ = CaptureFormat::pcapng;
    stage_ = Stage::pcapng;
    return ReadState::packet;
  }
  const std::uint32_t little = load_le32(p);
  const std::uint32_t big = load_be32(p);
  const auto known = [](std::uint32_t magic) {
    return magic == pcap_magic_us || magic == pcap_magic_ns || magic == pcap_magic_modified;
  };
  if (!known(little) && !known(big)) return fail(CaptureError::unknown_format);
  format_ = CaptureFormat::pcap;
  p = peek(24);
  if (p == nullptr) return starve();
  big_endian_ = known(big);
  const std::uint32_t magic = big_endian_ ? big : little;
  nanoseconds_ = magic == pcap_magic_ns;
  record_header_ = magic == pcap_magic_modified ? 24 : 16;
  const std::uint16_t major = u16(p + 4);
  const std::uint16_t minor = u16(p + 6);
  // tcpdump before 2.3, and one vendor's 543.0, wrote the wire length first; 2.3 was written both
  // ways.
  if (major != 2 && !(major == 543 && minor == 0)) return fail(CaptureError::unsupported_version);
  swap_lengths_ = major == 543 || minor < 3;
  maybe_swap_lengths_ = major == 2 && minor == 3;
  Interface only;
  only.snaplen = u32(p + 16);
  only.link_type = u32(p + 20) & 0xffffu;  // upper bits describe a frame check sequence
  add_interface(only);
  counts_.sections = 1;
  stage_ = Stage::pcap;
  advance(24);
  if (drop_carry_) {
    carry_.clear();
    drop_carry_ = false;
  }
  return ReadState::packet;
}

void CaptureReader::add_interface(const Interface& added) {
  interfaces_.push_back(added);
  counts_.interfaces++;
  if (added.snaplen != 0 && (counts_.min_snaplen == 0 || added.snaplen < counts_.min_snaplen)) {
    counts_.min_snaplen = added.snaplen;
  }
  if (link_types_.size() < max_link_types &&
      std::find(link_types_.begin(), link_types_.end(), added.link_type) == link_types_.end()) {
    link_types_.push_back(added.link_type);
  }
}

inline void CaptureReader::count(const RawPacket& packet) {
  if (counts_.packets == 0) {
    counts_.first_time_us = packet.time_us;
    counts_.last_time_us = packet.time_us;
  } else if (packet.time_us > counts_.last_time_us) {
    counts_.last_time_us = packet.time_us;
  } else if (packet.time_us < counts_.first_time_us) {
    counts_.first_time_us = packet.time_us;
  }
  counts_.packets++;
  counts_.captured_bytes += packet.data.size();
  counts_.wire_bytes += packet.wire_length;
  counts_.cut_packets += packet.data.size() < packet.wire_length ? 1 : 0;
  previous_time_us_ = packet.time_us;
}

ReadState CaptureReader::next_pcap(RawPacket& out) {
  const std::uint8_t* p = peek(record_header_);
  if (p == nullptr) return starve();
  std::uint32_t captured = u32(p + 8);
  std::uint32_t wire = u32(p + 12);
  if (swap_lengths_ || (maybe_swap_lengths_ && captured > wire)) std::swap(captured, wire);
  if (captured > captured_limit(interfaces_[0].link_type)) {
    return fail(CaptureError::oversized_record);
  }
  const std::uint32_t fraction = u32(p + 4);
  out.time_us = std::int64_t{u32(p)} * 1000000 + (nanoseconds_ ? fraction / 1000 : fraction);
  out.interface_id = 0;
  out.link_type = interfaces_[0].link_type;
  out.wire_length = std::max(wire, captured);
  p = peek(record_header_ + captured);
  if (p == nullptr) return starve();
  out.data = Bytes(p + record_header_, captured);
  count(out);
  advance(record_header_ + captured);
  prefetch();
  return ReadState::packet;
}

ReadState CaptureReader::next_pcapng(RawPacket& out) {
  for (;;) {
    const std::uint8_t* p = peek(12);  // the least block has 12 bytes
    if (p == nullptr) return starve();
    const bool section = load_be32(p) == block_section;
    if (section) {
      if (load_be32(p + 8) == section_magic) {
        big_endian_ = true;
      } else if (load_le32(p + 8) == section_magic) {
        big_endian_ = false;
      } else {
        return fail(CaptureError::bad_section);
      }
    }
    const std::uint32_t type = u32(p);
    const std::uint32_t length = u32(p + 4);
    if (length < (section ? 28u : 12u) || length % 4 != 0) return fail(CaptureError::bad_block);
    if (length > max_block_bytes) return fail(CaptureError::oversized_block);
    p = peek(length);
    if (p == nullptr) return starve();
    if (u32(p + length - 4) != length) return fail(CaptureError::bad_block);

    const Bytes body(p + 8, length - 12);
    CaptureError error = CaptureError::none;
    bool packet = false;
    if (section) {
      error = read_section(p);
    } else if (type == block_interface) {
      error = read_interface(body);
    } else if (type == block_enhanced_packet || type == block_simple_packet ||
               type == block_packet) {
      error = read_packet(type, body, out);
      packet = true;
    } else {
      counts_.skipped_blocks++;
    }
    if (error != CaptureError::none) return fail(error);
    advance(length);
    if (packet) {
      count(out);
      prefetch();
      return ReadState::packet;
    }
    if (drop_carry_) {
      carry_.clear();
      drop_carry_ = false;
    }
  }
}

CaptureError CaptureReader::read_section(const std::uint8_t* block) {
  const std::uint16_t major = u16(block + 12);
  const std::uint16_t minor = u16(block + 14);
  if (major != 1 || (minor != 0 && minor != 2)) return CaptureError::unsupported_version;
  counts_.sections++;
  interface_base_ += static_cast<std::uint32_t>(interfaces_.size());
  interfaces_.clear();
  return CaptureError::none;
}

CaptureError CaptureReader::read_interface(Bytes body) {
  if (body.size() < 8) return CaptureError::bad_block;
  if (interfaces_.size() >= max_interfaces) return CaptureError::bad_interface;
  Interface added;
  added.link_type = u16(body.data());
  added.snaplen = u32(body.data() + 4);
  std::size_t at = 8;
  while (body.size() - at >= 4) {
    const std::uint16_t code = u16(body.data() + at);
    const std::size_t size = u16(body.data() + at + 2);
    at += 4;
    if (code == option_end || size > body.size() - at) break;
    const std::uint8_t* value = body.data() + at;
    if (code == option_time_resolution && size >= 1) {
      const std::uint8_t exponent = value[0] & 0x7f;
      added.binary = (value[0] & 0x80) != 0;
      if (exponent > (added.binary ? 63 : 19)) return CaptureError::bad_interface;
      added.binary_shift = exponent;
      added.multiply = 1;
      added.divide = 1;
      for (int i = exponent; i < 6; i++) added.multiply *= 10;
      for (int i = 6; i < exponent; i++) added.divide *= 10;
    } else if (code == option_time_offset && size == 8) {
      const std::uint64_t high = u32(big_endian_ ? value : value + 4);
      const std::uint64_t low = u32(big_endian_ ? value + 4 : value);
      const auto seconds = static_cast<std::int64_t>((high << 32) | low);
      constexpr std::int64_t limit = max_time_us / 1000000;
      added.offset_us = std::clamp(seconds, -limit, limit) * 1000000;
    }
    at += std::min((size + 3) & ~std::size_t{3}, body.size() - at);
  }
  add_interface(added);
  return CaptureError::none;
}

CaptureError CaptureReader::read_packet(std::uint32_t type, Bytes body, RawPacket& out) {
  const std::size_t header = type == block_simple_packet ? 4 : 20;
  if (body.size() < header) return CaptureError::bad_block;
  const std::uint8_t* p = body.data();
  std::uint32_t index = 0;
  if (type == block_enhanced_packet) index = u32(p);
  if (type == block_packet) index = u16(p);
  if (index >= interfaces_.size()) return CaptureError::unknown_interface;
  const Interface& from = interfaces_[index];
  std::uint32_t captured = 0;
  std::uint32_t wire = 0;
  if (type == block_simple_packet) {
    wire = u32(p);
    captured = from.snaplen == 0 ? wire : std::min(wire, from.snaplen);
    out.time_us = previous_time_us_;
    counts_.untimed_packets++;
  } else {
    captured = u32(p + 12);
    wire = u32(p + 16);
    const std::uint64_t ticks = (std::uint64_t{u32(p + 4)} << 32) | u32(p + 8);
    std::uint64_t us = 0;
    constexpr auto limit = static_cast<std::uint64_t>(max_time_us);
    if (from.binary) {
      const std::uint64_t seconds = ticks >> from.binary_shift;
      const std::uint64_t fraction = ticks - (seconds << from.binary_shift);
      us = std::min(seconds, limit / 1000000) * 1000000 +
           binary_fraction_us(fraction, from.binary_shift);
    } else {
      us = std::min(ticks / from.divide, limit / from.multiply) * from.multiply;
    }
    us = std::min(us, limit);
    out.time_us = clamp_time(static_cast<std::int64_t>(us) + from.offset_us);
  }
  if (captured > captured_limit(from.link_type)) return CaptureError::oversized_record;
  if (captured > body.size() - header) return CaptureError::bad_block;
  out.interface_id = interface_base_ + index;
  out.link_type = from.link_type;
  out.wire_length = std::max(wire, captured);
  out.data = body.subspan(header, captured);
  return CaptureError::none;
}

}  // namespace mld
