// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/mutator/subject.h"

#include <algorithm>
#include <array>

#include "fuzzers/mutator/program_cut.h"
#include "fuzzers/mutator/scenarios.h"

namespace protm::fuzz {

using contract::NodeType;
using contract::Program;

namespace {

using enum NodeType;

constexpr NodeType kHeapOps[] = {heap_register, heap_unregister, heap_find,  heap_put,
                                 heap_put_null, heap_alloc,      buffer_put, heap_open,
                                 heap_ioctl,    heap_close,      buffer_close, change_memory,
                                 sleep};
constexpr NodeType kKernelBoOps[] = {
    heap_register, heap_unregister, load,          probe,
    unbind,        unplug,          unload,        open,
    close,         vm_create,       vm_destroy,    group_create,
    group_destroy, group_get_state, tiler_heap_create, tiler_heap_destroy,
    stream_area,   group_submit,    wait,          sleep};
constexpr NodeType kFirmwareOps[] = {heap_register, heap_unregister, load,   probe,
                                     unbind,        suspend,         resume, unplug,
                                     unload,        open,            close,  dev_query,
                                     sleep};
constexpr NodeType kMmuOps[] = {open,         close,        vm_create,    vm_destroy, vm_get_state,
                                vm_bind,      bo_create,    gem_close,    bo_sync,    cpu_write,
                                cpu_read,     stream_area,  group_create, group_destroy,
                                group_get_state, group_submit, wait,       prime_export,
                                prime_import, mmap,         munmap,       map_read,   map_write,
                                syncobj_create, syncobj_wait, fdinfo,     sleep};
constexpr NodeType kSchedOps[] = {vm_create,     vm_destroy,   vm_bind,         bo_create,
                                  group_create,  group_destroy, group_get_state, stream_area,
                                  group_submit,  wait,         syncobj_create,  syncobj_wait,
                                  syncobj_signal, tiler_heap_create, tiler_heap_destroy,
                                  suspend,       resume,       sleep};
constexpr NodeType kUapiOps[] = {
    heap_open,       heap_ioctl,     heap_close,      buffer_close,
    open,            close,          dev_query,       vm_create,
    vm_destroy,      vm_get_state,   vm_bind,         bo_create,
    bo_mmap_offset,  gem_close,      bo_set_label,    bo_query_info,
    bo_sync,         set_user_mmio_offset, tiler_heap_create, tiler_heap_destroy,
    group_create,    group_destroy,  group_get_state, stream_area,
    group_submit,    prime_export,   prime_import,    mmap,
    munmap,          map_read,       map_write,       fdinfo,
    syncobj_create,  syncobj_destroy, syncobj_wait,   syncobj_timeline_wait,
    syncobj_reset,   syncobj_signal, syncobj_timeline_signal, syncobj_query,
    syncobj_transfer, syncobj_export, syncobj_import, sync_fd_close,
    wait,            raw_ioctl,      change_memory,   sleep};

constexpr Change kFields[] = {Change::change_field, Change::change_list};
constexpr Change kFirmwareChanges[] = {Change::change_firmware, Change::change_heap,
                                       Change::change_boot, Change::change_fault};
constexpr Change kSchedChanges[] = {Change::change_trigger, Change::change_latency,
                                    Change::change_machine};
constexpr Change kScheduleChanges[] = {Change::change_schedule};
constexpr Change kCallFaults[] = {Change::change_fault};

constexpr std::array kSubjects{
    Subject{.name = "stack", .what = "whole Programs", .operations = {}, .favoured = {}},
    Subject{.name = "heap",
            .what = "dma-heap: accessors in the kernel, the device, lifetime of heaps",
            .operations = kHeapOps,
            .favoured = {},
            .faults = Faults::calls},
    Subject{.name = "kernel_bo",
            .what = "buffers of the driver itself: protected ones, suspend buffers, heaps",
            .operations = kKernelBoOps,
            .favoured = kCallFaults,
            .faults = Faults::calls},
    Subject{.name = "firmware_image",
            .what = "load and boot with odd firmware images and protected heaps",
            .operations = kFirmwareOps,
            .favoured = kFirmwareChanges,
            .boots_each_time = true},
    Subject{.name = "mmu",
            .what = "VMs, binds, address spaces, and what the GPU sees through them",
            .operations = kMmuOps,
            .favoured = {}},
    Subject{.name = "sched",
            .what = "groups, queues, slots, protected regions, ticks, sleep",
            .operations = kSchedOps,
            .favoured = kSchedChanges},
    Subject{.name = "uapi",
            .what = "every ioctl with odd structs and odd user memory",
            .operations = kUapiOps,
            .favoured = kFields,
            .faults = Faults::calls,
            .odd_percent = 25},
    Subject{.name = "schedule",
            .what = "schedules of a few fixed Programs",
            .operations = {},
            .favoured = kScheduleChanges,
            .faults = Faults::none,
            .scenarios = scenarios},
};

bool out_of_scope(const Subject& subject, const contract::Fault& fault) {
  return subject.faults == Faults::none || (subject.faults == Faults::calls && !fault.host);
}

bool keep_schedule_only(const Subject& subject, Program& program) {
  const std::vector<Program>& all = subject.scenarios();
  Program scenario = all[program.machine.latency_seed % all.size()];
  scenario.schedule = std::move(program.schedule);
  program = std::move(scenario);
  return true;
}

}  // namespace

bool Subject::allows(NodeType operation) const {
  return operations.empty() ||
         std::find(operations.begin(), operations.end(), operation) != operations.end();
}

std::span<const Subject> subject_table() { return kSubjects; }

const Subject* subject_by_name(std::string_view name) {
  for (const Subject& subject : kSubjects) {
    if (subject.name == name) return &subject;
  }
  return nullptr;
}

bool restrict_to(const Subject& subject, Program& program) {
  if (subject.scenarios != nullptr) return keep_schedule_only(subject, program);
  bool changed = program.explore.active();
  program.explore = {};
  std::vector<bool> gone(program.steps.size());
  bool any = false;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    gone[i] = !subject.allows(static_cast<NodeType>(program.steps[i].op.type));
    any = any || gone[i];
  }
  if (any) {
    remove_steps(program, std::move(gone));
    remove_idle_actors(program);
  }
  changed = changed || any;
  for (std::size_t i = program.faults.size(); i-- > 0;) {
    if (!out_of_scope(subject, program.faults[i])) continue;
    remove_faults(program, i, 1);
    changed = true;
  }
  return changed;
}

}  // namespace protm::fuzz
