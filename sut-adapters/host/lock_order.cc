// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/lock_order.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace protm::host {

LockOrder::LockOrder(std::pmr::memory_resource* memory) : classes_(memory) {
  classes_.push_back(Class{});
}

ClassNr LockOrder::class_of(const char* role, ClassKind kind) {
  for (ClassNr c = 1; c < classes_.size(); ++c) {
    if (classes_[c].kind != kind) continue;
    if (classes_[c].role == role || std::strcmp(classes_[c].role, role) == 0) return c;
  }
  if (classes_.size() == kMaxClasses) {
    std::fprintf(stderr, "protm: harness bug: more than %u lock roles\n", kMaxClasses);
    std::abort();
  }
  Class fresh;
  fresh.role = role;
  fresh.kind = kind;
  classes_.push_back(fresh);
  return static_cast<ClassNr>(classes_.size() - 1);
}

bool LockOrder::edge(ClassNr from, ClassNr to) const {
  return (classes_[from].after[to / 64] >> (to % 64) & 1) != 0;
}

bool LockOrder::add(ClassNr from, ClassNr to) {
  if (from == to || edge(from, to)) return false;
  const bool cycle = reaches(to, from);
  classes_[from].after[to / 64] |= std::uint64_t{1} << (to % 64);
  return cycle;
}

bool LockOrder::reaches(ClassNr from, ClassNr to) const {
  std::array<bool, kMaxClasses> seen{};
  std::array<ClassNr, kMaxClasses> open{};
  std::size_t n = 0;
  open[n++] = from;
  seen[from] = true;
  while (n != 0) {
    const ClassNr c = open[--n];
    if (c == to) return true;
    for (ClassNr next = 1; next < classes_.size(); ++next) {
      if (seen[next] || !edge(c, next)) continue;
      seen[next] = true;
      open[n++] = next;
    }
  }
  return false;
}

}  // namespace protm::host
