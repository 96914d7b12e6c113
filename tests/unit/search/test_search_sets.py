"""Sets as bits, and the files of a version that hold them: what was written comes back, in however many parts tantivy
keeps it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.search import columns
from shared.adapters.search.availability import Contents
from shared.adapters.search.bits import below, chosen, flags, from_flags, members, runs
from shared.adapters.search.builder import addresses
from shared.adapters.search.index import TantivyIndex
from shared.adapters.search.schema import ANYTHING, PROGRAMS, ROW, schema
from shared.domain.core.errors import Busy
from tests.unit.search.catalogue import ask, found, indexed, projection

sizes_and_places = st.integers(0, 200).flatmap(
    lambda size: st.tuples(st.just(size), st.sets(st.integers(0, max(0, size - 1)), max_size=size))
)


@given(sizes_and_places)
def test_a_set_as_bits_and_as_flags_has_the_same_members(drawn: tuple[int, set[int]]) -> None:
    size, places = drawn
    bits = sum(1 << place for place in places)
    assert list(members(bits)) == sorted(places)
    assert [place for place, flag in enumerate(flags(bits, size)) if flag] == sorted(places)
    assert len(flags(bits, size)) == size
    assert from_flags(flags(bits, size)) == bits
    assert list(chosen(range(100, 100 + size), bits)) == [100 + place for place in sorted(places)]
    assert list(members(bits & below(7))) == sorted(place for place in places if place < 7)


@pytest.mark.parametrize(("weeks", "expected"), [(1, 0b1110111), (2, 0b110011), (3, 0b10001), (4, 0)])
def test_a_run_starts_where_so_many_weeks_in_a_row_are_free(weeks: int, expected: int) -> None:
    assert runs(0b1110111, weeks) == expected


def test_an_index_in_several_parts_finds_each_program_where_it_lies(tmp_path: Path) -> None:
    """One writer makes one part as a rule; nothing may depend on it."""
    index = tantivy.Index(schema(), path=str(tmp_path), reuse=False)
    writer = index.writer(15_000_000, 1)
    for part in ((4, 0, 2), (1, 5), (3,)):
        for rank in part:
            fields = {
                "id": f"prog-{rank}",
                ANYTHING: "clinic",
                "price_rank": rank,
                "card": json.dumps({"rank": rank}).encode(),
            }
            writer.add_document(tantivy.Document.from_dict(fields, schema()))
        writer.commit()
    segments, where = addresses(tmp_path, 6)
    assert (sorted(segments), sorted(where)) == ([1, 2, 3], list(range(6)))
    columns.write(tmp_path, {"usual": {}}, ["TX/Austin"], [[0] * 6, [0] * 6, [0] * 6, where])
    index.reload()
    contents = Contents(
        index.searcher(), index.schema, date(2027, 1, 4), segments, bytes(6 * ROW.size), columns.read(tmp_path, 6)
    )
    assert [contents.card(rank)["rank"] for rank in range(6)] == list(range(6))
    assert sorted(contents.scored(tantivy.Query.term_query(index.schema, ANYTHING, "clinic"))) == list(range(6))
    assert contents.scored(tantivy.Query.term_query(index.schema, "id", "prog-5")) == [5]


@pytest.mark.parametrize("name", [columns.NAMES, columns.SETS, columns.NUMBERS, PROGRAMS])
@pytest.mark.parametrize("harm", ["short", "gone"])
def test_a_version_with_a_file_cut_short_or_gone_is_not_opened(tmp_path: Path, name: str, harm: str) -> None:
    indexed(tmp_path, [projection("one-program"), projection("two-program")])
    path = tmp_path / name
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-4])  # a number less, so that what is left can be read
    with pytest.raises(Busy, match="cannot be read"):
        TantivyIndex.open(tmp_path)


def test_the_sixty_largest_cities_are_listed_and_a_smaller_one_once_it_is_chosen(tmp_path: Path) -> None:
    place = projection("one-program").program.place.model_dump()
    cities = [f"City {number:02}" for number in range(70)]
    programs = [
        projection(f"{city.lower().replace(' ', '-')}-{n}", place=place | {"city": city})
        for city in cities
        for n in range(1 + (city == "City 69"))
    ]
    index = indexed(tmp_path, programs)
    page = ask(index)
    assert [entry.value for entry in page.facets.city] == [
        "TX/City 69",
        *(f"TX/City {number:02}" for number in range(59)),
    ]
    chosen_one = ask(index, city=("TX/City 66", "TX/Nowhere"))
    assert found(chosen_one) == ["city-66-0"]
    counts = {entry.value: entry.count for entry in chosen_one.facets.city}
    assert (len(counts), counts["TX/City 66"], counts["TX/Nowhere"], counts["TX/City 69"]) == (62, 1, 0, 2)
