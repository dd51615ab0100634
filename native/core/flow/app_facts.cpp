#include "core/flow/app_facts.hpp"

#include <algorithm>
#include <cstring>

#include "core/app/http.hpp"
#include "core/app/ssh.hpp"
#include "core/app/tls.hpp"

namespace mld {
namespace {

constexpr unsigned kBuffersPerChunk = 16;
constexpr unsigned kTextShift = 28;
constexpr std::uint32_t kTextMask = (1u << kTextShift) - 1;

// Pieces of class c have 16 << c bytes; a chunk has at least 16 KiB.
constexpr std::uint32_t pieces_per_chunk(unsigned c) { return std::max(1u, 1024u >> c); }

// One record of TLS: type, version and a length that the version allows.
bool starts_tls(Bytes p) {
  if (p.size() < 5 || p[0] < 20 || p[0] > 24 || p[1] != 3 || p[2] > 4) return false;
  const unsigned length = (unsigned{p[3]} << 8) | p[4];
  return length > 0 && length <= 16384 + 2048;
}

// SMB 1, 2 or 3 (plain, encrypted, compressed) behind the 4 bytes of NetBIOS.
bool starts_smb(Bytes p) {
  return p.size() >= 8 && p[0] == 0 && p[4] >= 0xfc && p[5] == 'S' && p[6] == 'M' && p[7] == 'B';
}

bool starts_ssh(Bytes p) { return p.size() >= 4 && std::memcmp(p.data(), "SSH-", 4) == 0; }

}  // namespace

bool is_rare_dns_type(std::uint16_t type) {
  switch (type) {
    case 1:
    case 2:
    case 5:
    case 6:
    case 12:
    case 15:
    case 28:
    case 33:
    case 64:
    case 65:
      return false;
    default:
      return true;
  }
}

std::uint32_t TextSlab::take(std::size_t size) {
  unsigned c = 0;
  while (c + 1 < kClasses && (std::size_t{16} << c) < size) ++c;
  Class& pieces = classes_[c];
  std::uint32_t at;
  if (!pieces.free.empty()) {
    at = pieces.free.back();
    pieces.free.pop_back();
  } else {
    at = pieces.used++;
    if (at / pieces_per_chunk(c) >= pieces.chunks.size()) {
      const std::size_t chunk = std::size_t{pieces_per_chunk(c)} << (c + 4);
      pieces.chunks.push_back(std::make_unique_for_overwrite<char[]>(chunk));
      pieces.free.reserve(pieces.chunks.size() * pieces_per_chunk(c));
      bytes_ += chunk;
    }
  }
  return (c << kTextShift) | at;
}

void TextSlab::give(std::uint32_t id) { classes_[id >> kTextShift].free.push_back(id & kTextMask); }

const char* TextSlab::at(std::uint32_t id) const {
  const unsigned c = id >> kTextShift;
  const std::uint32_t at = id & kTextMask;
  return classes_[c].chunks[at / pieces_per_chunk(c)].get() +
         (std::size_t{at % pieces_per_chunk(c)} << (c + 4));
}

char* TextSlab::at(std::uint32_t id) {
  return const_cast<char*>(static_cast<const TextSlab*>(this)->at(id));
}

AppReader::AppReader(const EngineOptions& options)
    : prefix_bytes_(options.prefix_bytes), max_prefixes_(options.max_prefixes) {}

AppFacts& AppReader::known(Flow& flow) {
  if (flow.facts == kNone) flow.facts = facts_.take();
  return facts_[flow.facts];
}

std::string_view AppReader::text(const AppFacts& facts, Text which) const {
  const std::size_t index = static_cast<std::size_t>(which);
  if (facts.lengths[index] == 0) return {};
  std::size_t before = 0;
  for (std::size_t i = 0; i < index; ++i) before += facts.lengths[i];
  return {texts_.at(facts.text) + before, facts.lengths[index]};
}

// The first text of a kind stays. At most kMaxRecordText bytes come together: a request or a banner
// is no longer than the prefix, names have 255 bytes.
void AppReader::set_text(Flow& flow, Text which, std::string_view text) {
  AppFacts& own = known(flow);
  const std::size_t index = static_cast<std::size_t>(which);
  if (text.empty() || own.lengths[index] != 0) return;
  std::size_t before = 0;
  std::size_t behind = 0;
  for (std::size_t i = 0; i < kTexts; ++i) (i < index ? before : behind) += own.lengths[i];
  const std::size_t total = before + behind + text.size();
  if (total > (std::size_t{16} << (TextSlab::kClasses - 1))) return;
  const std::uint32_t id = texts_.take(total);
  char* out = texts_.at(id);
  if (own.text != kNone) {
    const char* old = texts_.at(own.text);
    std::memcpy(out, old, before);
    std::memcpy(out + before + text.size(), old + before, behind);
    texts_.give(own.text);
  }
  std::memcpy(out + before, text.data(), text.size());
  own.text = id;
  own.lengths[index] = static_cast<std::uint16_t>(text.size());
}

const DnsMessage* AppReader::datagram(const Packet& packet) {
  const std::size_t length = std::min<std::size_t>(packet.payload.size(), prefix_bytes_);
  if (length == 0) return nullptr;
  const Prefix result =
      parse_dns(packet.payload.first(length), DnsTransport::datagram, true, message_);
  return result == Prefix::found ? &message_ : nullptr;
}

void AppReader::add_dns(Flow& flow, const DnsMessage& message) {
  flow.recognise(App::dns);
  AppFacts& own = known(flow);
  if (message.is_response) {
    if (own.dns_responses++ == 0) own.dns_rcode = message.rcode;
    if (message.rcode == 2 || message.rcode == 3) ++own.dns_failed;
  } else {
    if (own.dns_queries++ == 0) own.dns_qtype = message.qtype;
    own.dns_length_sum += message.name_length;
    if (is_rare_dns_type(message.qtype)) ++own.dns_rare;
  }
  set_text(flow, Text::name_dns, message.name());
}

Prefix AppReader::read_http(Flow& flow, Bytes prefix, bool last, AppNews& news) {
  HttpRequest request;
  const Prefix result = parse_http_request(prefix, last, request);
  if (result == Prefix::not_this || result == Prefix::malformed) {
    HttpResponse response;
    const Prefix answer = parse_http_response(prefix, last, response);
    if (answer == Prefix::found) {
      flow.recognise(App::http);
      AppFacts& own = known(flow);
      if (own.http_status == 0) own.http_status = response.status;
    }
    return answer;
  }
  // The request counts as soon as its line is there, whatever becomes of its headers.
  const bool has_line = std::find(prefix.begin(), prefix.end(), '\n') != prefix.end();
  if (result == Prefix::need_more) {
    if (flow.is(flow_state::http_counted) || !has_line) return result;
    if (parse_http_request(prefix, true, request) != Prefix::found) return result;
  }
  flow.recognise(App::http);
  if (!flow.is(flow_state::http_counted)) {
    flow.set(flow_state::http_counted);
    news.http_request = true;
  }
  if (result == Prefix::need_more) return result;
  set_text(flow, Text::http_method, request.method);
  set_text(flow, Text::http_target, request.target);
  set_text(flow, Text::http_host, request.host);
  set_text(flow, Text::http_user_agent, request.user_agent);
  return result;
}

Prefix AppReader::read_tls(Flow& flow, Bytes prefix, bool last) {
  ClientHello hello;
  const Prefix result = parse_client_hello(prefix, last, hello);
  if (result != Prefix::found) return result;
  set_text(flow, Text::name_sni, hello.sni());
  set_text(flow, Text::ja3, hello.ja3());
  set_text(flow, Text::alpn, hello.alpn());
  return result;
}

Prefix AppReader::read_ssh(Flow& flow, unsigned side, Bytes prefix, bool last) {
  SshBanner banner;
  const Prefix result = parse_ssh(prefix, last, banner);
  if (result != Prefix::found) return result;
  set_text(flow, side == kForward ? Text::ssh_client : Text::ssh_server, banner.line);
  return result;
}

// Looks at the first bytes of a direction. Anything but `need_more` decides it.
Prefix AppReader::read(Flow& flow, unsigned side, Bytes prefix, bool last, AppNews& news) {
  if (prefix.empty()) return Prefix::not_this;
  const bool is_dns = flow.key.low_port == kDnsPort || flow.key.high_port == kDnsPort;
  if (is_dns) {
    const Prefix result = parse_dns(prefix, DnsTransport::stream, last, message_);
    if (result == Prefix::found) {
      add_dns(flow, message_);
      news.dns = &message_;
    }
    if (result == Prefix::found || result == Prefix::need_more) return result;
  }
  const std::uint8_t first = prefix[0];
  if (first >= 20 && first <= 24) {
    if (prefix.size() < 5) return last ? Prefix::not_this : Prefix::need_more;
    if (!starts_tls(prefix)) return Prefix::not_this;
    flow.recognise(App::tls);
    return first == 22 ? read_tls(flow, prefix, last) : Prefix::found;
  }
  if (first == 0) {
    if (prefix.size() < 8) return last ? Prefix::not_this : Prefix::need_more;
    if (!starts_smb(prefix)) return Prefix::not_this;
    flow.recognise(App::smb);
    return Prefix::found;
  }
  if (first < 'A' || first > 'Z') return Prefix::not_this;
  if (starts_ssh(prefix)) {
    flow.recognise(App::ssh);
    return read_ssh(flow, side, prefix, last);
  }
  if (first == 'S' && prefix.size() < 4 && !last) return Prefix::need_more;
  return read_http(flow, prefix, last, news);
}

std::uint8_t* AppReader::buffer(std::uint32_t id) {
  return buffers_[id / kBuffersPerChunk].get() + std::size_t{id % kBuffersPerChunk} * prefix_bytes_;
}

void AppReader::start_prefix(Flow& flow, unsigned side, Bytes prefix, std::uint32_t next_seq) {
  const std::uint32_t id = heads_.take();
  while (id / kBuffersPerChunk >= buffers_.size()) {
    buffers_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(std::size_t{prefix_bytes_} *
                                                                      kBuffersPerChunk));
  }
  std::memcpy(buffer(id), prefix.data(), prefix.size());
  heads_[id] = {next_seq, static_cast<std::uint32_t>(prefix.size())};
  flow.sides[side].prefix = id;
}

void AppReader::end_prefix(Flow& flow, unsigned side) {
  if (flow.sides[side].prefix != kNone) heads_.give(flow.sides[side].prefix);
  flow.sides[side].prefix = kNone;
  flow.set(side == kForward ? flow_state::decided_fwd : flow_state::decided_bwd);
}

AppNews AppReader::segment(Flow& flow, unsigned side, const Packet& packet) {
  AppNews news;
  const std::uint16_t decided =
      side == kForward ? flow_state::decided_fwd : flow_state::decided_bwd;
  if (flow.is(decided) || packet.payload_length == 0 || packet.later_fragment) return news;
  // A SYN takes one number of its own.
  const std::uint32_t seq = packet.tcp_seq + ((packet.tcp_flags & tcp::syn) != 0 ? 1 : 0);
  const bool cut = packet.payload.size() < packet.payload_length;
  const std::uint32_t id = flow.sides[side].prefix;
  if (id == kNone) {
    const Bytes prefix =
        packet.payload.first(std::min<std::size_t>(packet.payload.size(), prefix_bytes_));
    const bool last = cut || prefix.size() == prefix_bytes_;
    Prefix result = read(flow, side, prefix, last, news);
    if (result == Prefix::need_more && heads_.live() >= max_prefixes_) {
      ++refused_;
      result = read(flow, side, prefix, true, news);
    }
    if (result == Prefix::need_more) {
      start_prefix(flow, side, prefix, seq + packet.payload_length);
    } else {
      end_prefix(flow, side);
    }
    return news;
  }
  PrefixHead& head = heads_[id];
  const std::uint32_t old = head.next_seq - seq;  // bytes that are here already
  const bool gap = static_cast<std::int32_t>(old) < 0;
  if (!gap && old >= packet.payload_length) return news;
  if (!gap) {
    const std::size_t skip = std::min<std::size_t>(old, packet.payload.size());
    const Bytes fresh = packet.payload.subspan(skip);
    const std::size_t size = std::min<std::size_t>(fresh.size(), prefix_bytes_ - head.length);
    if (size > 0) std::memcpy(buffer(id) + head.length, fresh.data(), size);
    head.length += static_cast<std::uint32_t>(size);
    head.next_seq = seq + packet.payload_length;
  }
  const bool last = gap || cut || head.length == prefix_bytes_;
  if (read(flow, side, {buffer(id), head.length}, last, news) != Prefix::need_more) {
    end_prefix(flow, side);
  }
  return news;
}

void AppReader::finish(Flow& flow) {
  for (const unsigned side : {kForward, kBackward}) {
    const std::uint32_t id = flow.sides[side].prefix;
    if (id == kNone) continue;
    AppNews news;  // no packet told it, so no host counts it
    read(flow, side, {buffer(id), heads_[id].length}, true, news);
    end_prefix(flow, side);
  }
}

void AppReader::release(Flow& flow) {
  for (const unsigned side : {kForward, kBackward}) {
    if (flow.sides[side].prefix != kNone) end_prefix(flow, side);
  }
  if (flow.facts == kNone) return;
  if (facts_[flow.facts].text != kNone) texts_.give(facts_[flow.facts].text);
  facts_.give(flow.facts);
  flow.facts = kNone;
}

std::size_t AppReader::bytes() const {
  return facts_.bytes() + texts_.bytes() + heads_.bytes() +
         buffers_.size() * kBuffersPerChunk * prefix_bytes_;
}

}  // namespace mld
