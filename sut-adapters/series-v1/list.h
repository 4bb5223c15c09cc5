// SPDX-License-Identifier: GPL-2.0-only
// A doubly linked ring of nodes inside objects, as the kernel's list_head: no allocation, a node
// knows its owner. A node that is in no list points at itself.
// Leaves out: everything but what the scheduler needs.
#pragma once

namespace protm::v1 {

template <class T>
struct ListNode {
  ListNode* prev = this;
  ListNode* next = this;
  T* owner = nullptr;       ///< nullptr: the head
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
};

template <class T>
[[nodiscard]] bool list_empty(const ListNode<T>& head) {
  return head.next == &head;
}
/// Takes a node out of its list; harmless when it is in none.
template <class T>
void list_del_init(ListNode<T>& node) {
  node.prev->next = node.next;
  node.next->prev = node.prev;
  node.prev = node.next = &node;
}
/// Puts a node that is in no list before `place`; before a head means last.
template <class T>
void list_add_before(ListNode<T>& node, ListNode<T>& place) {
  node.prev = place.prev;
  node.next = &place;
  place.prev->next = &node;
  place.prev = &node;
}
template <class T>
void list_move_tail(ListNode<T>& node, ListNode<T>& head) {
  list_del_init(node);
  list_add_before(node, head);
}
template <class T>
void list_move_front(ListNode<T>& node, ListNode<T>& head) {
  list_del_init(node);
  list_add_before(node, *head.next);
}
/// Owner of the first node, or nullptr.
template <class T>
[[nodiscard]] T* list_first(const ListNode<T>& head) {
  return list_empty(head) ? nullptr : head.next->owner;
}
/// Calls `fn(owner)` for each node; `fn` may take that node out or put it elsewhere.
template <class T, class F>
void list_for_each_safe(ListNode<T>& head, F&& fn) {
  for (ListNode<T>*node = head.next, *next = nullptr; node != &head; node = next) {
    next = node->next;
    fn(node->owner);
  }
}

}  // namespace protm::v1
