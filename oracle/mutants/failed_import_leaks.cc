// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A buffer of the heap that could not be imported is not given back.
// Caught by kbo/kbo-005.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct FailedImportLeaks : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  void after_import(const Ptr<contract::DmaBuf>& buffer, bool imported) override {
    if (imported) ReferenceDriver::after_import(buffer, imported);
  }
};

}  // namespace

extern const Mutant kFailedImportLeaks{
    "failed-import-leaks",
    "A buffer of the heap that could not be imported is not given back",
    make<FailedImportLeaks>};

}  // namespace protm::mutants
