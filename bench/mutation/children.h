// SPDX-License-Identifier: GPL-2.0-only
// Some copies of this process at a time, each at work for one `For`: a mutant, a case, a search.
// Leaves out: one copy and its limits (child.h).
// Source: poll(2).
#pragma once

#include <poll.h>

#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "bench/mutation/child.h"

namespace protm::mutation {

template <class For>
class Children {
 public:
  void start(For what, const Child::Work& work) {
    running_.emplace_back(std::move(what), std::make_unique<Child>(work));
  }
  [[nodiscard]] std::size_t size() const { return running_.size(); }
  [[nodiscard]] bool empty() const { return running_.empty(); }

  /// Waits until one of them says something or has ended, or a second is over. `ended` is told of
  /// each that has, once it is gone from here, and may start others.
  template <class Ended>
  void reap(const Ended& ended) {
    constexpr int kPollMs = 1000;
    std::vector<pollfd> wait;
    for (const auto& [what, child] : running_) wait.push_back({child->descriptor(), POLLIN, 0});
    (void)poll(wait.data(), wait.size(), kPollMs);
    for (auto at = running_.begin(); at != running_.end();) {
      const auto end = at->second->poll();
      if (!end) {
        ++at;
        continue;
      }
      const For what = std::move(at->first);
      at = running_.erase(at);
      ended(what, *end);
    }
  }

 private:
  std::list<std::pair<For, std::unique_ptr<Child>>> running_;
};

}  // namespace protm::mutation
