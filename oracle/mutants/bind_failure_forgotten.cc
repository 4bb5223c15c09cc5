// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A VM whose asynchronous bind failed goes on as if nothing had happened.
// Caught by base/base-024.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class BindFailureForgotten : public reference::Mmu {
 public:
  using Mmu::Mmu;
  void cut_off(reference::Vm&) override {}
};

}  // namespace

extern const Mutant kBindFailureForgotten{
    "bind-failure-forgotten",
    "A VM whose asynchronous bind failed goes on as if nothing had happened",
    make<WithMmu<BindFailureForgotten>>};

}  // namespace protm::mutants
