// SPDX-License-Identifier: GPL-2.0-only
// Protected memory that user space gives: the announced design. PROTM_INIT takes the buffer for the
// firmware's protected sections, once per binding of the device, and starts the firmware anew;
// GROUP_CREATE takes one for each protected group. Whether the memory is protected nobody can ask:
// that is what the privilege is for (L-UAPI-34).
// Leaves out: a heap in the device tree, with which nobody has to call PROTM_INIT (later, 19 May).
// Source: Boris Brezillon, 19 May 2026. Assumption: names and numbers (vocab/uapi.h), each errno,
// CAP_SYS_ADMIN, and that a buffer has one use only.
#pragma once

#include "oracle/reference/gem.h"

namespace protm::reference {

/// A buffer that the driver uses and that nobody else may give it meanwhile.
struct UserClaim {
  Link<UserClaim> link;
  Ptr<contract::DmaBuf> buffer;  ///< whose reference the mapped object has
};

class UserBuffers {
 public:
  explicit UserBuffers(Device& device) : d_(device), k_(device.k) {}
  virtual ~UserBuffers() = default;

  /// PROTM_INIT, whole: returns when the firmware knows its sections. Sleeps.
  /// Errors: -EPERM without CAP_SYS_ADMIN, -EINVAL pad, size or no import, -EBUSY not the first,
  /// -EOPNOTSUPP firmware without protected sections, -ENOENT handle, -ENODEV, -ENOMEM, -EIO the
  /// firmware does not come back.
  virtual int init(const Ptr<contract::DrmFile>& file, const vocab::uapi::ProtmInit& args);
  /// The reply of the query.
  [[nodiscard]] virtual vocab::uapi::ProtmState state() const;
  [[nodiscard]] bool ready() const { return ready_; }

  /// The object for a protected group's suspend buffer, with a reference.
  /// Errors: -EINVAL no such handle, no import, or smaller than what firmware saves.
  virtual Result<Ptr<contract::GemObject>> find_suspend(const Ptr<contract::DrmFile>& file,
                                                        std::uint32_t handle);
  /// Errors: -EBUSY it has a use already, -ENOMEM.
  virtual Result<Ptr<UserClaim>> claim(const Ptr<contract::GemObject>& gem);
  /// Ends a use; NULL is a no-op.
  virtual void release(const Ptr<UserClaim>& claim);
  /// The device goes: its sections have no memory any more.
  void forget();

 protected:
  /// Whether the task may call PROTM_INIT.
  [[nodiscard]] virtual bool permitted() const { return k_.capable_sys_admin(); }
  /// Whether the object may be given to firmware. Errors: -EINVAL.
  [[nodiscard]] virtual int check(const Ptr<contract::GemObject>& gem, std::uint64_t bytes) const;
  /// The sections get their memory. Errors: of the mapping.
  virtual int populate(const Ptr<contract::GemObject>& gem);
  /// The cold boot that makes firmware look at its sections.
  virtual int restart();
  /// After an error.
  virtual void undo();

  Device& d_;
  Kernel& k_;
  Ptr<UserClaim> sections_;
  bool ready_ = false;

 private:
  [[nodiscard]] List<UserClaim>& claims() {
    k_.assert_held(claims_lock_);
    return claims_;
  }
  int init_locked(const Ptr<contract::DrmFile>& file, std::uint32_t handle);

  contract::Mutex lock_{.role = "protm.setup_lock"};
  contract::Mutex claims_lock_{.role = "protm.claims_lock"};
  List<UserClaim> claims_;
};

}  // namespace protm::reference
