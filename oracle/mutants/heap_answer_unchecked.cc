// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The allocation ioctl does not look whether its answer could be written.
// Caught by heap/heap-022-answer-not-writable.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapAnswerUnchecked : public reference::HeapCore {
 public:
  using HeapCore::HeapCore;

 protected:
  int hand_out(const Ptr<contract::DmaBuf>& buffer, vocab::uapi::DmaHeapAllocation request,
               std::uint64_t arg, std::span<std::byte> data,
               std::uint64_t out_size) override {
    const int error = HeapCore::hand_out(buffer, request, arg, data, 0);
    if (error == 0) static_cast<void>(k_.copy_to_user(arg, data.first(out_size)));
    return error;
  }
};

}  // namespace

extern const Mutant kHeapAnswerUnchecked{
    "heap-answer-unchecked",
    "The allocation ioctl does not look whether its answer could be written",
    make<WithHeaps<HeapAnswerUnchecked>>};

}  // namespace protm::mutants
