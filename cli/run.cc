// SPDX-License-Identifier: GPL-2.0-only
#include "cli/run.h"

#include <array>
#include <string_view>

#include "cli/commands.h"
#include "cli/parse.h"

namespace protm::cli {
namespace {

struct Command {
  std::string_view name;
  int (*run)(const Options&, Console);
};
constexpr std::array kCommands{
    Command{"conform", command_conform}, Command{"agree", command_agree},
    Command{"list", command_list},       Command{"explain", command_explain},
    Command{"replay", command_replay},   Command{"convert", command_convert},
    Command{"trace", command_trace},     Command{"shrink", command_shrink},
    Command{"findings", command_findings},
    Command{"explore", command_explore}, Command{"fuzz", command_fuzz},
    Command{"time-to-find", command_time_to_find},
};

}  // namespace

int run(const std::vector<std::string>& arguments, Console console) {
  const Parsed parsed = parse(arguments, console);
  for (const Command& command : kCommands) {
    if (command.name != parsed.options.command) continue;
    const int code = command.run(parsed.options, console);
    const bool no_answer = code == kExitBadInput || code == kExitInconclusive;
    return parsed.options.bisect && no_answer ? kExitSkipForBisect : code;
  }
  return parsed.exit_code;
}

}  // namespace protm::cli
