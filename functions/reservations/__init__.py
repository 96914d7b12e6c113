"""Terms, checkout, hold, cancellation, and the hub of a reserved seat."""
