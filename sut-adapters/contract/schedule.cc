// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/schedule.h"

#include <array>

#include "gpu-model/vocab/register_map.h"

namespace protm::contract {
namespace {

constexpr std::array kPoints{
    PointInfo{PointKind::blocked, "blocked", ""},
    PointInfo{PointKind::returned, "returned", ""},
    PointInfo{PointKind::picked, "picked", ""},
    PointInfo{PointKind::mutex_lock, "mutex_lock", "the mutex"},
    PointInfo{PointKind::mutex_unlock, "mutex_unlock", "the mutex"},
    PointInfo{PointKind::down_read, "down_read", "the rw-semaphore"},
    PointInfo{PointKind::up_read, "up_read", "the rw-semaphore"},
    PointInfo{PointKind::down_write, "down_write", "the rw-semaphore"},
    PointInfo{PointKind::up_write, "up_write", "the rw-semaphore"},
    PointInfo{PointKind::spin_lock, "spin_lock", "the spinlock"},
    PointInfo{PointKind::spin_unlock, "spin_unlock", "the spinlock"},
    PointInfo{PointKind::kref_get, "kref_get", "the object"},
    PointInfo{PointKind::kref_put, "kref_put", "the object"},
    PointInfo{PointKind::mmio_read, "mmio_read", "the register"},
    PointInfo{PointKind::mmio_write, "mmio_write", "the register"},
    PointInfo{PointKind::mem_read, "mem_read", "the buffer"},
    PointInfo{PointKind::mem_write, "mem_write", "the buffer"},
    PointInfo{PointKind::queue_work, "queue_work", "the work item"},
    PointInfo{PointKind::wake_up, "wake_up", "the wait queue"},
    PointInfo{PointKind::complete, "complete", "the completion"},
    PointInfo{PointKind::shared, "shared", "the place"},
};
static_assert(kPoints.size() == static_cast<std::size_t>(PointKind::count));

constexpr std::array kTaskRoles{
    TaskRole{"irq.job", "thread of the job interrupt"},
    TaskRole{"irq.mmu", "thread of the MMU interrupt"},
    TaskRole{"irq.gpu", "thread of the GPU interrupt"},
    TaskRole{"tick_work", "the scheduler's tick"},
    TaskRole{"fw_events_work", "events of the firmware"},
    TaskRole{"sync_upd_work", "sync objects that a waiting queue may wait for"},
    TaskRole{"group.sync_upd_work", "sync objects of one group: its jobs end"},
    TaskRole{"group.term_work", "termination of a group"},
    TaskRole{"group.release_work", "release of a group"},
    TaskRole{"queue.timeout", "timeout of a job"},
    TaskRole{"reset_work", "reset of the GPU"},
    TaskRole{"ping_work", "the firmware's watchdog"},
    TaskRole{"sched.run_job", "a scheduler of drm_sched starts jobs"},
    TaskRole{"sched.free_job", "a scheduler of drm_sched frees jobs"},
};

bool is_mmio(PointKind kind) {
  return kind == PointKind::mmio_read || kind == PointKind::mmio_write;
}

}  // namespace

std::span<const PointInfo> point_table() { return kPoints; }
std::span<const TaskRole> task_role_table() { return kTaskRoles; }

std::string point_object(const Point& point) {
  if (!is_mmio(point.kind)) return point.role;
  const std::string name = vocab::register_name(point.offset);
  return name.substr(0, name.find('('));
}

bool matches(const PointSpec& spec, const Point& point) {
  if (spec.kind != point.kind) return false;
  return spec.object.empty() || spec.object == point_object(point);
}

bool matches(const TaskSpec& spec, const TaskView& task) {
  if (spec.actor != TaskSpec::kNoActor) return spec.actor == task.actor;
  return task.actor == TaskSpec::kNoActor && spec.role == task.role;
}

}  // namespace protm::contract
