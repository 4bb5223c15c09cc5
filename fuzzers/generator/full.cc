// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/full.h"

#include <string>
#include <vector>

#include "fuzzers/generator/client.h"
#include "fuzzers/generator/machine.h"
#include "sut-adapters/contract/capability.h"

namespace protm::fuzz {

using contract::Capability;
using contract::EventKind;
using contract::NodeType;
using contract::Program;

namespace {

constexpr std::uint64_t kMs = 1'000'000;

class FullGenerator {
 public:
  explicit FullGenerator(std::uint64_t seed) : random_(seed), builder_(program_) {
    random_ = Random(random_.next());
    program_.title = "seed " + std::to_string(seed);
    program_.heap_param = "protected";
    program_.requires_mask = Capability::panthor | Capability::protm | Capability::vm_bind;
  }

  Program program() {
    draw_machine(random_, program_, Slots::any);
    const std::uint32_t actor = builder_.add_actor("client0", false);
    Client& client = clients_.emplace_back(builder_, random_, actor, false);
    client.set_up();
    const std::uint64_t groups = random_.between(2, 6);
    for (std::uint64_t i = 0; i < groups; ++i) {
      const Protection protection = i == 0 ? Protection::yes : Protection::no;
      client.add_group(Urgency::low_and_medium, 1, protection);
    }
    std::uint32_t last = contract::kNoStep;
    for (std::size_t i = 0; i < client.groups(); ++i) {
      last = client.submit(i, 0, {.least_ns = 2 * kMs, .most_ns = 40 * kMs});
    }
    const std::uint32_t binder = builder_.add_actor("binder", false);
    client.rebind(binder, after(EventKind::protm_active, 0, random_.below(10) * kMs));
    client.wait(last, 2'000 * kMs);
    builder_.finish();
    return std::move(program_);
  }

 private:
  Program program_;
  Random random_;
  ProgramBuilder builder_;
  std::vector<Client> clients_;
};

}  // namespace

Program generate_full(std::uint64_t seed) { return FullGenerator(seed).program(); }

}  // namespace protm::fuzz
