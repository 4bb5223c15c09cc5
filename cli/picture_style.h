// SPDX-License-Identifier: GPL-2.0-only
// Colours and sizes of a picture. The light colours come first, so that a viewer that knows no
// media queries shows them.
// Leaves out: where things stand (picture.cc). Source: none, a choice of presentation.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "cli/timeline.h"

namespace protm::cli {

inline constexpr std::string_view kPictureStyle = R"css(
    text { font: 10px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    .ground { fill: #ffffff; } .band { fill: #f6f8fa; }
    .words { fill: #1f2328; } .faint { fill: #59636e; } .alarm { fill: #cf222e; }
    .good { fill: #1a7f37; }
    .big { font-size: 14px; font-weight: bold; } .strong { font-weight: bold; }
    .grid { stroke: #e4e8ec; } .leader { stroke: #afb8c1; }
    .at { stroke: #cf222e; stroke-width: 1.5; }
    .due { stroke: #9a6700; stroke-width: 1.5; stroke-dasharray: 4 3; }
    .plain { fill: #eaeef2; stroke: #57606a; } .step { fill: #dde3e9; stroke: #6e7781; }
    .bind { fill: #b9ead8; stroke: #1b7c5b; } .submit { fill: #ccd8fd; stroke: #3b5bdb; }
    .job { fill: #dbe9ff; stroke: #3c78d8; } .group { fill: #eef1f4; stroke: #8c959f; }
    .region { fill: #e6d3fb; stroke: #8250df; } .run { fill: #fbe6bd; stroke: #9a6700; }
    .pend { fill: #e6d3fb; stroke: #8250df; }
    .session { fill: #f4ecfd; stroke: #8250df; stroke-dasharray: 3 2; }
    .window { fill: #d6b9f8; stroke: #6f3fc4; }
    .command { fill: #ffe2c7; stroke: #bc4c00; } .irq { fill: #c2c9d1; stroke: #6e7781; }
    .fence { fill: #6fd08c; stroke: #1a7f37; } .bad { fill: #ffcecb; stroke: #cf222e; }
    .quiet { fill: #eaeef2; stroke: #afb8c1; }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117; } .band { fill: #151b23; }
      .words { fill: #e6edf3; } .faint { fill: #9198a1; } .alarm { fill: #ff7b72; }
      .good { fill: #3fb950; }
      .grid { stroke: #2a3038; } .leader { stroke: #565e67; }
      .at { stroke: #ff7b72; } .due { stroke: #d29922; }
      .plain { fill: #2a3038; stroke: #9198a1; } .step { fill: #30363d; stroke: #8b949e; }
      .bind { fill: #0f4c3a; stroke: #3fb98c; } .submit { fill: #22316e; stroke: #748ffc; }
      .job { fill: #16325c; stroke: #58a6ff; } .group { fill: #1f252d; stroke: #6e7681; }
      .region { fill: #46237a; stroke: #a371f7; } .run { fill: #5a4312; stroke: #d29922; }
      .pend { fill: #46237a; stroke: #a371f7; } .session { fill: #241937; stroke: #a371f7; }
      .window { fill: #5a2ea6; stroke: #c297ff; }
      .command { fill: #5a2d0c; stroke: #f0883e; } .irq { fill: #484f58; stroke: #8b949e; }
      .fence { fill: #238636; stroke: #3fb950; } .bad { fill: #67060c; stroke: #ff7b72; }
      .quiet { fill: #21262d; stroke: #565e67; }
    }
)css";

struct LookInfo {
  std::string_view name;    ///< class in the style sheet
  std::string_view legend;  ///< empty: not explained
};
inline constexpr std::array<LookInfo, static_cast<std::size_t>(Look::count)> kLooks{{
    {"plain", ""},
    {"step", "call"},
    {"bind", "VM_BIND"},
    {"submit", "submit"},
    {"job", "job"},
    {"group", "group on slot"},
    {"region", "protected region"},
    {"run", "GPU work"},
    {"pend", "request, ack, exit"},
    {"session", "entering or leaving"},
    {"window", "protected mode"},
    {"command", "AS command"},
    {"irq", "line high"},
    {"fence", "fence"},
    {"bad", "error or fault"},
    {"quiet", ""},
}};

inline constexpr int kPictureWidth = 1000;
inline constexpr int kLanesLeft = 150;
inline constexpr int kLanesRight = 988;
inline constexpr int kMargin = 12;
inline constexpr int kLineHeight = 12;
inline constexpr int kBarHeight = 14;
inline constexpr int kIrqHeight = 6;

/// Width of `characters` in the font of the style sheet.
constexpr int text_width(std::size_t characters) {
  return static_cast<int>(characters * 61 / 10) + 1;
}

}  // namespace protm::cli
