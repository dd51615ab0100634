// Fixed lists of ports.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

namespace mld {

/// Ports that tell which side of a flow is the server.
inline constexpr std::array<std::uint16_t, 58> kServicePorts = {
    21,   22,   23,   25,   53,   67,   69,   80,   88,   110,  111,  119,  123,  135,  137,
    138,  139,  143,  161,  162,  179,  389,  443,  445,  465,  514,  515,  554,  587,  631,
    636,  853,  873,  993,  995,  1433, 1521, 1883, 1900, 2049, 3128, 3268, 3306, 3389, 3478,
    5060, 5222, 5353, 5355, 5432, 5900, 5985, 6379, 8080, 8443, 8883, 9200, 27017};
static_assert(std::ranges::is_sorted(kServicePorts));

constexpr bool is_service_port(std::uint16_t port) {
  return std::ranges::binary_search(kServicePorts, port);
}

/// TCP services that ask for a password: ftp, ssh, telnet, mssql, mysql, rdp, postgresql, vnc.
constexpr bool is_login_port(std::uint16_t port) {
  switch (port) {
    case 21:
    case 22:
    case 23:
    case 1433:
    case 3306:
    case 3389:
    case 5432:
    case 5900:
      return true;
    default:
      return false;
  }
}

/// TCP ports of SMB.
constexpr bool is_smb_port(std::uint16_t port) { return port == 139 || port == 445; }

/// Ports on which HTTP is no surprise.
constexpr bool is_http_port(std::uint16_t port) {
  switch (port) {
    case 80:
    case 3128:
    case 8000:
    case 8008:
    case 8080:
    case 8081:
    case 8888:
      return true;
    default:
      return false;
  }
}

inline constexpr std::uint16_t kDnsPort = 53;
inline constexpr std::uint16_t kMulticastDnsPort = 5353;
inline constexpr std::uint16_t kLinkLocalNamesPort = 5355;

/// Ports on which UDP payload is read as DNS.
constexpr bool is_dns_port(std::uint16_t port) {
  return port == kDnsPort || port == kMulticastDnsPort || port == kLinkLocalNamesPort;
}

}  // namespace mld
