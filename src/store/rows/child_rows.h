// The tables of a snapshot's rows, in the order of the canonical text.
#pragma once

#include "store/rows/tables.h"

namespace netmon {

template <typename... Rows>
struct RowTypes {
  // Calls visit.operator()<Row>() for each.
  static void for_each(auto visit) { (visit.template operator()<Rows>(), ...); }
};

// All but the snapshot's own.
using ChildRows =
    RowTypes<NetnsRow, ContainerRow, DeviceRow, ProcessRow, ForeignCodeRow, LoaderVariableRow,
             SocketRow, OtherOwnerRow, SightingRow, HiddenSocketRow, ForwardRow, ReachRow, GapRow,
             EventCountRow, EventProofRow, CommandLineRow>;

}  // namespace netmon
