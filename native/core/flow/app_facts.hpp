// What the payload of flows said: facts, their texts, and prefixes that are not decided yet.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/app/dns.hpp"
#include "core/app/prefix.hpp"
#include "core/flow/flow.hpp"
#include "core/flow/options.hpp"
#include "core/flow/pool.hpp"

namespace mld {

/// Facts of a flow whose payload said something.
struct AppFacts {
  std::uint64_t dns_length_sum = 0;
  std::uint32_t dns_queries = 0;
  std::uint32_t dns_responses = 0;
  std::uint32_t dns_failed = 0;
  std::uint32_t dns_rare = 0;
  std::uint32_t text = kNone;  ///< all texts in one piece, in the order of `Text`
  std::uint16_t lengths[kTexts] = {};
  std::uint16_t dns_qtype = 0;
  std::uint16_t http_status = 0;
  std::uint8_t dns_rcode = 255;
};

/// Pieces of memory by size class, addressed by number.
class TextSlab {
 public:
  static constexpr unsigned kClasses = 11;  // 16...16384 bytes
  std::uint32_t take(std::size_t size);
  void give(std::uint32_t id);
  char* at(std::uint32_t id);
  const char* at(std::uint32_t id) const;
  std::size_t bytes() const { return bytes_; }

 private:
  struct Class {
    std::vector<std::unique_ptr<char[]>> chunks;
    std::vector<std::uint32_t> free;
    std::uint32_t used = 0;
  };
  Class classes_[kClasses];
  std::size_t bytes_ = 0;
};

/// What a packet's payload told, for the counters of hosts.
struct AppNews {
  const DnsMessage* dns = nullptr;  ///< a message ended in this packet
  bool http_request = false;        ///< an HTTP request was recognised in this packet
};

/// Reads payload into facts.
class AppReader {
 public:
  explicit AppReader(const EngineOptions& options);

  /// The message in a UDP datagram from or to a port of DNS, or null. Valid until the next call.
  const DnsMessage* datagram(const Packet& packet);
  /// A flow's DNS message.
  void add_dns(Flow& flow, const DnsMessage& message);
  /// Payload of a TCP packet.
  AppNews segment(Flow& flow, unsigned side, const Packet& packet);
  /// A record is due: takes what undecided prefixes hold as all there is.
  void finish(Flow& flow);
  void release(Flow& flow);

  const AppFacts* facts(const Flow& flow) const {
    return flow.facts == kNone ? nullptr : &facts_[flow.facts];
  }
  std::string_view text(const AppFacts& facts, Text which) const;
  /// Flows whose prefix stayed what its first packet held, as there was no buffer.
  std::uint64_t prefixes_refused() const { return refused_; }
  std::uint32_t prefix_bytes() const { return prefix_bytes_; }
  /// Facts and undecided prefixes held.
  std::size_t live() const { return facts_.live() + heads_.live(); }
  std::size_t bytes() const;

 private:
  struct PrefixHead {
    std::uint32_t next_seq = 0;
    std::uint32_t length = 0;
  };
  Prefix read(Flow& flow, unsigned side, Bytes prefix, bool last, AppNews& news);
  Prefix read_http(Flow& flow, Bytes prefix, bool last, AppNews& news);
  Prefix read_tls(Flow& flow, Bytes prefix, bool last);
  Prefix read_ssh(Flow& flow, unsigned side, Bytes prefix, bool last);
  AppFacts& known(Flow& flow);
  void set_text(Flow& flow, Text which, std::string_view text);
  void start_prefix(Flow& flow, unsigned side, Bytes prefix, std::uint32_t next_seq);
  void end_prefix(Flow& flow, unsigned side);
  std::uint8_t* buffer(std::uint32_t id);

  Pool<AppFacts, 6> facts_;
  TextSlab texts_;
  Pool<PrefixHead, 6> heads_;
  std::vector<std::unique_ptr<std::uint8_t[]>> buffers_;  // kBuffersPerChunk each
  DnsMessage message_;
  std::uint64_t refused_ = 0;
  std::uint32_t prefix_bytes_;
  std::uint32_t max_prefixes_;
};

/// Whether a query type is none of A, NS, CNAME, SOA, PTR, MX, AAAA, SRV, SVCB, HTTPS.
bool is_rare_dns_type(std::uint16_t type);

}  // namespace mld
