// SPDX-License-Identifier: GPL-2.0-only
// Firmware: image, boot, interfaces in shared memory, requests and acks, watchdog ping, halt.
// A request bit is pending while REQ and ACK differ; level bits are acked by equality.
// Leaves out: performance counters, trace buffers, progress of FW log, BUILD_INFO contents.
// Source: panthor_fw.c (7.3), patches 4 and 7 and their review; facts-fw.md, facts-driver-7x.md 4.
#pragma once

#include <array>
#include <optional>

#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/ids.h"
#include "oracle/reference/gem.h"
#include "oracle/reference/irq.h"

namespace protm::reference {

/// Input and output block of an interface, as offsets in the shared section.
struct Iface {
  std::uint32_t input{};
  std::uint32_t output{};
};

struct CsgControl {
  Iface io;
  std::uint32_t features{}, suspend_size{}, protm_suspend_size{}, stream_num{}, stream_stride{};
  std::array<Iface, vocab::kMaxCsPerCsg> cs{};
};

struct FwSection {
  Link<FwSection> link;
  std::uint32_t flags{};
  std::uint64_t va{}, size{};
  std::span<const std::byte> data;   ///< in the firmware file
  Ptr<KernelBo> memory;
};

enum class HaltKind : std::uint8_t { orderly, hang };

class Fw {
 public:
  explicit Fw(Device& device);
  virtual ~Fw() = default;

  int init(const Ptr<Fw>& self);
  /// Silent and stopped, whatever becomes of its memory.
  void stop_for_good();
  /// Gives the memory back, when no AS leads to it any more, and takes the power of the L2.
  void unplug();
  void suspend();
  /// Starts the firmware again after suspend or reset. Errors: -ETIMEDOUT, -ENOMEM, -EINVAL.
  int post_reset();
  void pre_reset(HaltKind kind);
  /// Halts the firmware so that it can be restarted without loading it again.
  void halt();

  // --- interface words ----------------------------------------------------------------------
  [[nodiscard]] std::uint32_t in(const Iface& i, std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t out(const Iface& i, std::uint32_t offset) const;
  [[nodiscard]] std::uint64_t out64(const Iface& i, std::uint32_t offset) const;
  void set_in(const Iface& i, std::uint32_t offset, std::uint32_t value);
  void set_in64(const Iface& i, std::uint32_t offset, std::uint64_t value);
  /// Bits in which REQ and ACK differ. REQ and ACK are word 0 of every block.
  [[nodiscard]] std::uint32_t pending(const Iface& i) const { return in(i, 0) ^ out(i, 0); }
  /// REQ bits of `mask` := value.
  void update_reqs(const Iface& i, std::uint32_t value, std::uint32_t mask);
  /// REQ bits of `mask` := NOT ACK, or `out` at `ack_offset` for doorbells.
  void toggle_reqs(const Iface& i, std::uint32_t mask, std::uint32_t req_offset = 0,
                   std::uint32_t ack_offset = 0);
  /// REQ bits of `mask` := ACK, which acknowledges events.
  void ack_events(const Iface& i, std::uint32_t mask);
  void ring_global();
  /// Toggles the GLB doorbell bits of the slots in `mask` and rings the global doorbell.
  void ring_csgs(std::uint32_t mask);
  void toggle_csg_doorbells(std::uint32_t mask);
  /// Waits until the bits of `mask` agree. Returns those that do.
  std::uint32_t wait_acks(const Iface& i, std::uint32_t mask, std::uint64_t timeout_ms);

  [[nodiscard]] const Iface& glb() const { return glb_; }
  [[nodiscard]] const CsgControl& csg(std::uint32_t slot) const { return csgs_[slot]; }
  [[nodiscard]] std::uint32_t csg_count() const { return csg_count_; }
  [[nodiscard]] std::uint32_t cs_count() const { return csgs_[0].stream_num; }
  [[nodiscard]] std::uint32_t cs_features() const { return cs_features_; }
  [[nodiscard]] bool has_64bit_endpoint() const { return version_ >= (4u << 24); }
  [[nodiscard]] contract::WaitQueue& req_waitqueue() { return req_waitqueue_; }
  [[nodiscard]] const Ptr<Vm>& vm() const { return vm_; }
  /// The image has a section for protected mode with protected memory, and firmware knows it.
  [[nodiscard]] bool has_protected_section() const { return protected_section_; }
  /// Gives the protected sections that were left empty at boot memory of the heap, or of `user`,
  /// one section behind the other. Firmware takes no notice before its next cold boot. Nothing is
  /// left behind on an error.   Errors: those of KernelBos.
  [[nodiscard]] int populate_protected(const Ptr<contract::GemObject>& user);
  /// Bytes of all protected sections of the image.
  [[nodiscard]] std::uint64_t protected_bytes() const;
  /// A protected section was left without memory at boot.
  [[nodiscard]] bool has_empty_section() const { return has_empty_section_; }
  /// The cold boot behind populate_protected() is over.
  void protected_sections_are_ready() { protected_section_ = has_empty_section_; }

 protected:
  /// Watchdog: asks for an ack each 12 s, but never inside a protected session.
  virtual void ping();
  /// REQ := ACK for the protected-mode bits after a boot (FW-27).
  virtual void init_global();
  virtual int load_section(std::span<const std::byte> file, std::span<const std::byte> payload);
  /// Memory of a section, filled; that of a protected one comes from the heap.
  virtual int make_section_memory(const Ptr<FwSection>& section);
  /// Data and zeros of the image, as far as the CPU may write them.
  virtual void fill_section(const Ptr<FwSection>& section);
  /// Reads the control block of a slot. Errors: -EINVAL it does not fit, or is unlike slot 0.
  virtual int init_csg(std::uint32_t slot, std::uint32_t stride);

  Device& d_;
  Kernel& k_;

 private:
  /// Where a section lies, and what its flags let the firmware do there.
  [[nodiscard]] static KernelBoPlace place_of(const Ptr<FwSection>& section);
  int load_image();
  int parse_entry(std::span<const std::byte> file, std::uint32_t offset, std::uint32_t word);
  void reload_sections();
  int init_ifaces();
  /// Nothing: not in the shared section.
  [[nodiscard]] std::optional<std::uint32_t> shared_offset(std::uint32_t mcu_va) const;
  [[nodiscard]] std::uint32_t control(std::uint32_t offset) const;
  int start();
  void stop();
  void handle_irq(std::uint32_t status);
  /// Bits of `mask` of a request word := value, under iface_lock: many tasks change them.
  void set_reqs(const Iface& i, std::uint32_t offset, std::uint32_t value, std::uint32_t mask);
  [[nodiscard]] bool newer_state_field() const {
    return version_ >= ((4u << 24) | (1u << 16));
  }

  IrqBlock irq_;
  bool booted_ = false;
  bool protected_section_ = false;
  bool has_empty_section_ = false;  ///< a protected one that was left without memory at boot
  Ptr<Vm> vm_;
  List<FwSection> sections_;
  Ptr<FwSection> shared_;
  Iface glb_;
  std::array<CsgControl, vocab::kMaxCsgSlots> csgs_{};
  std::uint32_t csg_count_{}, cs_features_{}, version_{};
  contract::SpinLock iface_lock_{.role = "iface.lock"};
  contract::WaitQueue req_waitqueue_{.role = "fw.req_waitqueue"};
  contract::DelayedWork ping_work_{.role = "ping_work"};
};

}  // namespace protm::reference
