// SPDX-License-Identifier: GPL-2.0-only
// The in-process candidate: Host (kernel core and DRM side) with one driver, as a Sut. Each call of
// the outside becomes a task of its actor's process. Calls before `load` find the built-in part
// (dma-heap) initialised, as in a kernel that has it compiled in.
// Not modelled: several processes, devices besides one GPU or two.
// Source: design.md sections 2 and 4; reference/facts-host.md section 9.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include "sut-adapters/contract/driver.h"
#include "sut-adapters/contract/sut.h"
#include "sut-adapters/host/drm_impl.h"
#include "sut-adapters/host/kernel_impl.h"
#include "sut-adapters/host/kernel_of_device.h"

namespace protm::host {

/// Makes a driver in `memory`; `options` are the candidate's.
using DriverFactory = contract::Driver* (*)(contract::Kernel& kernel, contract::Drm& drm,
                                            std::pmr::memory_resource* memory,
                                            const void* options);

class InProcessSut final : public contract::Sut {
 public:
  InProcessSut(const contract::SutInfo& info, const contract::Surroundings& around,
               DriverFactory make, const void* options);

  contract::SutInfo info() const override { return info_; }
  void start(const contract::Call& call) override;
  void run_ready() override { kernel_.run_ready(); }
  std::uint64_t next_timer_ns() const override { return kernel_.next_timer_ns(); }
  std::uint64_t next_needed_timer_ns() const override { return kernel_.next_needed_timer_ns(); }
  void time_reached() override { kernel_.time_reached(); }
  std::span<const contract::Returned> take_returned() override;
  std::span<const contract::Returned> take_blocked() override;
  void set_schedule(contract::SchedulePolicy* policy) override { kernel_.set_schedule(policy); }
  std::uint32_t stopped_tasks() const override { return kernel_.stopped_tasks(); }
  bool no_tasks() const override { return kernel_.task_count() == 0; }
  void report_rest(bool after_unbind) override;

  [[nodiscard]] KernelImpl& kernel() { return kernel_; }
  [[nodiscard]] DrmImpl& drm() { return drm_; }

 private:
  /// A call in flight. The name is a copy: the caller's may be gone when the task runs.
  struct Flight {
    Flight(InProcessSut& owner, const contract::Call& c, std::pmr::memory_resource* memory)
        : sut(owner), call(c), name(c.name, memory) {}
    InProcessSut& sut;
    contract::Call call;
    std::pmr::string name;
  };
  /// A heap that somebody outside holds one reference of, as long as `held`. Whoever gave the
  /// reference back has nothing to put any more: a second put would be the caller's mistake, which
  /// says nothing about a driver.
  struct HeapHandle {
    contract::Ptr<contract::DmaHeapBase> heap;
    HeapProvider* provider = nullptr;   ///< of the owner's handle
    bool held = true;
  };
  struct BufferHandle {
    contract::Ptr<contract::DmaBuf> buffer;
    bool held = true;
  };

  static void task_entry(void* flight);
  /// Runs what is compiled into the kernel, once, before anything else.
  int initialise();
  std::int64_t perform(const contract::Call& call, std::uint64_t& output);
  std::int64_t perform_heap(const contract::Call& call);
  std::int64_t perform_file(const contract::Call& call, std::uint64_t& output);
  std::int64_t heap_register(const contract::Call& call);
  std::int64_t heap_alloc(const contract::Call& call);
  std::int64_t store_bytes(const contract::Call& call);
  std::int64_t load_bytes(const contract::Call& call);
  std::int64_t heap_put(std::uint64_t handle);
  std::int64_t buffer_put(std::uint64_t handle);
  /// The handle of somebody who still holds its reference; NULL for any other number.
  [[nodiscard]] HeapHandle* heap(std::uint64_t handle);
  /// The device that a call is for; null when there is none.
  [[nodiscard]] PlatformDevice* device_of(const contract::Call& call);
  std::int64_t perform_device(const contract::Call& call);
  std::int64_t load();
  std::int64_t unload();
  /// `gpu`: as in a rest_state record.
  void rest_value(const char* what, std::uint64_t value, std::uint32_t gpu = 0);
  void report_gpus_rest(const contract::DriverRest& first, const contract::DriverRest& second);
  /// What is left behind: of everything, or of the module that was unloaded.
  enum class LeakScope : std::uint8_t { all, module_only };
  void report_leaks(LeakScope scope);

  contract::SutInfo info_;
  contract::Surroundings around_;
  KernelImpl kernel_;
  DrmCore drm_core_;
  DrmImpl drm_;
  contract::Driver* driver_ = nullptr;
  /// The second GPU, with a driver object of its own from the same module.
  struct Second {
    Second(InProcessSut& sut, PlatformDevice& device)
        : kernel(sut.kernel_, device), drm(sut.drm_core_, device) {}
    KernelOfDevice kernel;
    DrmImpl drm;
    contract::Driver* driver = nullptr;
  };
  std::optional<Second> second_;
  bool initialised_ = false;
  bool loaded_ = false;
  int init_result_ = 0;
  std::pmr::vector<HeapHandle> heaps_;
  std::pmr::vector<BufferHandle> buffers_;
  std::pmr::vector<contract::Returned> returned_;
  std::pmr::vector<contract::Returned> taken_;     ///< what the last question got
  std::pmr::vector<contract::Returned> blocked_;   ///< likewise
  std::pmr::vector<RoleCount> baseline_;   ///< live objects that stay as long as the modules do
};

/// An InProcessSut in `around.memory`; nobody deletes it.
[[nodiscard]] contract::Sut* make_in_process_sut(const contract::SutInfo& info,
                                                 const contract::Surroundings& around,
                                                 DriverFactory make, const void* options);

}  // namespace protm::host
