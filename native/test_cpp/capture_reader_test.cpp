// The capture reader on literal files, in one piece and in pieces of every small size.
#include "core/capture/capture_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "test_cpp/check.hpp"
#include "test_cpp/decode_frames.hpp"

namespace {

using mld::CaptureError;
using mld::CaptureReader;
using mld::ReadState;
using mld::test::Buffer;
using mld::test::bytes;
using mld::test::number;
using mld::test::operator+;

struct Read {
  std::vector<std::int64_t> times;
  std::vector<std::size_t> sizes;
  std::vector<std::uint32_t> wires;
  std::vector<std::uint32_t> interfaces;
  std::vector<std::uint32_t> links;
  std::vector<Buffer> data;
  mld::CaptureCounts counts;
  CaptureError error = CaptureError::none;
  bool operator==(const Read& other) const {
    return times == other.times && sizes == other.sizes && wires == other.wires &&
           interfaces == other.interfaces && links == other.links && data == other.data &&
           error == other.error && counts.truncated == other.counts.truncated;
  }
};

Read read_in_pieces(const Buffer& file, std::size_t piece) {
  Read out;
  CaptureReader reader;
  mld::RawPacket raw;
  std::size_t at = 0;
  for (;;) {
    const ReadState state = reader.next(raw);
    if (state == ReadState::packet) {
      out.times.push_back(raw.time_us);
      out.sizes.push_back(raw.data.size());
      out.wires.push_back(raw.wire_length);
      out.interfaces.push_back(raw.interface_id);
      out.links.push_back(raw.link_type);
      out.data.emplace_back(raw.data.begin(), raw.data.end());
    } else if (state != ReadState::need_more) {
      break;
    } else if (at == file.size()) {
      reader.begin({});
      reader.end_of_input();
    } else {
      const std::size_t n = std::min(piece, file.size() - at);
      reader.begin(mld::Bytes(file).subspan(at, n));
      at += n;
    }
  }
  out.counts = reader.counts();
  out.error = reader.error();
  return out;
}

// Every chunking gives the same packets.
Read read(const Buffer& file) {
  const Read whole = read_in_pieces(file, file.size() + 1);
  for (std::size_t piece = 1; piece < 80; piece++) CHECK(read_in_pieces(file, piece) == whole);
  return whole;
}

Buffer pcap_header(std::uint32_t magic, bool little, std::uint64_t link = 1, int minor = 4) {
  return number(magic, 4, little) + number(2, 2, little) +
         number(static_cast<std::uint64_t>(minor), 2, little) + Buffer(8, 0) +
         number(96, 4, little) + number(link, 4, little);
}

Buffer pcap_record(std::uint64_t s, std::uint64_t f, std::uint64_t wire, const Buffer& data,
                   bool little) {
  return number(s, 4, little) + number(f, 4, little) + number(data.size(), 4, little) +
         number(wire, 4, little) + data;
}

void pcap_in_both_orders_and_resolutions() {
  for (const bool little : {true, false}) {
    for (const bool nano : {true, false}) {
      const Buffer file = pcap_header(nano ? 0xa1b23c4d : 0xa1b2c3d4, little) +
                          pcap_record(100, 1999, 60, bytes({1, 2, 3}), little) +
                          pcap_record(101, 7, 2, bytes({4, 5}), little);
      const Read got = read(file);
      CHECK(got.error == CaptureError::none);
      CHECK((got.times == std::vector<std::int64_t>{nano ? 100000001 : 100001999,
                                                    nano ? 101000000 : 101000007}));
      CHECK((got.data == std::vector<Buffer>{bytes({1, 2, 3}), bytes({4, 5})}));
      CHECK((got.wires == std::vector<std::uint32_t>{60, 2}));
      CHECK(got.counts.packets == 2);
      CHECK(got.counts.cut_packets == 1);
      CHECK(got.counts.captured_bytes == 5);
      CHECK(got.counts.wire_bytes == 62);
      CHECK(got.counts.min_snaplen == 96);
    }
  }
}

void pcap_variants() {
  // Interface, protocol and packet type follow the record header of the modified format.
  const Buffer modified = pcap_header(0xa1b2cd34, true) + number(1, 4, true) + number(2, 4, true) +
                          number(2, 4, true) + number(2, 4, true) + Buffer(8, 0) + bytes({8, 9});
  CHECK((read(modified).data == std::vector<Buffer>{bytes({8, 9})}));
  // Version 2.2 wrote the wire length first.
  const Buffer old = pcap_header(0xa1b2c3d4, true, 1, 2) + number(1, 4, true) + number(2, 4, true) +
                     number(60, 4, true) + number(2, 4, true) + bytes({8, 9});
  CHECK((read(old).wires == std::vector<std::uint32_t>{60}));
  // The upper half of the link type describes a frame check sequence.
  const Buffer check =
      pcap_header(0xa1b2c3d4, true, 0x24000071) + pcap_record(1, 1, 1, bytes({1}), true);
  CHECK((read(check).links == std::vector<std::uint32_t>{113}));
  // A wire length below the captured one is raised to it.
  const Buffer odd = pcap_header(0xa1b2c3d4, true) + pcap_record(1, 1, 1, bytes({1, 2, 3}), true);
  CHECK((read(odd).wires == std::vector<std::uint32_t>{3}));
}

void broken_pcap_is_named() {
  const Buffer file = pcap_header(0xa1b2c3d4, true) + pcap_record(1, 1, 3, bytes({1, 2, 3}), true);
  CHECK(read({}).error == CaptureError::empty_file);
  CHECK(read(bytes({0xd4, 0xc3})).error == CaptureError::unknown_format);
  CHECK(read(bytes({'h', 'e', 'l', 'l', 'o'})).error == CaptureError::unknown_format);
  CHECK(read(Buffer(file.begin(), file.begin() + 23)).error == CaptureError::truncated_header);
  CHECK(read(Buffer(file.begin(), file.begin() + 24)).error == CaptureError::none);
  for (std::ptrdiff_t n = 25; n < static_cast<std::ptrdiff_t>(file.size()); n++) {
    const Read cut = read(Buffer(file.begin(), file.begin() + n));
    CHECK(cut.error == CaptureError::truncated_record);
    CHECK(cut.counts.truncated);
    CHECK(cut.counts.packets == 0);
  }
  // Packets before the cut are kept.
  const Read second = read(file + bytes({1, 2, 3}));
  CHECK(second.counts.packets == 1);
  CHECK(second.error == CaptureError::truncated_record);
  const Buffer huge = pcap_header(0xa1b2c3d4, true) + Buffer(8, 0) + number(262145, 4, true) +
                      number(262145, 4, true);
  CHECK(read(huge).error == CaptureError::oversized_record);
  Buffer version = file;
  version[4] = 3;
  CHECK(read(version).error == CaptureError::unsupported_version);
}

Buffer padded(Buffer data) {
  while (data.size() % 4 != 0) data.push_back(0);
  return data;
}

Buffer block(std::uint64_t type, const Buffer& body, bool little) {
  const std::uint64_t length = body.size() + 12;
  return number(type, 4, little) + number(length, 4, little) + body + number(length, 4, little);
}

Buffer section(bool little) {
  return block(
      0x0a0d0d0a,
      number(0x1a2b3c4d, 4, little) + number(1, 2, little) + number(0, 2, little) + Buffer(8, 0xff),
      little);
}

Buffer interface(std::uint64_t link, std::uint64_t snaplen, const Buffer& options, bool little) {
  return block(1, number(link, 2, little) + Buffer(2, 0) + number(snaplen, 4, little) + options,
               little);
}

Buffer option(std::uint64_t code, const Buffer& value, bool little) {
  return number(code, 2, little) + number(value.size(), 2, little) + padded(value);
}

Buffer enhanced(std::uint64_t id, std::uint64_t ticks, std::uint64_t wire, const Buffer& data,
                bool little) {
  return block(6,
               number(id, 4, little) + number(ticks >> 32, 4, little) +
                   number(ticks & 0xffffffff, 4, little) + number(data.size(), 4, little) +
                   number(wire, 4, little) + padded(data),
               little);
}

void pcapng_blocks_sections_and_clocks() {
  const bool le = true, be = false;
  const Buffer file =
      section(le) + interface(1, 0, {}, le) +
      interface(101, 64, option(9, bytes({9}), le) + option(14, number(1000, 8, le), le), le) +
      block(0x0bad, Buffer(16, 1), le) + enhanced(0, 5000001, 3, bytes({1, 2, 3}), le) +
      enhanced(1, 2000000999, 90, bytes({4}), le) +
      block(3, number(2, 4, le) + bytes({5, 6, 0, 0}), le) +
      block(2,
            number(1, 2, le) + number(0, 2, le) + Buffer(4, 0) + number(3000000000, 4, le) +
                number(1, 4, le) + number(1, 4, le) + bytes({7, 0, 0, 0}),
            le) +
      section(be) + interface(113, 32, option(9, bytes({0x80 + 10}), be), be) +
      enhanced(0, 1024 * 3 + 512, 1, bytes({8}), be);
  const Read got = read(file);
  CHECK(got.error == CaptureError::none);
  CHECK((got.times ==
         std::vector<std::int64_t>{5000001, 1002000000, 1002000000, 1003000000, 3500000}));
  CHECK((got.interfaces == std::vector<std::uint32_t>{0, 1, 0, 1, 2}));
  CHECK((got.links == std::vector<std::uint32_t>{1, 101, 1, 101, 113}));
  CHECK((got.data ==
         std::vector<Buffer>{bytes({1, 2, 3}), bytes({4}), bytes({5, 6}), bytes({7}), bytes({8})}));
  CHECK(got.counts.sections == 2);
  CHECK(got.counts.interfaces == 3);
  CHECK(got.counts.skipped_blocks == 1);
  CHECK(got.counts.untimed_packets == 1);
  CHECK(got.counts.min_snaplen == 32);
  CHECK(got.counts.first_time_us == 3500000);
  CHECK(got.counts.last_time_us == 1003000000);
}

void pcapng_clock_extremes() {
  const auto time = [](int resolution, std::uint64_t ticks) {
    const Read got =
        read(section(true) + interface(1, 0, option(9, bytes({resolution}), true), true) +
             enhanced(0, ticks, 1, bytes({1}), true));
    return got.times.empty() ? -1 : got.times[0];
  };
  CHECK(time(0, 12) == 12000000);
  CHECK(time(3, 12) == 12000);
  CHECK(time(19, 10000000000000000000u) == 1000000);
  CHECK(time(0, UINT64_MAX) <= CaptureReader::max_time_us);
  CHECK(time(0x80 + 63, std::uint64_t{1} << 62) == 500000);
  CHECK(time(0x80 + 33, (std::uint64_t{1} << 33) / 3) == 333333);
  CHECK(time(0x80 + 4, 24) == 1500000);
  CHECK(time(20, 1) == -1);
}

void broken_pcapng_is_named() {
  const bool le = true;
  const Buffer start = section(le) + interface(1, 0, {}, le);
  CHECK(read(start + enhanced(1, 1, 1, bytes({1}), le)).error == CaptureError::unknown_interface);
  CHECK(read(section(le) + enhanced(0, 1, 1, bytes({1}), le)).error ==
        CaptureError::unknown_interface);
  Buffer trailing = start + enhanced(0, 1, 1, bytes({1}), le);
  trailing[trailing.size() - 4] ^= 4;
  CHECK(read(trailing).error == CaptureError::bad_block);
  Buffer longer = start + enhanced(0, 1, 1, bytes({1}), le);
  longer[start.size() + 20] = 5;  // five bytes captured in a block that holds four
  CHECK(read(longer).error == CaptureError::bad_block);
  CHECK(read(start + number(6, 4, le) + number(0x1000004, 4, le) + Buffer(4, 0)).error ==
        CaptureError::oversized_block);
  CHECK(read(start + number(6, 4, le) + number(14, 4, le) + Buffer(6, 0)).error ==
        CaptureError::bad_block);
  Buffer order = section(le);
  order[8] = 0;
  CHECK(read(order).error == CaptureError::bad_section);
  CHECK(read(Buffer(start.begin(), start.begin() + 20)).error == CaptureError::truncated_header);
  const Read cut = read(start + bytes({6, 0}));
  CHECK(cut.error == CaptureError::truncated_record);
  CHECK(cut.counts.truncated);
}

void reading_stops_and_goes_on_inside_a_chunk() {
  const Buffer record = pcap_record(1, 1, 3, bytes({1, 2, 3}), true);
  const Buffer file = pcap_header(0xa1b2c3d4, true) + record + record;
  CaptureReader reader;
  mld::RawPacket raw;
  reader.begin(file);
  CHECK(reader.next(raw) == ReadState::packet);
  CHECK(reader.consumed() == 24 + record.size());
  CHECK(raw.data.data() == file.data() + 24 + 16);  // where it lies, not a copy
  CHECK(reader.next(raw) == ReadState::packet);
  CHECK(reader.consumed() == file.size());
  CHECK(reader.next(raw) == ReadState::need_more);
  reader.end_of_input();
  CHECK(reader.next(raw) == ReadState::end);
  CHECK(reader.next(raw) == ReadState::end);
}

}  // namespace

int main() {
  pcap_in_both_orders_and_resolutions();
  pcap_variants();
  broken_pcap_is_named();
  pcapng_blocks_sections_and_clocks();
  pcapng_clock_extremes();
  broken_pcapng_is_named();
  reading_stops_and_goes_on_inside_a_chunk();
  return mld::test::finish();
}
