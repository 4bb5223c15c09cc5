// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: protected groups are let in before PROTM_INIT.
// Caught by userspace-buffers/uapi-311.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct ReadyAtOnce final : reference::Protm {
  using Protm::Protm;
  [[nodiscard]] bool capable() const override { return d_.fw->has_empty_section(); }
};

}  // namespace

extern const Mutant kReadyBeforeInit{
    "ready-before-init", "protected groups are let in before PROTM_INIT",
    make<WithProtm<ReadyAtOnce>>, "userspace-buffers"};

}  // namespace protm::mutants
