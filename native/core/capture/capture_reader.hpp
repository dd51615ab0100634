// Push parser for pcap and pcapng bytes that arrive in chunks of any size.
//
//   CaptureReader reader;
//   while (got a chunk) {
//     reader.begin(chunk);
//     while (reader.next(raw) == ReadState::packet) use(raw);   // may stop here and go on later
//     if (reader.error() != CaptureError::none) break;
//   }
//   reader.end_of_input();
//   const ReadState last = reader.next(raw);                    // end, or error (e.g. cut file)
//
// Records are parsed where they lie; only a record that straddles two chunks is copied, into a
// carry buffer of at most `max_block_bytes`.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/packet.hpp"

namespace mld {

/// What `CaptureReader::next` found.
enum class ReadState : std::uint8_t {
  packet,     ///< a packet was stored
  need_more,  ///< the chunk is used up: `begin` the next one, or call `end_of_input`
  end,        ///< the input ended between two records
  error,      ///< see `CaptureReader::error`; final
};

/// Why a capture cannot be read (further). Packets given before it stay valid results.
enum class CaptureError : std::uint8_t {
  none,
  empty_file,           ///< no bytes at all
  unknown_format,       ///< the first bytes are neither pcap nor pcapng
  truncated_header,     ///< the input ended inside the file header
  unsupported_version,  ///< pcap major version other than 2 (or 543), pcapng other than 1
  truncated_record,     ///< the input ended inside a record or block
  oversized_record,     ///< a captured length above the bound of its link type
  oversized_block,      ///< a pcapng block above `max_block_bytes`
  bad_block,            ///< pcapng lengths that contradict each other
  bad_section,          ///< pcapng section header without a byte-order mark
  unknown_interface,    ///< a pcapng packet names an interface that was not described
  bad_interface,        ///< pcapng interface option that cannot be used (time resolution)
  count
};

/// One line of English for an error, without file name and without final stop.
const char* capture_error_text(CaptureError error);

/// File format, known after the first bytes.
enum class CaptureFormat : std::uint8_t { unknown, pcap, pcapng };

/// Plain counters of what was read so far.
struct CaptureCounts {
  std::uint64_t packets = 0;
  std::uint64_t captured_bytes = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t cut_packets = 0;     ///< captured length below wire length
  std::uint64_t skipped_blocks = 0;  ///< pcapng blocks that hold no packet and no interface
  std::uint64_t untimed_packets =
      0;                           ///< simple packet blocks; they take the previous packet's time
  std::int64_t first_time_us = 0;  ///< least packet time
  std::int64_t last_time_us = 0;   ///< greatest packet time
  std::uint32_t sections = 0;      ///< pcapng sections; 1 for pcap
  std::uint32_t interfaces = 0;    ///< over all sections; 1 for pcap
  std::uint32_t min_snaplen = 0;   ///< least non-zero snapshot length stated; 0 none stated
  bool truncated = false;          ///< the input ended inside a record
};

/// Reads one capture file. Not copyable in flight; make one per file.
class CaptureReader {
 public:
  static constexpr std::size_t max_block_bytes = std::size_t{16} << 20;
  static constexpr std::uint32_t max_packet_bytes = 262144;
  static constexpr std::size_t max_interfaces = 65536;                ///< per section
  static constexpr std::int64_t max_time_us = std::int64_t{1} << 61;  ///< times are clamped to it

  /// Hands over the next chunk. The previous one must be used up (`next` said `need_more`); the
  /// bytes must stay unchanged until then. An empty chunk is allowed.
  void begin(Bytes chunk);
  /// Finds the next packet. `out.data` is valid until the next call of `next` or `begin`.
  ReadState next(RawPacket& out);
  /// States that no chunk follows; the next `next` gives `end` or `error`.
  void end_of_input() { ended_ = true; }

  /// Bytes of the current chunk that are used up (all bytes once `next` said `need_more`).
  std::size_t consumed() const { return pos_; }
  CaptureError error() const { return error_; }
  CaptureFormat format() const { return format_; }
  const CaptureCounts& counts() const { return counts_; }
  /// Link types in the order of the interfaces' description, each once (the first 64).
  const std::vector<std::uint32_t>& link_types() const { return link_types_; }

 private:
  /// A pcapng time is `ticks * multiply / divide`, or `ticks / 2^binary_shift` seconds.
  struct Interface {
    std::uint32_t link_type = 0;
    std::uint32_t snaplen = 0;
    std::uint64_t multiply = 1;
    std::uint64_t divide = 1;
    std::int64_t offset_us = 0;
    std::uint8_t binary_shift = 0;
    bool binary = false;
  };
  enum class Stage : std::uint8_t { magic, pcap, pcapng };

  const std::uint8_t* peek(std::size_t n);
  void advance(std::size_t n);
  void prefetch() const;
  ReadState fail(CaptureError error);
  ReadState starve();
  ReadState read_magic();
  ReadState next_pcap(RawPacket& out);
  ReadState next_pcapng(RawPacket& out);
  CaptureError read_section(const std::uint8_t* block);
  CaptureError read_interface(Bytes body);
  CaptureError read_packet(std::uint32_t type, Bytes body, RawPacket& out);
  void add_interface(const Interface& added);
  void count(const RawPacket& packet);
  std::uint32_t u32(const std::uint8_t* p) const;
  std::uint16_t u16(const std::uint8_t* p) const;

  Bytes chunk_;
  std::size_t pos_ = 0;
  std::vector<std::uint8_t> carry_;
  bool drop_carry_ = false;  // the carry's record is done; a packet may still borrow it
  bool ended_ = false;
  bool big_endian_ = false;
  bool nanoseconds_ = false;
  bool swap_lengths_ = false;  // old writers put the wire length first
  bool maybe_swap_lengths_ = false;
  std::uint32_t record_header_ = 16;
  Stage stage_ = Stage::magic;
  CaptureFormat format_ = CaptureFormat::unknown;
  CaptureError error_ = CaptureError::none;
  CaptureCounts counts_;
  std::uint32_t interface_base_ = 0;
  std::vector<Interface> interfaces_;  // of the current section
  std::vector<std::uint32_t> link_types_;
  std::int64_t previous_time_us_ = 0;
};

}  // namespace mld
