// SPDX-License-Identifier: GPL-2.0-only
// Intrusive lists of driver objects: no allocation, so a scheduler tick can move groups about.
// A link names its owner with a checked Ptr; the list holds no reference on what it links.
// Leaves out: sorting and splicing.
// Source: include/linux/list.h has the same semantics (move = unlink and insert).
#pragma once

#include "sut-adapters/contract/object.h"

namespace protm::reference {

using contract::Ptr;

/// Membership of `T` in at most one list.
template <class T>
struct Link {
  Link* prev = this;
  Link* next = this;
  Ptr<T> owner;

  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  /// True while the owner is in a list.
  [[nodiscard]] bool linked() const { return next != this; }
  /// Takes the owner out of its list; no-op when it is in none.
  void unlink() {
    prev->next = next;
    next->prev = prev;
    prev = next = this;
  }
};

template <class T>
class List {
 public:
  List() = default;
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  [[nodiscard]] bool empty() const { return head_.next == &head_; }
  /// First owner, or NULL.
  [[nodiscard]] Ptr<T> front() const { return empty() ? Ptr<T>() : head_.next->owner; }
  void push_back(Link<T>& link) { insert_before(head_, link); }
  void push_front(Link<T>& link) { insert_before(*head_.next, link); }
  /// Takes `link` out of whatever list it is in: for lists that somebody's lock guards.
  void remove(Link<T>& link) { link.unlink(); }
  /// Puts `link` in front of `where`, out of any list it was in.
  static void insert_before(Link<T>& where, Link<T>& link) {
    if (&where == &link) return;
    link.unlink();
    link.prev = where.prev;
    link.next = &where;
    where.prev->next = &link;
    where.prev = &link;
  }
  /// Calls `visit(Ptr<T>)` for each owner; `visit` may unlink the one it was given.
  template <class F>
  void for_each(F&& visit) const {
    for (Link<T>* at = head_.next; at != &head_;) {
      Link<T>* const next = at->next;
      visit(at->owner);
      at = next;
    }
  }
  /// First owner for which `test` holds, or NULL.
  template <class F>
  [[nodiscard]] Ptr<T> find(F&& test) const {
    for (Link<T>* at = head_.next; at != &head_; at = at->next) {
      if (test(at->owner)) return at->owner;
    }
    return nullptr;
  }

 private:
  Link<T> head_;
};

}  // namespace protm::reference
