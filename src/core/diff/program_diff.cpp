#include "core/diff/program_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/model/capabilities.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

using Processes = std::vector<const Process*>;

// The holders of one program, with the workers of a master kept apart.
struct Classes {
  std::array<Processes, 2> by_class;  // 1: workers, whose parent holds the socket too
  Processes all;
};

Classes classes_of(const Snapshot& snapshot, const Holders& holders, const NameGroup& group) {
  Classes classes;
  for (const std::uint32_t index : group.processes) {
    const Process& process = snapshot.processes[index];
    classes.by_class[is_worker(snapshot, holders, process) ? 1 : 0].push_back(&process);
    classes.all.push_back(&process);
  }
  return classes;
}

template <typename Get>
std::vector<std::string> values_of(const Processes& processes, Get get) {
  std::set<std::string> values;
  for (const Process* process : processes) get(*process, values);
  return {values.begin(), values.end()};
}

using ValueSet = std::set<std::string>;

void exe_of(const Process& process, ValueSet& values) {
  values.insert(process.exe.value_or(std::string(kUnknownValue)));
}
void digest_of(const Process& process, ValueSet& values) {
  values.insert(process.exe_sha256.value_or(std::string(kUnknownValue)));
}
std::string script_text(const Script& script) {
  const std::string kind =
      script.kind == ScriptKind::file ? "" : fmt::format("{} ", to_string(script.kind));
  const std::string digest = script.sha256 ? " sha256:" + *script.sha256 : std::string();
  return kind + script.name + digest + (script.claimed ? " (as its arguments say)" : "");
}
void script_of(const Process& process, ValueSet& values) {
  if (process.script) values.insert(script_text(*process.script));
  if (!process.script && process.interpreter) values.insert("(none)");
}
std::string foreign_text(const ForeignCode& code) {
  return file_text(code.path, code.deleted) + (code.sha256 ? " sha256:" + *code.sha256 : "");
}
void foreign_of(const Process& process, ValueSet& values) {
  if (!process.code) return;
  for (const ForeignCode& code : process.code->foreign) values.insert(foreign_text(code));
}
void loader_of(const Process& process, ValueSet& values) {
  if (!process.code) return;
  for (const LoaderVariable& variable : process.code->loader) {
    values.insert(variable.name + "=" + variable.value);
  }
}
void capabilities_of(const Process& process, ValueSet& values) {
  if (!process.credentials) return;
  for (std::string& name : capability_names(process.credentials->capabilities)) {
    values.insert(std::move(name));
  }
}
void groups_of(const Process& process, ValueSet& values) {
  if (!process.credentials) return;
  for (const std::uint32_t group : process.credentials->groups) {
    values.insert(fmt::format_int(group).str());
  }
}

// Compares the holders of one program, one kind of change at a time.
class Comparer {
 public:
  Comparer(const Places& places, const Holders& before, const Holders& after, const NameGroup& old,
           const NameGroup& now)
      : places_(places),
        old_(classes_of(places.before.snapshot, before, old)),
        now_(classes_of(places.after.snapshot, after, now)),
        now_group_(now) {}

  ProgramComparison run() {
    executables();
    scripts();
    code();
    privilege();
    return std::move(result_);
  }

  void privilege() {
    users();
    privileges();
  }

  ProgramComparison take() { return std::move(result_); }

 private:
  // BEFORE's holders of the class, or all of them where it had none.
  [[nodiscard]] const Processes& old_of(std::size_t number) const {
    return old_.by_class[number].empty() ? old_.all : old_.by_class[number];
  }

  // Calls `is_new` for each holder of AFTER with the holders of BEFORE to compare it with; returns
  // the holders for which it is true.
  template <typename IsNew>
  [[nodiscard]] Processes new_ones(IsNew is_new) const {
    Processes found;
    for (std::size_t number = 0; number < now_.by_class.size(); ++number) {
      for (const Process* process : now_.by_class[number]) {
        if (is_new(*process, old_of(number))) found.push_back(process);
      }
    }
    return found;
  }

  void add_doubt(GapCode code, Side side) {
    const ProgramDoubt doubt{code, side};
    if (std::ranges::find(result_.doubts, doubt) == result_.doubts.end()) {
      result_.doubts.push_back(doubt);
    }
  }

  void add(ChangeKind kind, Severity severity, const Processes& found,
           std::vector<AttributeChange> attributes) {
    if (found.empty()) return;
    ProgramDifference difference{kind, severity, std::move(attributes), {}};
    for (const std::uint32_t index : now_group_.processes) {
      const Process* process = &places_.after.snapshot.processes[index];
      if (std::ranges::find(found, process) != found.end()) difference.processes.push_back(index);
    }
    result_.differences.push_back(std::move(difference));
  }

  template <typename Get>
  [[nodiscard]] AttributeChange attribute(Attribute name, Get get) const {
    return {name, values_of(old_.all, get), values_of(now_.all, get)};
  }

  // Returns only the attributes that differ.
  static std::vector<AttributeChange> differing(std::vector<AttributeChange> attributes) {
    std::erase_if(attributes, [](const AttributeChange& a) { return a.before == a.after; });
    return attributes;
  }

  enum class Match { same, moved, changed, unknown_before, unknown_after };

  static Match match_executable(const Process& process, const Processes& old) {
    const auto any = [&](auto test) {
      return std::ranges::any_of(old, [&](const Process* b) { return test(*b); });
    };
    if (!process.exe) return Match::unknown_after;
    const bool path_known = any([&](const Process& b) { return b.exe == process.exe; });
    const bool all_paths = !any([](const Process& b) { return !b.exe; });
    if (process.exe_sha256) {
      if (any([&](const Process& b) { return b.exe_sha256 == process.exe_sha256; })) {
        return path_known ? Match::same : Match::moved;
      }
      const bool all_read = !any([](const Process& b) { return !b.exe_sha256; });
      return all_read || (!path_known && all_paths) ? Match::changed : Match::unknown_before;
    }
    return path_known || !all_paths ? Match::unknown_after : Match::changed;
  }

  void executables() {
    match([](const Process& a, const Processes& b) { return match_executable(a, b); },
          GapCode::executables_not_hashed,
          [&](const Processes& changed, const Processes& moved) {
            const auto both = [&] {
              return differing(
                  {attribute(Attribute::exe, exe_of), attribute(Attribute::sha256, digest_of)});
            };
            add(ChangeKind::executable_changed, Severity::high, changed, both());
            add(ChangeKind::executable_moved, Severity::notice, moved, both());
          });
    for (const Process* b : old_.all) {
      if (!b->exe || !b->exe_sha256) add_doubt(GapCode::executables_not_hashed, Side::before);
    }
  }

  static Match match_script(const Process& process, const Processes& old, bool one_boot) {
    const auto any = [&](auto test) {
      return std::ranges::any_of(old, [&](const Process* b) { return test(*b); });
    };
    if (!process.script) {
      if (!any([](const Process& b) { return !b.script; })) return Match::changed;
      const bool is_itself = one_boot && any([&](const Process& b) {
                               return b.pid == process.pid &&
                                      b.start_ticks == process.start_ticks && b.exe == process.exe;
                             });
      return hides_script(process) && !is_itself ? Match::unknown_after : Match::same;
    }
    const Script& script = *process.script;
    const auto same_name = [&](const Process& b) {
      return b.script && b.script->kind == script.kind && b.script->name == script.name;
    };
    const bool same_bytes =
        script.sha256 && any([&](const Process& b) {
          return b.script && b.script->kind == script.kind && b.script->sha256 == script.sha256;
        });
    if (same_bytes) return any(same_name) ? Match::same : Match::moved;
    if (!any(same_name)) return Match::changed;
    if (script.kind == ScriptKind::module) return Match::same;
    const bool was_unread =
        any([&](const Process& b) { return same_name(b) && !b.script->sha256; });
    if (script.sha256) return was_unread ? Match::unknown_before : Match::changed;
    return was_unread ? Match::unknown_after : Match::changed;  // known before, but not now
  }

  void scripts() {
    match(
        [&](const Process& a, const Processes& b) { return match_script(a, b, places_.one_boot); },
        GapCode::scripts_not_hashed,
        [&](const Processes& changed, const Processes& moved) {
          add(ChangeKind::script_changed, Severity::high, changed,
              {attribute(Attribute::script, script_of)});
          add(ChangeKind::executable_moved, Severity::notice, moved,
              {attribute(Attribute::script, script_of)});
        });
  }

  template <typename MatchOne, typename Report>
  void match(MatchOne match_one, GapCode code, Report report) {
    std::map<Match, Processes> found;
    for (std::size_t number = 0; number < now_.by_class.size(); ++number) {
      for (const Process* process : now_.by_class[number]) {
        found[match_one(*process, old_of(number))].push_back(process);
      }
    }
    report(found[Match::changed], found[Match::moved]);
    if (!found[Match::unknown_before].empty()) add_doubt(code, Side::before);
    if (!found[Match::unknown_after].empty()) add_doubt(code, Side::after);
  }

  // Compares by bytes where they are known, else by path. A file whose bytes were known before and
  // are not now is new.
  static bool is_new_foreign(const ForeignCode& code, const Processes& old) {
    return std::ranges::none_of(old, [&](const Process* b) {
      return b->code && std::ranges::any_of(b->code->foreign, [&](const ForeignCode& known) {
               return known.sha256 == code.sha256 && (code.sha256 || known.path == code.path);
             });
    });
  }

  void code() {
    const auto read = [](const Process* process) { return process->code.has_value(); };
    const auto known = [](const Process* process) { return is_code_known(*process); };
    if (!std::ranges::all_of(old_.all, known)) add_doubt(GapCode::code_not_read, Side::before);
    if (!std::ranges::all_of(now_.all, known)) add_doubt(GapCode::code_not_read, Side::after);
    if (std::ranges::none_of(old_.all, read)) return;
    const Processes changed = new_ones([](const Process& process, const Processes& old) {
      if (!process.code) return false;
      ValueSet loaded;
      for (const Process* b : old) loader_of(*b, loaded);
      ValueSet now;
      loader_of(process, now);
      return !std::ranges::includes(loaded, now) ||
             std::ranges::any_of(process.code->foreign, [&](const ForeignCode& foreign) {
               return is_new_foreign(foreign, old);
             });
    });
    add(ChangeKind::code_changed, Severity::high, changed,
        differing(
            {attribute(Attribute::code, foreign_of), attribute(Attribute::loader, loader_of)}));
  }

  // A user name that has two uids is shown with the uid.
  [[nodiscard]] AttributeChange user_attribute() const {
    std::map<std::string, std::set<std::uint32_t>> uids;
    for (const Processes* processes : {&old_.all, &now_.all}) {
      for (const Process* p : *processes) {
        if (p->uid) uids[p->user].insert(*p->uid);
      }
    }
    return attribute(Attribute::user, [&](const Process& process, ValueSet& values) {
      if (!process.uid) {
        values.insert(std::string(kUnknownValue));
      } else if (uids[process.user].size() > 1) {
        values.insert(fmt::format("{} ({})", process.user, *process.uid));
      } else {
        values.insert(process.user);
      }
    });
  }

  void users() {
    const auto runs_as = [](const Processes& processes, std::uint32_t uid) {
      return std::ranges::any_of(processes, [&](const Process* b) { return b->uid == uid; });
    };
    const auto is_known = [](const Process* b) { return b->uid.has_value(); };
    if (std::ranges::none_of(old_.all, is_known)) return;
    const auto changed = [&](const Process& process, const Processes& old) {
      if (!process.uid) return false;
      return !runs_as(old, *process.uid);
    };
    const Processes found = new_ones(changed);
    const bool to_root = runs_as(found, 0);
    // A holder with less privilege than another that stays can do no more than that one.
    const bool root_stays = runs_as(old_.all, 0) && runs_as(now_.all, 0);
    new_users_ = found;
    add(ChangeKind::user_changed,
        to_root      ? Severity::high
        : root_stays ? Severity::notice
                     : Severity::medium,
        found, {user_attribute()});
  }

  // Privileges beyond the effective user that no holder of BEFORE in the same class had.
  void privileges() {
    bool high = false;
    std::set<Attribute> gained;
    const auto gains = [&](const Process& process, const Processes& old) {
      const auto known = [](const Process* b) { return b->credentials.has_value(); };
      if (!process.credentials || !std::ranges::all_of(old, known)) return false;
      if (std::ranges::find(new_users_, &process) != new_users_.end() && process.uid == 0U) {
        return false;  // `user-changed` to root already implies them
      }
      const std::set<Attribute> more = gained_attributes(process, old, high);
      gained.insert(more.begin(), more.end());
      return !more.empty();
    };
    const Processes found = new_ones(gains);
    std::vector<AttributeChange> attributes;
    if (gained.contains(Attribute::user)) attributes.push_back(all_users_attribute());
    if (gained.contains(Attribute::groups)) {
      attributes.push_back(attribute(Attribute::groups, groups_of));
    }
    if (gained.contains(Attribute::capabilities)) {
      attributes.push_back(attribute(Attribute::capabilities, capabilities_of));
    }
    if (gained.contains(Attribute::user_namespace)) {
      attributes.push_back({Attribute::user_namespace, {"netmon's"}, {"its own"}});
    }
    add(ChangeKind::privilege_gained, high ? Severity::high : Severity::medium, found,
        std::move(attributes));
  }

  // The real and saved users of the processes.
  [[nodiscard]] AttributeChange all_users_attribute() const {
    return attribute(Attribute::user, [](const Process& process, ValueSet& values) {
      if (!process.credentials) return;
      values.insert(fmt::format("real {}", process.credentials->real_uid));
      values.insert(fmt::format("saved {}", process.credentials->saved_uid));
    });
  }

  std::set<Attribute> gained_attributes(const Process& process, const Processes& old,
                                        bool& high) const {
    std::set<Attribute> gained;
    const Credentials& now = *process.credentials;
    bool was_root = false;
    bool was_in_namespace = false;
    std::uint64_t capabilities = 0;
    std::set<std::uint32_t> groups;
    for (const Process* b : old) {
      const Credentials& credentials = *b->credentials;
      was_root |= b->uid == 0U || credentials.real_uid == 0 || credentials.saved_uid == 0;
      was_in_namespace |= credentials.own_user_namespace;
      capabilities |= credentials.capabilities;
      groups.insert(credentials.groups.begin(), credentials.groups.end());
    }
    if ((now.real_uid == 0 || now.saved_uid == 0) && !was_root) {
      gained.insert(Attribute::user);
      high = true;
    }
    if (!std::ranges::includes(groups, now.groups) && !is_new_user(process)) {
      gained.insert(Attribute::groups);
    }
    const std::uint64_t more = now.capabilities & ~capabilities;
    if (more != 0) gained.insert(Attribute::capabilities);
    high |= is_as_good_as_root(more) && !now.own_user_namespace;
    if (now.own_user_namespace && !was_in_namespace) gained.insert(Attribute::user_namespace);
    return gained;
  }

  [[nodiscard]] bool is_new_user(const Process& process) const {
    return std::ranges::find(new_users_, &process) != new_users_.end();
  }

  const Places& places_;
  Classes old_;
  Classes now_;
  const NameGroup& now_group_;
  Processes new_users_;
  ProgramComparison result_;
};

}  // namespace

ProgramComparison compare_program(const Places& places, const Holders& before, const Holders& after,
                                  const NameGroup& old, const NameGroup& now) {
  return Comparer(places, before, after, old, now).run();
}

ProgramComparison compare_privilege(const Places& places, const Holders& before,
                                    const Holders& after, const NameGroup& old,
                                    const NameGroup& now) {
  Comparer comparer(places, before, after, old, now);
  comparer.privilege();
  return comparer.take();
}

}  // namespace netmon
