"""Use cases. Each class is given the ports that it needs; nothing here knows AWS, Stripe or HTTP."""
