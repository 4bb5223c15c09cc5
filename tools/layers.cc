// SPDX-License-Identifier: GPL-2.0-only
#include "tools/layers.h"

#include <algorithm>
#include <set>

namespace protm::tools {
namespace {

constexpr std::string_view kVocab = "gpu-model/vocab";
constexpr std::string_view kMachine = "gpu-model/src";
constexpr std::string_view kContract = "sut-adapters/contract";
constexpr std::string_view kRig = "sut-adapters/rig";
constexpr std::string_view kSteps = "sut-adapters/steps";
constexpr std::string_view kHost = "sut-adapters/host";
constexpr std::string_view kCabi = "sut-adapters/cabi";
constexpr std::string_view kProcess = "sut-adapters/process";
constexpr std::string_view kLinuxUml = "sut-adapters/linux-uml";
constexpr std::string_view kSeriesV1 = "sut-adapters/series-v1";
constexpr std::string_view kExecutor = "sut-adapters/executor";
constexpr std::string_view kReference = "oracle/reference";
constexpr std::string_view kMutants = "oracle/mutants";
constexpr std::string_view kRules = "oracle/rules";
constexpr std::string_view kJudge = "oracle/judge";
constexpr std::string_view kDifferential = "oracle/differential";
constexpr std::string_view kFormat = "conformance/format";
constexpr std::string_view kRunner = "conformance/runner";
constexpr std::string_view kFuzzLib = "fuzzers/lib";
constexpr std::string_view kGenerator = "fuzzers/generator";
constexpr std::string_view kMutator = "fuzzers/mutator";
constexpr std::string_view kEngines = "fuzzers/engines";
constexpr std::string_view kCampaign = "fuzzers/campaign";
constexpr std::string_view kGuided = "fuzzers/guided";
constexpr std::string_view kFuzzTargets = "fuzzers/targets";
constexpr std::string_view kMutation = "bench/mutation";
constexpr std::string_view kBench = "bench";
constexpr std::string_view kCli = "cli";
constexpr std::string_view kTools = "tools";

// Whatever carries a Program or a Trace names its types: contract and vocab stand in each row
// above layer 1. The registry of candidates is filled by the ends of the chain only.
const std::vector<Box>& table() {
  static const std::vector<Box> boxes{
      {kVocab, 0, {}},
      {kContract, 1, {kVocab}},
      {kMachine, 2, {kVocab}},
      {kRig, 2, {kContract, kVocab, kMachine}},
      // Beside the rig, because it runs wherever the rig does: in `protm` and in a UML process.
      {kSteps, 2, {kContract, kVocab, kRig}},
      {kHost, 2, {kContract, kVocab}},
      {kCabi, 2, {kContract, kVocab}},
      {kProcess, 2, {kContract, kVocab}},
      {kLinuxUml, 2, {kContract, kVocab, kRig, kSteps}},
      {kSeriesV1, 2, {kContract, kVocab}},
      {kReference, 2, {kContract, kVocab}},
      {kMutants, 2, {kReference, kContract, kVocab}},
      {kRules, 2, {kContract, kVocab}},
      {kJudge, 2, {kContract, kVocab}},
      {kFormat, 2, {kContract, kVocab}},
      {kExecutor,
       3,
       {kContract, kVocab, kRig, kSteps, kHost, kSeriesV1, kCabi, kProcess, kLinuxUml}},
      {kDifferential, 3, {kExecutor, kJudge, kRules, kReference, kMutants, kContract, kVocab}},
      {kFuzzLib,
       3,
       {kVocab, kContract, kMachine, kRig, kHost, kSeriesV1, kReference, kMutants, kRules, kJudge,
        kFormat, kExecutor, kDifferential, kGenerator, kMutator}},
      {kGenerator,
       3,
       {kVocab, kContract, kJudge, kFormat, kExecutor, kDifferential}},
      {kMutator, 3, {kVocab, kContract, kFormat, kGenerator}},
      // Beside the targets and never in them: it needs a database and starts processes. Its own
      // engine for tests draws from the generator's random numbers.
      {kCampaign, 4, {kFuzzLib, kGenerator, kDifferential, kExecutor, kContract, kVocab}},
      {kGuided,
       3,
       {kVocab, kContract, kJudge, kFormat, kExecutor, kDifferential, kGenerator, kMutator}},
      {kRunner, 4, {kFormat, kDifferential, kJudge, kExecutor, kContract, kVocab}},
      {kEngines, 4, {kFuzzLib, kMutator, kFormat, kContract, kVocab}},
      {kFuzzTargets,
       4,
       {kFuzzLib, kGenerator, kMutator, kFormat, kDifferential, kExecutor, kContract, kVocab}},
      // Before bench, which it lies in: the first folder that fits is the box.
      {kMutation,
       4,
       {kRunner, kFuzzLib, kGenerator, kFormat, kDifferential, kExecutor, kJudge, kContract,
        kVocab}},
      {kBench,
       4,
       {kExecutor, kReference, kMutants, kRules, kJudge, kFormat, kDifferential, kRig, kMachine,
        kMutator, kGenerator,
        kContract, kVocab}},
      {kCli,
       5,
       {kVocab, kContract, kMachine, kRig, kHost, kCabi, kProcess, kLinuxUml, kSeriesV1, kReference,
        kMutants, kRules, kJudge, kFormat, kExecutor, kDifferential, kFuzzLib, kGenerator, kMutator,
        kCampaign, kGuided, kRunner, kBench}},
      {kTools, 5, {}},
  };
  return boxes;
}

// A foreign header that few boxes may use. `tests` adds every *_test.cc.
struct ForeignHeader {
  std::string_view prefix;
  std::vector<std::string_view> allowed;
  enum { boxes_only, and_tests } tests;
  std::string_view instead;
};

const std::vector<ForeignHeader>& foreign_headers() {
  static const std::vector<ForeignHeader> headers{
      {"yaml-cpp/", {kFormat}, ForeignHeader::boxes_only, "use conformance/format"},
      {"boost/context/", {kHost}, ForeignHeader::boxes_only, "use the tasks of sut-adapters/host"},
      {"dlfcn.h", {kCabi, kLinuxUml}, ForeignHeader::boxes_only, "use sut-adapters/cabi"},
      {"sys/socket.h",
       {kProcess, kLinuxUml},
       ForeignHeader::boxes_only,
       "use sut-adapters/process"},
      {"sys/wait.h",
       {kExecutor, kCabi, kProcess, kLinuxUml, kCampaign, kMutation, kTools},
       ForeignHeader::and_tests,
       "use sut-adapters/executor or fuzzers/campaign, which supervise"},
      {"SQLiteCpp/", {kCampaign}, ForeignHeader::boxes_only, "use fuzzers/campaign/store.h"},
      {"doctest/", {"cmake", kTools}, ForeignHeader::and_tests, "move the test to a *_test.cc"},
      {"benchmark/", {kBench}, ForeignHeader::boxes_only, "move the measurement to bench"},
      {"CLI/", {kCli}, ForeignHeader::boxes_only, "take options from cli"},
  };
  return headers;
}

std::string folder_of(std::string_view path) {
  const Box* box = box_of(path);
  if (box != nullptr) return std::string(box->folder);
  return std::string(path.substr(0, path.find('/')));
}

bool contains(const std::vector<std::string_view>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool allowed(const Box& from, const Box& to, bool from_test) {
  if (&from == &to || contains(from.may_include, to.folder)) return true;
  if (!from_test) return false;
  if (to.folder == kExecutor || to.folder == kRig) return true;
  return from.layer == 2 && to.folder == kMachine;
}

std::string row_text(const Box& box) {
  std::string text;
  for (const std::string_view folder : box.may_include) {
    text += (text.empty() ? "" : ", ") + std::string(folder);
  }
  return text.empty() ? "only itself" : "itself and " + text;
}

void check_quoted(const File& file, const Include& include, const std::set<std::string>& paths,
                  std::vector<Finding>& findings) {
  const auto say = [&](std::string what, std::string instead) {
    findings.push_back({file.path, include.line, "layers", std::move(what), std::move(instead)});
  };
  const Box* from = box_of(file.path);
  const Box* to = box_of(include.path);
  if (from != nullptr && to != nullptr && !allowed(*from, *to, is_test(file.path))) {
    say(std::string(from->folder) + " may not include " + std::string(to->folder) + " (\"" +
            include.path + "\")",
        "it may include " + row_text(*from));
  } else if (to == nullptr || !paths.contains(include.path)) {
    say("include \"" + include.path + "\" is no file of the repository",
        "use the path from the repository root, or <> for a library");
  }
}

void check_angled(const File& file, const Include& include, std::vector<Finding>& findings) {
  for (const ForeignHeader& header : foreign_headers()) {
    if (!include.path.starts_with(header.prefix)) continue;
    const bool test = header.tests == ForeignHeader::and_tests && is_test(file.path);
    if (test || contains(header.allowed, folder_of(file.path))) continue;
    findings.push_back({file.path, include.line, "layers",
                        "<" + include.path + "> does not belong in " + folder_of(file.path),
                        std::string(header.instead)});
  }
  if (box_of(include.path) != nullptr) {
    findings.push_back({file.path, include.line, "layers",
                        "<" + include.path + "> is a file of this repository",
                        "use \"\" so that the layer test sees it"});
  }
}

}  // namespace

std::span<const Box> boxes() { return table(); }

const Box* box_of(std::string_view path) {
  for (const Box& box : table()) {
    const bool inside = path.size() > box.folder.size() && path.starts_with(box.folder) &&
                        path[box.folder.size()] == '/';
    if (inside) return &box;
  }
  return nullptr;
}

std::vector<Finding> check_layers(std::span<const File> files) {
  std::set<std::string> paths;
  for (const File& file : files) paths.insert(file.path);
  std::vector<Finding> findings;
  for (const File& file : files) {
    for (const Include& include : file.text.includes) {
      if (include.form == IncludeForm::quoted) {
        check_quoted(file, include, paths, findings);
      } else {
        check_angled(file, include, findings);
      }
    }
  }
  return findings;
}

}  // namespace protm::tools
