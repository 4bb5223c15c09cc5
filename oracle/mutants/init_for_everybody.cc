// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: PROTM_INIT asks for no privilege.
// Caught by userspace-buffers/uapi-302.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct AsksNobody final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  [[nodiscard]] bool permitted() const override { return true; }
};

}  // namespace

extern const Mutant kInitForEverybody{
    "init-for-everybody", "PROTM_INIT asks for no privilege",
    make<WithUserBuffers<AsksNobody>>, "userspace-buffers"};

}  // namespace protm::mutants
