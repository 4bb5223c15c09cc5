// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/object.h"

#include <cstdio>
#include <cstdlib>

namespace protm::contract {
namespace {
// One handler per process is enough: a Host sets its own before it switches to a task, and tasks
// of two Hosts never run at the same time.
OopsHandler current_handler;
}  // namespace

void set_oops_handler(OopsHandler handler) { current_handler = handler; }

void oops(OopsKind kind, const char* role) {
  if (current_handler.fn != nullptr) current_handler.fn(current_handler.ctx, kind, role);
  std::fprintf(stderr, "protm: harness bug: oops on '%s' outside any task\n", role);
  std::abort();
}

}  // namespace protm::contract
