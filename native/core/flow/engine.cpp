#include "core/flow/engine.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "core/capture/capture_reader.hpp"
#include "core/decode/decoder.hpp"
#include "core/flow/batch.hpp"
#include "core/flow/counters.hpp"
#include "core/flow/tracker.hpp"

namespace mld {
namespace {

constexpr std::int64_t kDuplicateUs = 1000;
constexpr std::size_t kCompared = 128;  // bytes of a frame, to find duplicates

// What a look at frames says about the quality of the capture.
struct Health {
  std::uint64_t regressions = 0;
  std::int64_t largest_regression_us = 0;
  std::int64_t largest_jump_us = 0;
  std::uint64_t over_1518 = 0;
  std::uint64_t over_16384 = 0;
  std::uint64_t duplicates = 0;
};

}  // namespace

class Engine::State {
 public:
  explicit State(const EngineOptions& options) : tracker_(options) {}

  RunResult run(Bytes chunk, const BatchBuffers& out);
  std::size_t counters(std::span<double> out) const;

 private:
  void take(const RawPacket& raw);
  void watch(const RawPacket& raw);
  void keep_pending();
  void keep_previous(std::size_t size);

  CaptureReader reader_;
  Decoder decoder_;
  Tracker tracker_;
  OpenBucket open_;
  Packet packet_;
  std::vector<std::uint8_t> kept_;  // payload of a pending packet between two runs
  std::int64_t clock_us_ = 0;
  std::int64_t previous_us_ = 0;
  std::size_t previous_size_ = 0;
  const std::uint8_t* previous_ = kept_previous_;  // in the chunk, or
  std::uint8_t kept_previous_[kCompared] = {};
  Bytes chunk_;
  Health health_;
  std::uint32_t error_ = 0;
  bool started_ = false;
  bool pending_ = false;   // packet_ waits until the close that it caused is written
  bool ended_ = false;     // the caller has stated the end of the input
  bool finished_ = false;  // the last close has begun
};

void Engine::State::keep_previous(std::size_t size) {
  if (size > 0 && previous_ != kept_previous_) std::memcpy(kept_previous_, previous_, size);
  previous_ = kept_previous_;
}

// Duplicates, lengths and times.
void Engine::State::watch(const RawPacket& raw) {
  if (raw.wire_length > 1518) ++health_.over_1518;
  if (raw.wire_length > 16384) ++health_.over_16384;
  const std::size_t size = raw.data.size();
  const std::size_t compared = std::min(size, kCompared);
  const std::int64_t since = raw.time_us - previous_us_;
  if (size == previous_size_ && size > 0 && since >= -kDuplicateUs && since <= kDuplicateUs &&
      std::memcmp(raw.data.data(), previous_, compared) == 0) {
    ++health_.duplicates;
  }
  // A frame is copied only if it does not stay where it is until the next one is looked at.
  const bool stays = std::less_equal<>{}(chunk_.data(), raw.data.data()) &&
                     std::less<>{}(raw.data.data(), chunk_.data() + chunk_.size());
  previous_ = raw.data.data();
  if (!stays) keep_previous(compared);
  previous_size_ = size;
  previous_us_ = raw.time_us;
}

// A frame moves the clock, which may close the open bucket; its packet is counted after that.
void Engine::State::take(const RawPacket& raw) {
  watch(raw);
  pending_ = decoder_.decode(raw, packet_) == Refusal::none;
  if (!started_) {
    started_ = true;
    clock_us_ = raw.time_us;
    open_ = {0, raw.time_us};
  }
  const std::int64_t step = raw.time_us - clock_us_;
  if (step < 0) {
    ++health_.regressions;
    health_.largest_regression_us = std::max(health_.largest_regression_us, -step);
    return;
  }
  health_.largest_jump_us = std::max(health_.largest_jump_us, step);
  clock_us_ = raw.time_us;
  if (clock_us_ < open_.end_us()) return;
  const std::int64_t passed = (clock_us_ - open_.start_us) / kBucketUs;
  const OpenBucket next{open_.number + passed, open_.start_us + passed * kBucketUs};
  tracker_.begin_close(open_, next, false);
  open_ = next;
}

// The chunk may go away before the next run.
void Engine::State::keep_pending() {
  if (!pending_ || packet_.payload.empty() || packet_.payload.data() == kept_.data()) return;
  kept_.assign(packet_.payload.begin(), packet_.payload.end());
  packet_.payload = kept_;
}

RunResult Engine::State::run(Bytes chunk, const BatchBuffers& out) {
  Batch batch(out);
  RunResult result;
  chunk_ = chunk;
  const auto leave = [&](RunState state, std::uint32_t error) {
    keep_previous(std::min(previous_size_, kCompared));
    batch.report(result);
    result.consumed = chunk.empty() ? 0 : reader_.consumed();
    result.state = state;
    result.error = error;
    return result;
  };
  if (chunk.empty()) {
    ended_ = true;
  } else if (ended_) {
    batch.report(result);
    result.state = RunState::error;
    result.error = kErrorAfterEnd;
    return result;
  }
  reader_.begin(chunk);
  if (ended_) reader_.end_of_input();
  for (;;) {
    if (tracker_.waiting() && !tracker_.write(batch)) {
      keep_pending();
      if (batch.empty()) return leave(RunState::error, kErrorBatchTooSmall);
      return leave(RunState::batch_full, 0);
    }
    if (pending_) {
      pending_ = false;
      tracker_.packet(packet_, open_);
      continue;
    }
    if (finished_) return leave(error_ == 0 ? RunState::end : RunState::error, error_);
    RawPacket raw;
    const ReadState state = reader_.next(raw);
    if (state == ReadState::need_more) return leave(RunState::need_more, 0);
    if (state == ReadState::packet) {
      take(raw);
      continue;
    }
    if (state == ReadState::error) error_ = static_cast<std::uint32_t>(reader_.error());
    finished_ = true;
    if (started_) tracker_.begin_close(open_, {open_.number + 1, open_.end_us()}, true);
  }
}

std::size_t Engine::State::counters(std::span<double> out) const {
  const CaptureCounts& capture = reader_.counts();
  const DecodeCounts& decoded = decoder_.counts();
  const TrackerCounts& tracked = tracker_.counts();
  const FlowTable& flows = tracker_.flows();
  const HostTable& hosts = tracker_.hosts();
  const auto& links = reader_.link_types();
  const auto number = [](auto value) { return static_cast<double>(value); };
  const bool one_direction = flows.created() > 0 && tracked.flows_answered == 0;
  const std::array<double, kCounterNames.size()> values = {
      number(capture.packets),
      number(capture.captured_bytes),
      number(capture.wire_bytes),
      number(tracked.packets_tracked),
      number(capture.cut_packets),
      number(capture.min_snaplen),
      number(capture.untimed_packets),
      number(capture.skipped_blocks),
      capture.truncated ? 1.0 : 0.0,
      number(capture.sections),
      number(capture.interfaces),
      links.empty() ? 0.0 : number(links.front()),
      number(links.size()),
      number(capture.first_time_us),
      number(capture.last_time_us),
      number(health_.regressions),
      number(health_.largest_regression_us),
      number(health_.largest_jump_us),
      number(health_.over_1518),
      number(health_.over_16384),
      number(health_.duplicates),
      number(flows.created()),
      number(tracked.flows_answered),
      one_direction ? 1.0 : 0.0,
      number(tracked.flow_records),
      number(tracked.host_records),
      number(hosts.counts().tracked),
      number(flows.live()),
      number(tracked.peak_flows),
      number(hosts.established() + hosts.probation()),
      number(hosts.established()),
      number(hosts.values().live()),
      number(tracker_.live_snapshots()),
      number(tracker_.apps().live() + flows.live_mores()),
      number(tracked.flows_evicted),
      number(tracked.unanswered_evicted),
      number(hosts.counts().evicted),
      number(hosts.counts().probation_evicted),
      number(tracker_.pairs().evicted()),
      number(decoded.fragment_evictions),
      number(hosts.counts().distinct_capped),
      number(hosts.values().dropped()),
      number(tracker_.apps().prefixes_refused()),
      number(tracker_.bytes()),
  };
  std::size_t at = 0;
  const auto put = [&](double value) {
    if (at < out.size()) out[at++] = value;
  };
  for (const double value : values) put(value);
  for (std::size_t i = 1; i < kRefusals; ++i) put(number(decoded.refusals[i]));
  for (std::size_t i = 0; i < kDecodeFeatures; ++i) put(number(decoded.features[i]));
  return at;
}

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::~Engine() = default;

std::unique_ptr<Engine> Engine::open(std::string_view options, std::string& error) {
  EngineOptions parsed;
  if (!parse_options(options, parsed, error)) return nullptr;
  return std::unique_ptr<Engine>(new Engine(std::make_unique<State>(parsed)));
}

RunResult Engine::run(Bytes chunk, BatchBuffers out) { return state_->run(chunk, out); }

std::size_t Engine::counters(std::span<double> out) const { return state_->counters(out); }

const char* Engine::error_text(std::uint32_t error) {
  if (error == kErrorBatchTooSmall) return "a batch buffer is too small for one record";
  if (error == kErrorAfterEnd) return "bytes came after the end of the input";
  return capture_error_text(static_cast<CaptureError>(error));
}

}  // namespace mld
