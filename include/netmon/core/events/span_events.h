// The union of a span's samples with the events of its window. Pure.
#pragma once

#include "netmon/core/events/events.h"
#include "netmon/core/model/snapshot.h"

namespace netmon {

// Puts what events saw into a span, as rows like any: a socket that a sample saw too gets the
// events' count and times, one that lived between two samples is a row of its own. Nothing that a
// sample saw is overwritten. How an event becomes a socket:
//  - listen, bind: a listener, or an unconnected socket, at its local address;
//  - connect, udp_connect: a connection to the remote end, with the local port of the first time;
//  - accept: a connection to the local port, which belongs to the holders of the listener;
//  - send: a connected socket. A reply keeps its local port, and so is inbound where its process
//    listens there; a send of its own accord has none, and is outbound wherever it leaves from;
//  - raw: a raw socket of its protocol.
// A namespace that no sample saw is there by what a process of netmon's did in it. What was
// accepted in any other is of another world, as a container's that netmon runs beside, and is left
// out.
//
// What was lost, or does not add up, is a gap `events-lost`. Of programs that ended before they
// could be read, what is not known of them is a gap as in any capture.
void add_events(Snapshot& span, const EventWindow& window);

// The gap of a window of which there are no events.
Gap without_events(const std::string& reason);

}  // namespace netmon
