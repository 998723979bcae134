// What each kind of change means to a reviewer.
#pragma once

#include <string_view>

#include "netmon/core/diff/diff.h"

namespace netmon {

struct KindText {
  ChangeKind kind = ChangeKind::listener_added;
  std::string_view name;     // its name as a SARIF rule: "ListenerAdded"
  std::string_view what;     // what happened; a sentence
  std::string_view meaning;  // why it matters, and what to ask; one or two sentences
};

const KindText& text_of(ChangeKind kind);

}  // namespace netmon
