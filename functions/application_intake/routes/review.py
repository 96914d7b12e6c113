"""For reviewers: claim, read documents, approve, reject (H11, H12)."""

from __future__ import annotations

from functions.application_intake.models.review import ApproveRequest, CheckRequest, RejectRequest
from functions.application_intake.room import ONE, PAGE, reviewer, room
from functions.application_intake.routes.application import show_application


@room.post(f"{ONE}/claim", access=reviewer, again=show_application, goes_to=PAGE)
def claim(application_id: str) -> None:
    """Takes it from the queue for four business hours."""
    room.wiring.review.claim(room.call("reviewer"), application_id)


@room.post(
    f"{ONE}/documents/<document_id>/check", access=reviewer, form=CheckRequest, again=show_application, goes_to=PAGE
)
def check_document(application_id: str, document_id: str, body: CheckRequest) -> None:
    """Notes what a document says once it was read: whether it counts, and its dates."""
    room.wiring.document_check.check(room.call("reviewer"), application_id, document_id, body.check(), body.why)


@room.post(f"{ONE}/approve", access=reviewer, form=ApproveRequest, again=show_application, goes_to=PAGE)
def approve(application_id: str, body: ApproveRequest) -> None:
    """Approves with every guideline met or overridden with a reason (H12), and opens the offer."""
    room.wiring.review.approve(room.call("reviewer"), application_id, body.chosen(), body.step1_verified)


@room.post(f"{ONE}/reject", access=reviewer, form=RejectRequest, again=show_application, goes_to=PAGE)
def reject(application_id: str, body: RejectRequest) -> None:
    """Ends it with a reason that the trainee reads."""
    room.wiring.review.reject(room.call("reviewer"), application_id, body.code, body.reason)
