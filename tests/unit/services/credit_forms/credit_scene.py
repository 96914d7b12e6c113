"""Leila Haddad's seat in Chicago, her school in Cairo, a host with two contacts; every service over ports in memory."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.due_readers import CREDIT_FORMS
from shared.domain.credit_forms.form import CreditForm
from shared.domain.credit_forms.signing import SignerRule
from shared.events.envelope import Envelope
from shared.ports import Email, HostContact, Person, StoredObject, system
from shared.services.core.secret_links import secret_at
from shared.services.core.transitions import RequestContext
from shared.services.credit_forms.request import FormWish
from shared.services.credit_forms.sign import Signer
from shared.services.operations.sweep import Swept
from tests.builders import HOST, TRAINEE, actor, stored_account
from tests.unit.domain.credit_forms.form_samples import FULL, SIGNED, at
from tests.unit.services.reservations.reservation_scene import Scene

COORDINATOR, ADMIN = "coordinator-1", "admin-1"
AS_TRAINEE = RequestContext(actor("trainee", TRAINEE), "request-1")
AS_COORDINATOR = RequestContext(actor("coordinator", COORDINATOR), "request-2")
AS_SYSTEM = RequestContext(system("credit_form_sla"), "sweep-1")
STUDENT, SCHOOL, ASKED, DOCTOR = (
    "leila@mail.example",
    "registrar@school.example",
    "kowal@hospital.example",
    "brandt@hospital.example",
)
KOWAL = HostContact("contact-kowal", HOST, "Magdalena Kowal", ASKED, "+1 312 555 0100", ("forms",))
OTHER = HostContact("contact-vega", HOST, "Dr. Thomas Vega", "vega@hospital.example", "", ("forms", "letters"))
PDF = "0" * 64


def wish(**changes: Any) -> FormWish:
    values: dict[str, Any] = {
        "contact": "Registrar's office",
        "email": SCHOOL,
        "form_name": "Elective form B",
        "course": "Internal Medicine elective",
        "needed_by": date(2027, 2, 18),
        "school_zone": "Africa/Cairo",
        "signer_rule": SignerRule.ANY,
    }
    return FormWish(**(values | changes))


class FormScene(Scene):
    """The clock stands at the design's first request, Fri 29 January 2027, 22:30 UTC."""

    def __init__(self, **program: Any) -> None:
        super().__init__(seats=4, **({"specialty": "internal-medicine", "coordinator_id": COORDINATOR} | program))
        self.apply()
        stored_account(self.store)
        self.people.save_person(Person(TRAINEE, "Leila Haddad", STUDENT, "Africa/Cairo"))
        for id, role, name in ((COORDINATOR, "coordinator", "Ruth Okada"), (ADMIN, "admin", "Ana Silva")):
            stored_account(self.store, id, (role,))
            self.people.save_person(Person(id, name, f"{id}@rota.example", "America/Chicago"))
        for contact in (KOWAL, OTHER):
            self.people.save_host_contact(contact)
        link = self.checkout()
        self.webhook(self.pay(link))
        self.seat = link.reserved.id
        self.clock.set(at("01-29T22:30"))

    # --- what people do -----------------------------------------------------------------------------------------------
    def asked(self, key: str = "key-1", **changes: Any) -> CreditForm:
        return self.credit_requests.request(AS_TRAINEE, self.seat, key, wish(**changes))

    def sent(
        self, when: str = "02-02T16:00", contact: str = KOWAL.id, key: str = "key-1", **changes: Any
    ) -> CreditForm:
        form = self.asked(key, **changes)
        self.clock.set(at(when))
        return self.credit_sending.send(AS_COORDINATOR, form.id, form.version, contact)

    def door(self, form: CreditForm, which: str = "1") -> str:
        """The link that an email had."""
        return f"{which}-{secret_at(self.store, f'{TRAINEE}/credit-form:{form.id}:link-{which}')}"

    def signed(
        self, form: CreditForm, when: str = "02-02T19:00", which: str = "1", draft_no: int = 0, **changes: Any
    ) -> CreditForm:
        self.clock.set(at(when))
        answers, signature = FULL, SIGNED | {key: changes.pop(key) for key in tuple(changes) if key in SIGNED}
        return self.credit_signing.sign(
            form.id, self.door(form, which), answers | changes, signature, draft_no, Signer("192.0.2.7", "Phone")
        )

    def filed(self, form: CreditForm, sha256: str = PDF) -> CreditForm:
        key = f"kept/forms/{TRAINEE}/{form.id}/{sha256}"
        self.file_store.objects[key] = StoredObject(b"%PDF-1.7", {"kind": "pdf"})
        return self.credit_acceptance.file(AS_SYSTEM, form.id, form.signed.n, key, sha256)

    def accepted(self, form: CreditForm, when: str = "", checked: str = "") -> CreditForm:
        form = self.filed(form)
        if when:
            self.clock.set(at(when))
        return self.credit_acceptance.accept(AS_COORDINATOR, form.id, form.version, checked)

    def forwarded(self, form: CreditForm, **changes: str) -> CreditForm:
        return self.credit_forwarding.forward(AS_COORDINATOR, form.id, form.version, **changes)

    def ticked(self, when: str) -> Swept:
        """The minute's run at that instant."""
        self.clock.set(at(when))
        swept = self.sweep.run(AS_SYSTEM, reader=CREDIT_FORMS)
        assert swept.failures == []
        return swept

    # --- what came of it ----------------------------------------------------------------------------------------------
    def form(self, form: CreditForm) -> CreditForm:
        return CreditForm.model_validate(self.store.load("CREDIT_FORM", form.id).state)

    def form_by(self, id: str) -> CreditForm:
        return CreditForm.model_validate(self.store.load("CREDIT_FORM", id).state)

    def rows(self, form: CreditForm) -> dict[str, str]:
        """Kind of due row -> its instant, as `at` takes it."""
        found = {k: one for (_, id, k), one in self.store.waiting.items() if id == form.id}
        return {kind: f"{item.due.at:%m-%dT%H:%M:%S}" for kind, item in found.items()}

    def emails_of(self, form: CreditForm, since: int = 0) -> list[Email]:
        """What the events of the form have people told, in their order; each event brought three times."""
        before = len(self.mailer.sent)
        for row in self.store.history("CREDIT_FORM", form.id)[since:]:
            event = Envelope.of(row)
            if event.emailed:
                for _ in range(3):
                    self.send_emails.notify(event)
        found: list[Email] = self.mailer.sent[before:]
        return found

    def told(self, form: CreditForm, since: int = 0) -> list[tuple[str, str]]:
        return [(one.to, one.subject) for one in self.emails_of(form, since)]

    def types(self, form: CreditForm) -> list[str]:
        return [row.type.removesuffix(".v1") for row in self.store.history("CREDIT_FORM", form.id)]

    def queue(self) -> dict[str, Any]:
        found = self.workspace.queue(AS_COORDINATOR, ["coordinator"])
        return {one.subject.title: one for one in (*found.rows, *found.elsewhere)}

    def check(self) -> None:
        """Chains hold, and what happened adds up to what is."""
        for key, rows in self.store.rows.items():
            assert chain_breaks(rows) == []
            assert fold(rows) == dict(self.store.states[key].state)
