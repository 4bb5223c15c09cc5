// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/stale_fatal.h"

#include <tuple>
#include <utility>

namespace protm::differential {
namespace {

using namespace contract;
using vocab::ObservationKind;

/// A CS of a GPU: device, CSG slot, CS.
using Cs = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

/// What of CS_REQ and of the log the trace shows so far.
class Book {
 public:
  explicit Book(const Program& program) : program_(program) {}

  void take(const Trace& trace, std::size_t index) {
    const Record& r = trace.records[index];
    slots_.try_emplace(r.device, program_).first->second.take(r);
    if (is(r, ObservationKind::cs_fatal)) {
      const Cs cs{r.device, r.a, r.b};
      taken_[cs] = !taken_[cs];
      left_over_.erase(cs);
    }
    raised_ += is(r, ObservationKind::cs_fatal) || is(r, ObservationKind::cs_fault) ? 1 : 0;
    if (is(r, ObservationKind::mcu_boot)) boot(r);
    if (r.kind != RecordKind::kernel_log) return;
    if (trace.text(r.text).find("CSG slot") == std::string_view::npos) return;
    if (++told_ > raised_) kill(index);
  }

  [[nodiscard]] std::map<std::uint32_t, StaleKill> killed() && { return std::move(killed_); }

 private:
  /// CS_ACK is zero behind a boot; CS_REQ too where the interface was loaded anew, as GLB_REQ says.
  void boot(const Record& boot) {
    for (auto& [cs, taken] : taken_) {
      if (std::get<0>(cs) != boot.device) continue;
      if (boot.a == 0) taken = false;
      if (taken) {
        left_over_.insert(cs);
      } else {
        left_over_.erase(cs);
      }
    }
  }

  /// The driver brings CS_REQ in step with CS_ACK when it has taken the event.
  void kill(std::size_t index) {
    for (const auto& [device, slot, cs] : left_over_) {
      const std::uint32_t group = slots_.at(device).group_at(slot);
      if (group == kNoStep) continue;
      StaleKill& kill = killed_.try_emplace(group, StaleKill{.record = index}).first->second;
      kill.queues |= 1u << cs;
    }
    raised_ = told_;
  }

  const Program& program_;
  std::map<std::uint32_t, SlotMap> slots_;   // by device
  std::map<Cs, bool> taken_;                 // an odd number of fatal events: the bit is set
  std::set<Cs> left_over_;                   // of these, behind a boot
  std::size_t raised_ = 0, told_ = 0;
  std::map<std::uint32_t, StaleKill> killed_;
};

}  // namespace

std::map<std::uint32_t, StaleKill> killed_by_stale_fatal(const Program& program,
                                                         const Trace& trace) {
  Book book(program);
  const std::size_t end = quiesce_index(trace);
  for (std::size_t i = 0; i < end; ++i) book.take(trace, i);
  return std::move(book).killed();
}

}  // namespace protm::differential
