#include <doctest/doctest.h>

#include "builder.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {
namespace {

using test::Builder;
using test::endpoint;

// Checks that every value of an enumeration, up to `last`, has a word that is parsed back to it.
template <typename Enum, typename Parse>
void check_words(Enum last, Parse parse) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    CAPTURE(to_string(value));
    CHECK(parse(to_string(value)) == value);
  }
  CHECK_FALSE(parse("no such word"));
  CHECK_FALSE(parse(""));
}

}  // namespace

TEST_CASE("every word of the model is read back") {
  check_words(Protocol::packet, parse_protocol);
  check_words(State::unconnected, parse_state);
  check_words(OwnerState::request, parse_owner_state);
  check_words(Presence::second_pass_only, parse_presence);
  check_words(PortChoice::kernel, parse_port_choice);
  check_words(ScriptKind::code, parse_script_kind);
  check_words(GapCode::events_lost, parse_gap_code);
  check_words(EventKind::raw, parse_event_kind);
  check_words(Privilege::user, parse_privilege);
  check_words(NetnsSelection::current, parse_netns_selection);
  check_words(View::bpf, parse_view);
}

TEST_CASE("a scope survives text and back") {
  for (const Scope& scope :
       {Scope{ScopeKind::host, {}}, Scope{ScopeKind::named, "blue"},
        Scope{ScopeKind::container, {}}, Scope{ScopeKind::anonymous, {}},
        Scope{ScopeKind::container, "nginx"}, Scope{ScopeKind::anonymous, "a:b c"}}) {
    CHECK(parse_scope(to_string(scope)) == scope);
  }
  CHECK_FALSE(parse_scope("netns:"));
  CHECK_FALSE(parse_scope("Host"));
}

TEST_CASE("scopes that many namespaces share are collective") {
  CHECK(is_collective({ScopeKind::container, "nginx"}));
  CHECK(is_collective({ScopeKind::anonymous, {}}));
  CHECK_FALSE(is_collective({ScopeKind::named, "blue"}));
  CHECK_FALSE(is_collective({}));
}

TEST_CASE("only sockets that have no owner by nature are no gap") {
  CHECK(ownerless_by_nature(OwnerState::time_wait));
  CHECK(ownerless_by_nature(OwnerState::pending_accept));
  CHECK_FALSE(ownerless_by_nature(OwnerState::not_permitted));
  CHECK_FALSE(ownerless_by_nature(OwnerState::no_process));
}

TEST_CASE("endpoints are shown as they are written") {
  Builder builder;
  builder.listen("0.0.0.0", 22, {});
  CHECK(display_local(builder.get(), builder.last()) == "0.0.0.0:22");
  CHECK(display_remote(builder.get(), builder.last()) == "*:*");
  builder.connect("2001:db8::1", 443, {});
  CHECK(display_remote(builder.get(), builder.last()) == "[2001:db8::1]:443");
}

TEST_CASE("a link-local address is shown with its interface") {
  Builder builder;
  builder.device(2, "eth0").connect("fe80::2", 443, {}).last().device_index = 2;
  CHECK(display_remote(builder.get(), builder.last()) == "[fe80::2%eth0]:443");
  builder.last().device_index = 7;
  CHECK(display_remote(builder.get(), builder.last()) == "[fe80::2%if7]:443");
}

TEST_CASE("a packet socket is shown by device and EtherType, a raw one by IP protocol") {
  Builder builder;
  builder.device(2, "eth0").socket(Protocol::packet, State::unconnected, {}, {}, {});
  builder.last().link_protocol = 0x0800;
  CHECK(display_local(builder.get(), builder.last()) == "*:0x0800");
  builder.last().device_index = 2;
  CHECK(display_local(builder.get(), builder.last()) == "eth0:0x0800");
  builder.socket(Protocol::raw, State::unconnected, endpoint("0.0.0.0", 0), {}, {});
  builder.last().link_protocol = 1;
  CHECK(display_local(builder.get(), builder.last()) == "0.0.0.0:1");
}

TEST_CASE("a gap is one line") {
  CHECK(describe({.code = GapCode::owners_not_visible,
                  .reason = "3 processes could not be read: Permission denied",
                  .count = 12}) ==
        "12 sockets whose process this user may not see (3 processes could not be read: "
        "Permission denied)");
  CHECK(describe({.code = GapCode::netns_not_entered,
                  .scope = Scope{ScopeKind::named, "blue"},
                  .reason = "Operation not permitted",
                  .count = 1}) ==
        "1 network namespace was not entered in netns:blue (Operation not permitted)");
}

TEST_CASE("the process that is shown is the first owner") {
  Builder builder;
  builder.listen("0.0.0.0", 80, {test::process("nginx", 7), test::process("worker", 8)});
  CHECK(builder.get().shown_process(builder.last())->name == "nginx");
  CHECK(builder.get().owners_of(builder.last()).size() == 2);
  builder.listen("0.0.0.0", 81, {});
  CHECK(builder.get().shown_process(builder.last()) == nullptr);
}

TEST_CASE("a snapshot is put in order, and its parts keep their meaning") {
  Builder builder;
  builder.in({ScopeKind::named, "blue"}).listen("0.0.0.0", 81, {test::process("b", 9)});
  builder.on_host().listen("0.0.0.0", 80, {test::process("old", 8), test::process("young", 7)});
  builder.child_of(9, test::process("parent", 5))
      .gap({.code = GapCode::boot_not_known, .count = 1});
  builder.gap({.code = GapCode::owners_not_visible, .count = 1});
  Snapshot snapshot = builder.get();
  snapshot.processes[1].start_ticks = 1;
  snapshot.hidden.push_back({.netns = 1, .process = 0});
  REQUIRE_FALSE(inconsistency_of(snapshot));
  put_in_order(snapshot);
  REQUIRE_FALSE(inconsistency_of(snapshot));
  CHECK(snapshot.sockets[0].local.port == 80);
  CHECK(snapshot.shown_process(snapshot.sockets[0])->name == "old");
  CHECK(snapshot.namespaces[snapshot.sockets[1].netns].scope.name == "blue");
  CHECK(snapshot.namespaces[snapshot.hidden[0].netns].scope.name == "blue");
  CHECK(snapshot.processes[*snapshot.hidden[0].process].name == "b");
  CHECK(snapshot.processes[0].name == "parent");
  CHECK(snapshot.processes.back().parent == 0);
  CHECK(snapshot.gaps[0].code == GapCode::owners_not_visible);
  const Snapshot once = snapshot;
  put_in_order(snapshot);
  CHECK(snapshot == once);
}

TEST_CASE("a snapshot whose indexes lead nowhere is inconsistent") {
  const Snapshot good = Builder().listen("0.0.0.0", 80, {test::process("nginx", 7)}).get();
  REQUIRE_FALSE(inconsistency_of(good));
  const auto wrong = [&](auto change) {
    Snapshot snapshot = good;
    change(snapshot);
    return inconsistency_of(snapshot).has_value();
  };
  CHECK(wrong([](Snapshot& s) { s.sockets[0].netns = 1; }));
  CHECK(wrong([](Snapshot& s) { s.sockets[0].first_owner = 1; }));
  CHECK(wrong([](Snapshot& s) { s.sockets[0].owner_count = 0; }));
  CHECK(wrong([](Snapshot& s) { s.owners[0].process = 1; }));
  CHECK(wrong([](Snapshot& s) { s.processes[0].parent = 1; }));
  CHECK(wrong([](Snapshot& s) { s.hidden.push_back({.netns = 1}); }));
  CHECK(wrong([](Snapshot& s) { s.hidden.push_back({.process = 1}); }));
  CHECK(wrong([](Snapshot& s) { s.sightings.emplace_back(); }));
  CHECK(wrong([](Snapshot& s) { s.info.span = Span{}; }));
}

TEST_CASE("a chain of parents ends, even where it is a ring") {
  Snapshot snapshot;
  snapshot.processes.resize(3);
  snapshot.processes[0].parent = 1;
  snapshot.processes[1].parent = 2;
  const std::vector<const Process*> chain{&snapshot.processes[1], &snapshot.processes[2]};
  CHECK(ancestors_of(snapshot, snapshot.processes[0]) == chain);
  snapshot.processes[2].parent = 0;
  CHECK(ancestors_of(snapshot, snapshot.processes[0]).size() == 64);
}

TEST_CASE("a range of one port is that port") {
  CHECK(to_string(PortRange{22, 22}) == "22");
  CHECK(to_string(PortRange{8000, 8100}) == "8000-8100");
}

TEST_CASE("memory in the form of a file is told from files") {
  CHECK(is_memory_file("/memfd:x (deleted)"));
  CHECK(is_memory_file("/SYSV00000000 (deleted)"));
  CHECK(is_memory_file("/dev/zero (deleted)"));
  CHECK(is_memory_file("anon_inode:[perf_event]"));
  CHECK_FALSE(is_memory_file("/usr/lib/x.so"));
}

}  // namespace netmon
