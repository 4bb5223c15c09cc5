// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: each boot of the firmware forgets that there was a
// PROTM_INIT.
// Caught by userspace-buffers/rst-361, life-370 and life-371.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct Forgets final : reference::Fw {
  using Fw::Fw;

 protected:
  void init_global() override {
    Fw::init_global();
    if (d_.user_buffers && d_.user_buffers->ready()) d_.user_buffers->forget();
  }
};

}  // namespace

extern const Mutant kEachBootForgetsInit{
    "each-boot-forgets-init", "each boot of the firmware forgets that there was a PROTM_INIT",
    make<WithFw<Forgets>>, "userspace-buffers"};

}  // namespace protm::mutants
