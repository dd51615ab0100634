#include "core/app/tls.hpp"

#include <algorithm>

#include "core/base/base64.hpp"
#include "core/base/bytes.hpp"
#include "core/base/md5.hpp"

namespace mld {
namespace {

constexpr std::uint8_t record_handshake = 22;
constexpr std::uint8_t handshake_client_hello = 1;
constexpr std::size_t record_header = 5;
constexpr std::size_t max_record = 16384 + 2048;
// A hello that spans records is put together up to this size.
constexpr std::size_t max_joined = 8192;

constexpr std::uint16_t extension_server_name = 0, extension_groups = 10,
                        extension_point_formats = 11, extension_alpn = 16, extension_versions = 43;

// Values that clients send to keep servers tolerant (RFC 8701).
bool grease(std::uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff);
}

// The JA3 text, hashed while it is made.
class Ja3 {
 public:
  void number(std::uint32_t value) {
    std::array<std::uint8_t, 10> digits;
    std::size_t n = digits.size();
    do {
      digits[--n] = static_cast<std::uint8_t>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    if (!first_) put('-');
    first_ = false;
    hash_.update(Bytes(digits).subspan(n));
  }
  void next_field() {
    put(',');
    first_ = true;
  }
  void finish(char* out) { hex_encode(hash_.digest(), out); }

 private:
  void put(char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    hash_.update(Bytes(&byte, 1));
  }
  Md5 hash_;
  bool first_ = true;
};

void put_numbers(Ja3& ja3, Bytes list) {
  for (std::size_t i = 0; i + 2 <= list.size(); i += 2) {
    const std::uint16_t value = load_be16(list.data() + i);
    if (!grease(value)) ja3.number(value);
  }
}

template <std::size_t N>
std::uint8_t copy_text(Bytes from, std::array<char, N>& to) {
  static_assert(N <= 255);
  const std::size_t n = std::min(from.size(), N);
  for (std::size_t i = 0; i < n; i++) to[i] = static_cast<char>(from[i]);
  return static_cast<std::uint8_t>(n);
}

void read_server_name(Bytes data, ClientHello& out) {
  Cursor cursor(data);
  Cursor list(cursor.take(cursor.be16()));
  while (list.ok() && list.left() > 0) {
    const std::uint8_t type = list.u8();
    const Bytes name = list.take(list.be16());
    if (!list.ok()) return;
    if (type == 0 && !out.has_sni) {
      out.has_sni = true;
      out.sni_length = copy_text(name, out.sni_text);
    }
  }
}

void read_alpn(Bytes data, ClientHello& out) {
  Cursor cursor(data);
  Cursor list(cursor.take(cursor.be16()));
  const Bytes name = list.take(list.u8());
  if (list.ok()) out.alpn_length = copy_text(name, out.alpn_text);
}

void read_versions(Bytes data, ClientHello& out) {
  Cursor cursor(data);
  Cursor list(cursor.take(cursor.u8()));
  while (list.left() >= 2) {
    const std::uint16_t version = list.be16();
    if (!grease(version)) out.best_version = std::max(out.best_version, version);
  }
}

enum class Body : std::uint8_t { whole, cut, bad };

// `body` is what is there of the hello behind its 4-byte header.
Body read_body(Bytes body, bool whole, ClientHello& out) {
  const Body short_body = whole ? Body::bad : Body::cut;
  Ja3 ja3;
  Cursor cursor(body);
  out.version = cursor.be16();
  if (!cursor.ok()) return short_body;
  if ((out.version >> 8) != 3) return Body::bad;
  out.best_version = out.version;
  cursor.skip(32);
  const std::uint8_t session = cursor.u8();
  if (session > 32) return Body::bad;
  cursor.skip(session);
  const std::uint16_t cipher_bytes = cursor.be16();
  if (cursor.ok() && cipher_bytes % 2 != 0) return Body::bad;
  const Bytes ciphers = cursor.take(cipher_bytes);
  cursor.skip(cursor.u8());  // compression methods
  if (!cursor.ok()) return short_body;
  for (std::size_t i = 0; i + 2 <= ciphers.size(); i += 2) {
    if (!grease(load_be16(ciphers.data() + i))) out.cipher_count++;
  }
  ja3.number(out.version);
  ja3.next_field();
  put_numbers(ja3, ciphers);
  ja3.next_field();

  Bytes groups;
  Bytes formats;
  if (cursor.left() > 0 || !whole) {
    const std::uint16_t stated = cursor.be16();
    if (!cursor.ok()) return short_body;
    if (whole && stated > cursor.left()) return Body::bad;
    Cursor extensions(cursor.take(std::min<std::size_t>(stated, cursor.left())));
    while (extensions.left() > 0) {
      const std::uint16_t type = extensions.be16();
      const Bytes data = extensions.take(extensions.be16());
      if (!extensions.ok()) return short_body;
      if (!grease(type)) ja3.number(type);
      if (type == extension_server_name) read_server_name(data, out);
      if (type == extension_alpn) read_alpn(data, out);
      if (type == extension_versions) read_versions(data, out);
      if (type == extension_groups && data.size() >= 2) {
        groups = data.subspan(2, std::min<std::size_t>(load_be16(data.data()), data.size() - 2));
      }
      if (type == extension_point_formats && data.size() >= 1) {
        formats = data.subspan(1, std::min<std::size_t>(data[0], data.size() - 1));
      }
    }
  }
  if (!whole) return Body::cut;
  ja3.next_field();
  put_numbers(ja3, groups);
  ja3.next_field();
  for (const std::uint8_t format : formats) ja3.number(format);
  ja3.finish(out.ja3_text.data());
  out.has_ja3 = true;
  return Body::whole;
}

bool handshake_record(Bytes at) { return at[0] == record_handshake && at[1] == 3 && at[2] <= 4; }

// The handshake bytes of the records in `prefix`, in place when one record holds what is needed.
Bytes join_records(Bytes prefix, std::array<std::uint8_t, max_joined>& buffer, bool& broken) {
  const std::size_t first = load_be16(prefix.data() + 3);
  const Bytes rest = prefix.subspan(record_header);
  if (rest.size() <= first) return rest;
  if (first >= 4) {
    const std::size_t needed = 4 + (load_be32(rest.data()) & 0xffffffu);
    if (needed <= first) return rest.first(first);
  }
  std::size_t n = 0;
  while (prefix.size() >= record_header && n < buffer.size()) {
    const std::size_t length = load_be16(prefix.data() + 3);
    if (!handshake_record(prefix) || length == 0 || length > max_record) {
      broken = true;
      break;
    }
    const Bytes part =
        prefix.subspan(record_header, std::min(length, prefix.size() - record_header));
    const std::size_t take = std::min(part.size(), buffer.size() - n);
    std::copy_n(part.begin(), take, buffer.begin() + static_cast<std::ptrdiff_t>(n));
    n += take;
    prefix = prefix.subspan(record_header + part.size());
  }
  return Bytes(buffer).first(n);
}

}  // namespace

Prefix parse_client_hello(Bytes prefix, bool last, ClientHello& out) {
  out = ClientHello{};
  const Prefix unfinished = last ? Prefix::malformed : Prefix::need_more;
  if (prefix.empty()) return last ? Prefix::not_this : Prefix::need_more;
  if (prefix[0] != record_handshake) return Prefix::not_this;
  if (prefix.size() < 3) return last ? Prefix::not_this : Prefix::need_more;
  if (!handshake_record(prefix)) return Prefix::not_this;
  if (prefix.size() < record_header + 1) return unfinished;
  const std::size_t length = load_be16(prefix.data() + 3);
  if (length == 0 || length > max_record) return Prefix::not_this;
  if (prefix[record_header] != handshake_client_hello) return Prefix::not_this;
  out.record_version = load_be16(prefix.data() + 1);

  std::array<std::uint8_t, max_joined> buffer;
  bool broken = false;
  const Bytes handshake = join_records(prefix, buffer, broken);
  if (handshake.size() < 4) return broken ? Prefix::malformed : unfinished;
  const std::size_t stated = load_be32(handshake.data()) & 0xffffffu;
  const bool whole = handshake.size() - 4 >= stated;
  const Bytes body = handshake.subspan(4, std::min(stated, handshake.size() - 4));
  const Body result = read_body(body, whole, out);
  if (result == Body::bad) return Prefix::malformed;
  if (result == Body::whole) {
    out.complete = true;
    return Prefix::found;
  }
  if (broken) return Prefix::malformed;
  if (!last) return Prefix::need_more;
  return body.size() >= 2 ? Prefix::found : Prefix::malformed;
}

}  // namespace mld
