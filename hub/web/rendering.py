"""Templates to HTML: everything is escaped, and nothing but the given values is looked at."""

from functools import cache
from typing import Final

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader

from contracts.atom import release_title
from contracts.feed import Indicator, day_title, month_title
from hub.web.assets import read_assets
from hub.web.wording import figure_text, figure_words, size_text

SERVICE_NAME: Final = "Missing children data"


def render(template: str, **values: object) -> bytes:
    """Return a page as UTF-8; the values are what the template may show."""
    return _environment().get_template(template).render(values).encode()


@cache
def _environment() -> Environment:
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("hub.web"), components]),
        autoescape=True,
        # The components ask for options of options that nobody gave.
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day_title": day_title,
        "figure": figure_text,
        "figure_words": figure_words,
        "month_title": month_title,
        "release_title": release_title,
        "size": size_text,
    }
    environment.globals |= {
        "assets": read_assets(),
        "indicators": Indicator,
        "service_name": SERVICE_NAME,
    }
    return environment
