// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A newline at the end of a heap's name is not looked at.
// Caught by heap/heap-012.
#include <string>

#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapNewlineIgnored : public reference::HeapCore {
 public:
  using HeapCore::HeapCore;
  Ptr<contract::DmaHeapBase> find(const char* name) override {
    std::string line = name;
    if (line.ends_with('\n')) line.pop_back();
    return HeapCore::find(line.c_str());
  }
};

}  // namespace

extern const Mutant kHeapNewlineIgnored{
    "heap-newline-ignored",
    "A newline at the end of a heap's name is not looked at",
    make<WithHeaps<HeapNewlineIgnored>>};

}  // namespace protm::mutants
