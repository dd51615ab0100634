#include "core/flow/flow_table.hpp"

namespace mld {

FlowTable::FlowTable(const EngineOptions& options)
    : seed_(mix64(options.seed ^ 0x666c6f7773ULL)),
      max_confirmed_(options.max_flows),
      max_unconfirmed_(options.max_unanswered_flows) {}

std::uint32_t FlowTable::hash(const FlowKey& key) const {
  std::uint64_t words[6];
  std::memcpy(words, &key, sizeof(words));
  // Two independent chains; IPv4 leaves two of the words at 0.
  std::uint64_t a = hash_word(seed_, words[0]);
  std::uint64_t b = hash_word(~seed_, words[2]);
  if ((words[1] | words[3]) != 0) {
    a = hash_word(a, words[1]);
    b = hash_word(b, words[3]);
  }
  a = hash_word(a, words[4]);
  b = hash_word(b, words[5]);
  return static_cast<std::uint32_t>(mix64(a + (b << 1 | b >> 63)) >> 32);
}

std::uint32_t FlowTable::create(const FlowKey& key, std::uint32_t hash) {
  const std::uint32_t id = flows_.take();
  Flow& flow = flows_[id];
  flow.key = key;
  flow.hash = hash;
  flow.created = created_++;
  index_.insert(hash, id);
  list(FlowList::unanswered).push_back(flows_, id);
  age_.push_back(flows_, id);
  ++unconfirmed_;
  return id;
}

std::uint32_t FlowTable::idlest_confirmed() const {
  for (const FlowList which : {FlowList::replaced, FlowList::closed}) {
    if (!list(which).empty()) return list(which).head();
  }
  std::uint32_t best = kNone;
  for (const FlowList which : {FlowList::other, FlowList::tcp, FlowList::late}) {
    const std::uint32_t id = list(which).head();
    if (id == kNone) continue;
    if (best == kNone || flows_[id].bucket < flows_[best].bucket ||
        (flows_[id].bucket == flows_[best].bucket && flows_[id].created < flows_[best].created)) {
      best = id;
    }
  }
  return best;
}

void FlowTable::confirm(std::uint32_t id) {
  Flow& flow = flows_[id];
  age_.remove(flows_, id);
  --unconfirmed_;
  ++confirmed_;
  flow.set(flow_state::confirmed);
}

void FlowTable::place(std::uint32_t id, bool first_in_bucket, std::int64_t bucket_start_us) {
  const Flow& flow = flows_[id];
  const bool confirmed = flow.is(flow_state::confirmed);
  FlowList to;
  if (flow.last_us < bucket_start_us) {
    to = confirmed ? FlowList::late : FlowList::half_late;
  } else if (flow.is(flow_state::closed)) {
    to = confirmed ? FlowList::closed : FlowList::half_closed;
  } else if (confirmed) {
    to = flow.is_tcp() ? FlowList::tcp : FlowList::other;
  } else {
    to = flow.answered() ? FlowList::half_tcp : FlowList::unanswered;
  }
  if (first_in_bucket || flow.list != to) move(id, to);
}

void FlowTable::move(std::uint32_t id, FlowList to) {
  Flow& flow = flows_[id];
  list(flow.list).remove(flows_, id);
  flow.list = to;
  list(to).push_back(flows_, id);
}

void FlowTable::replace(std::uint32_t id) {
  Flow& flow = flows_[id];
  index_.erase(flow.hash, id);
  flow.set(flow_state::detached);
  move(id, flow.is(flow_state::confirmed) ? FlowList::replaced : FlowList::half_replaced);
}

void FlowTable::leave(std::uint32_t id) {
  Flow& flow = flows_[id];
  list(flow.list).remove(flows_, id);
  if (flow.is(flow_state::confirmed)) {
    --confirmed_;
  } else {
    age_.remove(flows_, id);
    --unconfirmed_;
  }
  if (!flow.is(flow_state::detached)) index_.erase(flow.hash, id);
}

void FlowTable::release(std::uint32_t id) {
  if (flows_[id].more != kNone) mores_.give(flows_[id].more);
  flows_.give(id);
}

}  // namespace mld
