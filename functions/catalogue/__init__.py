"""Public search, a program's page, and what a rotation would cost."""
