#include "netmon/core/model/process.h"

#include <array>

#include "core/values/words.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kScriptKinds{"file"sv, "module"sv, "code"sv};

}  // namespace

std::string_view to_string(ScriptKind kind) { return word_of(kScriptKinds, kind); }
std::optional<ScriptKind> parse_script_kind(std::string_view text) {
  return parse_word<ScriptKind>(kScriptKinds, text);
}

bool is_memory_file(std::string_view path) {
  return path.starts_with("/memfd:") || path.starts_with("/SYSV") ||
         path.starts_with("/dev/zero") || !path.starts_with("/");
}

bool lacks_digest(const ForeignCode& code) { return !code.sha256 && !is_memory_file(code.path); }

}  // namespace netmon
