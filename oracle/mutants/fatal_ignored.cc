// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A CS FATAL event is acknowledged, but the queue goes on.
// Caught by base/base-003.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class FatalIgnored : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void handle_fatal(const Ptr<Group>&, std::uint32_t) override {}
};

}  // namespace

extern const Mutant kFatalIgnored{
    "fatal-ignored",
    "A CS FATAL event is acknowledged, but the queue goes on",
    make<WithSched<FatalIgnored>>};

}  // namespace protm::mutants
