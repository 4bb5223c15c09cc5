// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Slots that name different sizes of their suspend buffers are taken.
// Caught by fw/fw-028.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SlotsUnlike : public reference::Fw {
 public:
  using Fw::Fw;

 protected:
  int init_csg(std::uint32_t slot, std::uint32_t stride) override {
    const int error = Fw::init_csg(slot, stride);
    return error == -EINVAL && slot != 0 ? 0 : error;
  }
};

}  // namespace

extern const Mutant kSlotsUnlike{
    "slots-unlike",
    "Slots that name different sizes of their suspend buffers are taken",
    make<WithFw<SlotsUnlike>>};

}  // namespace protm::mutants
