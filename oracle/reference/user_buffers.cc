// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/user_buffers.h"

#include "gpu-model/vocab/errno.h"
#include "oracle/reference/fw.h"

namespace protm::reference {

namespace uapi = vocab::uapi;
using contract::GemObject;
using contract::MutexGuard;
using tl::unexpected;

int UserBuffers::check(const Ptr<GemObject>& gem, std::uint64_t bytes) const {
  // What this driver made is normal memory for sure; of an import only its exporter knows.
  if (!gem->imported) return -EINVAL;
  return gem->size < bytes ? -EINVAL : 0;
}

int UserBuffers::init(const Ptr<contract::DrmFile>& file, const uapi::ProtmInit& args) {
  if (!permitted()) return -EPERM;
  if (args.pad != 0) return -EINVAL;
  // Held until firmware is up again: the second caller learns that it is the second.
  MutexGuard lock(k_, lock_);
  if (ready_) return -EBUSY;
  if (!d_.fw->has_empty_section()) return -EOPNOTSUPP;
  return init_locked(file, args.handle);
}

int UserBuffers::init_locked(const Ptr<contract::DrmFile>& file, std::uint32_t handle) {
  const Ptr<GemObject> gem = d_.drm.gem_lookup(file, handle);
  if (!gem) return -ENOENT;
  int error = check(gem, d_.fw->protected_bytes());
  if (error == 0) error = populate(gem);
  d_.drm.gem_put(gem);  // the sections have references of their own
  if (error != 0) return error;
  // Not inside populate's dev_enter: a reset that fails takes the device away, and that waits.
  error = restart();
  if (error != 0) return error;
  d_.fw->protected_sections_are_ready();
  ready_ = true;
  return 0;
}

int UserBuffers::populate(const Ptr<GemObject>& gem) {
  if (!k_.dev_enter()) return -ENODEV;
  const auto mine = claim(gem);
  int error = mine ? 0 : mine.error();
  if (error == 0) {
    sections_ = *mine;
    error = d_.fw->populate_protected(gem);
    if (error != 0) undo();
  }
  k_.dev_exit();
  return error;
}

int UserBuffers::restart() { return d_.restart_firmware(); }

void UserBuffers::undo() { forget(); }

void UserBuffers::forget() {
  ready_ = false;
  release(sections_);
  sections_ = nullptr;
}

uapi::ProtmState UserBuffers::state() const {
  return {.state = ready_ ? uapi::kProtmReady : uapi::kProtmNotReady,
          .pad = 0,
          .section_size = d_.fw->protected_bytes(),
          .suspend_size = d_.fw->csg(0).protm_suspend_size};
}

Result<Ptr<GemObject>> UserBuffers::find_suspend(const Ptr<contract::DrmFile>& file,
                                                 std::uint32_t handle) {
  const Ptr<GemObject> gem = d_.drm.gem_lookup(file, handle);
  if (!gem) return unexpected(-EINVAL);
  const int error = check(gem, d_.fw->csg(0).protm_suspend_size);
  if (error == 0) return gem;
  d_.drm.gem_put(gem);
  return unexpected(error);
}

Result<Ptr<UserClaim>> UserBuffers::claim(const Ptr<GemObject>& gem) {
  const Ptr<UserClaim> made = k_.make<UserClaim>("user_claim");
  if (!made) return unexpected(-ENOMEM);
  made->link.owner = made;
  made->buffer = gem->dma_buf;
  MutexGuard lock(k_, claims_lock_);
  const bool taken = static_cast<bool>(
      claims().find([&](const Ptr<UserClaim>& c) { return c->buffer == made->buffer; }));
  if (!taken) {
    claims().push_back(made->link);
    return made;
  }
  k_.free(made);
  return unexpected(-EBUSY);
}

void UserBuffers::release(const Ptr<UserClaim>& claim) {
  if (!claim) return;
  MutexGuard lock(k_, claims_lock_);
  claims().remove(claim->link);
  k_.free(claim);
}

}  // namespace protm::reference
