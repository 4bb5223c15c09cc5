// SPDX-License-Identifier: GPL-2.0-only
// Building blocks of the binary form that decoder and encoder share, so that they cannot differ:
// byte streams, tagged numbers, pools of texts, opcodes with swarm weights, and which objects are
// live at a step. Each tag byte makes the useful values likely and the odd ones possible.
// Leaves out: the order of the parts (binary_decoder.cc, binary_encoder.cc).
// Source: decisions.md 24.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"

namespace protm::format {

/// Bytes from the front; zeros after the end.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool exhausted() const { return bytes_.empty(); }
  std::uint8_t u8() {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  /// Little-endian number of `size` bytes.
  std::uint64_t number(std::uint32_t size) {
    std::uint64_t value = 0;
    for (std::uint32_t i = 0; i < size; ++i) value |= std::uint64_t{u8()} << (8 * i);
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

class ByteWriter {
 public:
  void u8(std::uint64_t byte) { bytes_.push_back(static_cast<std::uint8_t>(byte)); }
  void number(std::uint64_t value, std::uint32_t size) {
    for (std::uint32_t i = 0; i < size; ++i) u8(value >> (8 * i));
  }
  [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Small tags mean base + n * unit: pages for sizes, tenths of a millisecond for times.
struct Scale {
  std::uint64_t base = 0;
  std::uint64_t unit = 1;
  std::uint64_t max = UINT64_MAX;
};
[[nodiscard]] Scale scale_of(const contract::FieldInfo& field);
inline constexpr Scale kTimeScale{.base = 0, .unit = 100'000, .max = contract::kMaxTimeNs};
inline constexpr Scale kSizeScale{.base = 4096, .unit = 4096, .max = UINT64_MAX};
inline constexpr Scale kPlainScale{};
/// Where small VAs begin; a ready-made job maps its buffer here.
inline constexpr std::uint64_t kFirstVa = 2u << 20;

/// A number or nothing.
[[nodiscard]] std::optional<std::uint64_t> read_tagged(ByteReader& in, const Scale& scale);
void write_tagged(ByteWriter& out, std::optional<std::uint64_t> value, const Scale& scale);

/// Texts that short tags stand for.
[[nodiscard]] std::span<const std::string_view> name_pool();
[[nodiscard]] std::span<const std::string_view> call_pool();
[[nodiscard]] std::span<const std::string_view> role_pool();
/// `own` are names of this Program, which many tags stand for when there are some.
[[nodiscard]] std::string read_text(ByteReader& in, std::span<const std::string_view> pool,
                                    std::span<const std::string> own = {});
void write_text(ByteWriter& out, std::string_view text, std::span<const std::string_view> pool);

/// Opcodes: first the operations in the order of node_table(), then these.
enum class Extra : std::uint8_t {
  machine_fault,
  call_fault,
  job,
  protected_job,
  turn,     ///< an entry of the schedule; nothing in a Program of random bytes
  explore,  ///< likewise
  count
};
[[nodiscard]] std::uint32_t operation_count();
[[nodiscard]] std::uint32_t opcode_count();

/// What an opcode byte means under swarm weights. Swarm 0: byte modulo opcode_count().
class OpcodeMap {
 public:
  explicit OpcodeMap(std::uint16_t swarm);
  [[nodiscard]] std::uint32_t opcode(std::uint8_t byte) const { return of_byte_[byte]; }

 private:
  std::array<std::uint8_t, 256> of_byte_{};
};

/// Classes of references. Required ones are mostly live, optional ones mostly absent.
enum class RefClass : std::uint8_t { absent, live, dead, later, raw };
[[nodiscard]] RefClass ref_class(std::uint8_t tag, bool required);
[[nodiscard]] std::uint8_t ref_tag(RefClass ref_class);

/// Objects that earlier steps made, newest first, and whether a step has given them up.
class LiveObjects {
 public:
  /// Takes note of the step with this number.
  void add(const contract::Step& step, std::uint32_t number);
  [[nodiscard]] std::vector<std::uint32_t> live(contract::Makes makes) const;
  [[nodiscard]] std::vector<std::uint32_t> dead(contract::Makes makes) const;
  /// Live and dead ones; with Makes::nothing all steps.
  [[nodiscard]] std::vector<std::uint32_t> all(contract::Makes makes) const;
  /// What a field of a reference type may name: objects, live or dead, or calls.
  [[nodiscard]] std::vector<std::uint32_t> named_by(contract::FieldType type, bool dead) const;

 private:
  struct Object {
    contract::Makes makes = contract::Makes::nothing;
    bool dead = false;
    bool call = false;  ///< has user memory
  };
  std::vector<Object> objects_;   ///< index = step number
};

/// Steps of other actors with a higher number that make the kind, lowest first.
[[nodiscard]] std::vector<std::uint32_t> later_objects(const contract::Program& program,
                                                       std::uint32_t user, contract::Makes makes);

/// The same for a field of a reference type.
[[nodiscard]] std::vector<std::uint32_t> later_named_by(const contract::Program& program,
                                                        std::uint32_t user,
                                                        contract::FieldType type);

/// What kind of step an event's argument names; nothing for events without such an argument.
[[nodiscard]] std::optional<contract::Makes> step_argument(contract::EventKind kind);
[[nodiscard]] contract::EventArg event_argument(contract::EventKind kind);

}  // namespace protm::format
