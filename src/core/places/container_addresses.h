// Forwards as places, and addresses that a restart of a container changes.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "netmon/core/model/snapshot.h"
#include "netmon/core/places/identity.h"

namespace netmon {

// The address of each container of this host, and of each namespace without a name, by its text:
// the scope that it lives in. Two that differ in one address are in it no more.
using AddressScopes = std::map<std::string, std::string, std::less<>>;
AddressScopes address_scopes(const Snapshot& snapshot);

// The text with each address of `scopes` in it written as its scope.
std::string with_scopes(std::string_view text, const AddressScopes& scopes);

// The text with the names that a container engine draws for its interfaces cut to what stays the
// same when it makes them anew: "br-4f2a…" and "veth3b1c…" are "br-*" and "veth*".
std::string stable_text(std::string_view text);

// The place of a forward; its target is no part of it.
Identity identity_of(const Snapshot& snapshot, const Forward& forward);

}  // namespace netmon
