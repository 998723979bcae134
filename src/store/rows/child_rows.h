// The tables with the rows of a snapshot, in the order of the canonical text.
#pragma once

#include "store/rows/tables.h"

namespace netmon {

template <typename... Rows>
struct RowTypes {
  // Calls visit.operator()<Row>() for each type.
  static void for_each(auto visit) { (visit.template operator()<Rows>(), ...); }
};

// All tables except `snapshot`.
using ChildRows =
    RowTypes<NetnsRow, ContainerRow, DeviceRow, ProcessRow, ForeignCodeRow, LoaderVariableRow,
             SocketRow, OtherOwnerRow, SightingRow, HiddenSocketRow, ForwardRow, ReachRow, GapRow,
             EventCountRow, EventProofRow, CommandLineRow>;

}  // namespace netmon
