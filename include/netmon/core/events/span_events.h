// The union of a span's samples with the events of its window. Pure.
#pragma once

#include "netmon/core/events/events.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Merges events into a span as ordinary rows. A socket that a sample saw too gets the count and
// times of its events; a socket that lived between two samples becomes a row of its own. Nothing
// that a sample saw is overwritten. This is how an event becomes a socket:
//  - listen, bind: a listener or an unconnected socket at its local address;
//  - connect, udp_connect: a connection to the remote end, with the local port of the first time;
//  - accept: a connection to the local port, which belongs to the holders of the listener;
//  - send: a connected socket. A reply keeps its local port, so it is inbound where its process
//    listens on that port; a send of the program's own accord has no local port and is outbound;
//  - raw: a raw socket of its protocol.
// A namespace that no sample saw is added if a process in netmon's pid namespace did something in
// it. Connections that were accepted in any other namespace, as in a container next to netmon's
// own, are left out.
//
// Events that were lost or do not add up become a gap `events-lost`. What is not known of programs
// that ended before they could be read is a gap as in any capture.
void add_events(Snapshot& span, const EventWindow& window);

// The gap of a span for which no events could be had.
Gap without_events(const std::string& reason);

}  // namespace netmon
