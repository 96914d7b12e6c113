"""credit_forms."""
