"""Rota's rules, pure: no I/O, no clock, no environment. Everything they need is an argument."""
