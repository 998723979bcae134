// Forwards as places, and addresses that change when a container restarts.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"

namespace netmon {

// Maps the addresses of this host's containers and anonymous namespaces, as text, to the scope that
// has them. An address that two scopes share is left out.
using AddressScopes = std::map<std::string, std::string, std::less<>>;
AddressScopes address_scopes(const Snapshot& snapshot);

// Replaces each address of `scopes` in the text by its scope.
std::string with_scopes(std::string_view text, const AddressScopes& scopes);

// Shortens the names that a container engine generates for its interfaces to the part that stays
// the same when it creates them anew: "br-4f2a…" and "veth3b1c…" become "br-*" and "veth*".
std::string stable_text(std::string_view text);

// The place of a forward. Its target is not part of the identity.
Identity identity_of(const Snapshot& snapshot, const Forward& forward);

}  // namespace netmon
