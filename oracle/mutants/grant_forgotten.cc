// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Protected mode is entered before the request of the CS is acknowledged.
// Caught by rule i01.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class GrantForgotten : public reference::Protm {
 public:
  using Protm::Protm;

 protected:
  void grant(const Ptr<Group>&) override {}
};

}  // namespace

extern const Mutant kGrantForgotten{
    "grant-forgotten",
    "Protected mode is entered before the request of the CS is acknowledged",
    make<WithProtm<GrantForgotten>>};

}  // namespace protm::mutants
