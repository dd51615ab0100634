// HTTP/1.x request line, host and user agent; response status.
#pragma once
#include <cstdint>
#include <string_view>

#include "core/app/prefix.hpp"
#include "core/base/packet.hpp"

namespace mld {

/// Facts of a request. The views borrow from the prefix and hold raw bytes of the wire.
struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view host;           ///< empty if absent
  std::string_view user_agent;     ///< empty if absent
  std::uint8_t minor_version = 0;  ///< 0 or 1 for HTTP/1.x
  bool has_host = false;
  bool has_user_agent = false;
  bool complete = false;  ///< the empty line behind the headers was seen
};

/// Reads a request from its first byte. A value that the prefix cuts is given as far as it goes
/// when `last`.
Prefix parse_http_request(Bytes prefix, bool last, HttpRequest& out);

/// Facts of a response.
struct HttpResponse {
  std::uint16_t status = 0;
  std::uint8_t minor_version = 0;
};

/// Reads a status line ("HTTP/1.1 200 ...").
Prefix parse_http_response(Bytes prefix, bool last, HttpResponse& out);

}  // namespace mld
