// SPDX-License-Identifier: GPL-2.0-only
#include "tools/determinism_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "tools/layers.h"

namespace protm::tools {
namespace {

// How a name must stand to be the banned one.
enum class Form {
  word,       // anywhere
  std_word,   // after std::
  free_call,  // called, and no member or declaration: clock(), std::clock()
  libc_time,  // the same with an argument that only the C library's function takes
};

enum class Reach { below_layer_3, no_wall_clock };

struct Banned {
  std::string_view name;
  Form form;
  Reach reach;
  std::string_view instead;
};

constexpr std::string_view kUseOrdered = "use an ordered container (std::pmr::map, a vector)";
constexpr std::string_view kUseSeed = "draw from the seed that the Program carries";
constexpr std::string_view kUseSimTime = "use vocab's SimTime";
constexpr std::string_view kUseTask = "use a task, or leave it to layer 3";
constexpr std::string_view kUseInteger = "use an integer with its unit in the name";

constexpr std::array<Banned, 35> kBanned{{
    {"unordered_map", Form::word, Reach::below_layer_3, kUseOrdered},
    {"unordered_set", Form::word, Reach::below_layer_3, kUseOrdered},
    {"unordered_multimap", Form::word, Reach::below_layer_3, kUseOrdered},
    {"unordered_multiset", Form::word, Reach::below_layer_3, kUseOrdered},
    {"hash", Form::std_word, Reach::below_layer_3, "use a digest with a fixed definition"},
    {"rand", Form::free_call, Reach::below_layer_3, kUseSeed},
    {"srand", Form::free_call, Reach::below_layer_3, kUseSeed},
    {"random_device", Form::word, Reach::below_layer_3, kUseSeed},
    {"mt19937", Form::word, Reach::below_layer_3, kUseSeed},
    {"mt19937_64", Form::word, Reach::below_layer_3, kUseSeed},
    {"default_random_engine", Form::word, Reach::below_layer_3, kUseSeed},
    {"uniform_int_distribution", Form::word, Reach::below_layer_3, kUseSeed},
    {"thread", Form::std_word, Reach::below_layer_3, kUseTask},
    {"jthread", Form::std_word, Reach::below_layer_3, kUseTask},
    {"async", Form::std_word, Reach::below_layer_3, kUseTask},
    {"mutex", Form::std_word, Reach::below_layer_3, kUseTask},
    {"condition_variable", Form::std_word, Reach::below_layer_3, kUseTask},
    {"atomic", Form::std_word, Reach::below_layer_3, kUseTask},
    {"thread_local", Form::word, Reach::below_layer_3, kUseTask},
    {"pthread_create", Form::word, Reach::below_layer_3, kUseTask},
    {"float", Form::word, Reach::below_layer_3, kUseInteger},
    {"double", Form::word, Reach::below_layer_3, kUseInteger},
    {"chrono", Form::word, Reach::no_wall_clock, kUseSimTime},
    {"steady_clock", Form::word, Reach::no_wall_clock, kUseSimTime},
    {"system_clock", Form::word, Reach::no_wall_clock, kUseSimTime},
    {"clock_gettime", Form::word, Reach::no_wall_clock, kUseSimTime},
    {"gettimeofday", Form::word, Reach::no_wall_clock, kUseSimTime},
    {"localtime", Form::word, Reach::no_wall_clock, kUseSimTime},
    {"gmtime", Form::word, Reach::no_wall_clock, kUseSimTime},
    {"time", Form::libc_time, Reach::no_wall_clock, kUseSimTime},
    {"clock", Form::free_call, Reach::no_wall_clock, kUseSimTime},
    {"sleep", Form::free_call, Reach::no_wall_clock, kUseSimTime},
    {"usleep", Form::free_call, Reach::no_wall_clock, kUseSimTime},
    {"nanosleep", Form::free_call, Reach::no_wall_clock, kUseSimTime},
    {"sleep_for", Form::word, Reach::no_wall_clock, kUseSimTime},
}};

// The adapters' host side, what measures, what runs for hours, and tools: real time is theirs.
constexpr std::array<std::string_view, 8> kWallClockFolders{"sut-adapters/executor",
                                                            "sut-adapters/cabi",
                                                            "sut-adapters/process",
                                                            "sut-adapters/linux-uml",
                                                            "bench",
                                                            "fuzzers/",
                                                            "cli",
                                                            "tools"};

bool is_adapter(std::string_view folder) {
  return folder == "sut-adapters/cabi" || folder == "sut-adapters/process" ||
         folder == "sut-adapters/linux-uml";
}

bool in_reach(Reach reach, const File& file) {
  const Box* box = box_of(file.path);
  if (box == nullptr) return false;
  if (reach == Reach::below_layer_3) return box->layer < 3 && !is_adapter(box->folder);
  // A test may not look at a clock wherever it stands, unless it tests what does.
  return std::none_of(kWallClockFolders.begin(), kWallClockFolders.end(),
                      [box](std::string_view folder) { return box->folder.starts_with(folder); });
}

std::string_view text_at(const std::vector<Token>& tokens, std::size_t i) {
  return i < tokens.size() ? tokens[i].text : std::string_view();
}

bool is_pointer_argument(std::string_view text) {
  return text == "nullptr" || text == "NULL" || text == "0" || text == "&";
}

bool stands_as(Form form, const std::vector<Token>& tokens, std::size_t i) {
  const std::string_view before = i > 0 ? tokens[i - 1].text : std::string_view();
  const std::string_view two_before = i > 1 ? tokens[i - 2].text : std::string_view();
  const bool after_std = before == "::" && two_before == "std";
  switch (form) {
    case Form::word:
      return true;
    case Form::std_word:
      return after_std;
    case Form::libc_time:
      if (!after_std && !is_pointer_argument(text_at(tokens, i + 2))) return false;
      [[fallthrough]];
    case Form::free_call: {
      if (text_at(tokens, i + 1) != "(") return false;
      if (before == "::") return after_std || i < 2 || tokens[i - 2].kind != TokenKind::identifier;
      const bool declared = i > 0 && before != "return" &&
                            (tokens[i - 1].kind == TokenKind::identifier || before == ">" ||
                             before == "&" || before == "*");
      return before != "." && before != "->" && !declared;
    }
  }
  return false;
}

// True at `map` in `map<Foo*, ...>`: the key orders by address.
bool is_pointer_keyed(const std::vector<Token>& tokens, std::size_t i) {
  constexpr std::array<std::string_view, 4> kContainers{"map", "set", "multimap", "multiset"};
  if (std::find(kContainers.begin(), kContainers.end(), tokens[i].text) == kContainers.end() ||
      text_at(tokens, i + 1) != "<") {
    return false;
  }
  int depth = 0;
  for (std::size_t at = i + 1; at < tokens.size(); ++at) {
    const std::string_view text = tokens[at].text;
    if (text == ";" || text == "{") return false;
    if (text == "<") ++depth;
    if (text == ">") --depth;
    if (depth == 0 || (depth == 1 && text == ",")) return tokens[at - 1].text == "*";
  }
  return false;
}

}  // namespace

std::vector<Finding> check_determinism(const File& file) {
  std::vector<Finding> findings;
  const std::vector<Token>& tokens = file.text.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != TokenKind::identifier) continue;
    const auto* found = std::find_if(kBanned.begin(), kBanned.end(), [&](const Banned& banned) {
      return banned.name == tokens[i].text && stands_as(banned.form, tokens, i) &&
             in_reach(banned.reach, file);
    });
    if (found != kBanned.end()) {
      findings.push_back({file.path, tokens[i].line, "determinism",
                          "'" + std::string(found->name) + "' makes a replay differ",
                          std::string(found->instead)});
    }
    if (in_reach(Reach::below_layer_3, file) && is_pointer_keyed(tokens, i)) {
      findings.push_back({file.path, tokens[i].line, "determinism",
                          "a container keyed by a pointer is ordered by addresses",
                          "use an id, or a handle's index, as the key"});
    }
  }
  return findings;
}

}  // namespace protm::tools
