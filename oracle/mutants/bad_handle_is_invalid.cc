// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: PROTM_INIT answers EINVAL to a handle that names nothing.
// Caught by userspace-buffers/uapi-307.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct AnswersInvalid final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  int init(const Ptr<contract::DrmFile>& file, const vocab::uapi::ProtmInit& args) override {
    const int error = UserBuffers::init(file, args);
    return error == -ENOENT ? -EINVAL : error;
  }
};

}  // namespace

extern const Mutant kBadHandleIsInvalid{
    "bad-handle-is-invalid", "PROTM_INIT answers EINVAL to a handle that names nothing",
    make<WithUserBuffers<AnswersInvalid>>, "userspace-buffers"};

}  // namespace protm::mutants
