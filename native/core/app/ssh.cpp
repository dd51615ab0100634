#include "core/app/ssh.hpp"

#include <algorithm>

namespace mld {
namespace {

constexpr std::string_view start = "SSH-";
constexpr std::size_t max_line = 255;

bool is_text(char c) {
  return (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\r' || c == '\n' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

Prefix parse_ssh(Bytes prefix, bool last, SshBanner& out) {
  out = SshBanner{};
  std::string_view rest(reinterpret_cast<const char*>(prefix.data()), prefix.size());
  const Prefix unfinished = last ? Prefix::not_this : Prefix::need_more;
  // Lines that come first.
  while (!rest.starts_with(start)) {
    if (start.starts_with(rest)) return unfinished;
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    if (!std::all_of(line.begin(), line.end(), is_text)) return Prefix::not_this;
    if (end == std::string_view::npos) return unfinished;
    rest.remove_prefix(end + 1);
  }
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  if (line.size() > max_line) return Prefix::malformed;
  if (end == std::string_view::npos && !last) return Prefix::need_more;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const std::size_t dash = line.find('-', start.size());
  if (dash == std::string_view::npos || dash == start.size()) return Prefix::malformed;
  out.line = line;
  out.version = line.substr(start.size(), dash - start.size());
  const std::string_view tail = line.substr(dash + 1);
  out.software = tail.substr(0, tail.find(' '));
  return Prefix::found;
}

}  // namespace mld
