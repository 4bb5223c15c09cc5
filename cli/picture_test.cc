// SPDX-License-Identifier: GPL-2.0-only
// The picture is read back as XML: which lanes, which words, where they stand, what colours them.
#include "cli/picture.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include <doctest/doctest.h>
#include <pugixml.hpp>

#include "cli/picture_axis.h"
#include "cli/picture_lane.h"
#include "cli/picture_style.h"
#include "cli/run.h"
#include "cli/svg.h"
#include "sut-adapters/contract/trace_builder.h"

namespace protm::cli {
namespace {

using contract::EventKind;
using contract::NodeType;
using K = vocab::ObservationKind;

struct Word {
  int x = 0, y = 0;
  std::string text;
  bool is_end = false;
  [[nodiscard]] int left() const { return is_end ? x - text_width(text.size()) : x; }
  [[nodiscard]] int right() const { return is_end ? x : x + text_width(text.size()); }
};

/// The elements of a document, in its order.
struct Drawn {
  pugi::xml_document document;
  std::vector<Word> words;
  std::vector<std::string> groups;
  std::set<std::string> classes, elements;

  explicit Drawn(const std::string& bytes) {
    const pugi::xml_parse_result ok = document.load_string(bytes.c_str());
    REQUIRE_MESSAGE(ok, ok.description());
    walk(document.document_element());
  }

 private:
  void walk(pugi::xml_node node) {
    elements.insert(node.name());
    std::istringstream looks(node.attribute("class").value());
    for (std::string look; looks >> look;) classes.insert(look);
    const std::string name = node.name();
    if (name == "g") groups.emplace_back(node.attribute("data-name").value());
    if (name == "text") {
      words.push_back({node.attribute("x").as_int(), node.attribute("y").as_int(),
                       node.child_value(),
                       std::string(node.attribute("text-anchor").value()) == "end"});
    }
    for (const pugi::xml_node child : node.children()) {
      if (child.type() == pugi::node_element) walk(child);
    }
  }
};

/// Words in the plain font may not run out of the picture or into each other.
void check_layout(const Drawn& back) {
  for (std::size_t i = 0; i < back.words.size(); ++i) {
    const Word& a = back.words[i];
    CAPTURE(a.text);
    CHECK(a.left() >= 0);
    CHECK(a.right() <= kPictureWidth);
    for (std::size_t j = 0; j < i; ++j) {
      const Word& b = back.words[j];
      CAPTURE(b.text);
      CHECK((a.y != b.y || a.right() <= b.left() || b.right() <= a.left()));
    }
  }
}

/// Every class has a colour for light and one for dark ground.
void check_style(const Drawn& back) {
  const std::string style(kPictureStyle);
  const std::size_t dark = style.find("@media (prefers-color-scheme: dark)");
  REQUIRE(dark != std::string::npos);
  for (const std::string& look : back.classes) {
    if (look == "big" || look == "strong") continue;
    CAPTURE(look);
    const std::string selector = "." + look + " {";
    CHECK(style.find(selector) < dark);
    CHECK(style.find(selector, dark) != std::string::npos);
  }
}

struct Made {
  contract::Program program;
  differential::Comparison comparison;
};

/// A protected job; the candidate sends an AS command into its window.
Made made() {
  Made m;
  m.program.id = "made/up";
  m.program.title = "A title with <brackets> & \"quotes\"";
  const auto group = add_step(m.program, contract::make_node(NodeType::group_create));
  m.program.steps[group].id = "g";
  const auto job = add_job(m.program, group);
  m.program.steps[job].id = "j";
  for (contract::Trace* trace : {&m.comparison.oracle, &m.comparison.candidate}) {
    contract::TraceBuilder t;
    t.at(1000).started(group).after(60'000).returned(group, 0).started(job).returned(job, 0);
    t.after(20'000).event(EventKind::group_on_slot, group, 2);
    t.event(EventKind::job_started, job, 2).after(10'000).saw(K::protm_pend, {.a = 2});
    t.after(10'000).saw(K::enter_sampled, {.a = 1}).after(20'000).saw(K::enter_acked);
    t.after(50'000).saw(K::protm_active, {.a = 2}).after(1'000).saw(K::region_started, {.a = 2});
    if (trace == &m.comparison.candidate) {
      t.after(1'000'000).saw(K::as_command, {.a = 1, .b = 2, .d = 1});
      m.comparison.verdict.at_ns = 1'172'000;
    }
    t.at(5'000'000).saw(K::region_ended, {.a = 2}).saw(K::protm_exit_raised);
    t.event(EventKind::job_ended, job, 2).fence(job, 0);
    *trace = t.trace();
  }
  m.comparison.verdict.outcome = judge::Outcome::diverged;
  m.comparison.verdict.rule = "I3";
  m.comparison.verdict.detail = "a command inside";
  return m;
}

TEST_CASE("picture: both runs under each other with their lanes, the divergence marked") {
  const Made m = made();
  const Drawn back(svg(picture_of(m.program, m.comparison, "reference", "series-v1")));
  CHECK(back.groups ==
        std::vector<std::string>{"oracle reference", "actor main", "queue 0 of $g", "CSG slot 2",
                                 "CSG slot 2 CS 0", "protected mode", "candidate series-v1",
                                 "actor main", "queue 0 of $g", "CSG slot 2", "CSG slot 2 CS 0",
                                 "protected mode", "AS 1"});
  check_layout(back);
  check_style(back);
  std::multiset<std::string> words;
  for (const Word& w : back.words) words.insert(w.text);
  CHECK(words.count("diverges at 1.172ms") == 1);
  CHECK(words.count("diverged at 1.172ms, I3: a command inside") == 1);
  CHECK(words.count("protected") == 2);
  CHECK(words.count("LOCK") == 1);
  CHECK(words.count("EXIT region_done") == 2);
  CHECK(words.count("fence $j") == 2);
  CHECK(words.count(m.program.title) == 1);
  CHECK(back.elements == std::set<std::string>{"svg", "title", "desc", "style", "rect", "g",
                                               "text", "line", "polygon"});
  CHECK(back.document.document_element().attribute("width").as_int() == kPictureWidth);
  CHECK(back.classes.count("at") == 1);
}

TEST_CASE("picture: the reference on itself is one run without a verdict") {
  Made m = made();
  m.comparison.verdict = {};
  const Drawn back(svg(picture_of(m.program, m.comparison, "reference", "reference")));
  CHECK(back.groups.front() == "reference");
  CHECK(back.groups.size() == 7);
  CHECK(back.classes.count("at") == 0);
  check_layout(back);
}

TEST_CASE("picture: nothing at all is still a picture") {
  differential::Comparison empty;
  const Drawn back(svg(picture_of({}, empty, "reference", "candidate")));
  CHECK(back.groups.size() == 2);
}

TEST_CASE("TimeAxis: in order, gaps by their logarithm, times outside at the ends") {
  const TimeAxis axis({5'000'000, 1'000, 2'000, 2'000, 900'000'000}, {2'000, 10, 10}, 100, 200);
  CHECK(axis.x(0) == 100);
  CHECK(axis.x(1'000) == 100);
  CHECK(axis.x(900'000'000) == 200);
  CHECK(axis.x(UINT64_MAX) == 200);
  const int first = axis.x(2'000) - axis.x(1'000);
  const int second = axis.x(5'000'000) - axis.x(2'000);
  const int third = axis.x(900'000'000) - axis.x(5'000'000);
  CHECK(first > 0);
  CHECK(second > first);
  CHECK(third > second);
  CHECK(third < 3 * second);
  CHECK(axis.x(2'500'000) > axis.x(2'000));
  CHECK(axis.x(2'500'000) < axis.x(5'000'000));
  const TimeAxis part({1, 2, 3, 4, 5, 6}, {4, 1, 1}, 0, 10);
  CHECK(part.columns() == std::vector<std::uint64_t>{3, 4, 5});
}

TEST_CASE("LabelRows: words without room are counted, not drawn over others") {
  LabelRows rows;
  for (int i = 0; i < 7; ++i) rows.add(kLanesLeft, "word");
  REQUIRE(rows.labels().size() == 4);
  CHECK(rows.labels().back().hidden == 3);
  rows.add(kLanesLeft + 200, "word");
  CHECK(rows.labels().back().row == 0);
}

TEST_CASE("xml_text: reserved and control characters") {
  CHECK(xml_text("a<b>&\"c\x01") == "a&lt;b&gt;&amp;&quot;c?");
}

/// The pictures of docs/protected-mode.md come from these runs.
struct DocsPicture {
  const char* file;
  const char* id;
  const char* sut;
};
constexpr DocsPicture kDocsPictures[] = {
    {"session.svg", "fw/fw-014-entry-order", "reference"},
    {"bind-in-window.svg", "mmu/mmu-014-bind-in-window", "reference"},
    {"exit-refused.svg", "mmu/mmu-015-exit-refused", "series-v1:only=MMU-15"},
    {"old-request.svg", "sched/sched-034-off-slot-top-group", "series-v1:only=SCHED-34"},
};

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("docs: the pictures are what `explain --svg` draws today (PROTM_UPDATE_GOLDEN=1)") {
  const char* const root = std::getenv("PROTM_ROOT");
  const std::filesystem::path docs = std::filesystem::path(root == nullptr ? "." : root) / "docs";
  const std::string page = file_text(docs / "protected-mode.md");
  for (const DocsPicture& p : kDocsPictures) {
    CAPTURE(p.file);
    std::ostringstream out;
    std::ostringstream err;
    (void)run({"explain", p.id, "--sut=" + std::string(p.sut), "--svg"}, {out, err});
    check_layout(Drawn(out.str()));
    const std::filesystem::path file = docs / "pictures" / p.file;
    if (std::getenv("PROTM_UPDATE_GOLDEN") != nullptr) std::ofstream(file) << out.str();
    CHECK_MESSAGE(file_text(file) == out.str(),
                  "run again with PROTM_UPDATE_GOLDEN=1 when the new picture is right");
    CHECK(page.find("pictures/" + std::string(p.file)) != std::string::npos);
  }
}

}  // namespace
}  // namespace protm::cli
