"""What an email in trouble waits for: a coordinator, or that nobody waits for it any more."""

from __future__ import annotations

from shared.domain.core.due_readers import COORDINATORS
from shared.domain.email.due_kinds import EMAIL_AWAITED
from shared.domain.email.due_kinds import EMAIL_TROUBLE as TASK
from shared.domain.email.email_in_trouble import EMAIL_TROUBLE, EmailInTrouble, EmailTroubleStatus
from shared.ports import Stored
from shared.services.core.due_rule import DueRule
from shared.services.email.emails_in_trouble import AWAITED, LOOKED_AT, EmailsInTrouble


def _keeps(loaded: Stored) -> bool:
    return EmailInTrouble.model_validate(loaded.state).status is EmailTroubleStatus.IN_TROUBLE


DUE_RULES = (
    DueRule(
        TASK,
        (EMAIL_TROUBLE,),
        ("coordinator",),
        "an email that must arrive is in trouble: since then",
        COORDINATORS,
        keeps=_keeps,
    ),
    DueRule(
        EMAIL_AWAITED,
        (EMAIL_TROUBLE,),
        ("system",),
        "an email in trouble that nobody waits for any more is closed",
        service=EmailsInTrouble,
        act=EmailsInTrouble.close,
        keeps=_keeps,
        later=((AWAITED, LOOKED_AT),),
    ),
)
