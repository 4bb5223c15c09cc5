// SPDX-License-Identifier: GPL-2.0-only
// Whether a PING is open whose ack the Program loses or delays. The next one asks for nothing then,
// for the request only toggles, so a session that begins meanwhile cannot be ended by one.
// Source: panthor_fw.c panthor_fw_toggle_reqs(); patch 7/8, panthor_fw_protm_exit_sync().
#pragma once

#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::contract {

class OpenPing {
 public:
  explicit OpenPing(const Program& program) : program_(program) {}
  void take(const Record& record);
  [[nodiscard]] bool open() const { return open_; }

 private:
  const Program& program_;
  bool open_ = false;
};

}  // namespace protm::contract
