// SPDX-License-Identifier: GPL-2.0-only
// The edges of a kernel's driver: the list that kernel.sh wrote beside the kernel, and the counts
// of one run. An edge's number is its place in the list, by address; addresses themselves
// stay in here, so that nothing depends on where the linker put the driver.
// Leaves out: who counts (glue/cover.c).
#pragma once

#include <cstdint>
#include <istream>
#include <span>
#include <vector>

#include "sut-adapters/contract/coverage.h"

namespace protm::uml {

class Edges final : public contract::Coverage {
 public:
  /// Takes the list; false when it is none, and then there are no edges.
  bool read(std::istream& list);

  /// Bytes of the kernel's text: as many counts a run has. 0 = no list was read.
  [[nodiscard]] std::uint64_t text_bytes() const { return text_bytes_; }
  /// Keeps the counts of a run, one for each byte of the text.
  void take(std::span<const std::uint8_t> counts);

  // --- contract::Coverage ---
  [[nodiscard]] std::span<const contract::Edge> edges() const override { return edges_; }
  [[nodiscard]] std::span<const std::uint8_t> hits() const override { return hits_; }

 private:
  std::uint64_t text_bytes_ = 0;
  std::vector<contract::Edge> edges_;
  std::vector<std::uint64_t> at_;  ///< of each edge: its place in the text
  std::vector<std::uint8_t> hits_;
};

}  // namespace protm::uml
