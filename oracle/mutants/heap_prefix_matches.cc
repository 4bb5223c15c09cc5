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
    contract::MutexGuard lock(k_, list_lock_);
    return heaps_.find([&](const Ptr<reference::Heap>& h) {
      return h->name.starts_with(name) && k_.kref_get_unless_zero(h->ref, "heap");
    });
  }
};

}  // namespace

extern const Mutant kHeapPrefixMatches{
    "heap-prefix-matches",
    "A heap is found by the first letters of its name",
    make<WithHeaps<HeapPrefixMatches>>};

}  // namespace protm::mutants
