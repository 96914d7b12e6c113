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
    from shared.services.accounts.account_care import AccountCare
    from shared.services.accounts.account_factor import Factors
    from shared.services.accounts.account_hosts import HostAccounts
    from shared.services.accounts.account_staff import Staffing
    from shared.services.accounts.accounts import Accounts
    from shared.services.applications.application_file import ApplicationFiles
    from shared.services.applications.applying import Applying
    from shared.services.applications.asking import Asking
    from shared.services.applications.checking import Checking
    from shared.services.applications.host_review import HostReview
    from shared.services.applications.reviewing import Reviewing
    from shared.services.applications.siblings import Siblings
    from shared.services.documents.cv_links import CvLinks
    from shared.services.documents.documents import Documents
    from shared.services.hosts.host_desk import HostDesk
    from shared.services.money.settling import Settling
    from shared.services.operations.bounces import Bounces
    from shared.services.operations.sweeping import Sweeping
    from shared.services.operations.workspace import Workspace
    from shared.services.programs.answer_records import AnswerRecords
    from shared.services.programs.guideline_changes import GuidelineChanges
    from shared.services.programs.publishing_programs import Publishing
    from shared.services.reservations.calendar_feeds import CalendarFeeds
    from shared.services.reservations.caseload import Caseload
    from shared.services.reservations.coaching import Coaching
    from shared.services.reservations.holds import Holds
    from shared.services.reservations.preparing import Preparing
    from shared.services.reservations.reservation_views import ReservationViews
    from shared.services.reservations.reserving import Reserving
    from shared.services.search.alternatives import Alternatives
    from shared.services.search.browsing import Browsing
    from shared.services.search.indexing import Indexing
    from shared.services.search.saved_searches import SavedSearches
    from shared.services.search.search_alerts import SearchAlerts
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
    def accounts(self) -> Accounts:
        from shared.services.accounts.accounts import Accounts

        return Accounts(**self._account_ports)

    @cached_property
    def account_care(self) -> AccountCare:
        from shared.services.accounts.account_care import AccountCare

        return AccountCare(**self._account_ports)

    @cached_property
    def factors(self) -> Factors:
        from shared.services.accounts.account_factor import Factors

        return Factors(**self._account_ports, demand=self.settings.second_factor)

    @cached_property
    def staffing(self) -> Staffing:
        from shared.services.accounts.account_staff import Staffing

        return Staffing(**self._account_ports, demand=self.settings.second_factor)

    @cached_property
    def host_accounts(self) -> HostAccounts:
        from shared.services.accounts.account_hosts import HostAccounts

        return HostAccounts(**self._account_ports, catalogue=self.catalogue)

    @cached_property
    def paperwork(self) -> Documents:
        """The use cases about documents; `documents` is the store of their files."""
        from shared.services.documents.documents import Documents

        return Documents(
            store=self.store,
            documents=self.documents,
            people=self.people,
            clock=self.clock,
            ids=self.ids,
            public_url=self.settings.public_url,
        )

    @cached_property
    def publishing(self) -> Publishing:
        from shared.services.programs.publishing_programs import Publishing

        return Publishing(self.store, self.clock)

    @cached_property
    def applying(self) -> Applying:
        from shared.services.applications.applying import Applying

        return Applying(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock, ids=self.ids)

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
    def answer_records(self) -> AnswerRecords:
        from shared.services.programs.answer_records import AnswerRecords

        return AnswerRecords(self.store, self.clock)

    @cached_property
    def saved_searches(self) -> SavedSearches:
        from shared.services.search.saved_searches import SavedSearches

        return SavedSearches(store=self.store, clock=self.clock, ids=self.ids)

    @cached_property
    def search_alerts(self) -> SearchAlerts:
        from shared.services.search.search_alerts import SearchAlerts

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
    def application_files(self) -> ApplicationFiles:
        from shared.services.applications.application_file import ApplicationFiles

        return ApplicationFiles(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def workspace(self) -> Workspace:
        from shared.services.operations.workspace import Workspace

        return Workspace(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def host_desk(self) -> HostDesk:
        from shared.services.hosts.host_desk import HostDesk

        return HostDesk(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def guideline_changes(self) -> GuidelineChanges:
        from shared.services.programs.applicants import Applicants
        from shared.services.programs.guideline_changes import GuidelineChanges

        applicants = Applicants(store=self.store, clock=self.clock)
        return GuidelineChanges(store=self.store, catalogue=self.catalogue, applicants=applicants, clock=self.clock)

    @cached_property
    def reviewing(self) -> Reviewing:
        from shared.services.applications.reviewing import Reviewing

        return Reviewing(
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
    def checking(self) -> Checking:
        from shared.services.applications.checking import Checking

        return Checking(store=self.store, reviewing=self.reviewing, clock=self.clock)

    @cached_property
    def asking(self) -> Asking:
        from shared.services.applications.asking import Asking

        return Asking(store=self.store, reviewing=self.reviewing, clock=self.clock)

    @cached_property
    def host_review(self) -> HostReview:
        from shared.services.applications.host_review import HostReview

        return HostReview(
            store=self.store, people=self.people, catalogue=self.catalogue, reviewing=self.reviewing, clock=self.clock
        )

    @cached_property
    def settling(self) -> Settling:
        from shared.services.money.settling import Settling

        return Settling(self.store, self.payment_gateway, self.clock)

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
    def reserving(self) -> Reserving:
        from shared.services.reservations.reserving import Reserving

        return Reserving(
            store=self.store,
            catalogue=self.catalogue,
            people=self.people,
            clock=self.clock,
            ids=self.ids,
            holds=self.holds,
        )

    @cached_property
    def reservation_views(self) -> ReservationViews:
        from shared.services.reservations.reservation_views import ReservationViews

        return ReservationViews(store=self.store, catalogue=self.catalogue, clock=self.clock, reserving=self.reserving)

    @cached_property
    def preparing(self) -> Preparing:
        from shared.services.reservations.preparing import Preparing

        return Preparing(store=self.store, catalogue=self.catalogue, clock=self.clock)

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
    def siblings(self) -> Siblings:
        from shared.services.applications.siblings import Siblings

        return Siblings(self.store, self.clock)

    @cached_property
    def bounces(self) -> Bounces:
        from shared.services.operations.bounces import Bounces

        return Bounces(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

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
    def sweeping(self) -> Sweeping:
        from shared.services.operations.sweeping import Sweeping

        return Sweeping(
            store=self.store, clock=self.clock, holds=self.holds, settling=self.settling, waitlist=self.waitlist
        )

    @cached_property
    def waitlist(self) -> Waitlist:
        from shared.services.waitlist.waitlist import Waitlist

        return Waitlist(store=self.store, catalogue=self.catalogue, clock=self.clock, ids=self.ids, holds=self.holds)
