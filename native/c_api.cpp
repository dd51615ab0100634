// The C interface: converts, and nothing else.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/app/community_id.hpp"
#include "core/base/sha256.hpp"
#include "core/flow/engine.hpp"
#include "core/flow/layout.hpp"
#include "core/forest/forest.hpp"
#include "core/forest/trainer.hpp"
#include "core/log/jsonl.hpp"
#include "core/vectors/vectors.hpp"
#include "include/mldefender.h"

struct mld_engine {
  std::unique_ptr<mld::Engine> engine;
};

struct mld_forest {
  std::unique_ptr<mld::forest::Forest> forest;
  std::vector<std::uint16_t> feature_index;
  std::size_t row_size = 0;  // floats that a row has at least
};

struct mld_trainer {
  std::unique_ptr<mld::forest::Trainer> trainer;
  std::vector<std::uint8_t> result;
};

struct mld_formatter {
  mld::LineSchema schema;
};

struct mld_vectors {
  std::unique_ptr<mld::vectors::Vectors> vectors;
};

namespace {

constexpr std::size_t kMaxRunBytes = std::size_t{1} << 30;  // of a chunk, so that counts fit 32 bits
constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmpV6 = 58;
constexpr std::uint8_t kEchoReply = 0;
constexpr std::uint8_t kEchoReplyV6 = 129;

// Text for a caller who asks how long it is first.
std::uint32_t give_text(std::string_view text, std::uint8_t* out, std::size_t cap) noexcept {
  if (text.size() <= cap && !text.empty()) std::memcpy(out, text.data(), text.size());
  return static_cast<std::uint32_t>(text.size());
}

// A reason, cut where it does not fit, with a NUL at its end.
void give_error(std::string_view text, std::uint8_t* out, std::size_t cap) noexcept {
  if (cap == 0) return;
  const auto size = std::min(text.size(), cap - 1);
  if (size > 0) std::memcpy(out, text.data(), size);
  out[size] = 0;
}

// Floats that a row has at least.
std::size_t row_size_of(std::span<const std::uint16_t> feature_index) noexcept {
  std::size_t size = 0;
  for (const std::size_t at : feature_index) size = std::max(size, at + 1);
  return size;
}

bool rows_fit(std::size_t floats, std::size_t stride, std::size_t count,
              std::size_t row_size) noexcept {
  if (count == 0 || row_size == 0 || row_size > floats || stride < row_size) return false;
  return count - 1 <= (floats - row_size) / stride;
}

}  // namespace

std::uint32_t mld_abi_version(void) noexcept { return mld::kAbiVersion; }

std::uint32_t mld_layout(std::uint8_t* out, std::size_t out_cap) noexcept {
  return give_text(mld::layout_json(), out, out_cap);
}

mld_engine* mld_engine_open(const std::uint8_t* options, std::size_t options_len,
                            std::uint8_t* error, std::size_t error_cap) noexcept {
  std::string reason;
  const std::string_view text(reinterpret_cast<const char*>(options), options_len);
  auto engine = mld::Engine::open(text, reason);
  if (engine == nullptr) {
    give_error(reason, error, error_cap);
    return nullptr;
  }
  auto handle = std::make_unique<mld_engine>();
  handle->engine = std::move(engine);
  return handle.release();
}

std::int32_t mld_engine_run(mld_engine* engine, const std::uint8_t* chunk, std::size_t chunk_len,
                            std::uint8_t* flows, std::size_t flows_cap, std::uint8_t* hosts,
                            std::size_t hosts_cap, std::uint8_t* arena, std::size_t arena_cap,
                            std::uint32_t* result, std::size_t result_cap) noexcept {
  const mld::Bytes bytes(chunk, std::min(chunk_len, kMaxRunBytes));
  const auto done = engine->engine->run(
      bytes, {.flows = {flows, flows_cap}, .hosts = {hosts, hosts_cap}, .arena = {arena, arena_cap}});
  const auto state = static_cast<std::int32_t>(done.state);
  const std::array<std::uint32_t, 6> numbers{
      static_cast<std::uint32_t>(state), static_cast<std::uint32_t>(done.consumed), done.flows,
      done.hosts, done.arena_bytes, done.error};
  std::copy_n(numbers.begin(), std::min(numbers.size(), result_cap), result);
  return state;
}

std::uint32_t mld_engine_counters(mld_engine* engine, double* out, std::size_t out_cap) noexcept {
  return static_cast<std::uint32_t>(engine->engine->counters({out, out_cap}));
}

void mld_engine_close(mld_engine* engine) noexcept { delete engine; }

std::uint32_t mld_error_text(std::uint32_t error, std::uint8_t* out, std::size_t out_cap) noexcept {
  return give_text(mld::Engine::error_text(error), out, out_cap);
}

std::uint32_t mld_community_id(const std::uint8_t* flow_record, std::size_t flow_record_len,
                               std::uint8_t* out, std::size_t out_cap) noexcept {
  mld::FlowRecord record;
  if (flow_record_len != sizeof(record)) return 0;
  std::memcpy(&record, flow_record, sizeof(record));
  if (record.kind != static_cast<std::uint8_t>(mld::PacketKind::ip)) return 0;
  mld::CommunityIdInput input{.ip_version = record.ip_version,
                              .protocol = record.protocol,
                              .src_port = record.src_port,
                              .dst_port = record.dst_port};
  std::copy_n(record.src, input.src.size(), input.src.begin());
  std::copy_n(record.dst, input.dst.size(), input.dst.begin());
  if (record.protocol == kIcmp || record.protocol == kIcmpV6) {
    input.src_port = record.icmp_type;
    input.dst_port = record.icmp_code;
    // The type is the first packet's, and the sender of an echo reply is the responder.
    const auto reply = record.protocol == kIcmp ? kEchoReply : kEchoReplyV6;
    if (record.icmp_type == reply) std::swap(input.src, input.dst);
  }
  return give_text(mld::community_id(input).view(), out, out_cap);
}

std::uint32_t mld_sha256(const std::uint8_t* data, std::size_t data_len, std::uint8_t* out,
                         std::size_t out_cap) noexcept {
  const auto digest = mld::sha256(std::span(data, data_len));
  if (out_cap < digest.size()) return 0;
  std::memcpy(out, digest.data(), digest.size());
  return static_cast<std::uint32_t>(digest.size());
}

mld_forest* mld_forest_open(const std::uint8_t* blob, std::size_t blob_len,
                            const std::uint16_t* feature_index, std::size_t feature_index_len,
                            std::uint8_t* error, std::size_t error_cap) noexcept {
  auto reason = mld::forest::BlobError::none;
  auto forest = mld::forest::Forest::open({blob, blob_len}, &reason);
  if (forest == nullptr) {
    give_error(mld::forest::describe(reason), error, error_cap);
    return nullptr;
  }
  if (feature_index_len != forest->feature_count()) {
    give_error("the feature map is not as long as the forest has features", error, error_cap);
    return nullptr;
  }
  auto handle = std::make_unique<mld_forest>();
  handle->forest = std::move(forest);
  handle->feature_index.assign(feature_index, feature_index + feature_index_len);
  handle->row_size = row_size_of(handle->feature_index);
  return handle.release();
}

std::uint32_t mld_forest_info(mld_forest* forest, std::uint32_t* out,
                              std::size_t out_cap) noexcept {
  const auto& f = *forest->forest;
  const std::array<std::uint32_t, 3> info{f.feature_count(), f.tree_count(), f.depth()};
  const auto count = std::min(info.size(), out_cap);
  std::copy_n(info.begin(), count, out);
  return static_cast<std::uint32_t>(count);
}

std::uint32_t mld_forest_kernel(mld_forest* forest, std::uint8_t* out,
                                std::size_t out_cap) noexcept {
  return give_text(mld::forest::kernel_name(forest->forest->kernel()), out, out_cap);
}

std::uint32_t mld_forest_use_kernel(mld_forest* forest, const std::uint8_t* name,
                                    std::size_t name_len) noexcept {
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(mld::forest::Kernel::count); ++i) {
    const auto kernel = static_cast<mld::forest::Kernel>(i);
    const std::string_view text = mld::forest::kernel_name(kernel);
    if (std::equal(text.begin(), text.end(), name, name + name_len)) {
      return forest->forest->use_kernel(kernel) ? 1 : 0;
    }
  }
  return 0;
}

std::uint32_t mld_forest_predict(mld_forest* forest, const float* rows, std::size_t rows_len,
                                 std::size_t stride, std::size_t count, float* scores,
                                 std::size_t scores_cap) noexcept {
  const auto row_size = forest->row_size;
  if (count > scores_cap || !rows_fit(rows_len, stride, count, row_size)) return 0;
  const mld::forest::Rows view{.data = rows,
                               .stride = stride,
                               .count = count,
                               .feature_index = forest->feature_index.data()};
  return forest->forest->predict(view, scores) ? static_cast<std::uint32_t>(count) : 0;
}

std::uint32_t mld_forest_contributions(mld_forest* forest, const float* row, std::size_t row_len,
                                       double* out, std::size_t out_cap) noexcept {
  const std::size_t features = forest->forest->feature_count();
  if (row_len < forest->row_size || out_cap < features + 2) return 0;
  out[features + 1] = static_cast<double>(
      forest->forest->contributions(row, forest->feature_index.data(), out, out + features));
  return static_cast<std::uint32_t>(features + 2);
}

std::uint32_t mld_forest_flips(mld_forest* forest, const float* row, std::size_t row_len,
                               float limit, double* out, std::size_t out_cap) noexcept {
  if (row_len < forest->row_size) return 0;
  std::array<mld::forest::Flip, mld::forest::kMaxFeatures> flips;
  const auto found = forest->forest->nearest_flips(row, forest->feature_index.data(), limit, flips);
  const auto count = std::min(found, out_cap / 5);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& flip = flips[i];
    const std::array<double, 5> numbers{
        static_cast<double>(flip.feature), static_cast<double>(flip.value),
        static_cast<double>(flip.score), flip.change, flip.relative};
    std::copy(numbers.begin(), numbers.end(), out + i * 5);
  }
  return static_cast<std::uint32_t>(count);
}

std::uint32_t mld_forest_merge(const std::uint8_t* blobs, std::size_t blobs_len,
                               const std::uint32_t* sizes, std::size_t sizes_len, std::uint8_t* out,
                               std::size_t out_cap, std::uint8_t* error,
                               std::size_t error_cap) noexcept {
  std::span<const std::uint8_t> rest(blobs, blobs_len);
  std::vector<mld::Bytes> parts;
  for (std::size_t i = 0; i < sizes_len; ++i) {
    if (sizes[i] > rest.size()) {
      give_error("the sizes are more than the blobs", error, error_cap);
      return 0;
    }
    parts.push_back(rest.first(sizes[i]));
    rest = rest.subspan(sizes[i]);
  }
  auto reason = mld::forest::BlobError::none;
  const auto merged = mld::forest::merge_blobs(parts, &reason);
  if (merged.empty() || merged.size() > out_cap) {
    give_error(merged.empty() ? mld::forest::describe(reason) : "the result does not fit", error,
               error_cap);
    return 0;
  }
  std::memcpy(out, merged.data(), merged.size());
  return static_cast<std::uint32_t>(merged.size());
}

void mld_forest_close(mld_forest* forest) noexcept { delete forest; }

mld_trainer* mld_trainer_open(const float* rows, std::size_t rows_len, std::size_t stride,
                              std::size_t count, const std::uint16_t* feature_index,
                              std::size_t feature_index_len, const std::uint8_t* labels,
                              std::size_t labels_len, const float* weights, std::size_t weights_len,
                              std::uint32_t depth, std::uint32_t mtry, std::uint32_t bins,
                              double min_leaf_weight, std::uint32_t bootstrap, std::uint64_t seed,
                              std::uint64_t max_bytes, std::uint8_t* error,
                              std::size_t error_cap) noexcept {
  const auto row_size = row_size_of(std::span(feature_index, feature_index_len));
  if (!rows_fit(rows_len, stride, count, row_size) || labels_len != count ||
      (weights_len != 0 && weights_len != count)) {
    give_error("rows, labels and weights are not of one length", error, error_cap);
    return nullptr;
  }
  const mld::forest::TrainOptions options{.depth = depth,
                                          .mtry = mtry,
                                          .bins = bins,
                                          .min_leaf_weight = min_leaf_weight,
                                          .bootstrap = bootstrap != 0,
                                          .seed = seed,
                                          .max_bytes = max_bytes};
  const mld::forest::Rows view{
      .data = rows, .stride = stride, .count = count, .feature_index = feature_index};
  auto reason = mld::forest::TrainError::none;
  auto trainer =
      mld::forest::Trainer::begin(view, static_cast<std::uint32_t>(feature_index_len), labels,
                                  weights_len == 0 ? nullptr : weights, options, &reason);
  if (trainer == nullptr) {
    give_error(mld::forest::describe(reason), error, error_cap);
    return nullptr;
  }
  auto handle = std::make_unique<mld_trainer>();
  handle->trainer = std::move(trainer);
  return handle.release();
}

std::uint32_t mld_trainer_train(mld_trainer* trainer, std::uint32_t first, std::uint32_t count,
                                std::uint8_t* error, std::size_t error_cap) noexcept {
  auto reason = mld::forest::TrainError::none;
  trainer->result = trainer->trainer->train_trees(first, count, &reason);
  if (trainer->result.empty()) give_error(mld::forest::describe(reason), error, error_cap);
  return static_cast<std::uint32_t>(trainer->result.size());
}

std::uint32_t mld_trainer_result(mld_trainer* trainer, std::uint8_t* out,
                                 std::size_t out_cap) noexcept {
  const auto& blob = trainer->result;
  if (blob.size() <= out_cap && !blob.empty()) std::memcpy(out, blob.data(), blob.size());
  return static_cast<std::uint32_t>(blob.size());
}

void mld_trainer_close(mld_trainer* trainer) noexcept { delete trainer; }

mld_formatter* mld_formatter_open(const std::uint8_t* paths, std::size_t paths_len,
                                  const std::uint8_t* kinds, std::size_t kinds_len,
                                  std::uint8_t* error, std::size_t error_cap) noexcept {
  auto handle = std::make_unique<mld_formatter>();
  const std::string_view text(reinterpret_cast<const char*>(paths), paths_len);
  if (!mld::LineSchema::make(text, {kinds, kinds_len}, handle->schema)) {
    give_error("the paths or their kinds make no line", error, error_cap);
    return nullptr;
  }
  return handle.release();
}

std::uint32_t mld_formatter_lines(mld_formatter* formatter, const double* numbers,
                                  std::size_t numbers_len, const std::uint8_t* arena,
                                  std::size_t arena_len, std::uint8_t* out, std::size_t out_cap,
                                  std::uint32_t* result, std::size_t result_cap) noexcept {
  if (result_cap < 3) return 0;
  const auto rows = numbers_len / formatter->schema.field_count();
  const auto done = formatter->schema.format_lines({numbers, numbers_len}, {arena, arena_len}, rows,
                                                   {reinterpret_cast<char*>(out), out_cap});
  result[0] = static_cast<std::uint32_t>(done.lines);
  result[1] = static_cast<std::uint32_t>(done.bytes);
  result[2] = done.bad_text ? 1 : 0;
  return result[0];
}

std::uint32_t mld_formatter_fixed_bytes(mld_formatter* formatter) noexcept {
  return static_cast<std::uint32_t>(formatter->schema.fixed_bytes());
}

void mld_formatter_close(mld_formatter* formatter) noexcept { delete formatter; }

std::uint32_t mld_vectors_quantize(std::uint32_t dimensions, const float* vectors,
                                   std::size_t vectors_len, std::int8_t* out,
                                   std::size_t out_cap) noexcept {
  return static_cast<std::uint32_t>(
      mld::vectors::quantize(dimensions, {vectors, vectors_len}, {out, out_cap}));
}

mld_vectors* mld_vectors_open(std::uint32_t dimensions, std::uint32_t max_rows, std::uint8_t* error,
                              std::size_t error_cap) noexcept {
  std::string reason;
  auto vectors = mld::vectors::Vectors::open(dimensions, max_rows, reason);
  if (vectors == nullptr) {
    give_error(reason, error, error_cap);
    return nullptr;
  }
  auto handle = std::make_unique<mld_vectors>();
  handle->vectors = std::move(vectors);
  return handle.release();
}

std::uint32_t mld_vectors_append(mld_vectors* vectors, const std::uint32_t* ids,
                                 std::size_t ids_len, const std::int8_t* rows,
                                 std::size_t rows_len) noexcept {
  const bool done = vectors->vectors->append({ids, ids_len}, {rows, rows_len});
  return done ? static_cast<std::uint32_t>(ids_len) : 0;
}

std::uint32_t mld_vectors_remove(mld_vectors* vectors, const std::uint32_t* rows,
                                 std::size_t rows_len) noexcept {
  return vectors->vectors->remove({rows, rows_len});
}

std::uint32_t mld_vectors_read(mld_vectors* vectors, std::uint32_t first, std::uint32_t* ids,
                               std::size_t ids_cap, std::int8_t* rows, std::size_t rows_cap,
                               std::uint8_t* live, std::size_t live_cap) noexcept {
  return static_cast<std::uint32_t>(
      vectors->vectors->read(first, {ids, ids_cap}, {rows, rows_cap}, {live, live_cap}));
}

std::uint32_t mld_vectors_compact(mld_vectors* vectors) noexcept {
  return vectors->vectors->compact();
}

std::uint32_t mld_vectors_scan(mld_vectors* vectors, const float* query, std::size_t query_len,
                               const std::uint8_t* filter, std::size_t filter_len, std::uint32_t k,
                               std::uint32_t* ids, std::size_t ids_cap, float* scores,
                               std::size_t scores_cap) noexcept {
  const auto hits = vectors->vectors->scan({query, query_len}, {filter, filter_len}, k);
  const auto count = std::min({hits.size(), ids_cap, scores_cap});
  for (std::size_t i = 0; i < count; ++i) {
    ids[i] = hits[i].id;
    scores[i] = hits[i].score;
  }
  return static_cast<std::uint32_t>(count);
}

std::uint32_t mld_vectors_kernel(mld_vectors* vectors, std::uint8_t* out,
                                 std::size_t out_cap) noexcept {
  return give_text(mld::vectors::kernel_name(vectors->vectors->kernel()), out, out_cap);
}

std::uint32_t mld_vectors_use_kernel(mld_vectors* vectors, const std::uint8_t* name,
                                     std::size_t name_len) noexcept {
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(mld::vectors::Kernel::count); ++i) {
    const auto kernel = static_cast<mld::vectors::Kernel>(i);
    const std::string_view text = mld::vectors::kernel_name(kernel);
    if (std::equal(text.begin(), text.end(), name, name + name_len)) {
      return vectors->vectors->use_kernel(kernel) ? 1 : 0;
    }
  }
  return 0;
}

void mld_vectors_close(mld_vectors* vectors) noexcept { delete vectors; }
