// Options of the engine, as text of `key=value` lines.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/packet.hpp"

namespace mld {

/// One network of `homeNets`: an address and the number of its leading bits that count.
struct Network {
  AddressBytes address{};
  std::uint8_t ip_version = 4;
  std::uint8_t bits = 0;
};

/// What the engine can be told. Times in milliseconds of capture time.
struct EngineOptions {
  std::vector<Network> home_nets;                ///< homeNets: comma-separated CIDRs; may be empty
  std::uint32_t prefix_bytes = 512;              ///< prefixBytes, 0...4096
  std::uint32_t active_timeout_ms = 60'000;      ///< activeTimeoutMs, 5000...86400000
  std::uint32_t tcp_timeout_ms = 300'000;        ///< tcpTimeoutMs: answered TCP
  std::uint32_t other_timeout_ms = 60'000;       ///< otherTimeoutMs: answered, not TCP
  std::uint32_t unanswered_timeout_ms = 30'000;  ///< unansweredTimeoutMs
  std::uint32_t max_flows = 262'144;             ///< maxFlows
  std::uint32_t max_unanswered_flows = 8'192;   ///< maxUnansweredFlows
  std::uint32_t max_hosts = 65'536;              ///< maxHosts
  std::uint32_t max_probation_hosts = 4'096;     ///< maxProbationHosts
  std::uint32_t max_distinct = 1'048'576;        ///< maxDistinct
  std::uint32_t max_pairs = 65'536;              ///< maxPairs, rounded up to a power of two
  std::uint32_t max_prefixes = 8'192;            ///< maxPrefixes
  std::string source_id = "capture";  ///< sourceId, at most 256 bytes: part of record ids
  std::uint64_t seed = 0;             ///< seed of the table hashes

  EngineOptions();
};

/// The networks that are home when `homeNets` is not given.
inline constexpr std::string_view kDefaultHomeNets =
    "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,127.0.0.0/8,fc00::/7,fe80::/10,::1/128";

/// Reads `key=value` lines (empty lines are skipped) over the defaults in `out`. On a key that is
/// unknown or given twice, or a bad value, it gives false and says what was wanted in `error`.
bool parse_options(std::string_view text, EngineOptions& out, std::string& error);

/// Reads comma-separated CIDRs ("10.0.0.0/8,fc00::/7"; a bare address is one host).
bool parse_networks(std::string_view text, std::vector<Network>& out);

}  // namespace mld
