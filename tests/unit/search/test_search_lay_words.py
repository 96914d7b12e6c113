"""Words of every day find what they mean: "kids", "bones", a city by its nickname (H09)."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from shared.adapters.search.index import TantivyIndex
from shared.domain.programs import specialties
from shared.domain.programs.places import called
from shared.domain.programs.states import state_name
from tests.unit.search.catalogue import ask, found, indexed, program, projection

CITIES = [
    ("New York", "NY"),
    ("Brooklyn", "NY"),
    ("Albany", "NY"),
    ("Los Angeles", "CA"),
    ("San Francisco", "CA"),
    ("Sacramento", "CA"),
    ("Washington", "DC"),
    ("New Orleans", "LA"),
    ("Philadelphia", "PA"),
    ("Pittsburgh", "PA"),
    ("Kansas City", "MO"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TantivyIndex:
    """A program of every specialty in Texas, and one of dermatology in each city."""
    place = program("any").place
    made = [projection(one.slug, specialty=one.slug) for one in specialties.all()]
    made += [
        projection(city.lower().replace(" ", "-"), place=place.model_copy(update={"city": city, "state": state}))
        for city, state in CITIES
    ]
    return indexed(tmp_path_factory.mktemp("lay-words"), made)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("kids", "pediatrics"),
        ("kid", "pediatrics"),
        ("Children", "pediatrics"),
        ("heart", "cardiovascular-disease"),
        ("skin", "dermatology"),
        ("bones", "orthopaedic-surgery"),
        ("bone", "orthopaedic-surgery"),
        ("brain", "neurology"),
        ("eyes", "ophthalmology"),
        ("stomach", "gastroenterology"),
        ("kidneys", "nephrology"),
        ("lungs", "pulmonary-disease"),
        ("blood", "hematology"),
        ("pregnancy", "obstetrics-gynecology"),
        ("ER", "emergency-medicine"),
        ("x-ray", "diagnostic-radiology"),
        ("cardiologist", "cardiovascular-disease"),
        ("Dermatologists", "dermatology"),
        ("pediatrician", "pediatrics"),
        ("psychiatrist", "psychiatry"),
        ("obstetrician", "obstetrics-gynecology"),
        ("surgeons", "general-surgery"),
        ("seizures", "epilepsy"),
        ("elderly", "geriatric-medicine"),
        ("heart in texas", "cardiovascular-disease"),
    ],
)
def test_a_word_of_every_day_finds_its_specialty_first(index: TantivyIndex, text: str, slug: str) -> None:
    assert ask(index, text).hits[0].specialty == slug


@pytest.mark.parametrize(
    ("text", "cities"),
    [
        ("NYC", {"new-york", "brooklyn"}),
        ("new york city", {"new-york", "brooklyn"}),
        ("manhattan", {"new-york"}),
        ("SF", {"san-francisco"}),
        ("san fran", {"san-francisco"}),
        ("DC", {"washington"}),
        ("Washington, D.C.", {"washington"}),
        ("philly", {"philadelphia"}),
        ("nola", {"new-orleans"}),
        ("skin nyc", {"new-york", "brooklyn"}),
        ("LA", {"los-angeles", "new-orleans"}),
        ("kansas city", {"kansas-city"}),
    ],
)
def test_a_city_is_found_by_what_people_call_it_and_no_other_is(
    index: TantivyIndex, text: str, cities: set[str]
) -> None:
    assert set(found(ask(index, text))) == cities


def test_LA_is_the_city_before_the_state_of_that_code(index: TantivyIndex) -> None:
    assert found(ask(index, "LA")) == ["los-angeles", "new-orleans"]
    assert found(ask(index, "Louisiana")) == ["new-orleans"]


def test_each_city_that_has_other_names_stands_in_a_state_and_is_read_whatever_its_case() -> None:
    states = json.loads(resources.files("shared.domain.programs").joinpath("data/cities.json").read_text("utf-8"))
    assert all(state_name(state) != state for state in states)
    assert called("new york", "NY") == called("New York", "NY") == ("NYC", "New York City", "Manhattan")
    assert called("New York", "TX") == called("Austin", "TX") == ()
