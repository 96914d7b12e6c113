"""Mails from events: each one claimed before it is sent."""
