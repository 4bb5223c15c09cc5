// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Protected mode is offered although there is no heap for it.
// Caught by heap/heap-026.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class AlwaysCapable : public reference::Protm {
 public:
  using Protm::Protm;
  bool capable() const override { return true; }
};

}  // namespace

extern const Mutant kAlwaysCapable{
    "always-capable",
    "Protected mode is offered although there is no heap for it",
    make<WithProtm<AlwaysCapable>>};

}  // namespace protm::mutants
