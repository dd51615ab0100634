#include "core/app/http.hpp"

#include <algorithm>

namespace mld {
namespace {

// HTTP (RFC 9110), WebDAV and its relatives (RFC 4918, 3253, 3744, 5323), UPnP.
constexpr std::string_view methods[] = {"GET",          "POST",        "HEAD",
                                        "PUT",          "DELETE",      "OPTIONS",
                                        "CONNECT",      "TRACE",       "PATCH",
                                        "PROPFIND",     "PROPPATCH",   "MKCOL",
                                        "COPY",         "MOVE",        "LOCK",
                                        "UNLOCK",       "REPORT",      "SEARCH",
                                        "CHECKOUT",     "CHECKIN",     "MKACTIVITY",
                                        "MERGE",        "M-SEARCH",    "NOTIFY",
                                        "SUBSCRIBE",    "UNSUBSCRIBE", "RPC_IN_DATA",
                                        "RPC_OUT_DATA", "BCOPY",       "BMOVE",
                                        "BPROPFIND",    "BPROPPATCH",  "VERSION-CONTROL",
                                        "UNCHECKOUT",   "LABEL",       "MKWORKSPACE",
                                        "UPDATE",       "ACL",         "CCM_POST",
                                        "SYSTEM"};

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// ASCII only; `lower` is in lower case.
bool same_name(std::string_view name, std::string_view lower) {
  return std::equal(name.begin(), name.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
  });
}

// The next line without its end; false when there is no line end.
bool take_line(std::string_view& rest, std::string_view& line) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return false;
  line = rest.substr(0, end);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  rest.remove_prefix(end + 1);
  return true;
}

enum class Match : std::uint8_t { no, partial, yes };

Match match_method(std::string_view text, std::string_view& method) {
  bool partial = false;
  for (const std::string_view candidate : methods) {
    if (text.size() > candidate.size()) {
      if (text.starts_with(candidate) && text[candidate.size()] == ' ') {
        method = text.substr(0, candidate.size());
        return Match::yes;
      }
    } else if (candidate.starts_with(text)) {
      partial = true;
    }
  }
  return partial ? Match::partial : Match::no;
}

// "HTTP/1.x"; `text` may go on behind it.
bool version(std::string_view text, std::uint8_t& minor) {
  if (text.size() < 8 || !text.starts_with("HTTP/1.")) return false;
  if (text[7] != '0' && text[7] != '1') return false;
  minor = static_cast<std::uint8_t>(text[7] - '0');
  return true;
}

void read_header(std::string_view line, HttpRequest& out) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!out.has_host && same_name(name, "host")) {
    out.has_host = true;
    out.host = value;
  } else if (!out.has_user_agent && same_name(name, "user-agent")) {
    out.has_user_agent = true;
    out.user_agent = value;
  }
}

// A request line that the prefix cuts: enough if what there is of the target looks like one.
Prefix cut_request_line(std::string_view target, bool last, HttpRequest& out) {
  if (!last) return Prefix::need_more;
  const bool likely = target.starts_with('/') || target.starts_with("http") ||
                      (out.method == "CONNECT" && !target.empty());
  if (!likely || target.find(' ') != std::string_view::npos) return Prefix::not_this;
  out.target = target;
  return Prefix::found;
}

}  // namespace

Prefix parse_http_request(Bytes prefix, bool last, HttpRequest& out) {
  out = HttpRequest{};
  std::string_view rest = as_text(prefix);
  const Match match = match_method(rest, out.method);
  if (match == Match::no || (match == Match::partial && last)) return Prefix::not_this;
  if (match == Match::partial) return Prefix::need_more;
  rest.remove_prefix(out.method.size() + 1);

  std::string_view line = rest;
  if (!take_line(rest, line)) return cut_request_line(line, last, out);
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos) return Prefix::not_this;
  if (line.size() - space - 1 != 8 || !version(line.substr(space + 1), out.minor_version)) {
    return Prefix::not_this;
  }
  out.target = line.substr(0, space);
  while (take_line(rest, line)) {
    if (line.empty()) {
      out.complete = true;
      return Prefix::found;
    }
    read_header(line, out);
    if (out.has_host && out.has_user_agent) return Prefix::found;
  }
  if (!last) return Prefix::need_more;
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  read_header(rest, out);
  return Prefix::found;
}

Prefix parse_http_response(Bytes prefix, bool last, HttpResponse& out) {
  out = HttpResponse{};
  const std::string_view text = as_text(prefix);
  constexpr std::string_view start = "HTTP/1.";
  const std::string_view seen = text.substr(0, std::min(text.size(), start.size()));
  if (!start.starts_with(seen)) return Prefix::not_this;
  if (text.size() < 12) return last ? Prefix::not_this : Prefix::need_more;
  if (!version(text, out.minor_version) || text[8] != ' ') return Prefix::not_this;
  std::uint16_t status = 0;
  for (std::size_t i = 9; i < 12; i++) {
    if (text[i] < '0' || text[i] > '9') return Prefix::malformed;
    status = static_cast<std::uint16_t>(status * 10 + (text[i] - '0'));
  }
  out.status = status;
  return Prefix::found;
}

}  // namespace mld
