#include "core/flow/flow_features.hpp"

#include <algorithm>
#include <cmath>

namespace mld {
namespace {

using F = FlowFeature;

class Writer {
 public:
  explicit Writer(std::span<float, kFlowOwnFeatures> features) : features_(features) {}
  void operator()(F feature, double value) const {
    features_[static_cast<std::size_t>(feature)] = to_feature(value);
  }
  void operator()(F feature, bool value) const { (*this)(feature, value ? 1.0 : 0.0); }
  void operator()(F feature, std::uint32_t value) const {
    (*this)(feature, static_cast<double>(value));
  }

 private:
  std::span<float, kFlowOwnFeatures> features_;
};

double as_double(std::uint64_t value) { return static_cast<double>(value); }

double symmetry(double a, double b, bool two_way) {
  return two_way ? 1 - std::abs(a - b) / (a + b) : kMissing;
}

void sizes(const Flow& flow, const FlowMore* more, bool two_way, Writer set) {
  const Side& fwd = flow.sides[kForward];
  const Side& bwd = flow.sides[kBackward];
  const double packets = flow.packets();
  const double bytes = as_double(fwd.bytes + bwd.bytes);
  const double seconds = static_cast<double>(flow.last_us - flow.start_us) / 1e6;
  set(F::duration_s, seconds);
  set(F::fwd_packets, fwd.packets);
  set(F::bwd_packets, bwd.packets);
  set(F::fwd_bytes, as_double(fwd.bytes));
  set(F::bwd_bytes, as_double(bwd.bytes));
  set(F::fwd_payload_bytes, as_double(fwd.payload));
  set(F::bwd_payload_bytes, as_double(bwd.payload));
  set(F::packet_rate, ratio(packets, seconds));
  set(F::byte_rate, ratio(bytes, seconds));
  set(F::packet_symmetry, symmetry(fwd.packets, bwd.packets, two_way));
  set(F::byte_symmetry, symmetry(as_double(fwd.bytes), as_double(bwd.bytes), two_way));
  set(F::avg_packet_size, bytes / packets);
  set(F::len_min, flow.len_min);
  set(F::len_max, flow.len_max);
  const Squares all{fwd.length_squares + bwd.length_squares, 0};
  set(F::len_std, deviation(flow.packets(), fwd.bytes + bwd.bytes, all));
  set(F::fwd_len_mean, ratio(as_double(fwd.bytes), fwd.packets));
  set(F::fwd_len_std, deviation(fwd.packets, fwd.bytes, {fwd.length_squares, 0}));
  set(F::bwd_len_mean, ratio(as_double(bwd.bytes), bwd.packets));
  set(F::bwd_len_std, deviation(bwd.packets, bwd.bytes, {bwd.length_squares, 0}));
  std::array<std::uint32_t, 16> bins{};
  if (more != nullptr && flow.packets() > 16) {
    bins = more->sizes;
  } else {
    for (std::uint32_t i = 0; i < flow.packets(); ++i) ++bins[(flow.size_log >> (i * 4)) & 15];
  }
  set(F::packet_size_entropy, entropy<std::uint32_t>(bins, flow.packets()) / 4);
  set(F::empty_payload_ratio, flow.empty / packets);
  set(F::traffic_amplification_factor, ratio(as_double(bwd.bytes), as_double(fwd.bytes)));
}

void gaps(const Flow& flow, const FlowMore* more, Writer set) {
  const std::uint32_t count = flow.packets() - 1;
  const std::uint64_t sum = static_cast<std::uint64_t>(flow.last_us - flow.start_us);
  set(F::iat_mean_s, ratio(as_double(sum), count) / 1e6);
  set(F::iat_std_s, deviation(count, sum, flow.gap_squares) / 1e6);
  set(F::iat_max_s, count == 0 ? kMissing : static_cast<double>(flow.gap_max) / 1e6);
  double fwd_mean = kMissing;
  double fwd_std = kMissing;
  for (const unsigned i : {kForward, kBackward}) {
    const Side& side = flow.sides[i];
    const std::uint32_t n = side.packets == 0 ? 0 : side.packets - 1;
    const auto total = static_cast<std::uint64_t>(side.last_us - side.first_us);
    const double mean = ratio(as_double(total), n) / 1e6;
    const double spread = deviation(n, total, side.gap_squares) / 1e6;
    set(i == kForward ? F::fwd_iat_mean_s : F::bwd_iat_mean_s, mean);
    set(i == kForward ? F::fwd_iat_std_s : F::bwd_iat_std_s, spread);
    if (i == kForward && n >= 2) {
      fwd_mean = mean;
      fwd_std = spread;
    }
  }
  set(F::fwd_iat_cv, is_nan(fwd_mean) ? kMissing : ratio(fwd_std, fwd_mean));
  const std::uint32_t pauses = more == nullptr ? 0 : more->pauses;
  const double mean = pauses == 0 ? kMissing : as_double(more->pause_sum) / pauses;
  set(F::fwd_pause_count, pauses);
  set(F::fwd_pause_mean_s, mean / 1e6);
  set(F::fwd_pause_cv,
      pauses < 2 ? kMissing : deviation(pauses, more->pause_sum, more->pause_squares) / mean);
}

void kinds(const Flow& flow, Writer set) {
  constexpr F kCounts[] = {F::fin_count, F::syn_count, F::rst_count, F::psh_count, F::ack_count};
  for (std::size_t i = 0; i < 5; ++i) {
    set(kCounts[i], flow.is_tcp() ? flow.flag_counts[i] : kMissing);
  }
  const Side& fwd = flow.sides[kForward];
  const Side& bwd = flow.sides[kBackward];
  set(F::fwd_first_payload_bytes, fwd.first_payload == 0 ? kMissing : fwd.first_payload);
  set(F::bwd_first_payload_bytes, bwd.first_payload == 0 ? kMissing : bwd.first_payload);
  set(F::fwd_payload_entropy, static_cast<double>(fwd.payload_entropy));
  set(F::bwd_payload_entropy, static_cast<double>(bwd.payload_entropy));
  set(F::answered, flow.answered());
  set(F::upload_ratio, ratio(as_double(fwd.payload), as_double(fwd.payload + bwd.payload)));
  set(F::is_tcp, flow.is_tcp());
  set(F::is_udp, flow.is_udp());
  set(F::is_icmp, flow.is_icmp());
  set(F::src_is_internal, (flow.flags & flow_flag::src_internal) != 0);
  set(F::dst_is_internal, (flow.flags & flow_flag::dst_internal) != 0);
  const std::uint16_t port = flow.responder_port();
  const bool registered = port >= 1024 && port <= 49151;
  set(F::dst_port_system, flow.has_ports() ? (port < 1024 ? 1.0 : 0.0) : kMissing);
  set(F::dst_port_registered, flow.has_ports() ? (registered ? 1.0 : 0.0) : kMissing);
  set(F::app_dns, flow.has_app(App::dns));
  set(F::app_tls, flow.has_app(App::tls));
  set(F::app_http, flow.has_app(App::http));
  set(F::app_ssh, flow.has_app(App::ssh));
  set(F::app_smb, flow.has_app(App::smb) || flow.is_smb());
  set(F::login_service, flow.has_app(App::ssh) || flow.is_login());
  set(F::pair_flows, flow.pair_flows == 0 ? kMissing : flow.pair_flows);
  set(F::pair_gap_mean_s, static_cast<double>(flow.pair_gap_mean));
  set(F::pair_gap_cv, static_cast<double>(flow.pair_gap_cv));
  set(F::pair_age_s, static_cast<double>(flow.pair_age));
}

bool is_special(char c) {
  constexpr std::string_view kSpecial = "'\"<>{}();\\%";
  return kSpecial.find(c) != std::string_view::npos;
}

// Special characters, and pairs of dots that do not overlap.
double specials(std::string_view target) {
  double found = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (is_special(target[i])) ++found;
    if (target[i] == '.' && i + 1 < target.size() && target[i + 1] == '.') {
      ++found;
      ++i;
    }
  }
  return found;
}

void names(const Flow& flow, const AppReader& reader, Writer set) {
  const AppFacts* facts = reader.facts(flow);
  std::string_view name;
  std::string_view target;
  if (facts != nullptr) {
    name = reader.text(*facts, Text::name_dns);
    if (name.empty()) name = reader.text(*facts, Text::name_sni);
    if (name.empty()) name = reader.text(*facts, Text::http_host);
    target = reader.text(*facts, Text::http_target);
  }
  const double length = static_cast<double>(name.size());
  const auto digits =
      std::count_if(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  set(F::name_length, name.empty() ? kMissing : length);
  set(F::name_entropy, text_entropy(name));
  set(F::name_digit_ratio, ratio(static_cast<double>(digits), length));
  set(F::http_target_length, target.empty() ? kMissing : static_cast<double>(target.size()));
  set(F::http_target_special_ratio, ratio(specials(target), static_cast<double>(target.size())));
  const bool dns = flow.has_app(App::dns) && facts != nullptr;
  set(F::dns_queries, dns ? facts->dns_queries : kMissing);
  set(F::dns_name_length_mean,
      dns ? ratio(as_double(facts->dns_length_sum), facts->dns_queries) : kMissing);
  set(F::dns_rare_type_ratio, dns ? ratio(facts->dns_rare, facts->dns_queries) : kMissing);
  set(F::dns_failed_ratio, dns ? ratio(facts->dns_failed, facts->dns_responses) : kMissing);
}

}  // namespace

void flow_features(const Flow& flow, const FlowMore* more, const AppReader& reader, bool two_way,
                   std::span<float, kFlowOwnFeatures> features) {
  const Writer set(features);
  sizes(flow, more, two_way, set);
  gaps(flow, more, set);
  kinds(flow, set);
  names(flow, reader, set);
}

}  // namespace mld
