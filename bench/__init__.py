"""`make bench`: every path next to a peer in the same run; ratios are the result, absolute times only colour."""
