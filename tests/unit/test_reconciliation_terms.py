"""The terms of the difference between the sources add up, cell by cell and together."""

from hypothesis import given
from hypothesis import strategies as st

from domain.reconciliation_terms import TERMS, Terms

NUMBERS = st.integers(0, 10**6)


@st.composite
def balanced(draw: st.DrawFn) -> Terms:
    """Terms whose totals are the sum of what counts."""
    names = [each.name for each in TERMS if not each.name.endswith("_total")]
    parts = {name: draw(NUMBERS) for name in names}
    return Terms(
        police_total=parts["matched_police"] + parts["police_only"] + parts["in_review_police"],
        authority_total=parts["matched_authority"]
        + parts["authority_only"]
        + parts["in_review_authority"],
        national_total=draw(NUMBERS),
        **parts,
    )


@given(terms=balanced(), lost=st.integers(1, 9))
def test_a_row_in_a_total_and_in_no_term_is_noticed(terms: Terms, lost: int) -> None:
    assert terms.explained
    assert not Terms(**{**vars(terms), "police_total": terms.police_total + lost}).explained
    doubled = {**vars(terms), "authority_only": terms.authority_only + lost}
    assert not Terms(**doubled).explained


@given(one=balanced(), other=balanced())
def test_cells_that_are_explained_are_explained_together(one: Terms, other: Terms) -> None:
    both = one + other

    assert both.explained
    assert both.difference == one.difference + other.difference
    assert vars(both) == {name: vars(one)[name] + vars(other)[name] for name in vars(one)}
