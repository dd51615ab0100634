// libFuzzer target: every application parser on the input and on each of its prefixes.
// `need_more` must not come back for a last prefix, and views must lie inside the input.
#include <cstdlib>
#include <memory>

#include "core/app/dns.hpp"
#include "core/app/http.hpp"
#include "core/app/ssh.hpp"
#include "core/app/tls.hpp"

namespace {

using mld::Bytes;
using mld::Prefix;

void require(bool condition) {
  if (!condition) std::abort();
}

void inside(Bytes input, std::string_view view) {
  if (view.empty()) return;
  const auto* begin = reinterpret_cast<const char*>(input.data());
  require(view.data() >= begin && view.data() + view.size() <= begin + input.size());
}

void parse_all(Bytes input, bool last) {
  mld::DnsMessage dns;
  for (const auto transport : {mld::DnsTransport::datagram, mld::DnsTransport::stream}) {
    const Prefix state = parse_dns(input, transport, last, dns);
    require(!last || state != Prefix::need_more);
    for (const char c : dns.name()) require(c >= 0x20 && c < 0x7f);
  }
  mld::ClientHello hello;
  const Prefix tls = parse_client_hello(input, last, hello);
  require(!last || tls != Prefix::need_more);
  require(!hello.has_ja3 || hello.complete || tls != Prefix::found);
  mld::HttpRequest request;
  require(!last || parse_http_request(input, last, request) != Prefix::need_more);
  inside(input, request.method);
  inside(input, request.target);
  inside(input, request.host);
  inside(input, request.user_agent);
  mld::HttpResponse response;
  require(!last || parse_http_response(input, last, response) != Prefix::need_more);
  require(response.status <= 999);
  mld::SshBanner banner;
  require(!last || parse_ssh(input, last, banner) != Prefix::need_more);
  inside(input, banner.line);
  require(banner.line.size() <= 255);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::size_t step = size < 64 ? 1 : size / 32;
  for (std::size_t n = 0; n <= size; n += step) {
    // A copy of exactly this size, so that a read past it is seen.
    const auto copy = std::make_unique<std::uint8_t[]>(n == 0 ? 1 : n);
    std::copy_n(data, n, copy.get());
    parse_all(Bytes(copy.get(), n), false);
    parse_all(Bytes(copy.get(), n), true);
  }
  return 0;
}
