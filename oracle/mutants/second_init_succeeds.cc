// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a second PROTM_INIT reports success.
// Caught by userspace-buffers/uapi-304.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct SucceedsTwice final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  int init(const Ptr<contract::DrmFile>& file, const vocab::uapi::ProtmInit& args) override {
    const int error = UserBuffers::init(file, args);
    return error == -EBUSY ? 0 : error;
  }
};

}  // namespace

extern const Mutant kSecondInitSucceeds{
    "second-init-succeeds", "a second PROTM_INIT reports success",
    make<WithUserBuffers<SucceedsTwice>>, "userspace-buffers"};

}  // namespace protm::mutants
