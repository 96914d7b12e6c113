"""Sign-up, confirmation, sign-in, session and profile."""
