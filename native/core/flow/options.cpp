#include "core/flow/options.hpp"

#include <charconv>

namespace mld {
namespace {

constexpr std::size_t kMaxSourceId = 256;
constexpr std::size_t kMaxNetworks = 1024;

bool parse_number(std::string_view text, std::uint64_t& out) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && at == end && !text.empty();
}

bool parse_ipv4(std::string_view text, AddressBytes& out) {
  for (unsigned i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    std::uint64_t value = 0;
    if (dot == std::string_view::npos || dot > 3) return false;
    if (!parse_number(text.substr(0, dot), value) || value > 255) return false;
    out[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(i < 3 ? dot + 1 : dot);
  }
  return true;
}

// Groups of hexadecimal digits up to "::" or the end; gives how many.
bool parse_groups(std::string_view text, std::uint16_t (&groups)[8], unsigned& count) {
  count = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    unsigned value = 0;
    const char* end = group.data() + group.size();
    const auto [at, error] = std::from_chars(group.data(), end, value, 16);
    if (group.empty() || group.size() > 4 || error != std::errc{} || at != end) return false;
    if (count == 8) return false;
    groups[count++] = static_cast<std::uint16_t>(value);
    if (colon == std::string_view::npos) return true;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;
  }
  return true;
}

bool parse_ipv6(std::string_view text, AddressBytes& out) {
  std::uint16_t first[8] = {};
  std::uint16_t last[8] = {};
  unsigned firsts = 0;
  unsigned lasts = 0;
  const std::size_t gap = text.find("::");
  if (!parse_groups(text.substr(0, gap), first, firsts)) return false;
  if (gap == std::string_view::npos) {
    if (firsts != 8) return false;
  } else {
    if (!parse_groups(text.substr(gap + 2), last, lasts) || firsts + lasts > 7) return false;
    for (unsigned i = 0; i < lasts; ++i) first[8 - lasts + i] = last[i];
  }
  for (unsigned i = 0; i < 8; ++i) {
    out[i * 2] = static_cast<std::uint8_t>(first[i] >> 8);
    out[i * 2 + 1] = static_cast<std::uint8_t>(first[i] & 0xff);
  }
  return true;
}

bool parse_network(std::string_view text, Network& out) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  out = Network{};
  out.ip_version = address.find(':') == std::string_view::npos ? 4 : 6;
  const unsigned all = out.ip_version == 4 ? 32 : 128;
  const bool ok =
      out.ip_version == 4 ? parse_ipv4(address, out.address) : parse_ipv6(address, out.address);
  std::uint64_t bits = all;
  if (slash != std::string_view::npos && !parse_number(text.substr(slash + 1), bits)) return false;
  if (!ok || bits > all) return false;
  out.bits = static_cast<std::uint8_t>(bits);
  return true;
}

// A number of the options with its range.
struct Field {
  std::string_view key;
  std::uint32_t EngineOptions::* member;
  std::uint32_t least;
  std::uint32_t most;
};

constexpr Field kFields[] = {
    {"prefixBytes", &EngineOptions::prefix_bytes, 0, 4096},
    {"activeTimeoutMs", &EngineOptions::active_timeout_ms, 5'000, 86'400'000},
    {"tcpTimeoutMs", &EngineOptions::tcp_timeout_ms, 5'000, 3'600'000},
    {"otherTimeoutMs", &EngineOptions::other_timeout_ms, 5'000, 3'600'000},
    {"unansweredTimeoutMs", &EngineOptions::unanswered_timeout_ms, 5'000, 3'600'000},
    {"maxFlows", &EngineOptions::max_flows, 1, 16'777'216},
    {"maxUnansweredFlows", &EngineOptions::max_unanswered_flows, 1, 16'777'216},
    {"maxHosts", &EngineOptions::max_hosts, 1, 4'194'304},
    {"maxProbationHosts", &EngineOptions::max_probation_hosts, 2, 4'194'304},
    {"maxDistinct", &EngineOptions::max_distinct, 8, 16'777'216},
    {"maxPairs", &EngineOptions::max_pairs, 8, 4'194'304},
    {"maxPrefixes", &EngineOptions::max_prefixes, 0, 1'048'576},
};

constexpr std::size_t kFieldCount = std::size(kFields);
constexpr std::size_t kHomeNets = kFieldCount;
constexpr std::size_t kSourceId = kFieldCount + 1;
constexpr std::size_t kSeed = kFieldCount + 2;

std::size_t key_index(std::string_view key) {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (kFields[i].key == key) return i;
  }
  if (key == "homeNets") return kHomeNets;
  if (key == "sourceId") return kSourceId;
  return key == "seed" ? kSeed : kSeed + 1;
}

bool refuse(std::string& error, std::string_view key, std::string_view wanted,
            std::string_view value) {
  error = "Cannot open engine as '" + std::string(key) + "' must be " + std::string(wanted) +
          ": current value is " + std::string(value.substr(0, 200));
  return false;
}

bool set_value(std::size_t index, std::string_view key, std::string_view value, EngineOptions& out,
               std::string& error) {
  if (index < kFieldCount) {
    const Field& field = kFields[index];
    std::uint64_t number = 0;
    if (!parse_number(value, number) || number < field.least || number > field.most) {
      return refuse(
          error, key,
          "an integer from " + std::to_string(field.least) + " to " + std::to_string(field.most),
          value);
    }
    out.*field.member = static_cast<std::uint32_t>(number);
    return true;
  }
  if (index == kHomeNets) {
    out.home_nets.clear();
    return parse_networks(value, out.home_nets) ||
           refuse(error, key, "a comma-separated list of at most 1024 CIDRs", value);
  }
  if (index == kSourceId) {
    if (value.size() > kMaxSourceId) return refuse(error, key, "at most 256 bytes long", value);
    out.source_id = value;
    return true;
  }
  return parse_number(value, out.seed) || refuse(error, key, "an unsigned 64-bit integer", value);
}

}  // namespace

EngineOptions::EngineOptions() { parse_networks(kDefaultHomeNets, home_nets); }

bool parse_networks(std::string_view text, std::vector<Network>& out) {
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    Network network;
    if (out.size() == kMaxNetworks || !parse_network(item, network)) return false;
    out.push_back(network);
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
    if (text.empty()) return false;
  }
  return true;
}

bool parse_options(std::string_view text, EngineOptions& out, std::string& error) {
  bool seen[kSeed + 1] = {};
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    const std::size_t equals = line.find('=');
    const std::string_view key = line.substr(0, equals);
    if (equals == std::string_view::npos) {
      error = "Cannot open engine as each line of the options must be key=value: current line is " +
              std::string(line.substr(0, 200));
      return false;
    }
    const std::size_t index = key_index(key);
    if (index > kSeed) {
      error = "Cannot open engine as every option must be known: current key is '" +
              std::string(key.substr(0, 200)) + "'";
      return false;
    }
    if (seen[index]) {
      error = "Cannot open engine as each option must be given once: current key is '" +
              std::string(key) + "'";
      return false;
    }
    seen[index] = true;
    if (!set_value(index, key, line.substr(equals + 1), out, error)) return false;
  }
  return true;
}

}  // namespace mld
