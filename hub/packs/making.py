"""Makes a pack: from the views for the board alone, from the public feed for anybody."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from contracts.feed import ENGLAND_NAME, Release
from domain.errors import UsageError
from domain.geography import Register
from domain.safeguarding import Board
from domain.views import ViewAbout, ViewAnswer, ViewQuery
from hub.packs.asking import Asker, Place
from hub.packs.content import Edition, Pack, PackPeriod
from hub.packs.plan import FIRST, sections_for
from hub.packs.publishable import publishable_pack

ENGLAND: Final = "england"
HEARD: Final = "{} of {} publishers have been heard from; what a silent one knows is in no figure."
RANGE: Final = (
    "A range in brackets tells what a figure would be if everything in review were linked."
)


class Views(Protocol):
    """Answers questions for the figures of the views."""

    def catalogue(self) -> Sequence[ViewAbout]:
        """Return what every view says of itself."""
        ...

    def answer(self, query: ViewQuery) -> ViewAnswer:
        """Return the figures asked for."""
        ...


class Packs:
    """Makes packs for boards."""

    def __init__(
        self, views: Views, releases: Callable[[], Sequence[Release]], register: Register
    ) -> None:
        """Take the views, what lies in the public tree, and the areas there are."""
        self._views = views
        self._releases = releases
        self._register = register

    def make(
        self,
        *,
        area: str,
        board: Board,
        period: PackPeriod,
        edition: Edition,
        as_of: int | None = None,
    ) -> Pack:
        """Return the pack of an authority, by its number, or of `england`.

        as_of: the ledger position that every figure of the restricted edition stands at; None: now.
        Raises UsageError for an area that there is not, NotFoundError if nothing of the period has
        been released that could be published.
        """
        place = self._place(area)
        releases = self._releases()
        if edition is Edition.PUBLISHABLE:
            if as_of is not None:
                raise UsageError("A publishable pack holds what was released: leave out as-of.")
            return publishable_pack(releases, board=board, period=period, place=place)
        synthetic = any(each.synthetic for each in releases)
        return self._restricted(place, board, period, as_of, synthetic=synthetic)

    def _restricted(
        self, place: Place, board: Board, period: PackPeriod, as_of: int | None, *, synthetic: bool
    ) -> Pack:
        # The first answer fixes the position, so that all figures are of one state of the ledger.
        first = self._views.answer(
            ViewQuery(view=FIRST, first_day=period.first, last_day=period.last, as_of=as_of)
        )
        asker = Asker(
            ask=self._views.answer,
            views={each.name: each for each in self._views.catalogue()},
            period=period,
            position=first.as_of_position,
            place=place,
            areas={each.number: each.name for each in self._register.authorities},
        )
        coverage = first.coverage
        parked = coverage.parked_children
        return Pack(
            edition=Edition.RESTRICTED,
            area=place.name,
            area_code=place.number or ENGLAND,
            board=board,
            period=period,
            position=first.as_of_position,
            recorded_until=first.as_of_time,
            definition_version=first.definition_version,
            sections=tuple(asker.section(wanted) for wanted in sections_for(board)),
            notes=(
                HEARD.format(coverage.publishers_heard, coverage.publishers_registered),
                *((f"{parked} children cannot be counted yet.",) if parked else ()),
                RANGE,
            ),
            synthetic=synthetic,
        )

    def _place(self, area: str) -> Place:
        if area == ENGLAND:
            return Place(name=ENGLAND_NAME, number=None, region=None, region_name=None)
        authority = self._register.authority(area)
        if authority is None:
            raise UsageError(
                f"There is no authority {area!r}: name one by its three-digit number, such as 330,"
                f" or {ENGLAND}."
            )
        region = self._register.region(authority.region_code)
        return Place(
            name=authority.name,
            number=area,
            region=authority.region_code,
            region_name=region.name if region else authority.region_code,
        )
