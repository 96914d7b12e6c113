"""Every arrow of the credit form, and every arrow that there is not (H14-H16)."""

from __future__ import annotations

import pytest

from shared.domain.core.errors import NotAllowedNow, RotaError, WrongRole
from shared.domain.core.machine import NEW, Actor
from shared.domain.credit_forms.machine import CREDIT_FORM, ENDED, OPEN, FormEvent, FormStatus

ALL = "REQUESTED INCOMPLETE SENT RETURNED ACCEPTED FORWARDED RECEIVED DECLINED"
SIGNED = "RETURNED ACCEPTED FORWARDED RECEIVED"
SAME = "same"
DESIGN = {
    ("request", "trainee coordinator"): (NEW, "REQUESTED"),
    ("change", "trainee"): ("REQUESTED INCOMPLETE", "REQUESTED"),
    ("ask", "coordinator"): ("REQUESTED", "INCOMPLETE"),
    ("send", "coordinator"): ("REQUESTED", "SENT"),
    ("save", "host"): ("SENT", "SENT"),
    ("pass_on", "host"): ("SENT", "SENT"),
    ("sign", "host"): ("SENT", "RETURNED"),
    ("decline", "host"): ("SENT", "DECLINED"),
    ("reroute", "coordinator"): ("SENT DECLINED", "SENT"),
    ("resend", "coordinator"): ("SENT", "SENT"),
    ("accept", "coordinator"): ("RETURNED", "ACCEPTED"),
    ("correct", "coordinator"): (SIGNED, "SENT"),
    ("forward", "coordinator"): ("ACCEPTED FORWARDED RECEIVED", "FORWARDED"),
    ("received", "school coordinator"): ("FORWARDED", "RECEIVED"),
    ("please_correct", "school coordinator"): ("FORWARDED RECEIVED", SAME),
    ("not_ours", "host"): (SIGNED, SAME),
    ("outdate", "system"): (SIGNED, SAME),
    ("keep", "coordinator"): (SIGNED, SAME),
    ("withdraw", "trainee"): ("REQUESTED INCOMPLETE SENT", "WITHDRAWN"),
    ("close", "coordinator"): ("DECLINED", "CLOSED"),
    ("void", "system"): (ALL, "VOID"),
    ("remind", "system"): ("INCOMPLETE SENT", SAME),
    ("breach", "system"): ("SENT", "SENT"),
    ("undelivered", "system"): ("SENT FORWARDED RECEIVED", SAME),
    ("file", "system"): (f"SENT {SIGNED} DECLINED", SAME),
}
WANTED = {
    (source, event, actor): source if target == SAME else target
    for (event, actors), (sources, target) in DESIGN.items()
    for source in sources.split()
    for actor in actors.split()
} | {("INCOMPLETE", "lapse", "system"): "WITHDRAWN", ("SENT", "lapse", "system"): "CLOSED"}


@pytest.mark.parametrize("event", FormEvent)
def test_an_event_leads_where_the_design_says_and_is_refused_everywhere_else(event: FormEvent) -> None:
    reached = 0
    for source in (NEW, *FormStatus):
        for actor in Actor:
            target = WANTED.get((str(source), event.value, actor.value))
            if target is not None:
                assert CREDIT_FORM.fire(source, event, actor).target == target, (source, actor)
                reached += 1
                continue
            with pytest.raises((NotAllowedNow, WrongRole)) as refused:
                CREDIT_FORM.fire(source, event, actor)
            assert isinstance(refused.value, RotaError)
            assert refused.value.detail
    assert reached


def test_nobody_but_a_coordinator_sends_it_to_the_host() -> None:  # H15
    to_host = [arrow for arrow in CREDIT_FORM.arrows if arrow.target == "SENT" and arrow.source != "SENT"]
    again = [arrow for arrow in CREDIT_FORM.arrows if arrow.event in ("resend", "reroute")]
    assert {actor for arrow in (*to_host, *again) for actor in arrow.actors} == {Actor.COORDINATOR}


def test_what_ended_stays_ended() -> None:
    assert set(CREDIT_FORM.final_states) == set(ENDED)
    assert set(OPEN) | set(ENDED) == set(FormStatus)
