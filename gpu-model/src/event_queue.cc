// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/event_queue.h"

#include <algorithm>

namespace protm::gpu {
namespace {

/// A type and no function, so that the heap's loops contain the comparison.
struct Later {
  bool operator()(const Event& x, const Event& y) const {
    return x.at != y.at ? x.at > y.at : x.seq > y.seq;
  }
};

}  // namespace

void EventQueue::add(Event event) {
  event.seq = next_seq_++;
  events_.push_back(event);
  std::push_heap(events_.begin(), events_.end(), Later{});
}

Event EventQueue::pop() {
  std::pop_heap(events_.begin(), events_.end(), Later{});
  const Event event = events_.back();
  events_.pop_back();
  return event;
}

void EventQueue::cancel(EventKind kind) {
  const auto removed = std::erase_if(events_, [kind](const Event& e) { return e.kind == kind; });
  if (removed != 0) std::make_heap(events_.begin(), events_.end(), Later{});
}

}  // namespace protm::gpu
