// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GPU_IRQ reports a fault in protected mode, and nothing resets the GPU.
// Caught by rst/rst-001.
#include "gpu-model/vocab/regs/gpu_control.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ProtectedFaultIgnored : public reference::Gpu {
 public:
  using Gpu::Gpu;

 protected:
  void handle_irq(std::uint32_t status) override {
    constexpr std::uint32_t kProtmFault = vocab::GpuIrq::protm_fault.mask;
    if ((status & kProtmFault) != 0) irq_.disable_events(kProtmFault);
    if ((status & ~kProtmFault) != 0) Gpu::handle_irq(status & ~kProtmFault);
  }
};

}  // namespace

extern const Mutant kProtectedFaultIgnored{
    "protected-fault-ignored",
    "GPU_IRQ reports a fault in protected mode, and nothing resets the GPU",
    make<WithGpu<ProtectedFaultIgnored>>};

}  // namespace protm::mutants
