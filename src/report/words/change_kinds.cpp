#include "report/words/change_kinds.h"

#include <algorithm>
#include <array>

namespace netmon {
namespace {

constexpr std::array kKinds{
    KindText{
        ChangeKind::listener_added, "ListenerAdded",
        "A port that was closed before now has a listener.",
        "A new way into this host. Ask which change opened it, and whether its address lets in "
        "more than that change needs."},
    KindText{ChangeKind::exposure_widened, "ExposureWidened",
             "More can reach a port that was listened on before.",
             "The service was there; who can talk to it has grown, as from this host alone to the "
             "whole network."},
    KindText{ChangeKind::owner_changed, "OwnerChanged", "Other programs hold the port.",
             "The port stays open and nothing of what served it is left. Ask whether the service "
             "was replaced on purpose or its port was taken over."},
    KindText{ChangeKind::holder_added, "HolderAdded",
             "One more program holds the port or connection.",
             "Whoever holds a socket can accept on it and speak over it. A helper that the service "
             "starts is common; a stranger is not."},
    KindText{ChangeKind::executable_changed, "ExecutableChanged",
             "The program's file has another content.",
             "An update looks like this, and so does a program that was replaced. Compare the "
             "SHA-256 with the package or the release."},
    KindText{ChangeKind::script_changed, "ScriptChanged",
             "An interpreter runs another script, or the script has another content.",
             "The interpreter is the same, and what it runs is not. Compare the script with the "
             "deployment."},
    KindText{ChangeKind::code_changed, "CodeChanged",
             "The program has mapped code, or a loader variable, that it did not have before.",
             "The code is not root's alone to write, or no file at all, or was brought in by the "
             "environment: it runs inside a program that looks unchanged."},
    KindText{ChangeKind::executable_forged, "ExecutableForged",
             "The program says that it runs a file that it has not mapped as code.",
             "A process can make the kernel name another executable than the one it runs. No "
             "ordinary program does."},
    KindText{ChangeKind::user_changed, "UserChanged", "The program runs as another user.",
             "What an attacker gains through this service has changed as well."},
    KindText{ChangeKind::privilege_gained, "PrivilegeGained",
             "The program can do more: root as its real or saved user, a group, or a capability.",
             "The effective user may be the same. Ask which of the new rights the change needs."},
    KindText{ChangeKind::moved, "Moved", "The same program listens on another port.",
             "Firewalls and clients may still point to the old port, and rules to the old number."},
    KindText{ChangeKind::outbound_added, "OutboundAdded",
             "There is a connection to a peer that had none before.",
             "Ask what this program has to tell or to fetch there."},
    KindText{ChangeKind::raw_added, "RawAdded", "There is a new raw, packet or ICMP socket.",
             "It can read or make traffic past the ordinary ports: packet captures, network "
             "daemons and sniffers have such sockets."},
    KindText{ChangeKind::scope_changed, "ScopeChanged",
             "The name of a network namespace now means another namespace.",
             "What was compared under this name is not the same thing on both sides."},
    KindText{
        ChangeKind::hidden_socket, "HiddenSocket",
        "Two views of the kernel disagree about a socket.",
        "One of the ways to list sockets does not show it. Rootkits do that; treat the host as "
        "compromised until this is explained."},
    KindText{ChangeKind::unit_changed, "UnitChanged", "The program runs in another systemd unit.",
             "It was started differently than before."},
    KindText{ChangeKind::arguments_changed, "ArgumentsChanged",
             "A listener's program runs with other arguments.",
             "The program and its port are the same; its configuration may not be."},
    KindText{ChangeKind::bind_changed, "BindChanged",
             "The port is bound to other addresses, and nothing more can reach it.",
             "Clients of the old address may not find it any more."},
    KindText{ChangeKind::executable_moved, "ExecutableMoved",
             "The same program file is at another path.", "The content did not change."},
    KindText{ChangeKind::exposure_narrowed, "ExposureNarrowed", "Fewer can reach a port.",
             "Clients that used it from elsewhere may not any more."},
    KindText{ChangeKind::holder_removed, "HolderRemoved",
             "A program no longer holds the port or connection, but others still do.",
             "The socket itself is still there."},
    KindText{ChangeKind::listener_removed, "ListenerRemoved", "A port is no longer listened on.",
             "A service is gone. Where no change asked for that, it may have failed to start."},
    KindText{ChangeKind::outbound_removed, "OutboundRemoved", "A peer is no longer connected to.",
             "A backup, a database or a monitor may be cut off."},
    KindText{ChangeKind::raw_removed, "RawRemoved", "A raw, packet or ICMP socket is gone.",
             "The program that read or made such traffic no longer does."},
    KindText{ChangeKind::inbound_added, "InboundAdded", "A new peer connects.",
             "Clients come and go."},
    KindText{ChangeKind::inbound_removed, "InboundRemoved", "A peer no longer connects.",
             "Clients come and go."},
    KindText{ChangeKind::client_added, "ClientAdded", "A program has a new UDP client socket.",
             "Its port was chosen by the kernel: nothing is offered there."},
    KindText{ChangeKind::client_removed, "ClientRemoved", "A UDP client socket is gone.",
             "Its port was chosen by the kernel: nothing was offered there."},
    KindText{ChangeKind::containers_changed, "ContainersChanged",
             "Other containers, or another number of them, do the same.",
             "The workload is the same; its instances are not."},
    KindText{
        ChangeKind::forward_added, "ForwardAdded", "The kernel now hands a port to another place.",
        "No listener shows it, and it can lead past the filter of this host. Container engines "
        "publish ports this way."},
    KindText{ChangeKind::filter_changed, "FilterChanged",
             "The rules or programs that decide what reaches a port have changed.",
             "What was kept out may come in, or the other way round. Read the lines that came and "
             "went; netmon does not say whether a packet would pass."},
    KindText{ChangeKind::address_added, "AddressAdded", "An interface has one more address.",
             "A listener on any address can be reached there as well."},
    KindText{
        ChangeKind::forwarding_enabled, "ForwardingEnabled",
        "The kernel now forwards packets of others, or accepts packets for loopback from outside.",
        "Networks that were apart may reach one another through this host."},
    KindText{ChangeKind::device_added, "DeviceAdded", "There is a new tunnel.",
             "A network of its own now leads into this host."},
    KindText{ChangeKind::promiscuous, "Promiscuous",
             "An interface receives packets that are addressed to others.",
             "Sniffers and some virtual networks do this. Ask which program reads the packets."},
    KindText{ChangeKind::forward_removed, "ForwardRemoved",
             "The kernel no longer hands a port to another place.",
             "What was reached through it may be cut off."},
    KindText{ChangeKind::address_removed, "AddressRemoved", "An address is gone.",
             "Clients that used it may not find this host any more."},
    KindText{ChangeKind::multicast_joined, "MulticastJoined",
             "An interface receives packets for one more multicast group.",
             "A program asked for it: service discovery, routing protocols, media."},
    KindText{ChangeKind::route_changed, "RouteChanged",
             "Routes, settings or tunnels changed so that nothing more can reach this host.",
             "Traffic may leave by another route than before."},
};

}  // namespace

const KindText& text_of(ChangeKind kind) {
  return kKinds.at(
      static_cast<std::size_t>(std::ranges::find(kKinds, kind, &KindText::kind) - kKinds.begin()));
}

}  // namespace netmon
