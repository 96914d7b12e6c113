"""Seed data of the local stack: a hand-written fictional catalogue, a generator for large ones, demo people and their
CV."""
