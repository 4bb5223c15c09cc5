// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: PROTM_INIT is content with CAP_SYS_NICE.
// Caught by userspace-buffers/uapi-303.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct ContentWithNice final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  [[nodiscard]] bool permitted() const override {
    return UserBuffers::permitted() || k_.capable_sys_nice();
  }
};

}  // namespace

extern const Mutant kInitWithSysNice{
    "init-with-sys-nice", "PROTM_INIT is content with CAP_SYS_NICE",
    make<WithUserBuffers<ContentWithNice>>, "userspace-buffers"};

}  // namespace protm::mutants
