#include "core/flow/host_table.hpp"

namespace mld {

HostTable::HostTable(const EngineOptions& options)
    : home_(options.home_nets),
      values_(options.max_distinct, mix64(options.seed ^ 0x76616c756573ULL)),
      seed_(mix64(options.seed ^ 0x686f737473ULL)),
      max_established_(options.max_hosts),
      max_probation_(options.max_probation_hosts) {}

HostRef HostTable::track(const HostKey& key, std::int64_t bucket) {
  std::uint64_t h = hash_word(hash_word(seed_, key.address.w[0]), key.address.w[1]);
  h = mix64(hash_word(hash_word(h, (std::uint64_t{key.vlan} << 32) | key.vni), key.ip_version));
  const auto hash = static_cast<std::uint32_t>(h >> 32);
  std::uint32_t id = index_.find(hash, [&](std::uint32_t at) { return hosts_[at].key == key; });
  if (id != kNone) return {id, hosts_[id].generation};
  if (probation() >= max_probation_) evict(HostList::probation_idle, HostList::probation, bucket);
  id = hosts_.take();
  Host& host = hosts_[id];
  host.key = key;
  host.hash = hash;
  host.generation = next_generation_++;
  host.order = counts_.tracked++;
  host.bucket = bucket;
  host.live = true;
  host.group = is_group_address(key.address, key.ip_version);
  host.internal = !host.group && home_.contains(key.address, key.ip_version);
  list(HostList::probation).push_back(hosts_, id);
  index_.insert(hash, id);
  return {id, host.generation};
}

void HostTable::start_bucket(std::uint32_t id, std::int64_t bucket) {
  Host& host = hosts_[id];
  host.bucket = bucket;
  host.packets = 0;
  host.used = false;
  touched_.push_back({id, host.generation});
  move(id, host.established() ? HostList::established : HostList::probation);
}

void HostTable::move(std::uint32_t id, HostList to) {
  Host& host = hosts_[id];
  list(host.list).remove(hosts_, id);
  host.list = to;
  list(to).push_back(hosts_, id);
}

void HostTable::establish(std::uint32_t id, std::int64_t bucket) {
  if (hosts_[id].established()) return;
  if (established_ >= max_established_) {
    evict(HostList::established_idle, HostList::established, bucket);
  }
  values_.promote(hosts_[id]);
  move(id, HostList::established);
  ++established_;
}

// Lists are in the order of the hosts' first packet of their last bucket. So a host that had more
// of them in the open bucket gets a second chance, or a flood of new sources would push out its
// victim.
void HostTable::evict(HostList idle, HostList active, std::int64_t bucket) {
  std::uint32_t id = list(idle).head();
  if (id == kNone) {
    id = list(active).head();
    while (hosts_[id].used && hosts_[id].bucket == bucket) {
      hosts_[id].used = false;
      list(active).move_back(hosts_, id);
      id = list(active).head();
    }
  }
  ++(hosts_[id].established() ? counts_.evicted : counts_.probation_evicted);
  forget(id);
}

void HostTable::forget(std::uint32_t id) {
  Host& host = hosts_[id];
  values_.clear(host);
  cut_out(host.out);
  cut_in(host.in);
  list(host.list).remove(hosts_, id);
  index_.erase(host.hash, id);
  if (host.established()) --established_;
  host.live = false;
  host.generation = 0;
  hosts_.give(id);
}

void HostTable::add_out(Host& host, std::uint32_t bucket) {
  const std::uint32_t id = outs_.take();
  outs_[id].bucket = bucket;
  outs_[id].next = host.out;
  host.out = id;
}

void HostTable::add_in(Host& host, std::uint32_t bucket) {
  const std::uint32_t id = ins_.take();
  ins_[id].bucket = bucket;
  ins_[id].next = host.in;
  host.in = id;
}

void HostTable::cut_out(std::uint32_t& link) {
  for (std::uint32_t id = link; id != kNone;) {
    const OutBucket& bucket = outs_[id];
    if (bucket.bins != kNone) out_bins_.give(bucket.bins);
    outs_.give(id);
    id = bucket.next;
  }
  link = kNone;
}

void HostTable::cut_in(std::uint32_t& link) {
  for (std::uint32_t id = link; id != kNone;) {
    const InBucket& bucket = ins_[id];
    if (bucket.bins != kNone) in_bins_.give(bucket.bins);
    ins_.give(id);
    id = bucket.next;
  }
  link = kNone;
}

void HostTable::start_out(OutBucket& bucket, unsigned port_bin, unsigned address_bin) {
  const std::uint32_t before = bucket[Out::flows]++;
  if (before < OutBucket::kLogged) {
    bucket.log_ports[before] = static_cast<std::uint8_t>(port_bin);
    bucket.log_addresses[before] = static_cast<std::uint8_t>(address_bin);
    return;
  }
  if (bucket.bins == kNone) {
    bucket.bins = out_bins_.take();
    OutBins& bins = out_bins_[bucket.bins];
    for (std::size_t i = 0; i < OutBucket::kLogged; ++i) {
      if (bucket.log_ports[i] < kBins) ++bins.ports[bucket.log_ports[i]];
      ++bins.addresses[bucket.log_addresses[i]];
    }
  }
  OutBins& bins = out_bins_[bucket.bins];
  if (port_bin < kBins) ++bins.ports[port_bin];
  ++bins.addresses[address_bin];
}

InBins& HostTable::in_bins(InBucket& bucket) {
  if (bucket.bins == kNone) bucket.bins = in_bins_.take();
  return in_bins_[bucket.bins];
}

bool HostTable::use(Host& host, Distinct kind, std::uint64_t value, std::int64_t bucket) {
  const auto number = static_cast<std::uint32_t>(bucket);
  const bool as_initiator = static_cast<std::size_t>(kind) < kOutDistinct;
  std::uint32_t* last = values_.find(host, kind, value);
  if (last != nullptr && *last == number) return false;
  std::uint32_t& count = as_initiator ? out(host, bucket)[kind] : in(host, bucket)[kind];
  if (count >= kDistinctPerBucket) {
    ++counts_.distinct_capped;
    return false;
  }
  if (last == nullptr) {
    if (!values_.insert(host, kind, value, number)) return false;
    ++count;
    return true;
  }
  const std::uint32_t before = *last;
  *last = number;
  ++count;
  if (number - before > kHistory) return true;
  // It moves here from the bucket of its last use.
  if (as_initiator) {
    for (std::uint32_t id = outs_[host.out].next; id != kNone; id = outs_[id].next) {
      if (outs_[id].bucket == before) {
        --outs_[id][kind];
        break;
      }
      if (number - outs_[id].bucket > number - before) break;
    }
  } else {
    for (std::uint32_t id = ins_[host.in].next; id != kNone; id = ins_[id].next) {
      if (ins_[id].bucket == before) {
        --ins_[id][kind];
        break;
      }
      if (number - ins_[id].bucket > number - before) break;
    }
  }
  return false;
}

// Hosts whose last packet is older than the history keep their place, but no buckets.
void HostTable::retire(HostList active, HostList idle, std::int64_t next) {
  for (std::uint32_t id = list(active).head(); id != kNone; id = list(active).head()) {
    Host& host = hosts_[id];
    if (next - host.bucket <= std::int64_t{kHistory}) break;
    values_.clear(host);
    cut_out(host.out);
    cut_in(host.in);
    move(id, idle);
  }
}

void HostTable::trim(std::int64_t closed, std::int64_t next) {
  for (const HostRef ref : with_in_bins_) {
    Host* host = resolve(ref);
    if (host == nullptr) continue;
    for (std::uint32_t id = host->in; id != kNone; id = ins_[id].next) {
      InBucket& in_bucket = ins_[id];
      if (in_bucket.bucket == static_cast<std::uint32_t>(closed) || in_bucket.bins == kNone)
        continue;
      in_bins_.give(in_bucket.bins);
      in_bucket.bins = kNone;
      break;
    }
  }
  with_in_bins_.swap(touched_);
  touched_.clear();
  retire(HostList::probation, HostList::probation_idle, next);
  retire(HostList::established, HostList::established_idle, next);
}

std::size_t HostTable::bytes() const {
  return hosts_.bytes() + index_.bytes() + outs_.bytes() + ins_.bytes() + out_bins_.bytes() +
         in_bins_.bytes() + values_.bytes() +
         (touched_.capacity() + with_in_bins_.capacity()) * sizeof(HostRef);
}

}  // namespace mld
