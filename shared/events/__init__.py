"""Events on the bus: the envelope, and the catalog of typed events with their versions."""
