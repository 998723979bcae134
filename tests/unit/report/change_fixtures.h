// Changes that are made by hand, and their parts.
#pragma once

#include <string>
#include <vector>

#include "netmon/core/diff/diff.h"

namespace netmon::fixture {

Change change(ChangeKind kind, Severity severity, Role role, std::string message);
ProcessSummary summary(std::uint32_t pid, std::string name, std::string exe, std::string user);
void hold(Change& change, std::vector<ProcessSummary> holders);
ProcessSummary nginx();
ProcessSummary python();
void listens_on(Change& change, std::vector<std::string> addresses, std::uint16_t port);
Change new_listener();
Change new_peer();
Change hostile_listener(const std::string& text, std::uint16_t port);
Change widened();
Change new_executable();
Change nameless_raw();
Change inbound_gone();
Change promised_listener();
Change new_endpoint(std::uint16_t port);
Change resolver(std::string address);
Change containers_changed();

// An example of this kind, at a listener, a peer or a raw socket that several programs hold.
Change example_of(ChangeKind kind);

}  // namespace netmon::fixture
