// SPDX-License-Identifier: GPL-2.0-only
// The lock-order graph: classes of locks by role, and which was ever taken under which. A new edge
// that closes a cycle is a possible deadlock, though none happened. Work items and ordered queues
// are classes too: running one holds it, flushing one takes it.
// Not modelled: nesting annotations (two locks of one class make no edge), irq-safe states.
// Source: kernel/locking/lockdep.c, idea only; reference/facts-host.md section 13.
#pragma once

#include <array>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace protm::host {

enum class ClassKind : std::uint8_t { lock, work, workqueue };
/// Number of a class; 0 is none.
using ClassNr = std::uint32_t;

class LockOrder {
 public:
  static constexpr std::uint32_t kMaxClasses = 256;

  explicit LockOrder(std::pmr::memory_resource* memory);
  /// The class of `role`, made at its first use. Two kinds of one role are two classes.
  ClassNr class_of(const char* role, ClassKind kind);
  /// Notes that `to` was taken under `from`. True when this edge is new and closes a cycle.
  [[nodiscard]] bool add(ClassNr from, ClassNr to) {
    return from != to && !edge(from, to) && add_new(from, to);
  }
  /// The shortest chain from `from` to `to` of classes that were each taken under the one before,
  /// both ends in it; empty when there is none.
  [[nodiscard]] std::vector<ClassNr> chain(ClassNr from, ClassNr to) const;
  [[nodiscard]] const char* role(ClassNr c) const { return classes_[c].role; }
  [[nodiscard]] ClassKind kind(ClassNr c) const { return classes_[c].kind; }

 private:
  struct Class {
    const char* role = "";
    ClassKind kind{};
    std::array<std::uint64_t, kMaxClasses / 64> after{};  ///< bit n: n was taken under this one
  };
  [[nodiscard]] bool edge(ClassNr from, ClassNr to) const {
    return (classes_[from].after[to / 64] >> (to % 64) & 1) != 0;
  }
  [[nodiscard]] bool add_new(ClassNr from, ClassNr to);

  std::pmr::vector<Class> classes_;
};

}  // namespace protm::host
