// SPDX-License-Identifier: GPL-2.0-only
// PRIME: GEM objects as dma-bufs and back. An object has one dma-buf for as long as it has handles
// and the buffer has users; a file knows which handle belongs to which buffer, so that an import
// gives the handle that is there. An import of an object of this DRM device is the object itself;
// one of another device, or of an earlier life of this one, is an object of its own with the pages
// and the reservation of the exporter's. Not modelled: dynamic attachments, CPU access ioctls.
// Source: drm_prime.c, panthor_gem.c panthor_gem_prime_import(); facts-host.md 6.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>

#include "sut-adapters/host/drm_dma_buf.h"
#include "sut-adapters/host/gem_table.h"
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

/// dma-bufs that a file's handles stand for; each holds a reference.
using PrimeHandles = std::pmr::map<std::uint32_t, contract::Ptr<contract::DmaBuf>>;

/// Through which node, and which life of its device, a file asks.
struct DrmUser {
  DrmNode& node;
  std::uint32_t instance;
};

class PrimeTable final : public GemExporter {
 public:
  PrimeTable(KernelImpl& kernel, GemTable& gems, DmaBufTable& bufs, ResvTable& resvs)
      : kernel_(kernel), gems_(gems), bufs_(bufs), resvs_(resvs) {
    bufs_.set_exporter(this);
  }

  /// The dma-buf of a handle, with a reference for the caller.
  /// Errors: -ENOENT no such handle, -ENOMEM, what the driver says.
  contract::Result<contract::Ptr<contract::DmaBuf>> to_buf(const GemHandles& handles,
                                                           PrimeHandles& primes,
                                                           std::uint32_t handle,
                                                           DrmUser user);
  /// A handle for the buffer: the file's own if it has one. Errors: of the import.
  contract::Result<std::uint32_t> to_handle(GemHandles& handles, PrimeHandles& primes,
                                            const contract::Ptr<contract::DmaBuf>& buf,
                                            DrmUser user);
  /// The file has lost the handle.
  void forget(PrimeHandles& primes, std::uint32_t handle);
  void release(PrimeHandles& primes);

  int export_attached(const GemPtr& gem) override;
  void export_detached(const GemPtr& gem) override;
  void export_released(const GemPtr& gem, std::uint32_t instance) override;

 private:
  contract::Result<contract::Ptr<contract::DmaBuf>> export_object(const GemPtr& gem,
                                                                  DrmUser user);
  contract::Result<GemPtr> import_object(const contract::Ptr<contract::DmaBuf>& buf, DrmUser user);

  KernelImpl& kernel_;
  GemTable& gems_;
  DmaBufTable& bufs_;
  ResvTable& resvs_;
};

}  // namespace protm::host
