// Adds a row of any table to a digest, as a line of the canonical text.
#pragma once

#include "store/chain/digest.h"
#include "store/rows/row_writer.h"

namespace netmon {

template <typename Row>
void digest_row(RowDigest& digest, const Row& row) {
  digest.begin_row(Row::kTable);
  ColumnWriter<RowDigest> visit(digest);
  Row::columns(visit, row);
  digest.end_row();
}

}  // namespace netmon
