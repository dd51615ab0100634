// Prints what decoding and the application parsers find in each packet, tab-separated, so that it
// can be compared with tshark's fields. Every packet's payload is taken as a whole prefix.
//   app_dump FILE
// Columns: frame, refusal, source, destination, protocol, ports, TCP flags, seq, ack, window,
// payload length, VLAN, later fragment, Community ID, DNS name, DNS type, SNI, JA3, ALPN,
// HTTP method, host, user agent, status, SSH line.
#include <cstdio>
#include <vector>

#include "core/app/community_id.hpp"
#include "core/app/dns.hpp"
#include "core/app/http.hpp"
#include "core/app/ssh.hpp"
#include "core/app/tls.hpp"
#include "core/capture/capture_reader.hpp"
#include "core/decode/decoder.hpp"

namespace {

using mld::Prefix;

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

void print_address(const mld::AddressBytes& address, int version) {
  std::printf("\t");
  for (std::size_t i = 0; i < (version == 6 ? 16u : 4u); i++) std::printf("%02x", address[i]);
}

void print_text(std::string_view text) {
  std::printf("\t");
  for (const char c : text) {
    if (c >= 0x20 && c < 0x7f) {
      std::printf("%c", c);
    } else {
      std::printf("\\%03o", static_cast<unsigned char>(c));
    }
  }
}

bool dns_port(std::uint16_t port) { return port == 53 || port == 5353 || port == 5355; }

void print_application(const mld::Packet& packet) {
  mld::DnsMessage dns;
  bool has_dns = false;
  const bool usable = !packet.later_fragment && !packet.payload.empty();
  if (usable && (dns_port(packet.src_port) || dns_port(packet.dst_port))) {
    if (packet.protocol == 17) {
      has_dns = parse_dns(packet.payload, mld::DnsTransport::datagram, true, dns) == Prefix::found;
    } else if (packet.protocol == 6) {
      has_dns = parse_dns(packet.payload, mld::DnsTransport::stream, true, dns) == Prefix::found;
    }
  }
  print_text(has_dns ? dns.name() : "");
  if (has_dns && dns.has_question) {
    std::printf("\t%u", dns.qtype);
  } else {
    std::printf("\t");
  }
  mld::ClientHello hello;
  mld::HttpRequest request;
  mld::HttpResponse response;
  mld::SshBanner banner;
  if (usable && packet.protocol == 6) {
    if (parse_client_hello(packet.payload, true, hello) != Prefix::found) hello = {};
    if (parse_http_request(packet.payload, true, request) != Prefix::found) request = {};
    if (parse_http_response(packet.payload, true, response) != Prefix::found) response = {};
    if (parse_ssh(packet.payload, true, banner) != Prefix::found) banner = {};
  }
  print_text(hello.sni());
  print_text(hello.ja3());
  print_text(hello.alpn());
  print_text(request.method);
  print_text(request.host);
  print_text(request.user_agent);
  std::printf("\t%u", response.status);
  print_text(banner.line);
}

void print_packet(unsigned long frame, mld::Refusal refusal, const mld::Packet& packet) {
  std::printf("%lu\t%s", frame, mld::refusal_name(refusal));
  if (refusal == mld::Refusal::none) {
    print_address(packet.src, packet.ip_version);
    print_address(packet.dst, packet.ip_version);
    std::printf("\t%s%u\t%u,%u\t%u\t%u\t%u\t%u\t%u\t%u\t%d",
                packet.kind == mld::PacketKind::arp ? "arp" : "", packet.protocol, packet.src_port,
                packet.dst_port, packet.tcp_flags, packet.tcp_seq, packet.tcp_ack,
                packet.tcp_window, packet.payload_length, packet.vlan, packet.later_fragment);
    mld::CommunityIdInput input;
    input.src = packet.src;
    input.dst = packet.dst;
    input.ip_version = packet.ip_version;
    input.protocol = packet.protocol;
    const bool icmp = packet.protocol == 1 || packet.protocol == 58;
    input.src_port = icmp ? packet.icmp_type : packet.src_port;
    input.dst_port = icmp ? packet.icmp_code : packet.dst_port;
    print_text(mld::community_id(input).view());
    print_application(packet);
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: app_dump FILE\n");
    return 2;
  }
  const std::vector<std::uint8_t> bytes = read_file(argv[1]);
  mld::CaptureReader reader;
  mld::Decoder decoder;
  reader.begin(bytes);
  reader.end_of_input();
  mld::RawPacket raw;
  mld::Packet packet;
  for (unsigned long frame = 1; reader.next(raw) == mld::ReadState::packet; frame++) {
    print_packet(frame, decoder.decode(raw, packet), packet);
  }
  if (reader.error() != mld::CaptureError::none) {
    std::fprintf(stderr, "%s: %s\n", argv[1], mld::capture_error_text(reader.error()));
    return 1;
  }
  return 0;
}
