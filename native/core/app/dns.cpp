#include "core/app/dns.hpp"

#include <algorithm>

#include "core/base/bytes.hpp"

namespace mld {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr std::size_t max_name_wire = 255;
constexpr int max_pointers = 16;

enum class NameResult : std::uint8_t { ok, cut, bad };

struct NameWriter {
  DnsMessage& out;

  void put(char c) {
    if (!full && out.name_length < out.name_text.size()) out.name_text[out.name_length++] = c;
  }
  void put_byte(std::uint8_t byte) {
    if (byte >= 'A' && byte <= 'Z') {
      put(static_cast<char>(byte + ('a' - 'A')));
    } else if (byte >= 0x20 && byte < 0x7f) {
      put(static_cast<char>(byte));
    } else {
      escape(byte);
    }
  }
  // Whole escapes only: a cut one would read as something else.
  void escape(std::uint8_t byte) {
    static constexpr char letters[] = "abtnvfr";  // bytes 7 to 13
    const bool letter = byte >= 7 && byte <= 13;
    if (out.name_length + (letter ? 2u : 4u) > out.name_text.size()) {
      full = true;
      return;
    }
    put('\\');
    if (letter) {
      put(letters[byte - 7]);
      return;
    }
    put(static_cast<char>('0' + (byte >> 6)));
    put(static_cast<char>('0' + ((byte >> 3) & 7)));
    put(static_cast<char>('0' + (byte & 7)));
  }
  bool full = false;
};

// Reads the name at `at` and moves `at` behind it (behind the first pointer, if there is one).
NameResult read_name(Bytes message, std::size_t& at, DnsMessage* out) {
  DnsMessage ignored;
  NameWriter writer{out != nullptr ? *out : ignored};
  std::size_t cursor = at;
  std::size_t limit = at;  // a pointer must lead before this, so that every walk ends
  std::size_t wire = 1;
  int pointers = 0;
  for (;;) {
    if (cursor >= message.size()) return NameResult::cut;
    const std::uint8_t length = message[cursor];
    if ((length & 0xc0) == 0xc0) {
      if (cursor + 2 > message.size()) return NameResult::cut;
      const std::size_t target = load_be16(message.data() + cursor) & 0x3fffu;
      if (pointers == 0) at = cursor + 2;
      if (target >= limit || target < header_bytes || ++pointers > max_pointers) {
        return NameResult::bad;
      }
      limit = target;
      cursor = target;
      continue;
    }
    if ((length & 0xc0) != 0) return NameResult::bad;
    cursor++;
    if (length == 0) break;
    wire += length + 1u;
    if (wire > max_name_wire) return NameResult::bad;
    if (length > message.size() - cursor) return NameResult::cut;
    if (wire > length + 2u) writer.put('.');
    for (std::size_t i = 0; i < length && !writer.full; i++) writer.put_byte(message[cursor + i]);
    cursor += length;
  }
  if (pointers == 0) at = cursor;
  if (out != nullptr) out->name_wire_length = static_cast<std::uint16_t>(wire);
  return NameResult::ok;
}

bool known_class(std::uint16_t value) {
  // mDNS uses the top bit for other purposes. 1 IN, 3 CH, 4 HS, 254 NONE, 255 ANY.
  const int plain = value & 0x7fff;
  return plain == 1 || plain == 3 || plain == 4 || plain == 254 || plain == 255;
}

// Counts that could fit into a message of 65,535 bytes.
bool possible_counts(const DnsMessage& message) {
  constexpr std::uint16_t max_records = 5957;
  return message.questions <= 256 && message.answers <= max_records &&
         message.authorities <= max_records && message.additionals <= max_records;
}

// A message without question (mDNS announcements, some errors) must at least begin with a record.
Prefix without_question(Bytes message, bool last, const DnsMessage& out) {
  if (out.answers + out.authorities + out.additionals == 0) {
    return out.is_response && message.size() == header_bytes ? Prefix::found : Prefix::not_this;
  }
  std::size_t at = header_bytes;
  const NameResult name = read_name(message, at, nullptr);
  if (name == NameResult::bad) return Prefix::not_this;
  if (name == NameResult::cut || message.size() - at < 10) {
    return last ? Prefix::not_this : Prefix::need_more;
  }
  const std::uint16_t type = load_be16(message.data() + at);
  const std::uint16_t record_class = load_be16(message.data() + at + 2);
  const bool options = type == 41;  // its class field is a size
  if (type == 0 || (!options && !known_class(record_class))) return Prefix::not_this;
  return Prefix::found;
}

}  // namespace

Prefix parse_dns(Bytes prefix, DnsTransport transport, bool last, DnsMessage& out) {
  out = DnsMessage{};
  const Prefix short_input = last ? Prefix::not_this : Prefix::need_more;
  Bytes message = prefix;
  if (transport == DnsTransport::stream) {
    if (prefix.size() < 2) return short_input;
    const std::size_t length = load_be16(prefix.data());
    if (length < header_bytes) return Prefix::not_this;
    message = prefix.subspan(2, std::min(length, prefix.size() - 2));
    if (message.size() == length) last = true;  // the message is whole
  }
  if (message.size() < header_bytes) return short_input;
  Cursor cursor(message);
  out.id = cursor.be16();
  const std::uint16_t flags = cursor.be16();
  out.questions = cursor.be16();
  out.answers = cursor.be16();
  out.authorities = cursor.be16();
  out.additionals = cursor.be16();
  out.is_response = (flags & 0x8000) != 0;
  out.opcode = static_cast<std::uint8_t>((flags >> 11) & 15);
  out.truncated = (flags & 0x0200) != 0;
  out.rcode = static_cast<std::uint8_t>(flags & 15);
  const bool odd = out.opcode > 6 || out.opcode == 3 || (flags & 0x0040) != 0;
  if (!possible_counts(out)) return Prefix::not_this;
  if (odd && out.questions != 1) return Prefix::not_this;
  if (out.questions == 0) return without_question(message, last, out);

  // One question and nothing odd: what breaks behind such a header is broken DNS.
  const bool strong = !odd && out.questions == 1 && (out.is_response || out.answers == 0);
  const Prefix broken = strong ? Prefix::malformed : Prefix::not_this;
  std::size_t at = header_bytes;
  const NameResult name = read_name(message, at, &out);
  if (name == NameResult::bad) return broken;
  if (name == NameResult::cut || message.size() - at < 4) return last ? broken : Prefix::need_more;
  out.qtype = load_be16(message.data() + at);
  out.qclass = load_be16(message.data() + at + 2);
  if (out.qtype == 0 || !known_class(out.qclass)) return broken;
  out.has_question = true;
  return Prefix::found;
}

}  // namespace mld
