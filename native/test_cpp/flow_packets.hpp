// Captures made of hand-written packets, and the records that the engine makes of them.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/math.hpp"
#include "core/base/sha256.hpp"
#include "core/flow/engine.hpp"
#include "core/flow/layout.hpp"
#include "test_cpp/check.hpp"

namespace mld::test {

inline constexpr std::int64_t kStart = 1'700'000'000'000'000;
inline constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16;

/// 10.0.0.n for small n; anything else as it is.
inline std::uint32_t home(std::uint32_t n) { return 0x0a000000u + n; }
/// 198.51.x.y: not at home.
inline std::uint32_t away(std::uint32_t n) { return 0xc6330000u + n; }

using Data = std::vector<std::uint8_t>;

inline void put(Data& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i > 0; --i) {
    out.push_back(static_cast<std::uint8_t>(value >> ((i - 1) * 8)));
  }
}
inline void put(Data& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}
inline void put_little(Data& out, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(value >> (i * 8)));
}

/// A DNS message with one question; rcode -1: a query.
inline std::string dns(std::string_view name, std::uint16_t type = 1, int rcode = -1) {
  Data out;
  put(out, 0x1234, 2);
  put(out, rcode < 0 ? 0x0100u : 0x8180u | static_cast<unsigned>(rcode), 2);
  put(out, 1, 2);
  put(out, 0, 6);
  while (!name.empty()) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    put(out, dot, 1);
    put(out, name.substr(0, dot));
    name.remove_prefix(std::min(dot + 1, name.size()));
  }
  put(out, 0, 1);
  put(out, type, 2);
  put(out, 1, 2);
  return {out.begin(), out.end()};
}

/// A pcap file that grows. Times in seconds or microseconds after `kStart`.
struct Capture {
  Data bytes;

  Capture() {
    for (const std::uint32_t word : {0xa1b2c3d4u, 0x00040002u, 0u, 0u, 262144u, 1u}) {
      put_little(bytes, word);
    }
  }
  void frame(std::int64_t us, const Data& data, std::size_t captured = SIZE_MAX) {
    captured = std::min(captured, data.size());
    const std::int64_t time = kStart + us;
    put_little(bytes, static_cast<std::uint32_t>(time / 1'000'000));
    put_little(bytes, static_cast<std::uint32_t>(time % 1'000'000));
    put_little(bytes, static_cast<std::uint32_t>(captured));
    put_little(bytes, static_cast<std::uint32_t>(data.size()));
    bytes.insert(bytes.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(captured));
  }
  static Data ip(std::uint32_t src, std::uint32_t dst, std::uint8_t protocol, const Data& inner) {
    Data out;
    put(out, 0x020000000001, 6);
    put(out, 0x020000000002, 6);
    put(out, 0x0800, 2);
    put(out, 0x4500, 2);
    put(out, 20 + inner.size(), 2);
    put(out, 0, 4);
    put(out, 64, 1);
    put(out, protocol, 1);
    put(out, 0, 2);
    put(out, src, 4);
    put(out, dst, 4);
    out.insert(out.end(), inner.begin(), inner.end());
    return out;
  }
  void tcp(std::int64_t us, std::uint32_t src, std::uint16_t sport, std::uint32_t dst,
           std::uint16_t dport, std::uint8_t flags, std::string_view payload = {},
           std::uint32_t seq = 0) {
    Data inner;
    put(inner, sport, 2);
    put(inner, dport, 2);
    put(inner, seq, 4);
    put(inner, 0, 4);
    put(inner, 0x50, 1);
    put(inner, flags, 1);
    put(inner, 0xffff0000, 4);
    put(inner, 0, 2);
    put(inner, payload);
    frame(us, ip(src, dst, 6, inner));
  }
  void udp(std::int64_t us, std::uint32_t src, std::uint16_t sport, std::uint32_t dst,
           std::uint16_t dport, std::string_view payload = {}) {
    Data inner;
    put(inner, sport, 2);
    put(inner, dport, 2);
    put(inner, 8 + payload.size(), 2);
    put(inner, 0, 2);
    put(inner, payload);
    frame(us, ip(src, dst, 17, inner));
  }
  void icmp(std::int64_t us, std::uint32_t src, std::uint32_t dst, std::uint8_t type) {
    Data inner;
    put(inner, type, 1);
    put(inner, 0, 7);
    frame(us, ip(src, dst, 1, inner));
  }
  void arp(std::int64_t us, std::uint32_t src, std::uint32_t dst, std::uint16_t operation) {
    Data out;
    put(out, 0xffffffffffff, 6);
    put(out, 0x020000000002, 6);
    put(out, 0x0806, 2);
    put(out, 0x000108000604, 6);
    put(out, operation, 2);
    put(out, 0x020000000002, 6);
    put(out, src, 4);
    put(out, 0, 6);
    put(out, dst, 4);
    frame(us, out);
  }
  /// SYN, SYN-ACK, ACK at `us`, `us` + 1 ms, `us` + 2 ms.
  void handshake(std::int64_t us, std::uint32_t src, std::uint16_t sport, std::uint32_t dst,
                 std::uint16_t dport) {
    tcp(us, src, sport, dst, dport, kSyn, {}, 99);
    tcp(us + 1000, dst, dport, src, sport, kSyn | kAck, {}, 499);
    tcp(us + 2000, src, sport, dst, dport, kAck, {}, 100);
  }
};

/// A flow record with its texts.
struct FlowOut {
  FlowRecord record;
  std::string texts[kTexts];
  double operator[](FlowFeature f) const {
    return static_cast<double>(record.features[static_cast<std::size_t>(f)]);
  }
  double operator[](OutFeature f) const {
    return static_cast<double>(record.features[kFlowOwnFeatures + static_cast<std::size_t>(f)]);
  }
  double operator[](InFeature f) const {
    return static_cast<double>(
        record.features[kFlowOwnFeatures + kOutFeatures + static_cast<std::size_t>(f)]);
  }
  const std::string& text(Text which) const { return texts[static_cast<std::size_t>(which)]; }
  EndReason reason() const { return static_cast<EndReason>(record.end_reason); }
};

struct HostOut {
  HostRecord record;
  double operator[](OutFeature f) const {
    return static_cast<double>(record.features[static_cast<std::size_t>(f)]);
  }
  double operator[](InFeature f) const {
    return static_cast<double>(record.features[kOutFeatures + static_cast<std::size_t>(f)]);
  }
};

struct Output {
  std::vector<FlowOut> flows;
  std::vector<HostOut> hosts;
  std::vector<double> counters;
  std::uint32_t error = 0;
  std::string digest;  ///< of all records, with texts in the place of their offsets

  double counter(std::string_view name) const {
    for (std::size_t i = 0; i < counters.size(); ++i) {
      if (counter_name(i) == name) return counters[i];
    }
    return -1;
  }
  /// The only flow record, or the one with this index; an empty one if there is none.
  const FlowOut& flow(std::size_t index) const {
    static const FlowOut none{};
    CHECK(index < flows.size());
    return index < flows.size() ? flows[index] : none;
  }
  /// The record of 10.0.0.n (or another IPv4 address) whose bucket starts at `seconds`.
  const HostOut* host(std::uint32_t address, double seconds) const {
    for (const HostOut& it : hosts) {
      std::uint32_t found = 0;
      for (unsigned i = 0; i < 4; ++i) found = (found << 8) | it.record.addr[i];
      if (found == address && it.record.start_us == static_cast<double>(kStart) + seconds * 1e6) {
        return &it;
      }
    }
    return nullptr;
  }
};

/// How the input is cut and how large the batches are.
struct Cut {
  std::size_t chunk = SIZE_MAX;
  std::size_t flows = 64;
  std::size_t hosts = 64;
  std::size_t arena = 1 << 16;
  bool move = false;  ///< hand over each chunk at an address of its own, and destroy it afterwards
  bool keep = true;   ///< keep the records
};

inline Output run(Bytes input, const std::string& options = "", const Cut& cut = {}) {
  Output out;
  std::string error;
  const auto engine = Engine::open(options, error);
  CHECK(engine != nullptr);
  if (!engine) return out;
  Data flows(cut.flows * sizeof(FlowRecord));
  Data hosts(cut.hosts * sizeof(HostRecord));
  Data arena(cut.arena);
  Sha256 sha;
  Sha256 host_sha;
  std::size_t at = 0;
  for (;;) {
    Bytes chunk = input.subspan(at, std::min(cut.chunk, input.size() - at));
    Data moved;
    if (cut.move) {
      moved.assign(chunk.begin(), chunk.end());
      chunk = moved;
    }
    const RunResult result = engine->run(chunk, {flows, hosts, arena});
    at += result.consumed;
    for (std::size_t i = 0; i < result.flows; ++i) {
      FlowOut flow;
      std::memcpy(&flow.record, flows.data() + i * sizeof(FlowRecord), sizeof(FlowRecord));
      for (std::size_t t = 0; t < kTexts; ++t) {
        TextRef& ref = flow.record.texts[t];
        CHECK(ref.offset + ref.length <= result.arena_bytes);
        flow.texts[t].assign(reinterpret_cast<const char*>(arena.data()) + ref.offset, ref.length);
        ref.offset = 0;
        sha.update({reinterpret_cast<const std::uint8_t*>(flow.texts[t].data()), ref.length});
      }
      sha.update({reinterpret_cast<const std::uint8_t*>(&flow.record), sizeof(FlowRecord)});
      if (cut.keep) out.flows.push_back(std::move(flow));
    }
    for (std::size_t i = 0; i < result.hosts; ++i) {
      HostOut host;
      std::memcpy(&host.record, hosts.data() + i * sizeof(HostRecord), sizeof(HostRecord));
      host_sha.update({reinterpret_cast<const std::uint8_t*>(&host.record), sizeof(HostRecord)});
      if (cut.keep) out.hosts.push_back(host);
    }
    out.error = result.error;
    if (result.state == RunState::end || result.state == RunState::error) break;
  }
  out.counters.resize(counter_count());
  engine->counters(out.counters);
  const Sha256::Digest digest = sha.digest();
  const Sha256::Digest host_digest = host_sha.digest();
  out.digest.assign(digest.begin(), digest.end());
  out.digest.append(host_digest.begin(), host_digest.end());
  return out;
}

/// Within float precision.
inline bool near(double a, double b) {
  const double scale = std::max({1.0, a < 0 ? -a : a, b < 0 ? -b : b});
  return a - b <= 2e-6 * scale && b - a <= 2e-6 * scale;
}

}  // namespace mld::test

#define NEAR(a, b)                                                                           \
  do {                                                                                       \
    const double got_ = static_cast<double>(a), want_ = static_cast<double>(b);              \
    if (!mld::test::near(got_, want_)) {                                                     \
      std::fprintf(stderr, "%s:%d: %s is %.9g, wanted %.9g\n", __FILE__, __LINE__, #a, got_, \
                   want_);                                                                   \
      ++mld::test::failures();                                                               \
    }                                                                                        \
  } while (false)
#define MISSING(a) CHECK(mld::is_nan(static_cast<double>(a)))
