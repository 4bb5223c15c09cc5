// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a fault of protected mode on memory of user space is
// ignored.
// Caught by userspace-buffers/fw-353.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct IgnoresFault final : reference::Protm {
  using Protm::Protm;
  void fault_seen() override {}
};

}  // namespace

extern const Mutant kUserMemoryFaultIgnored{
    "user-memory-fault-ignored", "a fault of protected mode on memory of user space is ignored",
    make<WithProtm<IgnoresFault>>, "userspace-buffers"};

}  // namespace protm::mutants
