// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A search takes its reference of a heap whatever the count is.
// Caught by heap/heap-013.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapFindRevives : public reference::HeapCore {
 public:
  using HeapCore::HeapCore;
  Ptr<contract::DmaHeapBase> find(const char* name) override {
    contract::MutexGuard lock(k_, list_lock_);
    const Ptr<reference::Heap> found =
        heaps_.find([&](const Ptr<reference::Heap>& h) { return h->name == name; });
    if (found != nullptr) k_.kref_get(found->ref, "heap");
    return found;
  }
};

}  // namespace

extern const Mutant kHeapFindRevives{
    "heap-find-revives",
    "A search takes its reference of a heap whatever the count is",
    make<WithHeaps<HeapFindRevives>>};

}  // namespace protm::mutants
