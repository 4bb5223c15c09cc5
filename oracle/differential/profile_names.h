// SPDX-License-Identifier: GPL-2.0-only
// Profiles of the reference by name: releases, positions that the review leaves open, answers of
// firmware, and several of them with '+' between.
// Leaves out: what a member of a profile means (oracle/reference/profile.h).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "oracle/reference/profile.h"

namespace protm::differential {

/// The base first, then each part by itself.
[[nodiscard]] std::span<const reference::Profile> profiles();
/// The profile of that name, or of those names with '+' between them; "" is the base. It lives as
/// long as the program. Errors: nullptr a name that there is not, one twice, or two releases.
[[nodiscard]] const reference::Profile* profile_by_name(std::string_view name);
/// The part of `name` that is a release; empty = the 7.x base as it should be.
[[nodiscard]] std::string_view release_of(std::string_view name);
/// Two names as one; either may be empty.
[[nodiscard]] std::string joined_profile(std::string_view a, std::string_view b);

}  // namespace protm::differential
