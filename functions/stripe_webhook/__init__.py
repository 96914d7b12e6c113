"""Stripe's deliveries: verified, stored once, answered. Nothing else."""
