"""The one place where use cases meet their ports (`wired_ports.py`). Everything is made when first asked for.

In Lambda a room warms its wiring during INIT (where the CPU is full and the result is snapshotted); tests give fakes
instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.runtime.log import log
from shared.runtime.wired_ports import WiredPorts

if TYPE_CHECKING:
    from shared.services.accounts.host_managers import HostManagers
    from shared.services.accounts.second_factor import SecondFactor
    from shared.services.accounts.security import AccountSecurity
    from shared.services.accounts.sign_in import SignIn
    from shared.services.accounts.staff import StaffAccounts
    from shared.services.applications.document_check import DocumentCheck
    from shared.services.applications.host_review import HostReview
    from shared.services.applications.information_requests import InformationRequests
    from shared.services.applications.overlapping_applications import OverlappingApplications
    from shared.services.applications.queries import ApplicationQueries
    from shared.services.applications.review import Review
    from shared.services.applications.submission import Submission
    from shared.services.documents.cv_links import CvLinks
    from shared.services.documents.uploads import DocumentUploads
    from shared.services.hosts.queries import HostQueries
    from shared.services.money.settlement import Settlement
    from shared.services.operations.email_reports import EmailReports
    from shared.services.operations.sweep import Sweep
    from shared.services.operations.workspace import Workspace
    from shared.services.programs.guideline_changes import GuidelineChanges
    from shared.services.programs.publishing import Publishing
    from shared.services.programs.response_times import ResponseTimes
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


def in_lambda(environment: Mapping[str, str]) -> bool:
    return "AWS_LAMBDA_FUNCTION_NAME" in environment


class Wiring(WiredPorts):
    """Adapters and services of one function."""

    def warm(self) -> None:
        """Makes what every call of an HTTP room needs."""
        _ = (self.sessions, self.identity, self.store, self.clock)

    @property
    def _account_ports(self) -> dict[str, Any]:
        return {
            "store": self.store,
            "people": self.people,
            "identity": self.identity,
            "sessions": self.sessions,
            "links": self.links,
            "clock": self.clock,
            "ids": self.ids,
            "guesses": self.guesses,
        }

    @cached_property
    def accounts(self) -> SignIn:
        from shared.services.accounts.sign_in import SignIn

        return SignIn(**self._account_ports)

    @cached_property
    def account_care(self) -> AccountSecurity:
        from shared.services.accounts.security import AccountSecurity

        return AccountSecurity(**self._account_ports)

    @cached_property
    def factors(self) -> SecondFactor:
        from shared.services.accounts.second_factor import SecondFactor

        return SecondFactor(**self._account_ports, demand=self.settings.second_factor)

    @cached_property
    def staffing(self) -> StaffAccounts:
        from shared.services.accounts.staff import StaffAccounts

        return StaffAccounts(**self._account_ports, demand=self.settings.second_factor)

    @cached_property
    def host_accounts(self) -> HostManagers:
        from shared.services.accounts.host_managers import HostManagers

        return HostManagers(**self._account_ports, catalogue=self.catalogue)

    @cached_property
    def paperwork(self) -> DocumentUploads:
        """The use cases about documents; `documents` is the store of their files."""
        from shared.services.documents.uploads import DocumentUploads

        return DocumentUploads(
            store=self.store,
            documents=self.documents,
            people=self.people,
            clock=self.clock,
            ids=self.ids,
            public_url=self.settings.public_url,
        )

    @cached_property
    def publishing(self) -> Publishing:
        from shared.services.programs.publishing import Publishing

        return Publishing(self.store, self.clock)

    @cached_property
    def applying(self) -> Submission:
        from shared.services.applications.submission import Submission

        return Submission(
            store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock, ids=self.ids
        )

    @cached_property
    def browsing(self) -> Browsing:
        from shared.services.search.browsing import Browsing

        return Browsing(
            search=lambda: self.search_index,
            catalogue=self.catalogue,
            store=self.store,
            people=self.people,
            clock=self.clock,
        )

    @cached_property
    def answer_records(self) -> ResponseTimes:
        from shared.services.programs.response_times import ResponseTimes

        return ResponseTimes(self.store, self.clock)

    @cached_property
    def saved_searches(self) -> SavedSearches:
        from shared.services.search.saved_searches import SavedSearches

        return SavedSearches(store=self.store, clock=self.clock, ids=self.ids)

    @cached_property
    def search_alerts(self) -> SearchAlerts:
        from shared.services.search.alerts import SearchAlerts

        return SearchAlerts(
            store=self.store,
            catalogue=self.catalogue,
            people=self.people,
            search=lambda: self.search_index,
            clock=self.clock,
        )

    @cached_property
    def indexing(self) -> Indexing:
        from shared.services.search.indexing import Indexing

        return Indexing(catalogue=self.catalogue, store=self.store, publisher=self.search_publisher, clock=self.clock)

    @cached_property
    def application_files(self) -> ApplicationQueries:
        from shared.services.applications.queries import ApplicationQueries

        return ApplicationQueries(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def workspace(self) -> Workspace:
        from shared.services.operations.workspace import Workspace

        return Workspace(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def host_desk(self) -> HostQueries:
        from shared.services.hosts.queries import HostQueries

        return HostQueries(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def guideline_changes(self) -> GuidelineChanges:
        from shared.services.programs.guideline_changes import GuidelineChanges
        from shared.services.programs.past_applicants import PastApplicants

        applicants = PastApplicants(store=self.store, clock=self.clock)
        return GuidelineChanges(store=self.store, catalogue=self.catalogue, applicants=applicants, clock=self.clock)

    @cached_property
    def reviewing(self) -> Review:
        from shared.services.applications.review import Review

        return Review(
            store=self.store,
            people=self.people,
            catalogue=self.catalogue,
            clock=self.clock,
            alternatives=self.alternatives,
        )

    @cached_property
    def alternatives(self) -> Alternatives:
        from shared.services.search.alternatives import Alternatives

        return Alternatives(
            search=lambda: self.search_index,
            store=self.store,
            catalogue=self.catalogue,
            clock=self.clock,
            on_fault=lambda fault: log(self.function, "declined without alternatives", fault),
        )

    @cached_property
    def checking(self) -> DocumentCheck:
        from shared.services.applications.document_check import DocumentCheck

        return DocumentCheck(store=self.store, reviewing=self.reviewing, clock=self.clock)

    @cached_property
    def asking(self) -> InformationRequests:
        from shared.services.applications.information_requests import InformationRequests

        return InformationRequests(store=self.store, reviewing=self.reviewing, clock=self.clock)

    @cached_property
    def host_review(self) -> HostReview:
        from shared.services.applications.host_review import HostReview

        return HostReview(
            store=self.store, people=self.people, catalogue=self.catalogue, reviewing=self.reviewing, clock=self.clock
        )

    @cached_property
    def settling(self) -> Settlement:
        from shared.services.money.settlement import Settlement

        return Settlement(self.store, self.payment_gateway, self.clock)

    @cached_property
    def holds(self) -> Holds:
        from shared.services.reservations.holds import Holds

        return Holds(
            self.store,
            self.payment_gateway,
            self.catalogue,
            self.people,
            self.clock,
            self.settling,
            self.settings.public_url,
        )

    @cached_property
    def reserving(self) -> Reserve:
        from shared.services.reservations.reserve import Reserve

        return Reserve(
            store=self.store,
            catalogue=self.catalogue,
            people=self.people,
            clock=self.clock,
            ids=self.ids,
            holds=self.holds,
        )

    @cached_property
    def reservation_views(self) -> ReservationQueries:
        from shared.services.reservations.queries import ReservationQueries

        return ReservationQueries(
            store=self.store, catalogue=self.catalogue, clock=self.clock, reserving=self.reserving
        )

    @cached_property
    def preparing(self) -> Preparation:
        from shared.services.reservations.preparation import Preparation

        return Preparation(store=self.store, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def calendar_feeds(self) -> CalendarFeeds:
        from shared.services.reservations.calendar_feeds import CalendarFeeds

        return CalendarFeeds(
            store=self.store,
            catalogue=self.catalogue,
            clock=self.clock,
            reserving=self.reserving,
            public_url=self.settings.public_url,
        )

    @cached_property
    def siblings(self) -> OverlappingApplications:
        from shared.services.applications.overlapping_applications import OverlappingApplications

        return OverlappingApplications(self.store, self.clock)

    @cached_property
    def bounces(self) -> EmailReports:
        from shared.services.operations.email_reports import EmailReports

        return EmailReports(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def cv_links(self) -> CvLinks:
        from shared.services.documents.cv_links import CvLinks

        return CvLinks(
            store=self.store,
            people=self.people,
            documents=self.documents,
            clock=self.clock,
            public_url=self.settings.public_url,
        )

    @cached_property
    def caseload(self) -> Caseload:
        from shared.services.reservations.caseload import Caseload

        return Caseload(store=self.store, people=self.people, catalogue=self.catalogue)

    @cached_property
    def coaching(self) -> Coaching:
        from shared.services.reservations.coaching import Coaching

        return Coaching(self.store, self.clock)

    @cached_property
    def sweeping(self) -> Sweep:
        from shared.services.operations.sweep import Sweep

        return Sweep(
            store=self.store, clock=self.clock, holds=self.holds, settling=self.settling, waitlist=self.waitlist
        )

    @cached_property
    def waitlist(self) -> Waitlist:
        from shared.services.waitlist.waitlist import Waitlist

        return Waitlist(store=self.store, catalogue=self.catalogue, clock=self.clock, ids=self.ids, holds=self.holds)
