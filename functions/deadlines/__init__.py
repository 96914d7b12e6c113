"""The minute's sweep: holds, offers, drafts, claims and refunds that fell due."""
