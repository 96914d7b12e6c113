"""The ports on AWS and Stripe. Library exceptions end here: what leaves is a refusal of `shared.domain.core.errors`."""
