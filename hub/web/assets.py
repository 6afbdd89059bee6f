"""Style sheets and the icon, under names that change with their content, so never stale."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

HASH_LENGTH: Final = 12


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file that pages link to; `name` is what it is called in the tree."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Assets:
    """Every file that pages link to; the licence goes with every copy of the framework."""

    framework: Asset
    framework_licence: Asset
    styles: Asset
    icon: Asset

    def all(self) -> tuple[Asset, ...]:
        """Return the assets, to be written into a tree."""
        return (self.framework, self.framework_licence, self.styles, self.icon)


@cache
def read_assets() -> Assets:
    """Return the assets that the hub ships with; read once per process."""
    return Assets(
        framework=_asset("govuk-frontend/govuk-frontend.min.css"),
        framework_licence=_asset("govuk-frontend/LICENSE.txt"),
        styles=_asset("hub.css"),
        icon=_asset("icon.svg"),
    )


@cache
def read_upload_script() -> Asset:
    """Return the script of the upload page; it is no part of the public tree."""
    return _asset("upload.js")


def _asset(path: str) -> Asset:
    content = files("hub.web").joinpath("static", *path.split("/")).read_bytes()
    pure = PurePosixPath(path)
    name = f"{pure.stem}-{sha256(content).hexdigest()[:HASH_LENGTH]}{pure.suffix}"
    return Asset(name=name, content=content)
