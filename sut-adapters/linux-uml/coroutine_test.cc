// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/coroutine.h"

#include <doctest/doctest.h>

#include <string>

using protm::uml::Coroutine;

namespace {

struct Talk {
  Coroutine* self = nullptr;
  std::string said;
};

/// Uses the stack and the registers that a switch must keep.
void body(void* argument) {
  Talk& talk = *static_cast<Talk*>(argument);
  for (int i = 0; i < 3; ++i) {
    talk.said += std::to_string(i);
    talk.self->yield();
  }
  talk.said += "end";
}

}  // namespace

TEST_CASE("Coroutine: runs in turns with its resumer and ends once" *
          doctest::skip(!Coroutine::kSupported)) {
  Talk talk;
  Coroutine coroutine(body, &talk);
  talk.self = &coroutine;
  for (int i = 0; i < 3; ++i) {
    coroutine.resume();
    talk.said += '-';
    CHECK(!coroutine.ended());
  }
  coroutine.resume();
  CHECK(coroutine.ended());
  coroutine.resume();
  CHECK(talk.said == "0-1-2-end");
}
