// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/generate.h"

#include <array>
#include <string>

#include "fuzzers/generator/client.h"
#include "fuzzers/generator/full.h"
#include "fuzzers/generator/machine.h"
#include "fuzzers/generator/wrong_calls.h"
#include "sut-adapters/contract/capability.h"

namespace protm::fuzz {

using contract::Capability;
using contract::EventKind;
using contract::kNoStep;
using contract::NodeType;
using contract::Program;
using contract::Trigger;

namespace {


constexpr std::array<ThemeInfo, static_cast<std::size_t>(Theme::count)> kThemes{{
    {Theme::plain, "plain", 10},
    {Theme::rotation, "rotation", 20},
    {Theme::hang, "hang", 12},
    {Theme::fault, "fault", 9},
    {Theme::sleep, "sleep", 13},
    {Theme::unbind, "unbind", 13},
    {Theme::late_bind, "late bind", 12},
    {Theme::destroy, "destroy", 9},
    {Theme::machine, "machine", 5},
}};

/// What one Program is about, and what it has got so far.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed), builder_(program_) {
    // Small seeds differ in few bits; one step of the generator spreads them.
    random_ = Random(random_.next());
    draw_themes();
    program_.title = "seed " + std::to_string(seed) + ": " + words_;
    program_.requires_mask = Capability::panthor | Capability::vm_bind;
    program_.heap_param_set = false;
    program_.heap_present = false;
  }

  Program program() {
    slots_ = draw_machine(random_, program_, has(Theme::rotation) ? Slots::few : Slots::any);
    if (has(Theme::machine)) draw_faults(random_, program_);
    make_clients();
    make_groups();
    put_in_order();
    for (Client& client : clients_) work(client);
    befall();
    builder_.finish();
    return std::move(program_);
  }

 private:
  [[nodiscard]] bool has(Theme theme) const { return has_[static_cast<std::size_t>(theme)]; }

  void draw_themes() {
    std::array<std::uint32_t, kThemes.size()> weights{};
    for (std::size_t i = 0; i < kThemes.size(); ++i) weights[i] = kThemes[i].weight;
    const std::uint32_t themes = random_.percent(35) ? 2 : 1;
    for (std::uint32_t i = 0; i < themes; ++i) {
      const std::size_t drawn = random_.weighted(weights);
      if (has_[drawn]) continue;
      has_[drawn] = true;
      words_ += (words_.empty() ? "" : ", ") + std::string(kThemes[drawn].name);
    }
  }

  void make_clients() {
    const std::uint32_t n = has(Theme::rotation)        ? 1 + std::uint32_t{random_.percent(30)}
                            : random_.percent(10)       ? 3
                            : random_.percent(50)       ? 2
                                                        : 1;
    clients_.reserve(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      const bool nice = random_.percent(30);
      const std::uint32_t actor = builder_.add_actor("client" + std::to_string(i), nice);
      Client& client = clients_.emplace_back(builder_, random_, actor, nice);
      if (i == 0 && has(Theme::destroy) && random_.percent(30)) start_cold(actor);
      client.set_up();
      if (random_.percent(25)) client.rebind(actor, {});
    }
  }

  /// The Program loads the driver and opens its file, so that it can close it too.
  void start_cold(std::uint32_t actor) {
    program_.boot = contract::Boot::cold;
    builder_.add(actor, Make(NodeType::load));
    file_ = builder_.add(actor, Make(NodeType::open));
  }

  void make_groups() {
    if (has(Theme::rotation)) {
      const std::uint64_t groups = slots_ + random_.between(1, 3);
      const Urgency urgency = random_.percent(60) ? Urgency::all_medium : Urgency::low_and_medium;
      for (std::uint64_t i = 0; i < groups; ++i) {
        clients_[i % clients_.size()].add_group(urgency, 1);
      }
      return;
    }
    for (Client& client : clients_) {
      const std::uint64_t groups = random_.between(1, 3);
      for (std::uint64_t i = 0; i < groups; ++i) {
        const Urgency urgency = random_.percent(40) ? Urgency::any : Urgency::low_and_medium;
        client.add_group(urgency, static_cast<std::uint32_t>(random_.between(1, 3)));
      }
    }
  }

  /// Clients that set themselves up at once do so in an order that microseconds decide. Most come
  /// one after the other.
  void put_in_order() {
    const std::uint64_t gap_ns = random_.percent(kOneByOne) ? kGapNs : 0;
    for (std::size_t i = 1; i < clients_.size(); ++i) {
      Trigger& when = program_.steps[clients_[i].vm()].when;
      when.at_ns = i * gap_ns;
      if (file_ != kNoStep) when = after(EventKind::step_returned, file_, i * gap_ns);
    }
  }

  [[nodiscard]] RunTime run_time() {
    const bool overlapping =
        has(Theme::unbind) || has(Theme::late_bind) || has(Theme::destroy);
    if (has(Theme::rotation)) return {.least_ns = 15 * kMs, .most_ns = 50 * kMs};
    if (overlapping) return {.least_ns = 4 * kMs, .most_ns = 30 * kMs};
    return {};
  }

  void sprinkle(Client& client) {
    if (random_.percent(15)) client.ask();
    if (random_.percent(12)) add_wrong_call(builder_, random_, client);
  }

  /// Steps that what befalls the clients may still need.
  [[nodiscard]] bool room_for_more() const { return builder_.room() > 12; }

  void work(Client& client) {
    const bool troubled = &client == &clients_.back();
    const std::uint64_t rounds = has(Theme::sleep) ? random_.between(2, 3) : random_.between(1, 2);
    for (std::uint64_t round = 0; round < rounds && room_for_more(); ++round) {
      if (round != 0) pause(client);
      std::uint32_t last = kNoStep;
      if (client.groups() > 1 && random_.percent(has(Theme::plain) ? 70 : 10)) handshake(client);
      for (std::size_t g = 0; g < client.groups() && room_for_more(); ++g) {
        last = submit_some(client, g);
        sprinkle(client);
      }
      // A client that goes on without waiting keeps the slots busy.
      if (random_.percent(75)) client.wait(last, random_.between(2'000, 4'000) * kMs);
    }
    if (troubled && has(Theme::hang)) hang(client);
    if (troubled && has(Theme::fault)) end_in_fault(client);
  }

  void handshake(Client& client) {
    const std::size_t waiter = random_.below(client.groups());
    const std::size_t setter = (waiter + 1) % client.groups();
    client.submit_handshake(waiter, setter, run_time());
  }

  std::uint32_t submit_some(Client& client, std::size_t group) {
    std::uint32_t last = kNoStep;
    const std::uint64_t jobs = random_.percent(30) ? 2 : 1;
    for (std::uint64_t i = 0; i < jobs; ++i) {
      const auto queue = static_cast<std::uint32_t>(random_.below(client.queues(group)));
      last = client.submit(group, queue, run_time());
    }
    return last;
  }

  void pause(const Client& client) {
    const std::uint64_t ms = has(Theme::sleep) ? random_.between(60, 700) : random_.between(1, 40);
    if (!has(Theme::sleep) && random_.percent(60)) return;
    builder_.add(client.actor(), Make(NodeType::sleep).number("time", ms * kMs));
  }

  /// A job past its time-out, jobs behind it, and a submit to the group that is no more.
  void hang(Client& client) {
    const std::size_t group = random_.below(client.groups());
    const auto queue = static_cast<std::uint32_t>(random_.below(client.queues(group)));
    const Trouble trouble = random_.percent(70) ? Trouble::endless : Trouble::blocked;
    const std::uint32_t job = client.submit(group, queue, {}, trouble);
    if (random_.percent(40)) client.submit(group, queue, {});
    client.wait(job, random_.between(7'000, 9'000) * kMs);
    if (random_.percent(50)) client.submit(group, queue, {});
    if (random_.percent(50)) client.wait(client.submit(0, 0, {}), 2'000 * kMs);
  }

  void end_in_fault(Client& client) {
    const std::size_t group = random_.below(client.groups());
    const auto queue = static_cast<std::uint32_t>(random_.below(client.queues(group)));
    const std::uint32_t job = client.submit(group, queue, {}, Trouble::fault);
    if (random_.percent(40)) client.submit(group, queue, {});
    client.wait(job, 8'000 * kMs);
    if (random_.percent(50)) client.submit(group, queue, {});
    if (random_.percent(50)) client.wait(client.submit(0, 0, {}), 2'000 * kMs);
  }

  /// A while after one of the client's last jobs started.
  [[nodiscard]] Trigger during(const Client& client) {
    const auto& jobs = client.jobs();
    const std::size_t back = random_.below(jobs.size() < 3 ? jobs.size() : 3);
    return after(EventKind::job_started, jobs[jobs.size() - 1 - back],
                 100'000 * random_.between(5, 35));
  }

  void befall() {
    Client& client = clients_[random_.below(clients_.size())];
    if (client.jobs().empty()) return;
    if (has(Theme::late_bind)) late_binds(client);
    if (has(Theme::destroy)) destroy(client);
    if (has(Theme::unbind)) unbind(client);
  }

  void late_binds(Client& client) {
    const std::uint32_t actor = builder_.add_actor("binder", false);
    const std::uint64_t binds = random_.between(1, 3);
    for (std::uint64_t i = 0; i < binds; ++i) client.rebind(actor, during(client));
    if (client.groups() != 0 && random_.percent(50)) {
      client.submit_store(actor, random_.below(client.groups()), kDataVa + kSharedAt + 2048);
    }
  }

  void destroy(Client& client) {
    const std::uint32_t actor = builder_.add_actor("ender", false);
    const std::uint64_t times = random_.between(1, 2);
    for (std::uint64_t i = 0; i < times; ++i) {
      switch (random_.below(6)) {
        case 0: client.destroy_vm(actor, during(client)); break;
        case 1: client.close_buffer(actor, during(client)); break;
        case 2: close_file(client, actor); break;
        default:
          client.destroy_group(actor, random_.below(client.groups()), during(client));
          break;
      }
    }
  }

  void close_file(Client& client, std::uint32_t actor) {
    const Trigger when = during(client);
    if (file_ == kNoStep) return client.destroy_group(actor, 0, when);
    builder_.add(actor, Make(NodeType::close).ref("file", file_), when);
  }

  void unbind(const Client& client) {
    const std::uint32_t actor = builder_.add_actor("admin", false);
    builder_.add(actor, Make(NodeType::unbind), during(client));
    if (random_.percent(70)) return;
    builder_.add(actor, Make(NodeType::probe));
    const std::uint32_t file = builder_.add(actor, Make(NodeType::open));
    builder_.add(actor, Make(NodeType::vm_create).ref("file", file));
  }

  Program program_;
  Random random_;
  ProgramBuilder builder_;
  std::array<bool, kThemes.size()> has_{};
  std::string words_;
  std::uint32_t slots_ = 0;
  std::uint32_t file_ = kNoStep;  ///< that the Program opens itself
  std::vector<Client> clients_;
};

}  // namespace

std::span<const ThemeInfo> theme_table() { return kThemes; }

Program generate(std::uint64_t seed, Scope scope) {
  return scope == Scope::full ? generate_full(seed) : Generator(seed).program();
}

}  // namespace protm::fuzz
