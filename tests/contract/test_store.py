"""One set of promises, two stores: the fake that services are tested with, and the real adapter on moto's DynamoDB."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.errors import Duplicate, NotFound, VersionConflict
from shared.domain.money.money import payment, refund
from shared.ports import Due, IndexEntry, PersonalRecord, Store, Transition, UniqueKey, UnitOfWork
from tests.builders import PROGRAM, START, TRAINEE, WEEKS, draft, step, stored
from tests.contract.store_scene import OTHER, hold, open_seats, store, taken

__all__ = ["store"]

SECOND = timedelta(seconds=1)


def test_a_step_stores_the_state_and_its_event_row_together(store: Store) -> None:
    rows = store.commit(UnitOfWork(transitions=(step("ACCOUNT", "a", {"status": "NEW", "roles": ["trainee"]}),)))
    second = store.commit(
        UnitOfWork(
            transitions=(
                Transition(store.load("ACCOUNT", "a"), draft({"status": "ACTIVE"}, "AccountConfirmed.v1", case_id="c")),
            )
        )
    )
    history = store.history("ACCOUNT", "a")
    loaded = store.load("ACCOUNT", "a")
    assert history == rows + second
    assert loaded.state == {"status": "ACTIVE", "roles": ["trainee"], "version": 2} == fold(history)
    assert (loaded.version, loaded.head) == (2, history[-1].hash)
    assert chain_breaks(history) == []


def test_degrees_without_a_fraction_keep_the_chain_and_the_replay(store: Store) -> None:
    loaded = stored(store, "PROGRAM", PROGRAM, {"status": "LIVE", "place": {"latitude": 41.0, "longitude": -87.5}})
    history = store.history("PROGRAM", PROGRAM)
    assert chain_breaks(history) == []
    assert fold(history) == loaded.state


def test_what_does_not_exist_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        store.load("APPLICATION", "nobody")
    assert store.history("APPLICATION", "nobody") == []
    assert store.load_many([("APPLICATION", "nobody")]) == {}
    assert store.text("a/b") is None
    assert store.journal("RESERVATION#none") == []
    assert store.seat_years([(PROGRAM, 2027)]) == []


def test_load_many_answers_each_key_once(store: Store) -> None:
    a, b = (stored(store, "ACCOUNT", id, {"status": "ACTIVE"}) for id in ("a", "b"))
    assert store.load_many([("ACCOUNT", "a"), ("ACCOUNT", "b"), ("ACCOUNT", "a")]) == {
        ("ACCOUNT", "a"): a,
        ("ACCOUNT", "b"): b,
    }


def test_a_stale_version_is_a_conflict_and_changes_nothing(store: Store) -> None:
    before = stored(store, "ACCOUNT", "a", {"status": "NEW"})
    store.commit(UnitOfWork(transitions=(Transition(before, draft({"status": "ACTIVE"})),)))
    with pytest.raises(VersionConflict):
        store.commit(
            UnitOfWork(
                transitions=(Transition(before, draft({"status": "CLOSED"})), step("ACCOUNT", "b", {"status": "NEW"}))
            )
        )
    assert store.load("ACCOUNT", "a").state["status"] == "ACTIVE"
    assert len(store.history("ACCOUNT", "a")) == 2
    assert store.load_many([("ACCOUNT", "b")]) == {}


def test_making_the_same_thing_twice_is_a_conflict(store: Store) -> None:
    stored(store, "ACCOUNT", "a", {"status": "NEW"})
    with pytest.raises(VersionConflict):
        stored(store, "ACCOUNT", "a", {"status": "OTHER"})


def test_the_same_work_again_after_a_lost_answer_is_answered_as_the_first(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    work = hold(1, WEEKS)
    first = store.commit(work)
    assert store.commit(work) == first
    assert set(taken(store).values()) == {1}
    assert len(store.history("RESERVATION", "reservation-1")) == 1


def test_a_claimed_name_exists_once_until_its_owner_releases_it(store: Store) -> None:
    name = f"open-application:{TRAINEE}:{PROGRAM}:2027-03-01"
    store.commit(
        UnitOfWork(
            transitions=(step("APPLICATION", "one", {"trainee_id": TRAINEE, "created_at": "x"}),),
            keys=(UniqueKey(name, "one"),),
        )
    )
    again = UnitOfWork(
        transitions=(step("APPLICATION", "two", {"trainee_id": TRAINEE, "created_at": "y"}),),
        keys=(UniqueKey(name, "two"),),
    )
    with pytest.raises(Duplicate) as refused:
        store.commit(again)
    assert refused.value.facts["key"] == name
    assert (store.claimed_by(name), store.claimed_by("other")) == ("one", None)
    with pytest.raises(VersionConflict):
        store.commit(UnitOfWork(transitions=(step("ACCOUNT", "thief", {}),), released_keys=(UniqueKey(name, "thief"),)))
    store.commit(
        UnitOfWork(
            transitions=(Transition(store.load("APPLICATION", "one"), draft({})),),
            released_keys=(UniqueKey(name, "one"),),
        )
    )
    store.commit(again)


def test_a_name_may_be_claimed_before_there_is_anything_to_claim_it_for(store: Store) -> None:
    assert store.commit(UnitOfWork(transitions=(), keys=(UniqueKey("mail:1", "account-1"),))) == []
    with pytest.raises(Duplicate):
        store.commit(UnitOfWork(transitions=(), keys=(UniqueKey("mail:1", "account-2"),)))
    assert store.claimed_by("mail:1") == "account-1"


def test_due_rows_are_replaced_and_removed_with_the_state(store: Store) -> None:
    soon, later = START + timedelta(minutes=30), START + timedelta(hours=2)
    store.commit(
        UnitOfWork(
            transitions=(
                step(
                    "RESERVATION",
                    "r1",
                    {},
                    due=(Due("hold", later, "trainee"), Due("review", later, "reviewer", "reviewers")),
                ),
            )
        )
    )
    store.commit(
        UnitOfWork(
            transitions=(
                Transition(
                    store.load("RESERVATION", "r1"), draft({}, case_id="case-1"), due=(Due("hold", soon, "system"),)
                ),
            )
        )
    )
    assert [(item.due, item.subject_kind, item.subject_id, item.case_id) for item in store.due("sweep")] == [
        (Due("hold", soon, "system"), "RESERVATION", "r1", "case-1")
    ]
    store.commit(
        UnitOfWork(transitions=(Transition(store.load("RESERVATION", "r1"), draft({}), done=("hold", "never-there")),))
    )
    assert store.due("sweep") == []
    assert [item.due.kind for item in store.due("reviewers")] == ["review"]


def test_a_due_row_is_forgotten_unless_another_has_taken_its_place(store: Store) -> None:
    rows = (Due("hold", START, "trainee"), Due("review", START, "reviewer", "reviewers"))
    store.commit(UnitOfWork(transitions=(step("RESERVATION", "r1", {}, due=rows),)))
    (read,) = store.due("sweep")
    later = Due("hold", START + timedelta(seconds=1), "trainee")
    store.commit(UnitOfWork(transitions=(Transition(store.load("RESERVATION", "r1"), draft({}), due=(later,)),)))
    store.forget_due(read)
    (found,) = store.due("sweep")
    assert found.due == later
    for _ in range(2):
        store.forget_due(found)
        assert store.due("sweep") == []
    assert [item.due.kind for item in store.due("reviewers")] == ["review"]


def test_due_rows_come_in_order_up_to_and_including_the_moment(store: Store) -> None:
    for number in (3, 1, 5, 2, 4):
        store.commit(
            UnitOfWork(
                transitions=(
                    step(
                        "RESERVATION", f"r{number}", {}, due=(Due("hold", START + timedelta(seconds=number), "system"),)
                    ),
                )
            )
        )
    until = START + timedelta(seconds=3)
    assert [item.subject_id for item in store.due("sweep", until=until)] == ["r1", "r2", "r3"]
    assert [item.subject_id for item in store.due("sweep", limit=2)] == ["r1", "r2"]
    assert store.due("other") == []


def test_due_rows_are_read_from_a_moment_on_past_every_page(store: Store) -> None:
    many, long = 40, "x" * 60_000  # a page of the index ends at a megabyte
    for number in range(many):
        due = Due("hold", START + timedelta(seconds=number), long)
        store.commit(UnitOfWork(transitions=(step("RESERVATION", f"r{number:02}", {}, due=(due,)),)))
    assert [item.subject_id for item in store.due("sweep", since=START + SECOND)] == [
        f"r{number:02}" for number in range(1, many)
    ]
    assert store.due("sweep", since=START + timedelta(seconds=many)) == []
    assert store.due("other", since=START) == []


def test_a_due_row_is_postponed_unless_another_has_taken_its_place(store: Store) -> None:
    later = START + timedelta(minutes=5)
    store.commit(UnitOfWork(transitions=(step("RESERVATION", "r1", {}, due=(Due("hold", START, "trainee"),)),)))
    (read,) = store.due("sweep", until=START)
    store.postpone_due(read, later)
    assert store.due("sweep", until=START) == []
    (found,) = store.due("sweep")
    assert (found.due.at, found.due.kind, found.subject_id) == (later, "hold", "r1")
    store.postpone_due(read, later + SECOND)
    assert store.due("sweep") == [found], "the row was read before it moved"
    store.forget_due(found)
    store.postpone_due(found, later)
    assert store.due("sweep") == [], "a row that is gone does not come back"


def test_a_trainee_s_own_come_newest_first(store: Store) -> None:
    for number in (2, 1, 3):
        stored(
            store, "APPLICATION", f"a{number}", {"trainee_id": TRAINEE, "created_at": f"2026-11-0{number}T00:00:00Z"}
        )
    stored(store, "APPLICATION", "theirs", {"trainee_id": OTHER, "created_at": "2026-11-09T00:00:00Z"})
    stored(store, "RESERVATION", "r1", {"trainee_id": TRAINEE, "created_at": "2026-11-09T00:00:00Z"})
    assert [loaded.id for loaded in store.owned("APPLICATION", TRAINEE)] == ["a3", "a2", "a1"]
    assert [loaded.id for loaded in store.owned("APPLICATION", TRAINEE, limit=1)] == ["a3"]


def test_T30_coaches_are_the_active_accounts_with_that_role_and_a_changed_role_shows(store: Store) -> None:
    for id, roles, status in (
        ("c1", ["coach"], "ACTIVE"),
        ("c2", ["admin", "coach"], "ACTIVE"),
        ("c3", ["coach"], "ERASED"),
        ("r", ["reviewer"], "ACTIVE"),
    ):
        stored(store, "ACCOUNT", id, {"id": id, "status": status, "roles": roles})
    assert sorted(store.coaches()) == ["c1", "c2"]
    store.commit(UnitOfWork(transitions=(Transition(store.load("ACCOUNT", "c1"), draft({"roles": []})),)))
    assert store.coaches() == ["c2"]


def test_texts_are_kept_apart_from_the_rows(store: Store) -> None:
    text = PersonalRecord(f"{TRAINEE}/signature", {"text": "Amara Okafor", "pages": [1, 2]})
    store.commit(
        UnitOfWork(transitions=(step("APPLICATION", "a", {"terms_signature_ref": text.ref}),), records=(text,))
    )
    assert store.text(text.ref) == {"text": "Amara Okafor", "pages": [1, 2]}
    assert "Amara" not in str(store.history("APPLICATION", "a"))


def test_nothing_is_kept_any_more_about_who_was_erased_and_what_brings_it_changes_nothing(store: Store) -> None:
    stored(store, "ACCOUNT", TRAINEE, {"status": "ACTIVE"})
    kept = (PersonalRecord(f"{TRAINEE}/reason-1", {"text": "before"}), PersonalRecord(f"{OTHER}/reason-1", {}))
    store.commit(UnitOfWork(transitions=(), records=kept))
    erased = Transition(store.load("ACCOUNT", TRAINEE), draft({"status": "ERASED"}))
    store.commit(UnitOfWork(transitions=(erased,), erases=(TRAINEE,)))
    declined = step("APPLICATION", "application-1", {"status": "REJECTED"})
    late = PersonalRecord(f"{TRAINEE}/reason-2", {"text": "words about them"})
    for work in (
        UnitOfWork(transitions=(declined,), records=(late,)),
        UnitOfWork(transitions=(declined,), replaced_records=(late,)),
    ):
        with pytest.raises(NotFound, match="erased"):
            store.commit(work)
    assert store.text(late.ref) is None
    assert store.load_many([("APPLICATION", "application-1")]) == {}
    store.commit(UnitOfWork(transitions=(declined,), records=(PersonalRecord(f"{OTHER}/reason-2", {"text": "fine"}),)))


def test_a_text_that_is_kept_anew_replaces_the_one_before_and_one_that_is_dropped_is_gone(store: Store) -> None:
    ref, other = f"{TRAINEE}/school", f"{TRAINEE}/other"
    store.commit(
        UnitOfWork(
            transitions=(step("APPLICATION", "a", {}),),
            records=(PersonalRecord(other, {"n": 0}),),
            replaced_records=(PersonalRecord(ref, {"n": 1, "old": 1}),),
        )
    )
    store.commit(
        UnitOfWork(
            transitions=(Transition(store.load("APPLICATION", "a"), draft({})),),
            replaced_records=(PersonalRecord(ref, {"n": 2}),),
        )
    )
    assert store.text(ref) == {"n": 2}
    with pytest.raises(VersionConflict):
        store.commit(UnitOfWork(transitions=(step("APPLICATION", "a", {"late": 1}),), dropped_records=(ref,)))
    assert store.text(ref) == {"n": 2}
    for _ in range(2):
        store.commit(
            UnitOfWork(transitions=(Transition(store.load("APPLICATION", "a"), draft({})),), dropped_records=(ref,))
        )
        assert (store.text(ref), store.text(other)) == (None, {"n": 0})


def test_a_list_finds_its_texts_newest_first_from_a_moment_on(store: Store) -> None:
    texts = [
        PersonalRecord(f"t{n}/facts", {"n": n}, IndexEntry("APPLICANTS#p", f"2026-11-0{n}T00:00:00Z#a{n}"))
        for n in (2, 1, 3)
    ]
    other = PersonalRecord("t9/facts", {"n": 9}, IndexEntry("APPLICANTS#q", "2026-11-02T00:00:00Z#a9"))
    store.commit(
        UnitOfWork(
            transitions=(step("APPLICATION", "a", {}),), records=(*texts, other, PersonalRecord("t8/facts", {"n": 8}))
        )
    )
    assert [body["n"] for body in store.listed("APPLICANTS#p", "2026-11-02T00:00:00Z")] == [3, 2]
    assert [body["n"] for body in store.listed("APPLICANTS#p", "2026", limit=1)] == [3]
    assert store.listed("APPLICANTS#none", "2026") == []


def test_a_whole_list_has_every_text_newest_first_however_many(store: Store) -> None:
    texts = [PersonalRecord(f"t{n}/link", {"n": n}, IndexEntry("ASKED#h", f"2026-11-23T{n:05}")) for n in range(250)]
    for first in range(0, len(texts), 50):
        store.commit(UnitOfWork(transitions=(), records=tuple(texts[first : first + 50])))
    assert [body["n"] for body in store.all_listed("ASKED#h", "2026-11-23T00003")] == list(range(249, 2, -1))
    assert store.all_listed("ASKED#none", "2026") == []


def test_a_list_of_claims_finds_its_owners_in_order_between_two_ends(store: Store) -> None:
    listed = [UniqueKey(f"name-{n}", f"owner-{n}", IndexEntry("OPEN#p", f"2027-01-{n:02}")) for n in (3, 1, 4, 2)]
    others = (
        UniqueKey("unlisted", "u"),
        UniqueKey("other", "q", IndexEntry("OPEN#pq", "2027-01-02")),
        UniqueKey("same-day", "z", listed[0].listing),
    )
    store.commit(UnitOfWork(transitions=(), keys=(*listed, *others)))
    assert store.claimants("OPEN#p", "2027-01-02", "2027-01-03") == ["owner-2", "owner-3", "z"]
    assert store.claimed_by("name-3") == "owner-3"
    store.commit(UnitOfWork(transitions=(step("ACCOUNT", "a", {}),), released_keys=(UniqueKey("name-3", "owner-3"),)))
    assert store.claimants("OPEN#p", "2027-01-03", "2027-12-31") == ["z", "owner-4"]
    assert store.claimants("OPEN#none", "2026", "2028") == []


def test_a_ledger_entry_is_recorded_once_and_read_oldest_first(store: Store) -> None:
    paid, back = payment("r1", "pi_1", 69900, START), refund("r1", "re_1", 69900, START + timedelta(days=1))
    store.commit(UnitOfWork(transitions=(step("RESERVATION", "r1", {}),), journal=(back, paid)))
    assert store.journal(paid.book) == [paid, back]
    with pytest.raises(Duplicate):
        store.commit(
            UnitOfWork(
                transitions=(Transition(store.load("RESERVATION", "r1"), draft({"paid_cents": 1})),), journal=(paid,)
            )
        )
    assert store.load("RESERVATION", "r1").version == 1


def test_the_same_work_from_a_second_writer_with_other_content_is_no_repeat(store: Store) -> None:
    before = stored(store, "ACCOUNT", "a", {"status": "NEW"})
    store.commit(UnitOfWork(transitions=(Transition(before, draft({"status": "ACTIVE"})),)))
    with pytest.raises(VersionConflict):
        store.commit(UnitOfWork(transitions=(Transition(before, draft({"status": "ACTIVE", "by": "somebody else"})),)))
