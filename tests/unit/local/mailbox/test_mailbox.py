"""Nothing but a message is ever read from the mailbox's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.mailbox.mailbox import Mailbox


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail")


@pytest.mark.parametrize("name", ["000009", "../secret", "", "000001.eml", "..%2f"])
def test_only_ids_of_messages_lead_to_a_file(mailbox: Mailbox, name: str) -> None:
    mailbox.add("a@example.com", ("b@example.com",), b"x")
    for suffix in ("json", "eml"):
        (mailbox.folder.parent / f"secret.{suffix}").write_text('{"received_at": 0, "sender": "", "recipients": []}')
    assert mailbox.get(name) is None
