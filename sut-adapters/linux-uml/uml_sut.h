// SPDX-License-Identifier: GPL-2.0-only
// The real kernel as the step runner sees it: calls become orders for tasks of the agent, what they
// bring back becomes results, and time is the kernel's. Lives inside the UML process, in the rig's
// shared object. Leaves out what the calls mean (sut-adapters/steps) and how orders travel (glue).
// Source: design.md sections 5 (Time) and 7 (linux-uml).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gpu-model/vocab/uapi.h"
#include "sut-adapters/contract/sut.h"
#include "sut-adapters/linux-uml/glue/protm_glue.h"
#include "sut-adapters/rig/rig.h"
#include "sut-adapters/steps/pace.h"

namespace protm::uml {

class UmlSut final : public contract::Sut, public steps::Pace {
 public:
  /// `wait` hands the processor back to the kernel until something happened or wake_ns() is there.
  UmlSut(rig::Rig& rig, std::span<std::byte> window, std::function<void()> wait);

  // --- contract::Sut ---
  [[nodiscard]] contract::SutInfo info() const override { return {"linux-uml", "", 0}; }
  void start(const contract::Call& call) override;
  void run_ready() override;
  [[nodiscard]] std::uint64_t next_timer_ns() const override { return vocab::kNever; }
  [[nodiscard]] std::uint64_t next_needed_timer_ns() const override { return vocab::kNever; }
  void time_reached() override {}
  std::span<const contract::Returned> take_returned() override;
  std::span<const contract::Returned> take_blocked() override;
  [[nodiscard]] std::uint32_t stopped_tasks() const override { return 0; }
  [[nodiscard]] bool no_tasks() const override { return false; }
  void report_rest(bool after_unbind) override;

  // --- steps::Pace ---
  [[nodiscard]] bool at_rest() override;
  bool move(std::uint64_t also_ns) override;

  // --- for the rig's entry points ---
  /// Runs one order of the runner's own to its end.
  std::int64_t order(const protm_order& order);
  /// What lies behind the Program's user memory faults from now on.
  void close_user_memory();
  /// A file of the agent's kernel, made or (sysfs) written. Errors: -errno.
  std::int64_t write_file(const std::string& path, std::span<const std::byte> bytes);
  /// An order for `actor`, if there is one; it is taken.
  bool take_order(protm_order& order);
  /// An actor brings the result of its order.
  void carried_out(const protm_order& order);
  void fence_signalled(std::uint32_t step, std::int32_t error, std::uint64_t seqno);
  /// The driver or the machine did something now.
  void active() { last_active_ns_ = rig_.now().ns; }
  /// The candidate is booted: from now on "at rest" includes the end of autosuspend.
  void booted() { booted_ = true; }
  /// When the step runner wants to look again.
  [[nodiscard]] std::uint64_t wake_ns() const { return std::min(wake_ns_, gate_ns_); }
  /// Time has moved: a call that has not come back by now is blocked.
  void time_moved();
  /// Actors that have an order, as bits.
  [[nodiscard]] std::uint32_t ready() const;
  [[nodiscard]] bool has_news() const { return !returned_.empty() || !blocked_.empty(); }

 private:
  static constexpr std::uint32_t kNobody = UINT32_MAX;
  struct Actor {
    std::optional<protm_order> order;  ///< waits to be taken
    bool busy = false;                 ///< taken, not yet carried out
    std::uint32_t call_actor = 0, call_step = 0;
    contract::SysCall call{};
    std::span<std::byte> into{};
    std::int64_t held_result = 0;  ///< of a submit whose fence is being watched
    bool watching = false;
    bool told_blocked = false;  ///< of this step, which may be several calls
  };

  void device_order(const contract::Call& call, std::uint32_t number, protm_order& order);
  static void heap_order(const contract::Call& call, protm_order& order);
  void give(std::uint32_t number, const protm_order& order);
  [[nodiscard]] std::uint64_t staging(std::uint32_t number, std::span<const std::byte> bytes);
  [[nodiscard]] std::byte* at(std::uint64_t address);
  template <class T>
  bool fetch(std::uint64_t from, T& value) const {
    return rig_.user().look(from, std::as_writable_bytes(std::span(&value, 1)));
  }
  [[nodiscard]] std::optional<vocab::uapi::ObjArray> syncs_of(const protm_order& call) const;
  [[nodiscard]] std::optional<protm_order> watch_for(const protm_order& call,
                                                     std::uint32_t step) const;
  [[nodiscard]] std::uint64_t quiet_at_ns() const;

  rig::Rig& rig_;
  std::span<std::byte> window_;
  std::function<void()> wait_;
  std::array<Actor, PROTM_ACTORS> actors_{};
  /// Actors with an order, in the order of the orders. One is handed out at a time: the next when
  /// the last came back or is blocked, so that tasks that start together run in a known order.
  std::vector<std::uint32_t> line_;
  std::uint32_t running_ = kNobody;
  std::uint64_t gate_ns_ = vocab::kNever;
  std::vector<contract::Returned> returned_, taken_, blocked_, taken_blocked_;
  bool booted_ = false;
  bool loaded_ = false;
  bool unplugged_ = false;
  std::uint64_t wake_ns_ = 0;
  std::uint64_t last_active_ns_ = 0;
  std::uint32_t open_fences_ = 0;
};

}  // namespace protm::uml
