// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>

#include "fuzzers/mutator/editor.h"

namespace protm::fuzz {

using contract::PointKind;
using contract::PointSpec;
using contract::ScheduleEntry;
using contract::TaskSpec;

namespace {

/// Objects at which in-process drivers can be held, as their roles say.
constexpr std::string_view kLocks[] = {"sched.lock",    "reset.lock",  "vm.op_lock",
                                       "vm.mm_lock",    "heap.lock",   "heap_list_lock",
                                       "unplug.lock",   "protm.lock",  "mmu.vm_lock",
                                       "as.slots_lock", "iface.lock",  "vm.heaps_lock",
                                       "irq.mask_lock", "gpu.reqs_lock", "queue.fence_lock"};
constexpr std::string_view kObjects[] = {"heap", "group", "vm", "bo", "kbo", "heap_pool"};
constexpr std::string_view kRegisters[] = {"AS_COMMAND", "GPU_COMMAND", "DOORBELL", "GPU_STATUS",
                                           "GPU_IRQ_CLEAR", "JOB_IRQ_CLEAR", "MCU_CONTROL"};

bool is_lock(PointKind kind) {
  return kind >= PointKind::mutex_lock && kind <= PointKind::spin_unlock;
}

}  // namespace

TaskSpec Editor::draw_task() {
  if (!program_.actors.empty() && random_.percent(45)) {
    return {.actor = static_cast<std::uint32_t>(random_.below(program_.actors.size())),
            .role = {}};
  }
  const auto table = contract::task_role_table();
  return {.actor = TaskSpec::kNoActor,
          .role = std::string(table[random_.below(table.size())].word)};
}

PointSpec Editor::draw_point() {
  PointSpec point;
  point.kind = static_cast<PointKind>(
      random_.below(static_cast<std::uint64_t>(PointKind::count)));
  point.count = static_cast<std::uint32_t>(random_.percent(60) ? 1 : random_.between(2, 6));
  if (random_.percent(40)) return point;
  const bool register_access =
      point.kind == PointKind::mmio_read || point.kind == PointKind::mmio_write;
  if (is_lock(point.kind)) {
    point.object = random_.one_of(kLocks);
  } else if (point.kind == PointKind::kref_get || point.kind == PointKind::kref_put) {
    point.object = random_.one_of(kObjects);
  } else if (register_access) {
    point.object = random_.one_of(kRegisters);
  }
  return point;
}

ScheduleEntry Editor::draw_turn() {
  return {.verb = random_.percent(60) ? ScheduleEntry::Verb::run : ScheduleEntry::Verb::let,
          .task = draw_task(),
          .until = draw_point()};
}

bool Editor::change_schedule() {
  std::vector<ScheduleEntry>& schedule = program_.schedule;
  const std::uint64_t way = schedule.empty() ? 0 : random_.below(8);
  if (way <= 2) {
    if (schedule.size() >= contract::kMaxScheduleEntries) return false;
    const auto before = static_cast<std::ptrdiff_t>(random_.below(schedule.size() + 1));
    schedule.insert(schedule.begin() + before, draw_turn());
    return true;
  }
  const std::size_t at = random_.below(schedule.size());
  switch (way) {
    case 3: schedule.erase(schedule.begin() + static_cast<std::ptrdiff_t>(at)); break;
    case 4: std::swap(schedule[at], schedule[random_.below(schedule.size())]); break;
    case 5: schedule[at].task = draw_task(); break;
    case 6: schedule[at].until = draw_point(); break;
    default:
      schedule[at].until.count = static_cast<std::uint32_t>(random_.between(1, 8));
      break;
  }
  return true;
}

}  // namespace protm::fuzz
