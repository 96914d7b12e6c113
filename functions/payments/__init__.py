"""Worker: turns announced Stripe deliveries into seats or refunds."""
