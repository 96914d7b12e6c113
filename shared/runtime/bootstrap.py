"""The one place where use cases meet their ports (`wired_ports.py`). Everything is made when first asked for.

A service is a dataclass; each of its fields is the part of the wiring that has the field's name. In Lambda a room warms
its wiring during INIT (where the CPU is full and the result is snapshotted); tests give fakes instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from shared.runtime.wired_ports import WiredPorts

if TYPE_CHECKING:
    from shared.services.accounts.host_managers import HostManagers
    from shared.services.accounts.second_factor import SecondFactor
    from shared.services.accounts.security import AccountSecurity
    from shared.services.accounts.sign_in import SignIn
    from shared.services.accounts.staff import StaffAccounts
    from shared.services.accounts.wishes import AccountWishes
    from shared.services.applications.cv_links import CvLinks
    from shared.services.applications.document_check import DocumentCheck
    from shared.services.applications.host_review import HostReview
    from shared.services.applications.information_requests import InformationRequests
    from shared.services.applications.overlapping_applications import OverlappingApplications
    from shared.services.applications.queries import ApplicationQueries
    from shared.services.applications.review import Review
    from shared.services.applications.submission import Submission
    from shared.services.documents.uploads import DocumentUploads
    from shared.services.email.rule import EmailRule
    from shared.services.hosts.queries import HostQueries
    from shared.services.money.settlement import Settlement
    from shared.services.operations.email_reports import EmailReports
    from shared.services.operations.erasure import Erasure
    from shared.services.operations.send_emails import SendEmails
    from shared.services.operations.sweep import Sweep
    from shared.services.operations.workspace import Workspace
    from shared.services.programs.guideline_changes import GuidelineChanges
    from shared.services.programs.host_index import HostIndex
    from shared.services.programs.past_applicants import PastApplicants
    from shared.services.programs.publishing import Publishing
    from shared.services.programs.response_times import ResponseTimes
    from shared.services.programs.seat_years import SeatYears
    from shared.services.reservations.calendar_feeds import CalendarFeeds
    from shared.services.reservations.caseload import Caseload
    from shared.services.reservations.coaching import Coaching
    from shared.services.reservations.holds import Holds
    from shared.services.reservations.preparation import Preparation
    from shared.services.reservations.queries import ReservationQueries
    from shared.services.reservations.reserve import Reserve
    from shared.services.search.alerts import SearchAlerts
    from shared.services.search.alternatives import Alternatives
    from shared.services.search.browsing import Browsing
    from shared.services.search.indexing import Indexing
    from shared.services.search.saved_searches import SavedSearches
    from shared.services.waitlist.waitlist import Waitlist

Service = TypeVar("Service")


def in_lambda(environment: Mapping[str, str]) -> bool:
    return "AWS_LAMBDA_FUNCTION_NAME" in environment


class _Part:
    """A service of a wiring: its module is imported, and the service made, when somebody first asks for it."""

    def __init__(self, module: str) -> None:
        self.module = f"shared.services.{module}"

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner, self.name = owner, name

    @property
    def kind(self) -> type[Any]:
        found: type[Any] = getattr(import_module(self.module), self.owner.__annotations__[self.name])
        return found

    def __get__(self, wiring: Wiring | None, owner: type) -> Any:
        if wiring is None:
            return self
        made = wiring.make(self.kind)
        vars(wiring)[self.name] = made
        return made


def _part(module: str) -> Any:
    return _Part(module)


class Wiring(WiredPorts):
    """Adapters and services of one function."""

    sign_in: SignIn = _part("accounts.sign_in")
    account_wishes: AccountWishes = _part("accounts.wishes")
    account_security: AccountSecurity = _part("accounts.security")
    second_factor: SecondFactor = _part("accounts.second_factor")
    staff: StaffAccounts = _part("accounts.staff")
    host_managers: HostManagers = _part("accounts.host_managers")
    publishing: Publishing = _part("programs.publishing")
    host_index: HostIndex = _part("programs.host_index")
    response_times: ResponseTimes = _part("programs.response_times")
    past_applicants: PastApplicants = _part("programs.past_applicants")
    guideline_changes: GuidelineChanges = _part("programs.guideline_changes")
    seat_years: SeatYears = _part("programs.seat_years")
    browsing: Browsing = _part("search.browsing")
    saved_searches: SavedSearches = _part("search.saved_searches")
    alerts: SearchAlerts = _part("search.alerts")
    alternatives: Alternatives = _part("search.alternatives")
    indexing: Indexing = _part("search.indexing")
    submission: Submission = _part("applications.submission")
    review: Review = _part("applications.review")
    document_check: DocumentCheck = _part("applications.document_check")
    information_requests: InformationRequests = _part("applications.information_requests")
    host_review: HostReview = _part("applications.host_review")
    overlapping_applications: OverlappingApplications = _part("applications.overlapping_applications")
    application_queries: ApplicationQueries = _part("applications.queries")
    cv_links: CvLinks = _part("applications.cv_links")
    settlement: Settlement = _part("money.settlement")
    holds: Holds = _part("reservations.holds")
    reserve: Reserve = _part("reservations.reserve")
    preparation: Preparation = _part("reservations.preparation")
    coaching: Coaching = _part("reservations.coaching")
    caseload: Caseload = _part("reservations.caseload")
    calendar_feeds: CalendarFeeds = _part("reservations.calendar_feeds")
    reservation_queries: ReservationQueries = _part("reservations.queries")
    waitlist: Waitlist = _part("waitlist.waitlist")
    document_uploads: DocumentUploads = _part("documents.uploads")
    host_queries: HostQueries = _part("hosts.queries")
    email_reports: EmailReports = _part("operations.email_reports")
    send_emails: SendEmails = _part("operations.send_emails")
    erasure: Erasure = _part("operations.erasure")
    sweep: Sweep = _part("operations.sweep")
    workspace: Workspace = _part("operations.workspace")

    def warm(self) -> None:
        """Makes what every call of an HTTP room needs."""
        _ = (self.sessions, self.store, self.clock)

    @property
    def make_service(self) -> Callable[[type[Any]], Any]:
        """For services that find others in a list of the contexts, instead of naming them as fields."""
        return self.make

    @cached_property
    def email_rules(self) -> Mapping[str, tuple[EmailRule, ...]]:
        """The emails of every context, by the type of the event that brings them."""
        from shared.services.contexts import emails

        return emails()

    def make(self, service: type[Service]) -> Service:
        """A service on this wiring's parts. Raises `AttributeError` for a field that nothing here has the name of."""
        parts = {field.name: self.outcome.watched(field.name, getattr(self, field.name)) for field in fields(service)}  # type: ignore[arg-type]
        return service(**parts)
