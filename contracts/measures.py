"""What can be asked of the counts, as `/v1/measures` tells it."""

from typing import Final

from msgspec import Struct

from domain.measures import DEFINITION_VERSION, DIMENSIONS, MEASURES, Clock, Source

SOURCE_MEANING: Final = {
    Source.NATIONAL: "Police and authority records reconciled; one absence counts once.",
    Source.POLICE: "The records of the police forces alone.",
    Source.AUTHORITY: "The records of the local authorities alone.",
}


class MeasureDocument(Struct, frozen=True, kw_only=True):
    """A measure that can be asked for, what it means and where its rule comes from."""

    name: str
    title: str
    definition: str
    unit: str
    clock: Clock
    distinct: bool
    source: str


class ChoiceDocument(Struct, frozen=True, kw_only=True):
    """A dimension or a source that can be asked for, and what it means."""

    name: str
    definition: str


class MeasuresDocument(Struct, frozen=True, kw_only=True):
    """Everything that can be asked of the counts, in one version of the definitions."""

    definition_version: str
    measures: tuple[MeasureDocument, ...]
    dimensions: tuple[ChoiceDocument, ...]
    sources: tuple[ChoiceDocument, ...]


def measures_document() -> MeasuresDocument:
    """Return every measure, dimension and source that can be asked for."""
    return MeasuresDocument(
        definition_version=DEFINITION_VERSION,
        measures=tuple(
            MeasureDocument(
                name=each.name,
                title=each.title,
                definition=each.definition,
                unit=each.unit,
                clock=each.clock,
                distinct=each.distinct,
                source=each.source,
            )
            for each in MEASURES.values()
        ),
        dimensions=tuple(
            ChoiceDocument(name=name, definition=text) for name, text in DIMENSIONS.items()
        ),
        sources=tuple(
            ChoiceDocument(name=name, definition=text) for name, text in SOURCE_MEANING.items()
        ),
    )
