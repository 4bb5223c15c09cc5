// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a protected group without a buffer gets one of normal
// memory.
// Caught by userspace-buffers/uapi-312.
#include "gpu-model/vocab/ids.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct MakesOne final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  Result<Ptr<contract::GemObject>> find_suspend(const Ptr<contract::DrmFile>& file,
                                                std::uint32_t handle) override {
    if (handle != 0) return UserBuffers::find_suspend(file, handle);
    const auto made = reference::create_bo(d_, vocab::kPageSize * 16, 0, nullptr);
    if (!made) return tl::unexpected(made.error());
    return Ptr<contract::GemObject>(*made);
  }
};

}  // namespace

extern const Mutant kOwnBufferInPlaceOfNone{
    "own-buffer-in-place-of-none", "a protected group without a buffer gets one of normal memory",
    make<WithUserBuffers<MakesOne>>, "userspace-buffers"};

}  // namespace protm::mutants
