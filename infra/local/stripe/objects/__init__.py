"""One module per Stripe object: how it is built, which operations it has, and what they refuse."""
