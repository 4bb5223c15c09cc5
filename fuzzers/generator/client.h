// SPDX-License-Identifier: GPL-2.0-only
// One client of a generated Program: a VM with a stream area and a data buffer, groups with queues,
// and jobs. Each queue stores into words of its own, shared words are only added to: what the
// buffer holds at the end does not depend on how groups take turns.
// Leaves out: what befalls a client (generate.cc), wrong calls (wrong_calls.h).
#pragma once

#include <cstdint>
#include <vector>

#include "fuzzers/generator/program_builder.h"
#include "fuzzers/generator/random.h"
#include "gpu-model/vocab/sim_time.h"

namespace protm::fuzz {

using vocab::kMs;

/// Programs whose clients come one after the other, in percent, and how long after.
inline constexpr std::uint32_t kOneByOne = 90;
inline constexpr std::uint64_t kGapNs = 6 * kMs;

inline constexpr std::uint64_t kPage = 4096;
/// Flag of VM_BIND.
inline constexpr std::uint32_t kAsync = 1;

/// Bytes at the start of a data buffer: words that each queue has for itself.
inline constexpr std::uint64_t kPrivateBytes = 4096;
/// Offset of the words that all add to, behind them.
inline constexpr std::uint64_t kSharedAt = kPrivateBytes;
/// Bytes that jobs use; what lies behind may be unmapped and mapped again.
inline constexpr std::uint64_t kUsedBytes = 8192;
/// Where a client's data buffer is mapped, and where nothing ever is.
inline constexpr std::uint64_t kDataVa = 0x200000;
inline constexpr std::uint64_t kSpareVa = 0x10000000;
inline constexpr std::uint64_t kUnmappedVa = 0x700000000;

/// Priorities of the uAPI; the two upper ones need CAP_SYS_NICE.
enum class Urgency : std::uint8_t { all_medium, low_and_medium, any };

/// A job that does not end as it should.
enum class Trouble : std::uint8_t { none, endless, blocked, fault };

/// Whether a group may ask for protected mode; the jobs of one that may are protected regions.
enum class Protection : std::uint8_t { no, yes };

/// How long jobs run.
struct RunTime {
  std::uint64_t least_ns = 100'000;
  std::uint64_t most_ns = 2'000'000;
};

class Client {
 public:
  /// `file`: the step that opened the client's file; kNoStep = the one that all share.
  Client(ProgramBuilder& builder, Random& random, std::uint32_t actor, bool sys_nice,
         std::uint32_t file = contract::kNoStep)
      : builder_(builder), random_(random), actor_(actor), sys_nice_(sys_nice), file_(file) {}

  /// A step about this client's objects, so on its file, by any actor; kNoStep: there is no room.
  std::uint32_t add(std::uint32_t actor, Make op, const contract::Trigger& when = {});

  /// VM, stream area, buffers, binds.
  void set_up();
  void add_group(Urgency urgency, std::uint32_t queues, Protection protection = Protection::no);
  /// A job on a queue; kNoStep when there is no room.
  std::uint32_t submit(std::size_t group, std::uint32_t queue, const RunTime& time,
                       Trouble trouble = Trouble::none, const contract::Trigger& when = {});
  /// A job with any stream.
  std::uint32_t submit_stream(std::size_t group, std::vector<contract::Node> stream,
                              const contract::Trigger& when = {}, std::uint32_t queue = 0);
  /// A job that waits for a sync object in memory, and one of another group that sets it: the first
  /// blocks its queue, and its group may lose the slot meanwhile.
  void submit_handshake(std::size_t waiter, std::size_t setter, const RunTime& time);
  /// Another actor's submit of a job that stores one value at `va`.
  std::uint32_t submit_store(std::uint32_t actor, std::size_t group, std::uint64_t va);
  void wait(std::uint32_t job, std::uint64_t timeout_ns);
  /// A call that asks or sets up something beside the work.
  void ask();
  /// VM_BIND that leaves what jobs use as it is.
  void rebind(std::uint32_t actor, const contract::Trigger& when);
  /// Gives up an object; `actor` may be another one's.
  void destroy_group(std::uint32_t actor, std::size_t group, const contract::Trigger& when);
  void destroy_vm(std::uint32_t actor, const contract::Trigger& when);
  void close_buffer(std::uint32_t actor, const contract::Trigger& when);

  /// Work that takes a time drawn from `time`.
  [[nodiscard]] contract::Node run_for(const RunTime& time);

  [[nodiscard]] std::uint32_t actor() const { return actor_; }
  [[nodiscard]] bool sys_nice() const { return sys_nice_; }
  [[nodiscard]] std::uint32_t file() const { return file_; }
  [[nodiscard]] std::uint32_t vm() const { return vm_; }
  [[nodiscard]] std::uint32_t buffer() const { return data_; }
  [[nodiscard]] std::size_t groups() const { return groups_.size(); }
  [[nodiscard]] std::uint32_t group_step(std::size_t group) const { return groups_[group].step; }
  [[nodiscard]] std::uint32_t queues(std::size_t group) const { return groups_[group].queues; }
  [[nodiscard]] Protection protection(std::size_t group) const {
    return groups_[group].protection;
  }
  /// Jobs in the order of their submits.
  [[nodiscard]] const std::vector<std::uint32_t>& jobs() const { return jobs_; }

 private:
  struct Group {
    std::uint32_t step = contract::kNoStep;
    std::uint32_t queues = 1;
    Protection protection = Protection::no;
    std::vector<std::uint32_t> stores;  ///< per queue: words stored so far
  };

  [[nodiscard]] contract::Node map_op(std::uint32_t bo, std::uint64_t va, std::uint64_t size,
                                      std::uint64_t offset) const;
  [[nodiscard]] contract::Node region(std::size_t group, std::uint32_t queue, const RunTime& time);
  [[nodiscard]] contract::Node own_store(std::size_t group, std::uint32_t queue);
  [[nodiscard]] contract::Node shared_add();
  [[nodiscard]] std::vector<contract::Node> stream(std::size_t group, std::uint32_t queue,
                                                   const RunTime& time, Trouble trouble);
  [[nodiscard]] contract::Node faulty();

  ProgramBuilder& builder_;
  Random& random_;
  std::uint32_t actor_ = 0;
  bool sys_nice_ = false;
  std::uint32_t file_ = contract::kNoStep;
  std::uint32_t vm_ = contract::kNoStep;
  std::uint32_t data_ = contract::kNoStep;   ///< data buffer
  std::uint64_t data_bytes_ = 0;
  std::uint32_t other_ = contract::kNoStep;  ///< second buffer, for binds
  std::uint32_t binds_ = 0;                  ///< numbers places in the spare range
  std::uint32_t handshakes_ = 0;             ///< numbers their words
  std::vector<Group> groups_;
  std::vector<std::uint32_t> jobs_;
};

}  // namespace protm::fuzz
