// The application parsers on literal prefixes.
#include <string>
#include <string_view>

#include "core/app/dns.hpp"
#include "core/app/http.hpp"
#include "core/app/ssh.hpp"
#include "core/app/tls.hpp"
#include "test_cpp/check.hpp"
#include "test_cpp/decode_frames.hpp"

namespace {

using namespace mld;
using test::be16;
using test::Buffer;
using test::bytes;
using test::operator+;
using test::text;

Buffer label(std::string_view part) { return bytes({static_cast<int>(part.size())}) + text(part); }

Buffer dns_header(int flags, int questions, int answers = 0) {
  return bytes({0x12, 0x34}) + be16(static_cast<std::size_t>(flags)) +
         be16(static_cast<std::size_t>(questions)) + be16(static_cast<std::size_t>(answers)) +
         bytes({0, 0, 0, 0});
}

Buffer question(const Buffer& name, int type = 1) {
  return name + be16(static_cast<std::size_t>(type)) + bytes({0, 1});
}

Prefix dns(const Buffer& message, DnsMessage& out, bool last = true) {
  return parse_dns(message, DnsTransport::datagram, last, out);
}

Prefix dns(const Buffer& message) {
  DnsMessage out;
  return dns(message, out);
}

void dns_fields() {
  DnsMessage out;
  const Buffer name = label("wWw") + label("Example") + label("COM") + bytes({0});
  CHECK(dns(dns_header(0x0100, 1) + question(name, 28), out) == Prefix::found);
  CHECK(out.id == 0x1234);
  CHECK(out.name() == "www.example.com");
  CHECK(out.name_wire_length == 17);
  CHECK(out.qtype == 28);
  CHECK(out.qclass == 1);
  CHECK(!out.is_response);
  CHECK(dns(dns_header(0x8783, 1, 2) + question(name), out) == Prefix::found);
  CHECK(out.is_response);
  CHECK(out.truncated);
  CHECK(out.rcode == 3);
  CHECK(out.opcode == 0);
  CHECK(out.answers == 2);
  CHECK(dns(dns_header(0x0100, 1) + question(bytes({0}), 2), out) == Prefix::found);
  CHECK(out.name().empty());
  CHECK(out.has_question);
  CHECK(dns(dns_header(0x0100, 1) +
                question(label(std::string_view("a\x01\n\xff .\\", 7)) + bytes({0})),
            out) == Prefix::found);
  CHECK(out.name() == "a\\001\\n\\377 .\\");
}

void dns_streams_and_cuts() {
  DnsMessage out;
  const Buffer message = dns_header(0x0100, 1) + question(label("abc") + bytes({0}));
  const Buffer stream = be16(message.size()) + message;
  CHECK(parse_dns(stream, DnsTransport::stream, false, out) == Prefix::found);
  CHECK(out.name() == "abc");
  for (std::size_t n = 0; n < stream.size(); n++) {
    const Bytes part = Bytes(stream).first(n);
    CHECK(parse_dns(part, DnsTransport::stream, false, out) == Prefix::need_more);
    CHECK(parse_dns(part, DnsTransport::stream, true, out) != Prefix::found);
  }
  // Cut behind the question: found, as the answers are not read.
  CHECK(dns(dns_header(0x8180, 1, 9) + question(label("abc") + bytes({0})) + bytes({0xc0})) ==
        Prefix::found);
}

void dns_names_are_bounded() {
  DnsMessage out;
  const Buffer header = dns_header(0x8180, 1, 1);
  // A pointer leads back only; forward, to itself, and into the header are broken.
  CHECK(dns(header + question(bytes({0xc0, 12}))) == Prefix::malformed);
  CHECK(dns(header + question(bytes({0xc0, 14}))) == Prefix::malformed);
  CHECK(dns(header + question(bytes({0xc0, 0}))) == Prefix::malformed);
  CHECK(dns(header + question(bytes({1, 'a', 0xc0, 12}))) == Prefix::malformed);
  CHECK(dns(header + question(bytes({0x41, 'a', 0}))) == Prefix::malformed);
  Buffer longest;
  for (int i = 0; i < 3; i++) longest = longest + label(std::string(63, 'x'));
  CHECK(dns(header + question(longest + label(std::string(61, 'y')) + bytes({0})), out) ==
        Prefix::found);
  CHECK(out.name().size() == 253);
  CHECK(out.name_wire_length == 255);
  CHECK(dns(header + question(longest + label(std::string(62, 'y')) + bytes({0}))) ==
        Prefix::malformed);
  // Escapes make the text longer than the name: cut, but never inside an escape.
  CHECK(dns(header + question(label("abc") + label(std::string(63, '\x80')) +
                              label(std::string(60, 'z')) + bytes({0})),
            out) == Prefix::found);
  CHECK(out.name().size() == 4 + 62 * 4);
  CHECK(out.name().ends_with("\\200\\200"));
  CHECK(out.name_wire_length == 4 + 64 + 61 + 1);
}

void what_is_not_dns_is_refused() {
  CHECK(dns(text("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")) == Prefix::not_this);
  CHECK(dns(text("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) == Prefix::not_this);
  CHECK(dns(Buffer(40, 0)) == Prefix::not_this);
  CHECK(dns(Buffer(40, 0xff)) == Prefix::not_this);
  CHECK(dns(bytes({1, 2, 3})) == Prefix::not_this);
  // A refusal has no question; an mDNS announcement has records only.
  CHECK(dns(dns_header(0x8185, 0)) == Prefix::found);
  CHECK(dns(dns_header(0x0100, 0)) == Prefix::not_this);
  DnsMessage out;
  CHECK(dns(dns_header(0x8400, 0, 1) + label("host") + label("local") +
                bytes({0, 0, 1, 0x80, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4}),
            out) == Prefix::found);
  CHECK(!out.has_question);
  CHECK(dns(dns_header(0x0100, 1) + label("abc") + bytes({0, 0, 0, 0, 1})) == Prefix::malformed);
}

Buffer extension(int type, const Buffer& data) {
  return be16(static_cast<std::size_t>(type)) + be16(data.size()) + data;
}

Buffer server_name(std::string_view name) {
  return extension(0, be16(name.size() + 3) + bytes({0}) + be16(name.size()) + text(name));
}

Buffer handshake(const Buffer& extensions) {
  const Buffer body = bytes({3, 3}) + Buffer(32, 7) + bytes({0}) + be16(8) +
                      bytes({0x1a, 0x1a, 0x13, 1, 0xc0, 0x2f, 0, 0x35}) + bytes({1, 0}) +
                      be16(extensions.size()) + extensions;
  return bytes({1, 0}) + be16(body.size()) + body;
}

Buffer record(const Buffer& part) { return bytes({22, 3, 1}) + be16(part.size()) + part; }

const Buffer usual =
    extension(0x2a2a, {}) + server_name("www.example.com") +
    extension(10, bytes({0, 6, 0x3a, 0x3a, 0, 29, 0, 23})) + extension(11, bytes({1, 0})) +
    extension(16, bytes({0, 12, 2, 'h', '2', 8}) + text("http/1.1")) +
    extension(43, bytes({6, 0x0a, 0x0a, 3, 4, 3, 3})) + extension(21, Buffer(400, 0));

void is_usual(const ClientHello& out) {
  CHECK(out.complete);
  CHECK(out.version == 0x0303);
  CHECK(out.best_version == 0x0304);
  CHECK(out.record_version == 0x0301);
  CHECK(out.cipher_count == 3);
  CHECK(out.sni() == "www.example.com");
  CHECK(out.alpn() == "h2");
  // Python: md5("771,4865-49199-53,0-10-11-16-43-21,29-23,0").
  CHECK(out.ja3() == "e0902f348e6b39d58efc1c0c47ad66f4");
}

void client_hello_fields() {
  ClientHello out;
  const Buffer hello = handshake(usual);
  CHECK(parse_client_hello(record(hello), false, out) == Prefix::found);
  is_usual(out);
  // The same hello in records of 100 bytes.
  Buffer split;
  for (std::size_t i = 0; i < hello.size(); i += 100) {
    const std::size_t n = std::min<std::size_t>(100, hello.size() - i);
    const auto from = hello.begin() + static_cast<std::ptrdiff_t>(i);
    split = split + record(Buffer(from, from + static_cast<std::ptrdiff_t>(n)));
  }
  CHECK(parse_client_hello(split, false, out) == Prefix::found);
  is_usual(out);
  // More data may follow.
  CHECK(parse_client_hello(record(hello) + text("more"), false, out) == Prefix::found);
  is_usual(out);
  // No extensions at all. Python: md5("769,4-5,,,").
  const Buffer old_body = bytes({3, 1}) + Buffer(32, 7) + bytes({0, 0, 4, 0, 4, 0, 5, 1, 0});
  const Buffer old = record(bytes({1, 0}) + be16(old_body.size()) + old_body);
  CHECK(parse_client_hello(old, false, out) == Prefix::found);
  CHECK(!out.has_sni);
  CHECK(out.ja3() == "1d70598d8ccdfcb836bfeb091ab8e469");
}

void a_cut_hello_still_gives_its_name() {
  ClientHello out;
  const Buffer whole = record(handshake(usual));
  CHECK(whole.size() > 512);
  for (std::size_t n = 0; n < whole.size(); n++) {
    const Bytes part = Bytes(whole).first(n);
    CHECK(parse_client_hello(part, false, out) == Prefix::need_more);
    CHECK(!out.has_ja3);
    const Prefix state = parse_client_hello(part, true, out);
    CHECK(state != Prefix::need_more);
    CHECK(!out.complete && out.ja3().empty());
    if (n >= 512) CHECK(state == Prefix::found && out.sni() == "www.example.com");
  }
  // A name that ends at byte 500 is found with a prefix of 512, and not with one of 96.
  const std::size_t before = record(handshake(server_name("host.example"))).size();
  const Buffer far = record(handshake(extension(21, Buffer(500 - before - 4, 0)) +
                                      server_name("host.example") + extension(35, Buffer(300, 1))));
  CHECK(std::string_view(reinterpret_cast<const char*>(far.data()) + 488, 12) == "host.example");
  CHECK(parse_client_hello(Bytes(far).first(512), true, out) == Prefix::found);
  CHECK(out.sni() == "host.example");
  CHECK(parse_client_hello(Bytes(far).first(96), true, out) == Prefix::found);
  CHECK(!out.has_sni);
}

void what_is_no_hello_is_refused() {
  ClientHello out;
  const auto state = [&](const Buffer& prefix) { return parse_client_hello(prefix, true, out); };
  CHECK(state({}) == Prefix::not_this);
  CHECK(state(text("GET / HTTP/1.1")) == Prefix::not_this);
  CHECK(state(bytes({22, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3})) == Prefix::not_this);  // ServerHello
  CHECK(state(bytes({22, 3, 1, 0, 80, 1})) == Prefix::malformed);
  Buffer broken = record(handshake(usual));
  broken[5 + 4 + 2 + 32] = 33;  // a session identifier has at most 32 bytes
  CHECK(state(broken) == Prefix::malformed);
  Buffer odd = record(handshake(usual));
  odd[5 + 4 + 2 + 32 + 2] = 7;  // ciphers have two bytes each
  CHECK(state(odd) == Prefix::malformed);
  CHECK(state(record(handshake(bytes({0, 0, 0, 9, 1})))) == Prefix::malformed);
}

Prefix request(std::string_view prefix, HttpRequest& out, bool last = true) {
  return parse_http_request({reinterpret_cast<const std::uint8_t*>(prefix.data()), prefix.size()},
                            last, out);
}

void http_requests() {
  HttpRequest out;
  constexpr std::string_view full =
      "GET /a?b=c HTTP/1.1\r\nAccept: */*\r\nHOST:  Example.com \r\nuser-agent: curl/8\r\n\r\n";
  CHECK(request(full, out, false) == Prefix::found);
  CHECK(out.method == "GET");
  CHECK(out.target == "/a?b=c");
  CHECK(out.host == "Example.com");
  CHECK(out.user_agent == "curl/8");
  CHECK(out.minor_version == 1);
  for (std::size_t n = 0; n + 4 < full.size(); n++) {
    const std::string_view part = full.substr(0, n);
    CHECK(request(part, out, false) == Prefix::need_more);
    CHECK(request(part, out, true) != Prefix::need_more);
  }
  CHECK(request("POST / HTTP/1.0\r\n\r\n", out) == Prefix::found);
  CHECK(out.complete && !out.has_host && out.minor_version == 0);
  CHECK(request("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n", out) == Prefix::found);
  CHECK(out.host == "239.255.255.250:1900");
  CHECK(request("CONNECT a.b:443 HTTP/1.1\nHost: a.b:443\n\n", out) == Prefix::found);
  CHECK(out.target == "a.b:443" && out.host == "a.b:443");
  // A request line longer than the prefix.
  const std::string long_target = "GET /" + std::string(600, 'x');
  CHECK(request(long_target, out) == Prefix::found);
  CHECK(out.target.size() == 601);
  CHECK(request("OPTIONS rtsp://a/b RTSP/1.0\r\n", out) == Prefix::not_this);
  CHECK(request("GETTING / HTTP/1.1\r\n", out) == Prefix::not_this);
  CHECK(request("GET /\r\n", out) == Prefix::not_this);
  CHECK(request("GE", out) == Prefix::not_this);
  CHECK(request("\x16\x03\x01", out, false) == Prefix::not_this);
}

void http_responses() {
  HttpResponse out;
  const auto state = [&](const Buffer& prefix, bool last) {
    return parse_http_response(prefix, last, out);
  };
  CHECK(state(text("HTTP/1.1 404 Not Found\r\n"), false) == Prefix::found);
  CHECK(out.status == 404);
  CHECK(state(text("HTTP/1.0 200"), true) == Prefix::found);
  CHECK(out.status == 200 && out.minor_version == 0);
  CHECK(state(text("HTTP/1.1 20"), false) == Prefix::need_more);
  CHECK(state(text("HTTP/1.1 20"), true) == Prefix::not_this);
  CHECK(state(text("HTTP/1.1 2x0 "), true) == Prefix::malformed);
  CHECK(state(text("HTTP/2.0 200 "), true) == Prefix::not_this);
  CHECK(state(text("220 ftp ready"), false) == Prefix::not_this);
}

void ssh_banners() {
  SshBanner out;
  const auto state = [&](const Buffer& prefix, bool last) { return parse_ssh(prefix, last, out); };
  const Buffer banner = text("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  CHECK(state(banner, false) == Prefix::found);
  CHECK(out.line == "SSH-2.0-OpenSSH_9.2p1 Debian-2");
  CHECK(out.version == "2.0");
  CHECK(out.software == "OpenSSH_9.2p1");
  for (std::size_t n = 0; n < banner.size(); n++) {
    CHECK(parse_ssh(Bytes(banner).first(n), false, out) == Prefix::need_more);
  }
  CHECK(parse_ssh(Bytes(banner).first(20), true, out) == Prefix::found);
  CHECK(out.line == "SSH-2.0-OpenSSH_9.2p");
  const Buffer behind_text = text("Welcome\r\nSSH-1.99-x\n");
  CHECK(state(behind_text, false) == Prefix::found);
  CHECK(out.line == "SSH-1.99-x");
  CHECK(state(text("SSH-2.0-") + Buffer(300, 'x'), true) == Prefix::malformed);
  CHECK(state(text("SSH-2.0\r\n"), true) == Prefix::malformed);
  CHECK(state(bytes({0x16, 3, 1}), false) == Prefix::not_this);
  CHECK(state(text("220 mail ready\r\n"), true) == Prefix::not_this);
}

}  // namespace

int main() {
  dns_fields();
  dns_streams_and_cuts();
  dns_names_are_bounded();
  what_is_not_dns_is_refused();
  client_hello_fields();
  a_cut_hello_still_gives_its_name();
  what_is_no_hello_is_refused();
  http_requests();
  http_responses();
  ssh_banners();
  return test::finish();
}
