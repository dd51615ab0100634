// Hashes against the vectors of their standards; Community ID against published and computed ones.
#include <string>
#include <string_view>
#include <vector>

#include "core/app/community_id.hpp"
#include "core/base/base64.hpp"
#include "core/base/bytes.hpp"
#include "core/base/md5.hpp"
#include "core/base/sha1.hpp"
#include "core/base/sha256.hpp"
#include "test_cpp/check.hpp"

namespace {

using mld::Bytes;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string hex(Bytes data) {
  std::string out(2 * data.size(), ' ');
  mld::hex_encode(data, out.data());
  return out;
}

std::string base64(std::string_view text) {
  std::string out(mld::base64_length(text.size()), ' ');
  mld::base64_encode(bytes_of(text), out.data());
  return out;
}

// Feeding in pieces of every size must not change the digest.
template <class Hash>
std::string in_pieces(std::string_view text, std::size_t piece) {
  Hash hash;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    hash.update(bytes_of(text.substr(i, piece)));
  }
  return hex(hash.digest());
}

constexpr std::string_view fips_long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
constexpr std::string_view md5_long =
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890";

void hashes_equal_their_standards() {
  // RFC 1321, A.5.
  CHECK(hex(mld::md5(bytes_of(""))) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(hex(mld::md5(bytes_of("abc"))) == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(hex(mld::md5(bytes_of("message digest"))) == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(hex(mld::md5(bytes_of(md5_long))) == "57edf4a22be3c955ac49da2e2107b67a");
  // FIPS 180.
  CHECK(hex(mld::sha1(bytes_of(""))) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(hex(mld::sha1(bytes_of("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(mld::sha1(bytes_of(fips_long))) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  CHECK(hex(mld::sha256(bytes_of(""))) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(mld::sha256(bytes_of("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(mld::sha256(bytes_of(fips_long))) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  const std::string million(1000000, 'a');
  CHECK(hex(mld::sha1(bytes_of(million))) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  CHECK(hex(mld::sha256(bytes_of(million))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void pieces_do_not_change_a_digest() {
  std::string text;
  for (int i = 0; i < 300; i++) text.push_back(static_cast<char>('a' + i * 7 % 26));
  for (std::size_t length = 0; length < text.size(); length += 13) {
    const std::string_view part = std::string_view(text).substr(0, length);
    for (const std::size_t piece : {1u, 3u, 55u, 56u, 63u, 64u, 65u}) {
      CHECK(in_pieces<mld::Md5>(part, piece) == hex(mld::md5(bytes_of(part))));
      CHECK(in_pieces<mld::Sha1>(part, piece) == hex(mld::sha1(bytes_of(part))));
      CHECK(in_pieces<mld::Sha256>(part, piece) == hex(mld::sha256(bytes_of(part))));
    }
  }
}

void base64_equals_rfc_4648() {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

void cursor_stays_failed_at_the_end() {
  const std::uint8_t data[] = {1, 2, 3, 4, 5};
  mld::Cursor cursor(data);
  CHECK(cursor.be16() == 0x0102);
  CHECK(cursor.le16() == 0x0403);
  CHECK(cursor.ok());
  CHECK(cursor.be32() == 0);
  CHECK(!cursor.ok());
  CHECK(cursor.left() == 0);
  CHECK(cursor.u8() == 0);
  CHECK(mld::Cursor(data).be24() == 0x010203);
  CHECK(mld::Cursor(data).le32() == 0x04030201);
  CHECK(mld::Cursor(data).take(6).empty());
}

mld::AddressBytes address(std::initializer_list<int> parts) {
  mld::AddressBytes out{};
  std::size_t i = 0;
  for (const int part : parts) out[i++] = static_cast<std::uint8_t>(part);
  return out;
}

struct Case {
  mld::CommunityIdInput input;
  const char* expected;
};

std::string id_of(const mld::CommunityIdInput& input) {
  return std::string(mld::community_id(input).view());
}

mld::CommunityIdInput turned(const mld::CommunityIdInput& input) {
  mld::CommunityIdInput out = input;
  out.src = input.dst;
  out.dst = input.src;
  out.src_port = input.dst_port;
  out.dst_port = input.src_port;
  return out;
}

void community_id_equals_vectors() {
  const auto a = address({128, 232, 110, 120});
  const auto b = address({66, 35, 250, 204});
  const auto u1 = address({192, 168, 1, 52});
  const auto u2 = address({8, 8, 8, 8});
  const auto v1 = address({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  const auto v2 = address({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  // Published with the specification.
  CHECK(id_of({a, b, 4, 6, 34855, 80}) == "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  CHECK(id_of({u1, u2, 4, 17, 54585, 53}) == "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
  // From the formula "1:" + base64(sha1(seed, low address, high address, protocol, 0, ports)) in
  // Python's hashlib.
  const Case cases[] = {{{a, b, 4, 132, 7, 80}, "1:JvQGQ4vDjQyiF0EqcLgltlw1t4o="},
                        {{v1, v2, 6, 6, 80, 1024}, "1:LWXK3qSJplkyNemPaQYo1i5klZY="},
                        {{a, a, 4, 6, 9, 5}, "1:RUmE1uLyIWp+TxFQbQqIkOU14is="},
                        {{a, b, 4, 47, 0, 0}, "1:RxLtASjhrOt4fvvE0fxIVdV4HlM="},
                        {{a, b, 4, 1, 8, 0}, "1:46Jwgg+8nrGay2E7JcQU/fbhUmk="},
                        {{b, a, 4, 1, 13, 0}, "1:krr8e8X01s2DdCbkgQnV5ORR1qo="},
                        {{a, b, 4, 1, 3, 1}, "1:ddGciZWcxnjetakYiL1NCL7FDEs="},
                        {{v2, v1, 6, 58, 128, 0}, "1:hcQR4+TVVdHthPBS7U0F6CmEKfY="},
                        {{v2, v1, 6, 58, 1, 4}, "1:KP7k20289QLlEmMHLKdRgaeGmfo="}};
  for (const Case& test : cases) {
    CHECK(id_of(test.input) == test.expected);
    const bool icmp = test.input.protocol == 1 || test.input.protocol == 58;
    if (!icmp) CHECK(id_of(turned(test.input)) == test.expected);
  }
  // Another seed is another identifier.
  CHECK(mld::community_id({a, b, 4, 6, 34855, 80}, 1).view() == "1:3V71V58M3Ksw/yuFALMcW0LAHvc=");
  // A reply is the same flow as its request; a one-way message is not the same as its reverse.
  CHECK(id_of({a, b, 4, 1, 8, 0}) == id_of({b, a, 4, 1, 0, 0}));
  CHECK(id_of({v1, v2, 6, 58, 135, 0}) == id_of({v2, v1, 6, 58, 136, 0}));
  CHECK(id_of({a, b, 4, 1, 3, 1}) != id_of({b, a, 4, 1, 3, 1}));
}

}  // namespace

int main() {
  hashes_equal_their_standards();
  pieces_do_not_change_a_digest();
  base64_equals_rfc_4648();
  cursor_stays_failed_at_the_end();
  community_id_equals_vectors();
  return mld::test::finish();
}
