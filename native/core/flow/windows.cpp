#include "core/flow/windows.hpp"

#include <algorithm>
#include <array>

namespace mld {
namespace {

constexpr std::uint32_t kBuckets10 = 2, kBuckets30 = 6, kBuckets60 = 12, kBuckets300 = kHistory;

// Sums over the newest buckets, down to the end of a window.
struct OutTotals {
  std::array<std::uint64_t, kOutSums> sums{};
  std::array<std::uint32_t, kOutCounts> counts{};
  std::array<std::uint32_t, kBins> ports{};
  std::array<std::uint32_t, kBins> addresses{};
  Squares closed_squares;
  Squares flow_squares;
  std::uint32_t most_flows = 0;
  std::uint32_t with_flows = 0;

  void add(const OutBucket& bucket, const HostTable& hosts) {
    for (std::size_t i = 0; i < kOutCounts; ++i) counts[i] += bucket.counts[i];
    for (std::size_t i = 0; i < kOutSums; ++i) sums[i] += bucket.sums[i];
    closed_squares.add(bucket.closed_squares);
    const std::uint32_t flows = bucket.counts[static_cast<std::size_t>(Out::flows)];
    flow_squares.add_square(flows);
    most_flows = std::max(most_flows, flows);
    with_flows += flows > 0 ? 1 : 0;
    if (bucket.bins != kNone) {
      const OutBins& bins = hosts.out_bins(bucket.bins);
      for (std::size_t i = 0; i < kBins; ++i) ports[i] += bins.ports[i];
      for (std::size_t i = 0; i < kBins; ++i) addresses[i] += bins.addresses[i];
      return;
    }
    for (std::size_t i = 0; i < flows; ++i) {
      if (bucket.log_ports[i] < kBins) ++ports[bucket.log_ports[i]];
      ++addresses[bucket.log_addresses[i]];
    }
  }
  double operator[](Out what) const { return counts[static_cast<std::size_t>(what)]; }
  double operator[](OutSum what) const {
    return static_cast<double>(sums[static_cast<std::size_t>(what)]);
  }
  double operator[](Distinct kind) const {
    return counts[static_cast<std::size_t>(Out::distinct) + static_cast<std::size_t>(kind)];
  }
  std::uint32_t count(Out what) const { return counts[static_cast<std::size_t>(what)]; }

  double destinations() const {
    return (*this)[Distinct::external] + (*this)[Distinct::internal] + (*this)[Distinct::group];
  }
  double smb_hosts() const {
    return (*this)[Distinct::smb_internal] + (*this)[Distinct::smb_other];
  }
  double unanswered() const {
    const double flows = (*this)[Out::flows];
    return flows == 0 ? kMissing : 1 - std::min(1.0, (*this)[Out::answered] / flows);
  }
  double scan_score() const {
    const double flows = (*this)[Out::flows];
    if (flows == 0) return kMissing;
    return unanswered() * std::min(1.0, std::max((*this)[Distinct::port], destinations()) / flows);
  }
  double syn_without_ack() const {
    const double syn = (*this)[Out::syn];
    return ratio(std::max(0.0, syn - (*this)[Out::syn_ack]), syn);
  }
  double resets() const { return ratio((*this)[Out::rst_packets], (*this)[Out::tcp_packets]); }
  double dns_entropy() const {
    const double bits = ratio((*this)[OutSum::dns_entropy] * 0x1p-32, (*this)[Out::dns_queries]);
    return is_nan(bits) ? bits : std::min(1.0, bits / 5.25);
  }
  double dns_length() const {
    return ratio((*this)[OutSum::dns_length], (*this)[Out::dns_queries]);
  }
  double dns_failed() const { return ratio((*this)[Out::dns_failed], (*this)[Out::dns_responses]); }
  double upload() const {
    if ((*this)[Out::packets_sent] + (*this)[Out::packets_received] == 0) return kMissing;
    return ((*this)[OutSum::payload_sent] + 1) / ((*this)[OutSum::payload_received] + 1);
  }
  double flow_deviation(std::uint32_t buckets) const {
    return deviation(buckets, count(Out::flows), flow_squares);
  }
  double port_entropy() const {
    const double bits = entropy<std::uint32_t>(ports, count(Out::port_flows));
    return is_nan(bits) ? bits : bits / 5;
  }
  double concentration() const {
    return ratio(*std::max_element(addresses.begin(), addresses.end()), (*this)[Out::flows]);
  }
};

class OutWriter {
 public:
  explicit OutWriter(OutFeatures features) : features_(features) {}
  void operator()(OutFeature feature, double value) const {
    features_[static_cast<std::size_t>(feature)] = to_feature(value);
  }

 private:
  OutFeatures features_;
};

void out_10(const OutTotals& t, OutWriter set) {
  using F = OutFeature;
  set(F::out_connection_rate_10s, t[Out::flows] / 10);
  set(F::out_packet_rate_10s, t[Out::packets_sent] / 10);
  set(F::out_byte_rate_10s, t[OutSum::bytes_sent] / 10);
  set(F::out_unique_destinations_10s, t.destinations());
  set(F::out_unique_ports_10s, t[Distinct::port]);
  set(F::out_external_destinations_10s, t[Distinct::external]);
  set(F::out_internal_destinations_10s, t[Distinct::internal]);
  set(F::out_smb_connection_diversity_10s, t.smb_hosts());
  set(F::out_unanswered_ratio_10s, t.unanswered());
  set(F::out_syn_without_ack_ratio_10s, t.syn_without_ack());
  set(F::out_tcp_rst_ratio_10s, t.resets());
  set(F::out_unsolicited_packet_rate_10s, t[Out::unsolicited_packets] / 10);
  set(F::out_unsolicited_byte_rate_10s, t[OutSum::unsolicited_bytes] / 10);
}

void out_30(const OutTotals& t, bool warm, OutWriter set) {
  using F = OutFeature;
  set(F::out_connection_rate_30s, t[Out::flows] / 30);
  set(F::out_unique_destinations_30s, t.destinations());
  set(F::out_unique_ports_30s, t[Distinct::port]);
  set(F::out_external_destinations_30s, t[Distinct::external]);
  set(F::out_internal_destinations_30s, t[Distinct::internal]);
  set(F::out_new_external_ips_30s, warm ? t[Out::new_external] : kMissing);
  set(F::out_new_internal_connections_30s, warm ? t[Out::new_internal] : kMissing);
  set(F::out_smb_connection_diversity_30s, t.smb_hosts());
  set(F::out_unanswered_ratio_30s, t.unanswered());
  set(F::out_port_scan_pattern_score_30s, t.scan_score());
  set(F::out_syn_without_ack_ratio_30s, t.syn_without_ack());
  set(F::out_tcp_rst_ratio_30s, t.resets());
  set(F::out_dns_query_entropy_30s, t.dns_entropy());
  set(F::out_failed_dns_queries_ratio_30s, t.dns_failed());
  set(F::out_upload_download_ratio_30s, t.upload());
  set(F::out_burst_connections_count_30s, t.most_flows);
  set(F::out_port_entropy_30s, t.port_entropy());
  set(F::out_dst_ip_concentration_30s, t.concentration());
  set(F::out_icmp_flows_30s, t[Out::icmp_flows]);
  set(F::out_arp_targets_30s, t[Distinct::arp]);
}

double protocols_used(const OutTotals& t) {
  constexpr Out kUses[] = {Out::tcp_flows,   Out::udp_flows, Out::icmp_flows, Out::arp_flows,
                           Out::dns_queries, Out::smb_flows, Out::http,       Out::login_flows};
  double used = 0;
  for (const Out use : kUses) used += t.count(use) > 0 ? 1 : 0;
  return used / 8;
}

void out_60(const OutTotals& t, OutWriter set) {
  using F = OutFeature;
  set(F::out_connection_rate_60s, t[Out::flows] / 60);
  set(F::out_packet_rate_60s, t[Out::packets_sent] / 60);
  set(F::out_byte_rate_60s, t[OutSum::bytes_sent] / 60);
  set(F::out_tcp_udp_ratio_60s, ratio(t[Out::tcp_flows], t[Out::tcp_flows] + t[Out::udp_flows]));
  set(F::out_avg_packet_size_60s, ratio(t[OutSum::bytes_sent], t[Out::packets_sent]));
  set(F::out_dns_query_rate_per_min_60s, t[Out::dns_queries]);
  set(F::out_dns_name_length_mean_60s, t.dns_length());
  set(F::out_dns_unique_names_60s, t[Distinct::dns_name]);
  set(F::out_external_upload_bytes_60s, t[OutSum::external_payload]);
  set(F::out_protocol_diversity_score_60s, protocols_used(t));
  set(F::out_connection_rate_stddev_60s, t.flow_deviation(kBuckets60));
  set(F::out_login_flows_60s, t[Out::login_flows]);
  set(F::out_internal_connection_rate_60s, t[Out::internal_flows] / 60);
  set(F::out_smb_flows_60s, t[Out::smb_flows]);
  set(F::out_smb_upload_bytes_60s, t[OutSum::smb_sent]);
  set(F::out_smb_download_bytes_60s, t[OutSum::smb_received]);
  set(F::out_http_requests_60s, t[Out::http]);
}

void out_300(const OutTotals& t, OutWriter set) {
  using F = OutFeature;
  const double payload = t[OutSum::payload_sent] + t[OutSum::payload_received];
  const double lateral = t[Distinct::smb_internal] + t[Distinct::login_internal];
  const std::uint64_t closed = t.count(Out::closed);
  const std::uint64_t closed_us = t.sums[static_cast<std::size_t>(OutSum::closed_us)];
  set(F::out_connection_rate_300s, t[Out::flows] / 300);
  set(F::out_byte_rate_300s, t[OutSum::bytes_sent] / 300);
  set(F::out_unique_destinations_300s, t.destinations());
  set(F::out_unique_ports_300s, t[Distinct::port]);
  set(F::out_external_destinations_300s, t[Distinct::external]);
  set(F::out_internal_destinations_300s, t[Distinct::internal]);
  set(F::out_smb_connection_diversity_300s, t.smb_hosts());
  set(F::out_unanswered_ratio_300s, t.unanswered());
  set(F::out_port_scan_pattern_score_300s, t.scan_score());
  set(F::out_dns_query_rate_per_min_300s, t[Out::dns_queries] * 60 / 300);
  set(F::out_dns_query_entropy_300s, t.dns_entropy());
  set(F::out_dns_name_length_mean_300s, t.dns_length());
  set(F::out_failed_dns_queries_ratio_300s, t.dns_failed());
  set(F::out_dns_unique_names_300s, t[Distinct::dns_name]);
  set(F::out_dns_names_per_zone_300s, ratio(t[Distinct::dns_name], t[Distinct::dns_zone]));
  set(F::out_dns_rare_type_ratio_300s, ratio(t[Out::dns_rare], t[Out::dns_queries]));
  set(F::out_upload_download_ratio_300s, t.upload());
  set(F::out_external_upload_bytes_300s, t[OutSum::external_payload]);
  set(F::out_data_exfiltration_indicators_300s, ratio(t[OutSum::external_payload], payload));
  set(F::out_large_upload_sessions_count_300s, t[Out::large_uploads]);
  set(F::out_connection_rate_stddev_300s, t.flow_deviation(kBuckets300));
  set(F::out_avg_flow_duration_seconds_300s, ratio(t[OutSum::closed_us] / 1e6, t[Out::closed]));
  set(F::out_flow_duration_std_300s, deviation(closed, closed_us, t.closed_squares) / 1e6);
  set(F::out_port_entropy_300s, t.port_entropy());
  set(F::out_dst_ip_concentration_300s, t.concentration());
  set(F::out_login_flows_300s, t[Out::login_flows]);
  set(F::out_login_targets_300s, t[Distinct::login_internal] + t[Distinct::login_other]);
  set(F::out_lateral_movement_score_300s, 1 - 1 / (1 + lateral));
  set(F::out_smb_flows_300s, t[Out::smb_flows]);
  set(F::out_non_standard_port_http_count_300s, t[Out::http_odd_port]);
  set(F::out_temporal_consistency_300s, t.with_flows / (kBuckets300 * 1.0));
}

struct InTotals {
  std::array<std::uint64_t, kInSums> sums{};
  std::array<std::uint32_t, kInCounts> counts{};
  InBins bins;

  void add(const InBucket& bucket, const HostTable& hosts) {
    for (std::size_t i = 0; i < kInCounts; ++i) counts[i] += bucket.counts[i];
    for (std::size_t i = 0; i < kInSums; ++i) sums[i] += bucket.sums[i];
    if (bucket.bins == kNone) return;
    const InBins& more = hosts.in_bins(bucket.bins);
    for (std::size_t i = 0; i < kBins; ++i) bins.sources[i] += more.sources[i];
    for (std::size_t i = 0; i < bins.sizes.size(); ++i) bins.sizes[i] += more.sizes[i];
  }
  double operator[](In what) const { return counts[static_cast<std::size_t>(what)]; }
  double operator[](InSum what) const {
    return static_cast<double>(sums[static_cast<std::size_t>(what)]);
  }
  double operator[](Distinct kind) const {
    return counts[static_cast<std::size_t>(In::distinct) + static_cast<std::size_t>(kind) -
                  kOutDistinct];
  }
  double completed() const {
    const double flows = (*this)[In::flows];
    return flows == 0 ? kMissing : std::min(1.0, (*this)[In::answered] / flows);
  }
};

class InWriter {
 public:
  explicit InWriter(InFeatures features) : features_(features) {}
  void operator()(InFeature feature, double value) const {
    features_[static_cast<std::size_t>(feature)] = to_feature(value);
  }

 private:
  InFeatures features_;
};

void in_10(const InTotals& t, InWriter set) {
  using F = InFeature;
  const double syn = t[In::syn];
  const double half_open = std::max(0.0, syn - t[In::handshakes]);
  const auto flows = t.counts[static_cast<std::size_t>(In::flows)];
  const auto packets = t.counts[static_cast<std::size_t>(In::packets_received)];
  set(F::in_connection_rate_10s, t[In::flows] / 10);
  set(F::in_packet_rate_10s, t[In::packets_received] / 10);
  set(F::in_byte_rate_10s, t[InSum::bytes_received] / 10);
  set(F::in_source_ip_dispersion_10s, t[Distinct::source]);
  set(F::in_src_ip_entropy_10s, entropy<std::uint32_t>(t.bins.sources, flows) / 5);
  set(F::in_unique_ports_10s, t[Distinct::own_port]);
  set(F::in_syn_rate_10s, syn / 10);
  set(F::in_syn_ack_ratio_10s, syn == 0 ? kMissing : std::min(1.0, t[In::syn_ack] / syn));
  set(F::in_flow_completion_rate_10s, t.completed());
  set(F::in_udp_packet_rate_10s, t[In::udp_packets] / 10);
  set(F::in_icmp_packet_rate_10s, t[In::icmp_packets] / 10);
  set(F::in_tcp_rst_ratio_10s, ratio(t[In::rst_packets], t[In::tcp_packets]));
  set(F::in_packet_size_entropy_10s, entropy<std::uint32_t>(t.bins.sizes, packets) / 4);
  set(F::in_avg_packet_size_10s, ratio(t[InSum::bytes_received], t[In::packets_received]));
  set(F::in_resource_saturation_score_10s, half_open / (half_open + 100));
  set(F::in_reply_byte_ratio_10s,
      ratio(t[InSum::bytes_sent], t[InSum::bytes_sent] + t[InSum::bytes_received]));
  set(F::in_http_request_rate_10s, t[In::http] / 10);
}

void in_60(const InTotals& t, double packet_rate_10, InWriter set) {
  using F = InFeature;
  set(F::in_connection_rate_60s, t[In::flows] / 60);
  set(F::in_packet_rate_60s, t[In::packets_received] / 60);
  set(F::in_source_ip_dispersion_60s, t[Distinct::source]);
  set(F::in_unique_ports_60s, t[Distinct::own_port]);
  set(F::in_flow_completion_rate_60s, t.completed());
  set(F::in_login_flows_60s, t[In::login_flows]);
  set(F::in_traffic_escalation_rate_10s,
      packet_rate_10 == 0 ? kMissing : packet_rate_10 / (t[In::packets_received] / 60));
}

// Calls `add` with the buckets of each window in turn, newest first, and `done` at its end.
template <class Buckets, class Add, class Done>
std::uint32_t* walk(Buckets& buckets, std::uint32_t* link, std::uint32_t newest, Add add,
                    Done done) {
  for (const std::uint32_t window : {kBuckets10, kBuckets30, kBuckets60, kBuckets300}) {
    while (*link != kNone && newest - buckets[*link].bucket < window) {
      add(buckets[*link]);
      link = &buckets[*link].next;
    }
    done(window);
  }
  return link;
}

}  // namespace

void out_features(HostTable& hosts, Host& host, std::int64_t bucket, OutFeatures features) {
  const OutWriter set(features);
  OutTotals totals;
  const bool warm = bucket + 1 >= std::int64_t{kBuckets300};
  std::uint32_t* rest = walk(
      hosts.outs(), &host.out, static_cast<std::uint32_t>(bucket),
      [&](const OutBucket& b) { totals.add(b, hosts); },
      [&](std::uint32_t window) {
        if (window == kBuckets10) out_10(totals, set);
        if (window == kBuckets30) out_30(totals, warm, set);
        if (window == kBuckets60) out_60(totals, set);
        if (window == kBuckets300) out_300(totals, set);
      });
  hosts.cut_out(*rest);
}

void in_features(HostTable& hosts, Host& host, std::int64_t bucket, InFeatures features) {
  const InWriter set(features);
  InTotals totals;
  double packet_rate_10 = 0;
  std::uint32_t* rest = walk(
      hosts.ins(), &host.in, static_cast<std::uint32_t>(bucket),
      [&](const InBucket& b) { totals.add(b, hosts); },
      [&](std::uint32_t window) {
        if (window == kBuckets10) {
          packet_rate_10 = totals[In::packets_received] / 10;
          in_10(totals, set);
        }
        if (window == kBuckets60) in_60(totals, packet_rate_10, set);
        if (window == kBuckets300) {
          set(InFeature::in_login_flows_300s, totals[In::login_flows]);
        }
      });
  hosts.cut_in(*rest);
}

}  // namespace mld
