// SPDX-License-Identifier: GPL-2.0-only
// How a mutant replaces one part of the reference: a driver whose factory makes the changed class.
// Leaves out: mutants that change two parts; one bug is enough for a mutant.
// Source: oracle/reference/driver.h, the make_* functions.
#pragma once

#include <algorithm>
#include <array>
#include <new>

#include "gpu-model/vocab/uapi.h"
#include "oracle/mutants/mutants.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/fw.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/reclaim.h"
#include "oracle/reference/sched.h"
#include "oracle/reference/uapi.h"
#include "oracle/reference/user_buffers.h"

namespace protm::mutants {

using contract::Ptr;
using contract::Result;
using reference::Device;
using reference::Group;
using vocab::uapi::IoctlId;

template <class M>
struct WithHeaps : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  reference::HeapCore* make_heaps(std::pmr::memory_resource& memory) const override {
    return this->template in_memory<M>(memory);
  }
};
template <class M>
struct WithGpu : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  Ptr<reference::Gpu> make_gpu(Device& d) override { return k_.template make<M>("gpu", d); }
};
template <class M>
struct WithMmu : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  Ptr<reference::Mmu> make_mmu(Device& d) override { return k_.template make<M>("mmu", d); }
};
template <class M>
struct WithReclaim : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  Ptr<reference::Reclaim> make_reclaim(Device& d) override {
    return k_.template make<M>("reclaim", d);
  }
};
template <class M>
struct WithFw : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  Ptr<reference::Fw> make_fw(Device& d) override { return k_.template make<M>("fw", d); }
};
template <class M>
struct WithProtm : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  Ptr<reference::Protm> make_protm(Device& d) override { return k_.template make<M>("protm", d); }
};
template <class M>
struct WithSched : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  Ptr<reference::Sched> make_sched(Device& d) override { return k_.template make<M>("sched", d); }
};
template <class M>
struct WithUserBuffers : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  Ptr<reference::UserBuffers> make_user_buffers(Device& d) override {
    return k_.template make<M>("user_buffers", d);
  }
};

using IoctlFn = int (*)(void* driver, void* arg, const Ptr<contract::DrmFile>& file);

/// The handler that a mutant's own one stands for.
inline IoctlFn original_ioctl(IoctlId id) {
  for (const contract::DrmIoctl& row : reference::panthor_ops({}).ioctls) {
    if (row.nr == static_cast<std::uint32_t>(id)) return row.fn;
  }
  return nullptr;
}

/// The ioctl as the reference has it, with success in place of one error.
template <IoctlId Id, int Error>
int forgiving(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const int error = original_ioctl(Id)(driver, arg, file);
  return error == -Error ? 0 : error;
}

/// One ioctl replaced, of those that there are under the mutant's profile.
template <IoctlId Id, IoctlFn Fn>
struct WithIoctl : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  [[nodiscard]] const contract::DrmDriverOps& drm_ops() const override {
    static const Table table(ReferenceDriver::drm_ops());
    return table.ops;
  }

 private:
  struct Table {
    explicit Table(const contract::DrmDriverOps& original) : ops(original) {
      const auto& all = original.ioctls;
      std::copy(all.begin(), all.end(), rows.begin());
      for (contract::DrmIoctl& row : rows) {
        if (row.nr == static_cast<std::uint32_t>(Id)) row.fn = Fn;
      }
      ops.ioctls = std::span<const contract::DrmIoctl>(rows).first(all.size());
    }
    std::array<contract::DrmIoctl, 32> rows{};
    contract::DrmDriverOps ops;
  };
};

/// One ioctl that answers one error with success.
template <IoctlId Id, int Error>
using Forgiving = WithIoctl<Id, forgiving<Id, Error>>;

/// The DRM driver's operations with one of them planted.
template <void (*Plant)(contract::DrmDriverOps& ops)>
struct WithOps : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  [[nodiscard]] const contract::DrmDriverOps& drm_ops() const override {
    static const contract::DrmDriverOps planted = [] {
      contract::DrmDriverOps ops = reference::panthor_ops({});
      Plant(ops);
      return ops;
    }();
    return planted;
  }
};

/// Factory of the driver `D`; `options` is its reference::Profile, NULL the base.
template <class D>
contract::Driver* make(contract::Kernel& kernel, contract::Drm& drm,
                       std::pmr::memory_resource* memory, const void* options) {
  auto* const driver = new (memory->allocate(sizeof(D), alignof(D))) D(kernel, drm);
  if (options != nullptr) driver->set_profile(*static_cast<const reference::Profile*>(options));
  return driver;
}

}  // namespace protm::mutants
