#include "netmon/report/socket_details.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "netmon/core/values/secrets.h"
#include "netmon/core/values/text.h"
#include "netmon/core/values/time.h"
#include "report/stored/snapshot_rows.h"
#include "report/words/change_text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxHolders = 64;
constexpr std::string_view kNotRead = "(not read)";

// Collects facts and leaves out those that are not known.
class Facts {
 public:
  void heading(std::string text) { facts_.push_back({"", std::move(text)}); }
  void add(std::string label, std::string text) {
    if (!text.empty()) facts_.push_back({std::move(label), std::move(text)});
  }
  std::vector<Fact> take() { return std::move(facts_); }

 private:
  std::vector<Fact> facts_;
};

void add_executable(Facts& facts, const Process& process) {
  facts.add("executable", process.exe ? executable_text(process.exe, process.exe_deleted)
                                      : std::string(kNotRead));
  if (process.exe_elsewhere) facts.add("its path", "is another file outside its mount namespace");
  facts.add("sha256", process.exe_sha256.value_or(process.exe ? std::string(kNotRead) : ""));
  if (process.exe_changed_at) facts.add("file changed", to_display(*process.exe_changed_at));
  if (!process.script) return;
  facts.add("script", script_text(*process.script));
  facts.add("its sha256", process.script->sha256.value_or(std::string(kNotRead)));
}

void add_code(Facts& facts, const Process& process) {
  if (!process.code) return;
  if (!process.code->exe_mapped) facts.add("forged", "it runs code that is not its executable's");
  for (const ForeignCode& file : process.code->foreign) {
    facts.add("foreign code", file_text(file.path, file.deleted));
  }
  for (const LoaderVariable& variable : process.code->loader) {
    facts.add("loader", fmt::format("{}={}", variable.name, variable.value));
  }
}

std::string user_text(const Process& process) {
  if (!process.uid) return std::string(kNotRead);
  std::string text = fmt::format("{} (uid {})", process.user, *process.uid);
  if (!process.credentials) return text;
  const Credentials& credentials = *process.credentials;
  if (credentials.real_uid != *process.uid || credentials.saved_uid != *process.uid) {
    text += fmt::format(", real uid {}, saved uid {}", credentials.real_uid, credentials.saved_uid);
  }
  if (credentials.own_user_namespace) text += ", in a user namespace of its own";
  return text;
}

std::string parents_text(const Snapshot& snapshot, const Process& process) {
  const auto parents = texts_of(ancestors_of(snapshot, process), [](const Process* parent) {
    return fmt::format("{} ({})", parent->name, parent->pid);
  });
  return fmt::format("{}", fmt::join(parents, " ← "));
}

std::string descriptor_text(const Owner& owner) {
  if (owner.fd < 0) return "";
  std::string text = fmt::to_string(owner.fd);
  if (owner.thread != 0) text += fmt::format(" of thread {}", owner.thread);
  return text;
}

void add_holder(Facts& facts, const Snapshot& snapshot, const Owner& owner) {
  const Process& process = snapshot.processes[owner.process];
  facts.add("user", user_text(process));
  facts.add("parents", parents_text(snapshot, process));
  add_executable(facts, process);
  add_code(facts, process);
  facts.add("arguments", process.cmdline ? mask_secrets(*process.cmdline) : "");
  facts.add("unit", process.unit);
  facts.add("container", process.container);
  if (process.started_at != Timestamp{}) facts.add("started", to_display(process.started_at));
  facts.add("descriptor", descriptor_text(owner));
}

void add_socket(Facts& facts, const Snapshot& snapshot, const Socket& socket,
                const std::optional<Role>& role) {
  facts.heading(fmt::format("{} {} → {}", to_string(socket.protocol),
                            display_local(snapshot, socket), display_remote(snapshot, socket)));
  facts.add("role", role ? std::string(to_string(*role)) : "none: the socket is not compared");
  facts.add("state", std::string(to_string(socket.state)));
  facts.add("scope", to_string(scope_of(snapshot, socket)));
  facts.add("interface", device_name(snapshot, socket));
  if (socket.v6only) facts.add("IPv6 only", *socket.v6only ? "yes" : "no: it serves IPv4 too");
  if (socket.port_choice) {
    facts.add("port chosen by", std::string(to_string(*socket.port_choice)));
  }
  if (socket.inode != 0) facts.add("inode", fmt::to_string(socket.inode));
}

}  // namespace

std::vector<Fact> socket_facts(const Snapshot& snapshot, const Socket& socket,
                               const std::optional<Role>& role) {
  Facts facts;
  add_socket(facts, snapshot, socket, role);
  const auto owners = snapshot.owners_of(socket);
  if (owners.empty()) {
    facts.add("holder", fmt::format("none ({})", to_string(socket.owner_state)));
  }
  const std::size_t shown = std::min(owners.size(), kMaxHolders);
  for (std::size_t i = 0; i < shown; ++i) {
    const Process& process = snapshot.processes[owners[i].process];
    const std::string which =
        owners.size() == 1 ? "Holder" : fmt::format("Holder {} of {}", i + 1, owners.size());
    facts.heading(fmt::format("{}: {} (pid {})", which, process.name, process.pid));
    add_holder(facts, snapshot, owners[i]);
  }
  if (shown < owners.size()) facts.heading(fmt::format("and {} more", owners.size() - shown));
  return facts.take();
}

std::vector<Fact> change_facts(const Review& review, const ReviewedChange& reviewed) {
  const Change& change = reviewed.change;
  Facts facts;
  facts.heading(fmt::format("{}, {}: {}", to_string(reviewed.status), to_string(change.severity),
                            to_string(change.kind)));
  facts.add("change", change.message);
  for (const Note& note : notes_of(review, reviewed)) {
    facts.add(std::string(note.label), note.text);
  }
  return facts.take();
}

}  // namespace netmon
