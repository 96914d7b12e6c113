"""Applications: the what-if before one, the draft, its way through review, and the reviewer's decision."""
