"""Announces what the tables recorded: stream records in, events on the bus out."""
