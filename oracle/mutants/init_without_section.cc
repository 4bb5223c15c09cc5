// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: PROTM_INIT succeeds where firmware has no protected
// section.
// Caught by userspace-buffers/fw-354.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct NeedsNoSection final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  int init(const Ptr<contract::DrmFile>& file, const vocab::uapi::ProtmInit& args) override {
    const int error = UserBuffers::init(file, args);
    return error == -EOPNOTSUPP ? 0 : error;
  }
};

}  // namespace

extern const Mutant kInitWithoutSection{
    "init-without-section", "PROTM_INIT succeeds where firmware has no protected section",
    make<WithUserBuffers<NeedsNoSection>>, "userspace-buffers"};

}  // namespace protm::mutants
