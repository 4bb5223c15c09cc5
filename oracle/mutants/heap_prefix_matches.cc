// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A heap is found by the first letters of its name.
// Caught by heap/heap-011.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapPrefixMatches : public reference::HeapCore {
 public:
  using HeapCore::HeapCore;
  Ptr<contract::DmaHeapBase> find(const char* name) override {
    std::pmr::string text(name, k_.memory());
    while (!text.empty()) {
      const Ptr<contract::DmaHeapBase> found = HeapCore::find(text.c_str());
      if (found) return found;
      text.pop_back();
    }
    return nullptr;
  }
};

}  // namespace

extern const Mutant kHeapPrefixMatches{
    "heap-prefix-matches",
    "A heap is found by the first letters of its name",
    make<WithHeaps<HeapPrefixMatches>>};

}  // namespace protm::mutants
