"""Documents from events."""
