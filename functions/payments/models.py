"""What the payments worker reads of Stripe's deliveries."""

from __future__ import annotations

SETTLING_TYPES = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
"""Deliveries that may mean money (https://docs.stripe.com/checkout/fulfillment). What the others tell, these or the
sweep find out."""
