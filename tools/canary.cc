// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

TEST_CASE("canary: a failed check is seen") { CHECK(1 + 1 == 3); }
