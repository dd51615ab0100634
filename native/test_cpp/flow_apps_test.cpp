// What payload says: prefixes in order, DNS datagrams, texts in the arena.
#include "test_cpp/flow_packets.hpp"

namespace {

using namespace mld;
using namespace mld::test;
using F = FlowFeature;
using O = OutFeature;

constexpr std::string_view kRequest =
    "GET /a/../b?q=%27<x> HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: probe/1\r\n\r\n";

void segments(Capture& c, std::string_view text, std::size_t size, std::uint16_t port = 80) {
  c.handshake(0, home(1), 40000, away(1), port);
  for (std::size_t at = 0; at < text.size(); at += size) {
    c.tcp(10'000 + static_cast<std::int64_t>(at), home(1), 40000, away(1), port, kAck,
          text.substr(at, size), 100 + static_cast<std::uint32_t>(at));
  }
}

void a_request_is_read_however_it_is_cut() {
  for (const std::size_t size : {1u, 3u, 7u, 40u, 1000u}) {
    Capture c;
    segments(c, kRequest, size, 8123);
    c.tcp(500'000, away(1), 8123, home(1), 40000, kAck, "HTTP/1.1 404 Not Found\r\n\r\n", 500);
    const Output out = run(c.bytes);
    const FlowOut& f = out.flow(0);
    CHECK(f.text(Text::http_method) == "GET");
    CHECK(f.text(Text::http_target) == "/a/../b?q=%27<x>");
    CHECK(f.text(Text::http_host) == "www.example.org");
    CHECK(f.text(Text::http_user_agent) == "probe/1");
    CHECK(f.record.http_status == 404);
    CHECK(f.record.app == static_cast<std::uint8_t>(App::http));
    NEAR(f[F::app_http], 1);
    NEAR(f[F::http_target_length], 16);
    NEAR(f[F::http_target_special_ratio], 4 / 16.0);  // .. % < >
    NEAR(f[F::name_length], 15);
    NEAR(f[O::out_http_requests_60s], 1);
    NEAR(f[O::out_non_standard_port_http_count_300s], 1);
  }
}

void retransmissions_and_gaps() {
  Capture c;
  c.handshake(0, home(1), 40000, away(1), 80);
  c.tcp(10'000, home(1), 40000, away(1), 80, kAck, kRequest.substr(0, 20), 100);
  c.tcp(11'000, home(1), 40000, away(1), 80, kAck, kRequest.substr(0, 40), 100);  // overlaps
  c.tcp(12'000, home(1), 40000, away(1), 80, kAck, kRequest.substr(40), 140);
  CHECK(run(c.bytes).flow(0).text(Text::http_host) == "www.example.org");
  Capture d;
  d.handshake(0, home(1), 40000, away(1), 80);
  d.tcp(10'000, home(1), 40000, away(1), 80, kAck, kRequest.substr(0, 35), 100);
  d.tcp(11'000, home(1), 40000, away(1), 80, kAck, kRequest.substr(50), 150);  // 15 bytes missing
  const Output out = run(d.bytes);
  CHECK(out.flow(0).text(Text::http_target) == "/a/../b?q=%27<x>");
  CHECK(out.flow(0).text(Text::http_user_agent).empty());
}

void the_prefix_ends_where_the_option_says() {
  std::string request = "GET / HTTP/1.1\r\nCookie: ";
  request += std::string(510 - request.size() - 16, 'c') + "\r\nHost: far.away";
  CHECK(request.size() == 510);
  request += "\r\nUser-Agent: too/far\r\n\r\n";
  Capture c;
  segments(c, request, 100);
  CHECK(run(c.bytes).flow(0).text(Text::http_host) == "far.away");
  CHECK(run(c.bytes).flow(0).text(Text::http_user_agent).empty());
  CHECK(run(c.bytes, "prefixBytes=4096").flow(0).text(Text::http_user_agent) == "too/far");
  CHECK(run(c.bytes, "prefixBytes=96").flow(0).text(Text::http_host).empty());
  CHECK(run(c.bytes, "prefixBytes=96").flow(0).text(Text::http_target) == "/");
  const FlowOut none = run(c.bytes, "prefixBytes=0").flow(0);
  CHECK(none.text(Text::http_target).empty() && none.record.app == 0);
  MISSING(none[F::fwd_payload_entropy]);
  const Output without = run(c.bytes, "maxPrefixes=0");  // the first packet is all there is
  CHECK(without.flow(0).text(Text::http_target) == "/");
  CHECK(without.flow(0).text(Text::http_host).empty());
  CHECK(without.counter("prefixes_refused") == 1);
}

void dns_names_and_answers() {
  Capture c;
  c.udp(0, home(1), 5000, home(2), 53, dns("ab1.Example.org", 16));
  c.udp(1000, home(2), 53, home(1), 5000, dns("ab1.example.org", 16, 3));
  c.udp(2000, home(1), 5000, home(2), 53, dns("cd.example.org", 1));
  c.udp(3000, home(2), 53, home(1), 5000, dns("cd.example.org", 1, 0));
  const Output out = run(c.bytes);
  const FlowOut& f = out.flow(0);
  CHECK(f.record.direction_confidence == 90);
  CHECK(f.text(Text::name_dns) == "ab1.example.org");
  CHECK(f.record.dns_qtype == 16 && f.record.dns_rcode == 3);
  NEAR(f[F::dns_queries], 2);
  NEAR(f[F::dns_name_length_mean], 14.5);
  NEAR(f[F::dns_rare_type_ratio], 0.5);
  NEAR(f[F::dns_failed_ratio], 0.5);
  NEAR(f[F::name_length], 15);
  NEAR(f[F::name_digit_ratio], 1 / 15.0);
  // a, e and the dot twice, 9 characters once
  NEAR(f[F::name_entropy], 3.5068906);
  NEAR(f[O::out_dns_query_rate_per_min_60s], 2);
  NEAR(f[O::out_failed_dns_queries_ratio_30s], 0.5);
  NEAR(f[O::out_dns_unique_names_60s], 2);
  NEAR(f[O::out_dns_names_per_zone_300s], 2);
  NEAR(f[O::out_dns_name_length_mean_60s], 14.5);
  // of the second: e and the dot twice, 10 characters once
  NEAR(f[O::out_dns_query_entropy_30s], (3.5068906 + 3.5216407) / 2 / 5.25);
  CHECK(run(c.bytes, "prefixBytes=20").flow(0).text(Text::name_dns).empty());
}

void dns_over_tcp_and_entropy_of_a_tunnel() {
  Capture c;
  const std::string message = dns("tcp.example");
  std::string stream{'\0', static_cast<char>(message.size())};
  segments(c, stream + message, 11, 53);
  const Output out = run(c.bytes);
  CHECK(out.flow(0).text(Text::name_dns) == "tcp.example");
  NEAR(out.flow(0)[O::out_dns_query_rate_per_min_60s], 1);
  Capture plain;
  Capture tunnel;
  for (std::uint16_t i = 0; i < 20; ++i) {
    const std::string label = "k3j9x7q2mz8v5b1w" + std::to_string(i * 7919);
    plain.udp(i * 1000, home(1), 5000, home(2), 53, dns("www.example.org"));
    tunnel.udp(i * 1000, home(1), 5000, home(2), 53, dns(label + ".example.org", 16));
  }
  const Output low = run(plain.bytes);
  const Output high = run(tunnel.bytes);
  CHECK(high.flow(0)[O::out_dns_query_entropy_30s] >
        low.flow(0)[O::out_dns_query_entropy_30s] + 0.1);
  NEAR(high.flow(0)[O::out_dns_unique_names_60s], 20);
  NEAR(low.flow(0)[O::out_dns_unique_names_60s], 1);
}

void ssh_banners_of_both_sides() {
  Capture c;
  c.handshake(0, home(1), 40000, home(2), 2222);
  c.tcp(10'000, home(2), 2222, home(1), 40000, kAck, "SSH-2.0-OpenSSH_9.2\r\n", 500);
  c.tcp(11'000, home(1), 40000, home(2), 2222, kAck, "SSH-2.0-probe", 100);
  c.tcp(12'000, home(1), 40000, home(2), 2222, kAck, "_1\r\n", 113);
  const FlowOut f = run(c.bytes).flow(0);
  CHECK(f.text(Text::ssh_server) == "SSH-2.0-OpenSSH_9.2");
  CHECK(f.text(Text::ssh_client) == "SSH-2.0-probe_1");
  NEAR(f[F::app_ssh], 1);
  NEAR(f[F::login_service], 1);
  NEAR(f[O::out_login_flows_60s], 0);  // by port alone
}

void tls_by_its_record() {
  Capture c;
  c.handshake(0, home(1), 40000, away(1), 9999);
  c.tcp(10'000, home(1), 40000, away(1), 9999, kAck,
        std::string("\x17\x03\x03\x00\x20"
                    "abc",
                    8),
        100);
  const FlowOut f = run(c.bytes).flow(0);
  NEAR(f[F::app_tls], 1);
  CHECK(f.text(Text::name_sni).empty());
  Capture d;
  d.handshake(0, home(1), 40000, away(1), 9999);
  d.tcp(10'000, home(1), 40000, away(1), 9999, kAck,
        std::string("\x17\x03\x09\x00\x20"
                    "abc",
                    8),
        100);
  NEAR(run(d.bytes).flow(0)[F::app_tls], 0);
}

void a_prefix_that_is_not_decided_ends_with_the_flow() {
  Capture c;
  segments(c, "GET /slow HTTP/1.1\r\nX-a: b\r\n", 10);
  const FlowOut f = run(c.bytes).flow(0);
  CHECK(f.text(Text::http_target) == "/slow");
  NEAR(f[O::out_http_requests_60s], 1);
}

}  // namespace

int main() {
  a_request_is_read_however_it_is_cut();
  retransmissions_and_gaps();
  the_prefix_ends_where_the_option_says();
  dns_names_and_answers();
  dns_over_tcp_and_entropy_of_a_tunnel();
  ssh_banners_of_both_sides();
  tls_by_its_record();
  a_prefix_that_is_not_decided_ends_with_the_flow();
  return finish();
}
