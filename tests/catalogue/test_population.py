"""Inhabitants of municipalities, counties and the country."""

from __future__ import annotations

from climatebudget.catalogue import COUNTRY, areas
from climatebudget.catalogue.population import population


def test_a_county_is_the_sum_of_its_municipalities():
    telemark = [a.number for a in areas().values() if a.is_municipality and a.county == "40"]
    assert len(telemark) == 17
    assert population("40")[2024] == sum(population(number)[2024] for number in telemark)


def test_the_country_is_the_sum_of_the_counties():
    counties = [a.number for a in areas().values() if len(a.number) == 2]
    assert population(COUNTRY)[2024] == sum(population(c)[2024] for c in counties) == 5_550_203
    assert population("0301")[2024] == population("03")[2024] == 717_710


def test_a_sum_lacks_the_years_that_one_of_its_parts_lacks():
    """Two municipalities have no figure for 2005."""
    without = [
        a.number for a in areas().values() if a.is_municipality and 2005 not in population(a.number)
    ]
    assert without
    assert 2005 not in population(COUNTRY) and 2006 in population(COUNTRY)


def test_an_area_that_is_not_of_today_has_none():
    assert population("1507") == {}
