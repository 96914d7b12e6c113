"""How an account and a document are read from what is stored. Apart from `records`, so that a function that only knows
people does not load the models of their applications."""

from __future__ import annotations

from shared.domain.accounts.account import Account
from shared.domain.documents.document import Document
from shared.ports import Stored


def account_of(loaded: Stored) -> Account:
    return Account.model_validate(loaded.state)


def document_of(loaded: Stored) -> Document:
    return Document.model_validate(loaded.state)
